/**
 * A collection cycle: every source is asked for what is due, and what came of it is written down.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { CollectionRunRecord } from "../lib/contracts/records.ts";
import type { Logger } from "../lib/log.ts";
import type { Collection } from "../lib/store/types.ts";
import type { CollectorHealth } from "./health.ts";
import type { Poller, PollResult } from "./poll.ts";

/** Which cycle. */
export interface CycleRequest {
  runId: string;
  trigger: CollectionRunRecord["trigger"];
}

/** Runs cycles, one at a time. */
export interface Cycle {
  /**
   * Runs a cycle and returns its record; joins the one that runs, and returns the record of one that
   * is done. Failures of sources are in the record.
   *
   * @throws {StoreError} If the record cannot be kept.
   */
  run(request: CycleRequest): Promise<CollectionRunRecord>;
}

/** What a cycle needs. */
export interface CycleOptions {
  pollers(): readonly Poller[];
  /** Sources that stream: they collect all the time, a cycle only asks how they are. */
  listStreams(): readonly CollectorHealth[];
  runs: Pick<Collection<CollectionRunRecord>, "get" | "put">;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** What takes longer goes on by itself, and is not waited for. */
  timeoutMs?: number;
}

/** Shorter than a queue's claim, so that no second process begins the same cycle. */
const defaultTimeoutMs = 90_000;
/** The first cycle of a process must not keep news waiting for one slow source. */
const startTimeoutMs = 20_000;
/** Data of a source that is being asked still is this old at most, or it failed. */
const freshMs = 15 * 60_000;

/** Returns the cycles of these pollers. */
export function createCycle(options: CycleOptions): Cycle {
  const { pollers, listStreams, runs, clock, log } = options;
  let running: Promise<CollectionRunRecord> | null = null;

  const collect = async (
    poller: Poller,
    trigger: CycleRequest["trigger"],
  ): Promise<PollResult> => {
    const timeoutMs = options.timeoutMs ??
      (trigger === "start" ? startTimeoutMs : defaultTimeoutMs);
    const done = new AbortController();
    const startedMs = clock.now();
    const late = clock.wait(timeoutMs, done.signal).then(() => null);
    try {
      const result = await Promise.race([poller.collect(options.signal), late]);
      return result ?? judgeLate(poller, { nowMs: clock.now(), startedMs, trigger });
    } catch (error) {
      // One source that fails in a way nobody thought of must not end the others' cycle.
      log.error("a source broke a cycle", { source: poller.source.key, error: String(error) });
      return fail(String(error), clock.now() - startedMs);
    } finally {
      done.abort();
    }
  };

  const runOnce = async ({ runId, trigger }: CycleRequest): Promise<CollectionRunRecord> => {
    const known = await runs.get(runId);
    if (known && known.status !== "running") return known;
    const timestamp = clock.now();
    const record: CollectionRunRecord = {
      id: runId,
      trigger,
      timestamp,
      duration_ms: null,
      status: "running",
      sources: {},
      records: 0,
      signals: 0,
    };
    await runs.put(record);
    const entries = await Promise.all(
      pollers().map(async (poller) => [poller.source.key, await collect(poller, trigger)] as const),
    );
    const sources = Object.fromEntries([
      ...listStreams().map((health) => [health.source, judgeStream(health)] as const),
      ...entries,
    ]);
    const done = finish(record, sources, clock.now());
    await runs.put(done);
    log.info("a collection cycle ended", {
      run: runId,
      trigger,
      status: done.status,
      ms: done.duration_ms,
      records: done.records,
      failed: Object.keys(sources).filter((key) => sources[key]!.status === "failed"),
    });
    return done;
  };

  return {
    run(request) {
      return running ??= runOnce(request).finally(() => running = null);
    },
  };
}

/** Returns the record of a run that ended. */
function finish(
  record: CollectionRunRecord,
  sources: CollectionRunRecord["sources"],
  nowMs: number,
): CollectionRunRecord {
  const results = Object.values(sources);
  const asked = results.filter(({ status }) => wasAsked(status));
  const isFailed = asked.length > 0 && asked.every(({ status }) => status === "failed");
  return {
    ...record,
    duration_ms: nowMs - record.timestamp,
    status: isFailed ? "failed" : "done",
    sources,
    records: results.reduce((sum, { records }) => sum + records, 0),
  };
}

const fail = (error: string, duration_ms: number): PollResult => ({
  status: "failed",
  records: 0,
  error,
  duration_ms,
});

/** Says whether a result tells of a source that was asked in its cycle. */
function wasAsked(status: PollResult["status"]): boolean {
  return status === "ok" || status === "failed";
}

function judgeLate(
  poller: Poller,
  { nowMs, startedMs, trigger }: {
    nowMs: number;
    startedMs: number;
    trigger: CycleRequest["trigger"];
  },
): PollResult {
  const { lastMessageMs } = poller.health();
  if (lastMessageMs === null && trigger === "start") {
    return { status: "waiting", records: 0, duration_ms: nowMs - startedMs };
  }
  if (lastMessageMs === null || nowMs - lastMessageMs > freshMs) {
    return fail("still being asked", nowMs - startedMs);
  }
  return { status: "ok", records: 0, duration_ms: nowMs - startedMs };
}

function judgeStream({ state, detail }: CollectorHealth): PollResult {
  if (state === "live") return { status: "ok", records: 0, duration_ms: 0 };
  if (state === "connecting") return { status: "waiting", records: 0, duration_ms: 0 };
  const isSkipped = state === "disabled" || state === "market_closed";
  return isSkipped ? { status: "skipped", records: 0, duration_ms: 0 } : fail(detail, 0);
}
