/**
 * All polled sources at work: each by the process that holds its lease.
 *
 * @module
 */
import type { MarketIntake } from "../lib/pipeline/types.ts";
import type { WorldStore } from "../lib/store/types.ts";
import { type CollectorHealth, createHealth, type FeedHealth } from "./health.ts";
import { type Leases, runWithLease } from "./lease.ts";
import { createPoller, type Poller, type PollResult } from "./poll.ts";
import { createContextReader, putRecords } from "./records.ts";
import { seedPolled } from "./seed_polled.ts";
import type { FeedContext, PollSource } from "./source.ts";
import { createSourceHttp, type SourceHttpParts } from "./source_http.ts";
import type { CollectionTuning } from "./tuning.ts";

/** What polling all sources needs. */
export interface PolledOptions extends SourceHttpParts {
  sources: readonly PollSource[];
  store: WorldStore;
  intake: Pick<MarketIntake, "addPolledBars" | "setSymbols" | "forExchange">;
  leases: Leases;
  /** Names this process. */
  holder: string;
  addresses: Readonly<Record<string, { rest?: readonly string[] }>>;
  /** Keys of sources, by the variable that holds them. */
  keys?: Readonly<Record<string, string>>;
  /** Market time, epoch ms; default wall time. */
  marketNow?: () => number;
  onHealth(health: CollectorHealth): void;
  /** How patient it is; asked each time. */
  getTuning?: () => CollectionTuning;
  /** Polling begins when this resolves. */
  ready: Promise<void>;
}

/** The polled sources. */
export interface Polled {
  pollers: readonly Poller[];
  /**
   * Resolves when each source was asked once, by us or another process; also when all have ended.
   * Never rejects.
   */
  asked: Promise<void>;
  /** Resolves when all have ended. */
  done: Promise<void>;
}

/** Starts to poll; returns at once. */
export function startPolled(options: PolledOptions): Polled {
  const readContext = createContextReader(options);
  const pollers: Poller[] = [];
  const runs: Promise<void>[] = [];
  const asked: Promise<void>[] = [];
  // Before any feed asks what is followed, as sources share that reading for a while.
  const seeded = options.ready.then(async () => {
    for (const source of options.sources) await seedPolled(source, options);
  });
  for (const source of options.sources) {
    const held = createHolding();
    const poller = create(source, { ...options, readContext });
    pollers.push({
      source,
      http: poller.http,
      run: (signal) => poller.run(signal),
      recall: (known) => poller.recall(known),
      askFor: (feed, symbols, how) => poller.askFor(feed, symbols, how),
      health: () => poller.health(),
      // Of a source that another process polls, that process's word counts.
      collect: async (signal) => {
        if (held.by === "us") return tellFirst(await poller.collect(signal), held);
        return held.by === "another" ? await judgeElsewhere(source, options) : { ...notYet };
      },
    });
    asked.push(held.asked.promise);
    runs.push(seeded.then(() => run(poller, held, options)).finally(held.asked.resolve));
  }
  return {
    pollers,
    asked: Promise.all(asked).then(() => {}),
    done: Promise.all(runs).then(() => {}),
  };
}

/** Who polls a source, as far as this process knows by now. */
interface Holding {
  by: "nobody" | "us" | "another";
  /** Records of the first round, until a cycle has told them. */
  untold: number;
  asked: PromiseWithResolvers<void>;
}

const createHolding = (): Holding => ({ by: "nobody", untold: 0, asked: Promise.withResolvers() });

/** What the first round brought belongs to the first cycle, which found nothing due any more. */
function tellFirst(result: PollResult, held: Holding): PollResult {
  const { untold } = held;
  held.untold = 0;
  return { ...result, records: result.records + untold };
}

const notYet: PollResult = { status: "waiting", records: 0, duration_ms: 0 };

function create(
  source: PollSource,
  options: PolledOptions & { readContext: ReturnType<typeof createContextReader> },
): Poller {
  const { store, clock, log, addresses, keys = {}, getSettings } = options;
  const intake = source.exchange ? options.intake.forExchange(source.exchange) : options.intake;
  const rest = addresses[source.key]?.rest ?? source.addresses.rest;
  const apiKey = source.apiKey && keys[source.apiKey.variable];
  return createPoller(source, {
    // A recorded world knows nobody's key, and answers without one.
    ...(options.mode === "replay" ? { apiKey: "recorded" } : apiKey && { apiKey }),
    async readContext() {
      const context = await options.readContext();
      if (source.exchange) intake.setSymbols(listNames(source.exchange, context));
      return context;
    },
    http: createSourceHttp(source.key, rest, source, options),
    put: (records) => putRecords({ store, intake, source: source.key }, records),
    clock,
    log,
    onHealth: options.onHealth,
    ...(options.usage && { usage: options.usage }),
    ...(options.getTuning && { getTuning: options.getTuning }),
    getCadence(feed) {
      const seconds = getSettings?.(source.key)?.cadenceSeconds?.[feed];
      return seconds === undefined ? undefined : seconds * 1_000;
    },
    getOffReason: () =>
      getSettings?.(source.key)?.isEnabled === false ? "switched off in the settings" : null,
  });
}

function listNames(exchange: string, { symbols }: FeedContext): string[] {
  return symbols.filter((symbol) => symbol.exchange === exchange).map(({ symbol }) => symbol);
}

async function run(
  poller: Poller,
  held: Holding,
  options: PolledOptions,
): Promise<void> {
  const { leases, holder, clock, log, signal, onHealth } = options;
  const { key } = poller.source;
  const stored = await readStored(key, options);
  poller.recall(stored?.feeds ?? []);
  onHealth(poller.health());
  await runWithLease(`poll:${key}`, {
    leases,
    holder,
    clock,
    log,
    signal,
    onWaiting: () => {
      held.by = "another";
      held.asked.resolve();
      onHealth({ ...createHealth(key), ...stored, detail: "another process collects" });
    },
    async work(signal) {
      const known = await readStored(key, options);
      poller.recall(known?.feeds ?? []);
      held.by = "us";
      // Joins the first round of each feed.
      const first = poller.collect(signal).then(({ records }) => {
        held.untold = records;
        held.asked.resolve();
      });
      await poller.run(signal);
      await first;
      held.by = "nobody";
    },
  });
  onHealth(poller.health());
}

/** What was last written down of a source, by this process or another. */
async function readStored(
  key: string,
  { store, log }: Pick<PolledOptions, "store" | "log">,
): Promise<(CollectorHealth & { feeds?: FeedHealth[] }) | null> {
  try {
    return await store.getState<CollectorHealth>(`health:${key}`);
  } catch (error) {
    log.warn("what was known of a source is not read", { source: key, error: String(error) });
    return null;
  }
}

async function judgeElsewhere(source: PollSource, options: PolledOptions): Promise<PollResult> {
  const stored = await readStored(source.key, options);
  const result = { records: 0, duration_ms: 0 };
  if (!stored || stored.state === "connecting") return { ...notYet };
  if (stored.state === "disabled" || stored.state === "market_closed") {
    return { ...result, status: "skipped" };
  }
  const isFine = stored.state === "live" || stored.feeds?.some(({ state }) => state === "live");
  return isFine
    ? { ...result, status: "ok" }
    : { ...result, status: "failed", error: stored.detail };
}
