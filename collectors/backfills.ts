/**
 * Backfills as an operator asks for them: one after the other, and on again after a restart.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { BackfillRecord } from "../lib/contracts/records.ts";
import type { Logger } from "../lib/log.ts";
import { timeframeMs } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import type { WorldStore } from "../lib/store/types.ts";
import { forgetStretches, type HistorySource, runBackfill } from "./backfill.ts";
import type { HttpOptions } from "./http.ts";

/** Backfills that are remembered. */
const keptMax = 100;
const stateName = "backfills";

/** What is asked for. */
export type BackfillRequest = Pick<
  BackfillRecord,
  "exchange" | "symbol" | "timeframe" | "from" | "to"
>;

/** How one exchange is asked for its past. */
export interface BackfillSource {
  source: HistorySource;
  http: HttpOptions;
  /** The exchange's time, epoch ms. */
  getTime(): Promise<number>;
}

/** The backfills of one world. */
export interface Backfills {
  /** Begins one, or joins the same one that is under way. */
  start(request: BackfillRequest): Promise<BackfillRecord>;
  /** Newest first. */
  list(): BackfillRecord[];
  get(id: string): BackfillRecord | null;
  /** Stops one after its batch; what it has stays. Null for an unknown one. */
  stop(id: string): Promise<BackfillRecord | null>;
  /** Bars before `beforeMs` (epoch ms) were deleted: what is done of them may be fetched again. */
  forgetBefore(beforeMs: number): Promise<void>;
  /** Stops for now: what is under way goes on at the next start. */
  close(): Promise<void>;
}

/** What backfills need. */
export interface BackfillsOptions {
  store: Pick<WorldStore, "getState" | "putState" | "bars">;
  intake: Pick<MarketIntake, "addHistory" | "halted">;
  /** Null for an exchange that has no past to give. */
  getSource(exchange: string): BackfillSource | null;
  /** Older bars would be deleted, epoch ms; null where all are kept. */
  getKeptFrom?(): number | null;
  clock: Clock;
  log: Logger;
}

const isUnderWay = ({ status }: BackfillRecord) => status === "waiting" || status === "running";

/**
 * Takes up what an earlier run left, and waits for more.
 *
 * `start` throws `RangeError` for an exchange without a past, and for what would not be kept; its
 * cause is the pointer of what was wrong.
 */
export async function openBackfills(options: BackfillsOptions): Promise<Backfills> {
  const records = await options.store.getState<BackfillRecord[]>(stateName) ?? [];
  return new Queue(options, records);
}

class Queue implements Backfills {
  readonly #options: BackfillsOptions;
  /** Newest first. */
  readonly #records: BackfillRecord[];
  readonly #stops = new Map<string, AbortController>();
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: BackfillsOptions, records: BackfillRecord[]) {
    this.#options = options;
    this.#records = records;
    // Oldest first, as they were asked for.
    for (const record of records.filter(isUnderWay).reverse()) this.#enqueue(record);
  }

  async start(asked: BackfillRequest): Promise<BackfillRecord> {
    const { getSource, clock, getKeptFrom } = this.#options;
    if (getSource(asked.exchange) === null) {
      throw new RangeError(`Cannot backfill from ${asked.exchange}: it has no past to give`, {
        cause: "/exchange",
      });
    }
    const { note, ...request } = clipToKept(asked, getKeptFrom?.() ?? null);
    const same = this.#records.find((record) => isUnderWay(record) && isSame(record, request));
    if (same) return { ...same };
    const now = clock.now();
    const record: BackfillRecord = {
      id: crypto.randomUUID(),
      ...request,
      status: "waiting",
      bars: 0,
      done_ms: 0,
      total_ms: request.to - request.from,
      error: null,
      ...(note !== undefined && { note }),
      created_at: now,
      updated_at: now,
    };
    this.#records.unshift(record);
    this.#records.length = Math.min(this.#records.length, keptMax);
    await this.#keep();
    this.#enqueue(record);
    return { ...record };
  }

  list(): BackfillRecord[] {
    return this.#records.map((record) => ({ ...record }));
  }

  get(id: string): BackfillRecord | null {
    const found = this.#records.find((record) => record.id === id);
    return found ? { ...found } : null;
  }

  async stop(id: string): Promise<BackfillRecord | null> {
    const found = this.#records.find((record) => record.id === id);
    if (!found) return null;
    this.#stops.get(id)?.abort();
    if (isUnderWay(found)) await this.#change(found, { status: "stopped" });
    return { ...found };
  }

  forgetBefore(beforeMs: number): Promise<void> {
    return forgetStretches(this.#options.store, beforeMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #keep(): Promise<void> {
    await this.#options.store.putState(stateName, this.#records.slice(0, keptMax));
  }

  async #change(record: BackfillRecord, part: Partial<BackfillRecord>): Promise<void> {
    Object.assign(record, part, { updated_at: this.#options.clock.now() });
    await this.#keep();
  }

  #enqueue(record: BackfillRecord): void {
    this.#running = this.#running.then(async () => {
      if (!this.#closing.signal.aborted && isUnderWay(record)) await this.#runOne(record);
    }).catch((error) => {
      this.#options.log.error("a backfill was not noted", { error: String(error) });
    });
  }

  async #runOne(record: BackfillRecord): Promise<void> {
    const { intake, log } = this.#options;
    const stop = new AbortController();
    this.#stops.set(record.id, stop);
    const signals = [stop.signal, this.#closing.signal];
    if (intake.halted) signals.push(intake.halted);
    const signal = AbortSignal.any(signals);
    try {
      await this.#change(record, { status: "running", error: null });
      const isComplete = await fetchPast(record, { ...this.#options, signal });
      if (!isComplete) return;
      const stored = await countStored(record, this.#options.store);
      await this.#change(record, { status: "done", stored });
    } catch (error) {
      // What was stopped by hand says so already, and a closed process goes on at its next start.
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn("a backfill failed", { ...record, error: reason });
      await this.#change(record, { status: "failed", error: reason });
    } finally {
      this.#stops.delete(record.id);
    }
  }
}

/** Leaves out what would be deleted again, and says so. */
function clipToKept(
  request: BackfillRequest,
  keptFrom: number | null,
): BackfillRequest & { note?: string } {
  const { symbol, timeframe, from, to } = request;
  if (keptFrom === null || from >= keptFrom) return request;
  const day = new Date(keptFrom).toISOString().slice(0, 10);
  const lengthMs = timeframeMs[timeframe];
  const first = Math.ceil(keptFrom / lengthMs) * lengthMs;
  if (first >= to) {
    throw new RangeError(
      `Cannot backfill ${symbol}: bars before ${day} are not kept (retentionDays.bars)`,
      { cause: "/end" },
    );
  }
  const note = `bars before ${day} are not kept (retentionDays.bars), so it begins there`;
  return { ...request, from: first, note };
}

/** Bars that are counted at a time. */
const countedMax = 100_000;

async function countStored(
  { symbol, timeframe, from, to }: BackfillRecord,
  { bars }: Pick<WorldStore, "bars">,
): Promise<number> {
  const stepMs = countedMax * timeframeMs[timeframe];
  let count = 0;
  for (let next = from; next < to; next += stepMs) {
    const range = { from: next, to: Math.min(to, next + stepMs) };
    count += (await bars.readColumns({ symbol, timeframe }, range)).length;
  }
  return count;
}

function isSame(record: BackfillRecord, request: BackfillRequest): boolean {
  return (Object.keys(request) as (keyof BackfillRequest)[]).every((name) =>
    record[name] === request[name]
  );
}

/** Fetches what is missing; false when it was stopped before the end. */
async function fetchPast(
  record: BackfillRecord,
  { getSource, intake, store, clock, signal }: BackfillsOptions & { signal: AbortSignal },
): Promise<boolean> {
  const { exchange, symbol, timeframe, from, to } = record;
  const place = getSource(exchange);
  if (place === null) throw new RangeError(`Cannot backfill from ${exchange}: it is not there`);
  const { source, http, getTime } = place;
  const { isComplete } = await runBackfill({
    source,
    store,
    http: { ...http, signal },
    serverMs: await getTime(),
    symbol,
    timeframe,
    from,
    to,
    signal,
    put: (bars) =>
      intake.addHistory(symbol, timeframe, bars, { source: source.key, reason: "backfill" }),
    onProgress({ bars, doneMs, totalMs }) {
      Object.assign(record, { bars, done_ms: doneMs, total_ms: totalMs, updated_at: clock.now() });
    },
  });
  return isComplete;
}
