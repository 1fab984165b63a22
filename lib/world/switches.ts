/**
 * Switches of sources: one that is off in the settings cannot have its lease, so that its stream and
 * its polls end by themselves within seconds, and begin again when it is on. In the same way one
 * whose cadence was changed begins anew, as a feed that waits for a day would not look before.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { MarketIntake } from "../pipeline/types.ts";
import type { SettingsWatch } from "../settings.ts";

/** Why it does not collect, as health and ledger say it. */
export const SWITCHED_OFF = "switched off in the settings";
const SWITCHED_OFF_LINE = "a source is switched off";

/** A lease as collectors need it. */
interface HeldLease {
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** Gives them. */
interface LeaseGiver {
  acquireLease(name: string, how: { holder: string; ttlMs: number }): Promise<HeldLease | null>;
}

/** What a source is collected under. */
interface NamedSource {
  key: string;
  exchange?: string;
}

/** What switches need. */
export interface SwitchOptions {
  settings: Pick<SettingsWatch, "get">;
  leases: LeaseGiver;
  streams: readonly NamedSource[];
  /** Series that are followed, each with the source of its data. */
  listSeries(): readonly { source: string; symbol: string }[];
  intake: Pick<MarketIntake, "forExchange">;
  /** Market time, epoch ms. */
  marketNow(): number;
  log: Logger;
}

/** The switches of one world. */
export interface Switches {
  isOff(source: string): boolean;
  leases: LeaseGiver;
  /** What is told of a collector, in the words of its switch while it is off. */
  describe<H extends { source: string; state: string; detail: string; retryAtMs?: number }>(
    health: H,
  ): H | H & { state: "disabled" };
}

/** Returns switches in front of `leases`. */
export function createSwitches(options: SwitchOptions): Switches {
  const { settings, streams, leases } = options;
  const isOff = (source: string) => settings.get().sources[source]?.isEnabled === false;
  return {
    isOff,
    leases: {
      async acquireLease(name, how) {
        const source = findSource(name, streams);
        if (isOff(source.key)) return null;
        const readPace = () => JSON.stringify(settings.get().sources[source.key]?.cadenceSeconds);
        const pace = readPace();
        const lease = await leases.acquireLease(name, how);
        const isPaced = () => readPace() === pace;
        return lease && guardLease(lease, source, { ...options, isOff, isPaced });
      },
    },
    describe(health) {
      if (!isOff(health.source)) return health;
      const { retryAtMs: _never, ...rest } = health;
      return { ...rest, state: "disabled" as const, detail: SWITCHED_OFF } as typeof health;
    },
  };
}

/** The source of a lease: `collector:EXCHANGE` of a stream, `poll:KEY` of what is polled. */
function findSource(name: string, streams: readonly NamedSource[]): NamedSource {
  const [kind, ...rest] = name.split(":");
  const key = rest.join(":");
  if (kind !== "collector") return { key };
  return streams.find(({ exchange }) => exchange === key) ?? { key };
}

/**
 * A lease that counts as lost once its source is off, which is noted in the ledger, or once its
 * cadence is no longer the one with which it began.
 */
function guardLease(
  lease: HeldLease,
  source: NamedSource,
  { isOff, isPaced, log, ...options }: SwitchOptions & {
    isOff(source: string): boolean;
    isPaced(): boolean;
  },
): HeldLease {
  return {
    async renew() {
      const isStill = !isOff(source.key);
      if (isStill && isPaced()) return await lease.renew();
      const why = isStill ? "a source begins anew with another cadence" : SWITCHED_OFF_LINE;
      log.info(why, { source: source.key });
      return false;
    },
    async release() {
      // By now nothing of it comes any more.
      if (isOff(source.key)) markPause(source, options);
      await lease.release();
    },
  };
}

/** From here on its bars are missing on purpose, until the exchange is asked for them again. */
function markPause(
  { key, exchange }: NamedSource,
  { listSeries, intake, marketNow }: Pick<SwitchOptions, "listSeries" | "intake" | "marketNow">,
): void {
  if (exchange === undefined) return;
  const followed = listSeries().filter(({ source }) => source === key);
  const symbols = [...new Set(followed.map(({ symbol }) => symbol))];
  intake.forExchange(exchange).markLost(symbols, marketNow(), SWITCHED_OFF);
}
