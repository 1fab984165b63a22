/**
 * The collectors together: symbols, lease, history, stream and polls of every source.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Timeframe } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import type { CollectionRunRecord } from "../lib/contracts/records.ts";
import { type BreakerOptions, createBackoff } from "../lib/resilience/mod.ts";
import type { Quotas } from "../lib/store/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";
import type { BackfillSource } from "./backfills.ts";
import { createClockWatch } from "./clock_watch.ts";
import { createCycle, type CycleRequest } from "./cycle.ts";
import { createDemand, type Demand } from "./demand.ts";
import { type CollectorHealth, createHealth } from "./health.ts";
import { createHistory } from "./history.ts";
import { fetchServerTime } from "./holes.ts";
import { fetchJson, GeoBlockedError, type HttpOptions, isRefused } from "./http.ts";
import { createKeyedFetch, type KeyState, readKey, type SourceCredentials } from "./keys.ts";
import { type Leases, runWithLease } from "./lease.ts";
import { listSourceSymbols } from "./listing.ts";
import { pollSources, streamSources } from "./mod.ts";
import type { Poller } from "./poll.ts";
import { startPolled } from "./polled.ts";
import type { OpenSocket } from "./socket.ts";
import type { PollSource, StreamSource } from "./source.ts";
import { createSourceHttp, type SourceHttpParts, type SourceSettings } from "./source_http.ts";
import { runStream } from "./stream.ts";
import { createSymbolWatch, type SymbolWatch } from "./symbols.ts";
import { type CollectionTuning, defaultTuning } from "./tuning.ts";
import { createUsage } from "./usage.ts";

/** Base addresses that replace a source's own: the recorded world's, or configured ones. */
export type SourceAddresses = Readonly<
  Record<string, { rest?: readonly string[]; stream?: readonly string[] }>
>;

/** What the collectors need. */
export interface CollectorOptions {
  store: WorldStore;
  leases: Leases;
  intake: MarketIntake;
  /** By source key; without an entry the source's public addresses are used. */
  addresses: SourceAddresses;
  /** Wall time. */
  clock: Clock;
  log: Logger;
  mode: "live" | "replay";
  onHealth(health: CollectorHealth): void;
  /** At most so many symbols are taken over when the store has none. */
  symbolsMax?: number;
  /** Calls back when symbols were changed; beside it the store is read every few seconds. */
  onSymbolsChanged?: (listener: () => void) => () => void;
  fetch?: typeof fetch;
  open?: OpenSocket;
  sources?: { stream: readonly StreamSource[]; poll: readonly PollSource[] };
  /** Budgets shared by all processes; without them this process counts for itself. */
  quotas?: Quotas;
  /** What an operator set for a source; asked each time. */
  getSettings?: (source: string) => SourceSettings | undefined;
  breaker?: Omit<BreakerOptions, "onTransition">;
  /** Keys of sources, by the variable that holds them. */
  keys?: Readonly<Record<string, string>>;
  /** Market time, epoch ms; default wall time. */
  marketNow?: () => number;
  /** How patient it is; asked each time. */
  getTuning?: () => CollectionTuning;
  /** Older bars would be deleted, epoch ms; null where all are kept. */
  getKeptFrom?: () => number | null;
  /** The newest price of an exchange's symbol, or null. */
  getPrice?(symbol: string): { price: number; receivedMs: number; source: string } | null;
}

/** The collectors at work. */
export interface Collectors {
  /** Ends everything and gives the leases back. */
  stop(): Promise<void>;
  /** Newest health of every source. */
  health(): CollectorHealth[];
  /**
   * Resolves when the first charts have their history; also when a source cannot be reached, is
   * collected by another process, or everything was stopped. Never rejects.
   */
  ready: Promise<void>;
  /** Resolves when every polled source was asked once, or will not be by us. Never rejects. */
  asked: Promise<void>;
  /** Runs a collection cycle, or joins the one that runs; failures of sources are in its record. */
  collect(request: CycleRequest): Promise<CollectionRunRecord>;
  /** Market figures on demand. */
  demand: Demand;
  /**
   * How an exchange, by its key or its source's in any case, is asked for its past; null where nobody
   * can be asked.
   */
  findPast(exchange: string): BackfillSource | null;
}

/** Binance allows 1200 weight a minute by the specification; it has allowed more since. */
const streamLimitPerMinute = 1200;

/**
 * Starts all collectors; returns at once. When the intake halts they all stop for good, and their
 * health says why.
 */
export function startCollectors(options: CollectorOptions): Collectors {
  const { clock, log, intake, sources = { stream: streamSources, poll: pollSources } } = options;
  const stop = new AbortController();
  const holder = crypto.randomUUID();
  const { report, list, end } = createBoard(options.onHealth);
  const unlisten = onAbort(intake.halted, (reason) => {
    stop.abort();
    end(reason);
  });
  const context = {
    ...options,
    signal: stop.signal,
    watch: createClockWatch(clock),
    usage: createUsage({ usage: options.store.apiUsage, holder, clock, log }),
  };
  const readies: Promise<void>[] = [];
  const runs: Promise<void>[] = [];
  const pasts = new Map<string, BackfillSource>();
  for (const source of sources.stream) {
    const started = startStream(source, { ...context, holder, onHealth: report });
    if (started === null) continue;
    readies.push(started.ready);
    runs.push(started.done);
    for (const name of [source.exchange, source.key]) pasts.set(name, started.past);
  }
  const allReady = Promise.all(readies).then(() => {});
  const polled = startPolled({
    ...context,
    sources: sources.poll,
    holder,
    onHealth: report,
    ready: allReady,
  });
  runs.push(polled.done, context.usage.run(stop.signal));
  if (context.mode === "live") runs.push(context.watch.run(stop.signal));
  const demand = createDemand({ ...options, pollers: polled.pollers });
  const cycle = createCycle({
    pollers: () => polled.pollers,
    listStreams: () => list().filter(({ source }) => isStream(sources.stream, source)),
    runs: options.store.collectionRuns,
    clock,
    log,
    signal: stop.signal,
  });
  return {
    async stop() {
      unlisten();
      demand.stop();
      stop.abort();
      await Promise.all(runs);
    },
    health: list,
    ready: allReady,
    asked: polled.asked,
    collect: cycle.run,
    demand,
    findPast(exchange) {
      const name = exchange.toLowerCase();
      return pasts.get(name) ?? findPolledPast(name, polled.pollers, options);
    },
  };
}

/** What is polled comes late; its past ends so long ago, ms. */
const polledLateMs = 30 * 60_000;

/** The past of an exchange that is polled: minutes and days as its source tells them. */
function findPolledPast(
  exchange: string,
  pollers: readonly Poller[],
  { clock, marketNow = clock.now }: CollectorOptions,
): BackfillSource | null {
  // By the exchange, or by the name of who tells of it, which people know better.
  const found = pollers.find(({ source }) =>
    (source.exchange === exchange || source.key === exchange) && source.bars
  );
  if (!found?.source.bars) return null;
  const { key, bars } = found.source;
  return {
    source: { key, bars },
    http: found.http,
    getTime: () => Promise.resolve(marketNow() - polledLateMs),
  };
}

/** Starts one stream while its lease is held; null for one that lacks its key. */
function startStream(
  source: StreamSource,
  context: Running & { holder: string },
): { ready: Promise<void>; done: Promise<void>; past: BackfillSource } | null {
  const { leases, holder, clock, log, signal, onHealth } = context;
  const known = readSourceKey(source, context);
  if (known.kind === "missing") {
    onHealth({ ...createHealth(source.key), state: "disabled", detail: known.detail });
    return null;
  }
  onHealth(createHealth(source.key));
  const ready = Promise.withResolvers<void>();
  const exchange = createContext(source, known, context);
  const run = runWithLease(`collector:${source.exchange}`, {
    leases,
    holder,
    clock,
    log,
    signal,
    onWaiting: () => {
      onHealth({ ...createHealth(source.key), detail: "another process collects" });
      ready.resolve();
    },
    work: (signal) => collectExchange(source, { ...exchange, signal, onReady: ready.resolve }),
  });
  const { http } = exchange;
  const past = { source, http, getTime: () => fetchServerTime(source, http) };
  return { ready: ready.promise, done: run.finally(ready.resolve), past };
}

const isStream = (sources: readonly StreamSource[], key: string) =>
  sources.some((source) => source.key === key);

/** Keeps the newest health of every source, and what ended them all. */
function createBoard(onHealth: (health: CollectorHealth) => void) {
  const records = new Map<string, CollectorHealth>();
  let reason: string | null = null;
  const report = (health: CollectorHealth) => {
    const told = reason === null ? health : stopHealth(health, reason);
    records.set(told.source, told);
    onHealth(told);
  };
  return {
    report,
    list: () => [...records.values()],
    /** Everything is stopped from now on, whatever a collector says while it ends. */
    end(why: string) {
      reason = why;
      for (const health of [...records.values()]) report(health);
    },
  };
}

function stopHealth({ retryAtMs: _never, ...health }: CollectorHealth, detail: string) {
  return { ...health, state: "stopped" as const, detail };
}

/** Calls back with the signal's reason, at once if it is aborted; returns how to stop that. */
function onAbort(signal: AbortSignal | undefined, listener: (reason: string) => void): () => void {
  const tell = () => listener(String(signal?.reason));
  if (signal?.aborted) tell();
  signal?.addEventListener("abort", tell, { once: true });
  return () => signal?.removeEventListener("abort", tell);
}

type Running = CollectorOptions & SourceHttpParts;
type ExchangeContext = Running & {
  http: HttpOptions;
  streamAddresses: readonly string[];
  credentials?: SourceCredentials;
};
type KnownKey = Exclude<KeyState, { kind: "missing" }>;

function readSourceKey(
  { apiKey }: StreamSource,
  { keys = {}, mode }: Pick<CollectorOptions, "keys" | "mode">,
): KeyState {
  // A recorded world knows nobody's key; its server only wants one that is not empty.
  return mode === "replay"
    ? readKey(apiKey, () => "recorded")
    : readKey(apiKey, (name) => keys[name]);
}

function createContext(
  source: StreamSource,
  known: KnownKey,
  options: Running,
): ExchangeContext {
  const own = options.addresses[source.key];
  const rest = own?.rest ?? source.addresses.rest;
  const limits = { limitPerMinute: source.limitPerMinute ?? streamLimitPerMinute };
  const credentials = known.kind === "given" ? known.credentials : null;
  const keyed = credentials && createKeyedFetch(source, {
    credentials,
    isOwnAddress: own?.rest === undefined,
    ...(options.fetch && { fetch: options.fetch }),
  });
  const http = createSourceHttp(source.key, rest, limits, {
    ...options,
    ...(keyed && { fetch: keyed }),
  });
  return {
    ...options,
    intake: options.intake.forExchange(source.exchange, source.traits),
    http,
    streamAddresses: own?.stream ?? source.addresses.stream,
    ...(credentials && { credentials }),
  };
}

/** Collects one exchange while its lease is held. */
async function collectExchange(
  source: StreamSource,
  context: ExchangeContext & { onReady: () => void },
): Promise<void> {
  const { intake, log, signal, store } = context;
  const http = { ...context.http, signal };
  const watch = await loadSymbols(source, { ...context, http });
  if (watch === null) return;
  intake.setSymbols(watch.list());
  const history = createHistory(source, {
    intake,
    http,
    log,
    signal,
    ...(context.getKeptFrom && { getKeptFrom: context.getKeptFrom }),
    getLastTime: async (symbol, timeframe) =>
      (await store.bars.getExtent({ symbol, timeframe }))?.last ?? null,
  });
  // One after the other, so that none fetches what another is about to have fetched.
  let fetching: Promise<void> = Promise.resolve();
  const fetchHistory = (symbols: readonly string[], timeframes?: readonly Timeframe[]) =>
    fetching = fetching.then(async () => {
      if (!signal.aborted) await history.fetch(symbols, timeframes ? { timeframes } : {});
    }).catch((error) => {
      log.warn("history was not fetched", { source: source.key, error: String(error) });
    });
  await fetchHistory(watch.list(), ["1m"]);
  context.onReady();
  // A live market moves meanwhile: the longer timeframes of many symbols take a while. A recorded
  // one waits for us, and what detectors see must not depend on who was faster.
  const longer = fetchHistory(watch.list());
  if (context.mode === "replay") await longer;
  const unlisten = watch.onChange(({ added, removed }) => {
    log.info("symbols changed", { source: source.key, added, removed });
    intake.setSymbols(watch.list());
    for (const symbol of removed) history.forget(symbol);
    if (added.length > 0) void fetchHistory(added);
  });
  await Promise.all([
    watch.run(signal),
    runStream(source, {
      ...context,
      http,
      addresses: context.streamAddresses,
      symbols: watch.list,
      onSymbolsChange: watch.onChange,
      // What closed between the end of history and the first message is history, too.
      onLive: (symbols, isAgain) => {
        if (!isAgain && context.mode === "live") void fetchHistory(symbols);
      },
    }),
  ]);
  unlisten();
  await fetching;
}

/** Reads the symbols, seeding them from the exchange; retries until it may; null when stopped. */
async function loadSymbols(
  source: StreamSource,
  context: ExchangeContext & { onReady: () => void },
): Promise<SymbolWatch | null> {
  const { clock, log, signal, http, onHealth, getTuning = () => defaultTuning } = context;
  const backoff = createBackoff();
  while (!signal.aborted) {
    try {
      return await createSymbolWatch({
        ...context,
        exchange: source.exchange,
        ...(source.usualSymbols && { usualMax: source.usualSymbols.length }),
        // A recording has data of what it lists, and of nothing else.
        listAll: async () =>
          context.mode === "live"
            ? await listSourceSymbols(source, { http, log })
            : source.listSymbols.parse(await fetchJson(source.listSymbols.request(), http)),
      });
    } catch (error) {
      if (signal.aborted) break;
      const isBlocked = error instanceof GeoBlockedError || isRefused(error);
      const { streamBlockedRetryMs } = getTuning();
      const waitMs = isBlocked ? streamBlockedRetryMs : backoff.next();
      const detail = error instanceof Error ? error.message : String(error);
      log.warn("symbols were not loaded", { source: source.key, waitMs, error: detail });
      onHealth({
        ...createHealth(source.key),
        state: isBlocked ? "blocked" : "reconnecting",
        breaker: http.breaker.getState(clock.now()),
        detail,
        retryAtMs: clock.now() + waitMs,
      });
      context.onReady();
      await clock.wait(waitMs, signal);
      if (isBlocked) http.hosts.unblock();
    }
  }
  return null;
}
