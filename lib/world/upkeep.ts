/**
 * What has to be done now and then while a world is at work: answers made ahead, old records moved,
 * room on the disk.
 *
 * @module
 */
import type { AnswerCache } from "../cache/answers.ts";
import type { Clock } from "../clock.ts";
import { runRetention } from "../jobs/mod.ts";
import type { Logger } from "../log.ts";
import type { Pipeline } from "../pipeline/mod.ts";
import type { SettingsWatch } from "../settings.ts";
import type { OpenWorld, Purgeable } from "../store/mod.ts";

/** How often answers are looked at, and how often old records are. */
const WARM_EVERY_MS = 1_000;
const RETENTION_EVERY_MS = 86_400_000;
const RETENTION_STATE = "retentionMs";
/** The first look at old records waits, so that a start is not held up. */
const SETTLE_MS = 60_000;
const DISK_EVERY_MS = 60_000;

/** What upkeep needs. */
export interface UpkeepOptions {
  world: OpenWorld;
  /** Of it, what people did; it belongs to no world. */
  store?: { owned: { audit: Purgeable } };
  answers: Pick<AnswerCache, "warm">;
  pipeline: Pick<Pipeline, "halt" | "recount">;
  /** Told that bars before this time (epoch ms) were deleted. */
  onBarsPurged?(beforeMs: number): Promise<void>;
  /** Says whether the disk is nearly full. */
  isDiskLow(): Promise<boolean>;
  settings: SettingsWatch;
  /** A recording that is played: what it holds is all there will be of it, and stays. */
  replay: object | null;
  /** Market time, epoch ms. */
  marketNow(): number;
  /** Wall time. */
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Keeps a world in order until `signal` is aborted. Never rejects. */
export async function runUpkeep(options: UpkeepOptions): Promise<void> {
  const { replay } = options;
  await Promise.all([
    runWarming(options),
    ...(replay ? [] : [runRetentionDaily(options)]),
    runDiskWatch(options),
  ]);
}

/** Returns what tells the time before which bars are deleted, epoch ms; null where all are kept. */
export function createKeptFrom({ settings, mode, marketNow }: {
  settings: Pick<SettingsWatch, "get">;
  mode: "live" | "replay";
  marketNow(): number;
}): () => number | null {
  const dayMs = 86_400_000;
  return () => mode === "replay" ? null : marketNow() - settings.get().retentionDays.bars * dayMs;
}

/** Writes a small value down; that it failed is worth a line, not an end. */
export function keepValue(
  world: Pick<OpenWorld, "putState">,
  name: string,
  value: unknown,
  log: Logger,
): void {
  world.putState(name, value).catch((error) => {
    log.warn("a value was not kept", { name, error: String(error) });
  });
}

/** Stops collecting, not reading, before the disk is full. */
export async function runDiskWatch(
  { isDiskLow, pipeline, clock, log, signal }: Pick<
    UpkeepOptions,
    "isDiskLow" | "pipeline" | "clock" | "log" | "signal"
  >,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await isDiskLow()) pipeline.halt("the disk is nearly full");
    } catch (error) {
      log.warn("the disk was not looked at", { error: String(error) });
    }
    await clock.wait(DISK_EVERY_MS, signal);
  }
}

/** Makes answers ahead, every second. */
export async function runWarming(
  { answers, clock, log, signal }: Pick<UpkeepOptions, "answers" | "clock" | "log" | "signal">,
): Promise<void> {
  while (!signal.aborted) {
    await clock.wait(WARM_EVERY_MS, signal);
    if (signal.aborted) break;
    await answers.warm().catch((error) => {
      log.warn("answers were not made ahead", { error: String(error) });
    });
  }
}

/** Once a day by what is written down, so that a process that ends at night misses nothing. */
export async function runRetentionDaily(
  options: Pick<
    UpkeepOptions,
    | "world"
    | "store"
    | "settings"
    | "pipeline"
    | "onBarsPurged"
    | "marketNow"
    | "clock"
    | "log"
    | "signal"
  >,
): Promise<void> {
  const { world, settings, pipeline, onBarsPurged, marketNow, clock, log, signal } = options;
  const onPurged = async (beforeMs: number) => {
    await pipeline.recount();
    await onBarsPurged?.(beforeMs);
  };
  await clock.wait(SETTLE_MS, signal);
  while (!signal.aborted) {
    try {
      const last = await world.getState<number>(RETENTION_STATE) ?? 0;
      const passedMs = clock.now() - last;
      if (passedMs >= RETENTION_EVERY_MS || passedMs < 0) {
        await runRetention({
          ...(options.store && { audit: options.store.owned.audit }),
          ...{ world, settings: settings.get(), nowMs: marketNow(), log, signal },
          onBarsPurged: onPurged,
        });
        if (!signal.aborted) await world.putState(RETENTION_STATE, clock.now());
      }
    } catch (error) {
      log.warn("old records were not moved", { error: String(error) });
    }
    await clock.wait(RETENTION_EVERY_MS / 24, signal);
  }
}
