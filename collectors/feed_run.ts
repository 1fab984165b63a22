/**
 * One feed at work: its rounds, its waits, and what is known of it.
 *
 * @module
 */
import { type Backoff, BreakerOpenError, createBackoff } from "../lib/resilience/mod.ts";
import type { CollectorState, FeedHealth } from "./health.ts";
import {
  fetchJson,
  GeoBlockedError,
  type HttpOptions,
  isRefused,
  NotRecordedError,
  RateLimitedError,
  SourceAnswerError,
} from "./http.ts";
import type { PollOptions } from "./poll_options.ts";
import { BudgetError } from "./queue.ts";
import {
  type Feed,
  type PollSource,
  SourceParseError,
  type SourceRecords,
  type SourceRequest,
} from "./source.ts";
import { defaultTuning } from "./tuning.ts";

/** A feed at work. */
export interface FeedRun {
  feed: Feed;
  /** Asks at its pace until `signal` is aborted. Never rejects. */
  loop(signal: AbortSignal): Promise<void>;
  /** Asks now, or joins the round under way; resolves with how many records that gave. */
  ask(signal: AbortSignal): Promise<number>;
  /** Says whether it is to be asked by `atMs`, or failed last time. */
  isDue(atMs: number): boolean;
  /** What the last round cost; that of one request before the first. */
  cost(): { weight: number; credits: number };
  /** Takes over what an earlier process knew; before the first round only. */
  recall(known: readonly FeedHealth[]): void;
  health(): FeedHealth;
}

/** What a feed needs of its poller. */
export interface FeedRunOptions extends PollOptions {
  counts: { reconnects: number; parseErrors: number };
  report(): void;
  /** Why it is not asked at all, or null. */
  offReason(): string | null;
  /** How long to the next round, ms. */
  getInterval(): Promise<number>;
}

/** A budget that is spent for longer is looked at again after this long. */
const budgetRetryMs = 3_600_000;
const offRetryMs = 60_000;
/** A clock that was set back by less does not matter. */
const clockStepMs = 1_000;
const closedCadenceMs = 30 * 60_000;

/** How a round ended. */
interface Round {
  records: number;
  succeeded: number;
  failed: number;
  error: unknown;
}

/** Returns the run of one feed; nothing is asked before `loop` or `ask`. */
export function createFeedRun(source: PollSource, feed: Feed, options: FeedRunOptions): FeedRun {
  return new PolledFeed(source, feed, options);
}

class PolledFeed implements FeedRun {
  readonly #source: PollSource;
  readonly #options: FeedRunOptions;
  /** Counts in parts of the first wait, which may be set anew meanwhile. */
  readonly #backoff: Backoff = createBackoff({ initialMs: 1, maxMs: 1e9 });
  #asking: Promise<number> | null = null;
  #cost: { weight: number; credits: number } | null = null;
  #health: FeedHealth;
  /** How long the next round was put off, to notice a clock that was set back. */
  #putOffMs: number;
  /** Ends the wait for the next round. */
  #wake = new AbortController();

  constructor(source: PollSource, readonly feed: Feed, options: FeedRunOptions) {
    this.#source = source;
    this.#options = options;
    this.#putOffMs = feed.cadenceMs;
    this.#health = {
      name: feed.name,
      state: "connecting",
      lastSuccessMs: null,
      nextMs: null,
      error: null,
      records: 0,
      cadenceMs: feed.cadenceMs,
    };
  }

  health(): FeedHealth {
    return this.#health.state === "disabled" ? { ...this.#health, nextMs: null } : this.#health;
  }

  recall(known: readonly FeedHealth[]): void {
    if (this.#cost !== null) return;
    const recalled = recallFeed(this.feed, known, this.#options.clock.now());
    this.#health = { ...this.#health, ...recalled };
  }

  cost(): { weight: number; credits: number } {
    return this.#cost ?? { weight: 1, credits: 0 };
  }

  isDue(atMs: number): boolean {
    const { nextMs, state } = this.#health;
    return nextMs === null || state === "reconnecting" || atMs >= nextMs;
  }

  ask(signal: AbortSignal): Promise<number> {
    return this.#asking ??= this.#askOnce(signal)
      .catch((error) => {
        this.#fail(error);
        return 0;
      })
      .finally(() => this.#asking = null);
  }

  async loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = this.#getWait();
      if (waitMs <= 0) {
        await this.ask(signal);
        continue;
      }
      this.#wake = new AbortController();
      await this.#options.clock.wait(waitMs, AbortSignal.any([signal, this.#wake.signal]));
    }
    this.#update({ state: "stopped", nextMs: null });
  }

  /** How long until the next round; a clock that was set back does not make it longer. */
  #getWait(): number {
    const { nextMs } = this.#health;
    if (nextMs === null) return 0;
    const waitMs = nextMs - this.#options.clock.now();
    return waitMs > this.#putOffMs + clockStepMs ? 0 : waitMs;
  }

  async #askOnce(signal: AbortSignal): Promise<number> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    const off = this.#options.offReason();
    if (off !== null) {
      this.#putOff(offRetryMs, { state: "disabled", error: off });
      return 0;
    }
    if (this.#health.state === "blocked") this.#options.http.hosts.unblock();
    const round = await runRound(this.#source, this.feed, {
      options: this.#options,
      signal,
      onCost: (sum) => this.#cost = sum,
      onAnswer: () => this.#health = { ...this.#health, lastSuccessMs: clock.now() },
    });
    if (signal.aborted) return round.records;
    const isFine = round.succeeded > 0 || round.error === null;
    if (isFine) await this.#succeed(round, clock.now() - startedMs);
    else this.#fail(round.error);
    return round.records;
  }

  /** The next round is counted from the begin of this one, which took `tookMs`. */
  async #succeed(round: Round, tookMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#backoff.reset();
    const cadenceMs = await this.#options.getInterval().catch((error) => this.#noteBudget(error));
    const now = clock.now();
    const isClosed = isMarketClosed(this.#source, now);
    const paceMs = isClosed
      ? Math.max(cadenceMs, getClosedWait(this.#source, now, cadenceMs))
      : cadenceMs;
    const waitMs = paceMs - Math.max(0, Math.min(tookMs, paceMs / 2));
    const total = round.succeeded + round.failed;
    this.#putOff(waitMs, {
      state: isClosed ? "market_closed" : "live",
      // A feed that had nothing to ask is as good as answered.
      lastSuccessMs: round.succeeded > 0 ? this.#health.lastSuccessMs : now,
      error: round.failed > 0
        ? `${round.failed} of ${total} requests failed: ${getWords(round.error)}`
        : null,
      records: round.records,
      cadenceMs: Math.round(cadenceMs),
    });
  }

  #noteBudget(error: unknown): number {
    const { key } = this.#source;
    this.#options.log.warn("a budget could not be read", { source: key, error: String(error) });
    return this.feed.cadenceMs;
  }

  #fail(error: unknown): void {
    const { clock, log, counts } = this.#options;
    const { retryMs, retryMaxMs, blockedRetryMs } = this.#options.getTuning?.() ?? defaultTuning;
    const longestMs = Math.max(retryMaxMs, this.feed.cadenceMs);
    const backoffMs = Math.min(longestMs, this.#backoff.next(clock.random()) * retryMs);
    const waitMs = Math.max(backoffMs, getRetryAfterMs(error, this.feed, blockedRetryMs));
    counts.reconnects++;
    if (error instanceof SourceParseError) counts.parseErrors++;
    log.warn("a poll failed", {
      source: this.#source.key,
      feed: this.feed.name,
      attempt: this.#backoff.attempts(),
      waitMs,
      error: String(error),
    });
    const state = getFailedState(error);
    this.#putOff(waitMs, { state, error: getWords(error), records: 0 });
  }

  #putOff(ms: number, change: Partial<FeedHealth>): void {
    this.#putOffMs = ms;
    this.#update({ ...change, nextMs: Math.round(this.#options.clock.now() + ms) });
    this.#wake.abort();
  }

  #update(change: Partial<FeedHealth>): void {
    this.#health = { ...this.#health, ...change };
    this.#options.report();
  }
}

/** What an earlier process was told lately need not be asked again at once. */
function recallFeed(
  feed: Feed,
  known: readonly FeedHealth[],
  nowMs: number,
): Partial<FeedHealth> {
  const { lastSuccessMs = null, records = 0 } = known.find(({ name }) => name === feed.name) ?? {};
  if (lastSuccessMs === null || lastSuccessMs > nowMs) return {};
  const nextMs = lastSuccessMs + feed.cadenceMs;
  return nextMs > nowMs ? { state: "live", lastSuccessMs, nextMs, records } : { lastSuccessMs };
}

/** Asks everything once; goes on after a failure, and keeps the first. */
async function runRound(
  source: PollSource,
  feed: Feed,
  { options, signal, onCost, onAnswer }: {
    options: FeedRunOptions;
    signal: AbortSignal;
    onAnswer(): void;
    onCost(cost: { weight: number; credits: number }): void;
  },
): Promise<Round> {
  const round: Round = { records: 0, succeeded: 0, failed: 0, error: null };
  let requests: SourceRequest[];
  try {
    requests = feed.requests(await options.readContext());
  } catch (error) {
    return { ...round, failed: 1, error };
  }
  onCost({
    weight: requests.reduce((sum, { weight }) => sum + weight, 0),
    credits: requests.reduce((sum, { credits = 0 }) => sum + credits, 0),
  });
  for (const request of requests) {
    if (signal.aborted) break;
    try {
      const http = { ...options.http, urgency: feed.priority, signal };
      round.records += await askFeed(source, feed, request, { ...options, http });
      round.succeeded++;
      onAnswer();
    } catch (error) {
      if (error instanceof NotRecordedError) continue;
      round.failed++;
      round.error ??= error;
      // The next request would only wait for the same reason.
      if (isAboutAll(error)) break;
    }
  }
  return round;
}

/**
 * Sends one request of a feed and keeps what the answer told; returns how many records that were.
 *
 * @throws Whatever `fetchJson`, the feed's parser and the store throw.
 */
export async function askFeed(
  source: PollSource,
  feed: Feed,
  request: SourceRequest,
  { http, apiKey, usage, put, clock }: Pick<PollOptions, "apiKey" | "usage" | "put" | "clock"> & {
    http: HttpOptions;
  },
): Promise<number> {
  let recordedMs: number | undefined;
  const body = await fetchJson(addKey(source, request, apiKey), {
    ...http,
    format: feed.format ?? "json",
    onAnswer(report) {
      recordedMs = report.recordedMs;
      usage?.note(source.key, feed.name, report);
    },
  });
  const nowMs = clock.now();
  const records = feed.parse(body, { receivedMs: recordedMs ?? nowMs, request });
  return await put(recordedMs === undefined ? records : noteWritten(records, nowMs));
}

/** What a recording tells was true when it was recorded, and is written now. */
function noteWritten(records: SourceRecords, nowMs: number): SourceRecords {
  return Object.fromEntries(
    Object.entries(records).map(([kind, rows]: [string, readonly object[]]) => [
      kind,
      rows.map((row) => "created_at" in row ? { ...row, created_at: nowMs } : row),
    ]),
  );
}

/** Adds what tells the source who asks. */
function addKey(source: PollSource, request: SourceRequest, apiKey = ""): SourceRequest {
  const { apiKey: key } = source;
  if (!key || apiKey === "") return request;
  const query = key.query ? String(new URLSearchParams(key.query(apiKey))) : "";
  const mark = request.path.includes("?") ? "&" : "?";
  return {
    ...request,
    path: query === "" ? request.path : `${request.path}${mark}${query}`,
    headers: { ...request.headers, ...key.headers(apiKey) },
  };
}

const isAboutAll = (error: unknown) =>
  error instanceof BreakerOpenError || error instanceof GeoBlockedError ||
  error instanceof RateLimitedError || error instanceof BudgetError || isRefused(error);

function getFailedState(error: unknown): CollectorState {
  return error instanceof GeoBlockedError || isRefused(error) ? "blocked" : "reconnecting";
}

function getRetryAfterMs(error: unknown, feed: Feed, blockedRetryMs: number): number {
  if (error instanceof RateLimitedError) return error.retryAfterMs;
  if (error instanceof BreakerOpenError) return Math.min(error.retryAfterMs, blockedRetryMs);
  if (error instanceof BudgetError) return Math.min(error.retryAfterMs, budgetRetryMs);
  if (getFailedState(error) === "blocked") return blockedRetryMs;
  // What the source calls our mistake is the same mistake a second later.
  const isOurs = error instanceof SourceAnswerError && error.status >= 400 && error.status < 500;
  return isOurs ? feed.cadenceMs : 0;
}

const getWords = (error: unknown) => error instanceof Error ? error.message : String(error);

function isMarketClosed({ calendar }: PollSource, nowMs: number): boolean {
  try {
    return calendar !== undefined && !calendar.isOpen(nowMs);
  } catch (error) {
    // Beyond the table of sessions nobody knows: it is asked as if it were open.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** While its market is closed a feed waits longer, but not past the opening. */
function getClosedWait(
  { calendar, closedCadenceMs: ms = closedCadenceMs }: PollSource,
  nowMs: number,
  cadenceMs: number,
): number {
  try {
    const opensInMs = calendar!.getSession(nowMs).openMs - nowMs;
    return opensInMs > 0 ? Math.min(ms, opensInMs + Math.min(cadenceMs, 60_000)) : ms;
  } catch (error) {
    // Beyond the table of sessions only the pace of a closed market is known.
    if (error instanceof RangeError) return ms;
    throw error;
  }
}
