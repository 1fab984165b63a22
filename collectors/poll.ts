/**
 * Polling, once for all feeds: asks at the feed's cadence and survives whatever it answers.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BreakerOpenError, createBackoff } from "../lib/resilience/mod.ts";
import { type CollectorHealth, createHealth } from "./health.ts";
import { fetchJson, GeoBlockedError, type HttpOptions, RateLimitedError } from "./http.ts";
import {
  type Feed,
  type FeedContext,
  type PollSource,
  SourceParseError,
  type SourceRecords,
} from "./source.ts";

/** What polling needs. */
export interface PollOptions {
  /** Headers that carry the key. */
  headers?: Record<string, string>;
  /** What the feed may know, read anew each round. */
  readContext(): Promise<FeedContext>;
  http: HttpOptions;
  put(records: SourceRecords): Promise<unknown>;
  clock: Clock;
  log: Logger;
  onHealth(health: CollectorHealth): void;
  signal: AbortSignal;
}

/** Hosts that refuse our region are tried again after this long. */
const blockedRetryMs = 15 * 60_000;

/** Polls one feed until `signal` is aborted. Never rejects. */
export async function runPoll(
  source: PollSource,
  feed: Feed,
  options: PollOptions,
): Promise<void> {
  const { clock, log, onHealth, signal } = options;
  const backoff = createBackoff({ initialMs: 1_000, maxMs: Math.max(60_000, feed.cadenceMs) });
  let health = createHealth(source.key);
  const report = (change: Partial<CollectorHealth>) => {
    const { retryAtMs: _old, ...rest } = health;
    health = { ...rest, breaker: options.http.breaker.getState(clock.now()), ...change };
    onHealth(health);
  };
  while (!signal.aborted) {
    const error = await runRound(feed, options);
    if (signal.aborted) break;
    if (error === null) {
      backoff.reset();
      report({ state: "live", lastMessageMs: clock.now(), detail: "answers" });
      await clock.wait(feed.cadenceMs, signal);
      continue;
    }
    const waitMs = Math.max(backoff.next(), getRetryAfterMs(error));
    log.warn("a poll failed", {
      source: source.key,
      feed: feed.name,
      attempt: backoff.attempts(),
      waitMs,
      error: String(error),
    });
    const isBlocked = error instanceof GeoBlockedError;
    report({
      state: isBlocked ? "blocked" : "reconnecting",
      reconnects: health.reconnects + 1,
      parseErrors: health.parseErrors + (error instanceof SourceParseError ? 1 : 0),
      detail: error instanceof Error ? error.message : String(error),
      retryAtMs: clock.now() + waitMs,
    });
    await clock.wait(waitMs, signal);
    if (isBlocked) options.http.hosts.unblock();
  }
  report({ state: "stopped", detail: "stopped" });
}

/** Asks everything once; returns the first error, after having tried all, or null. */
async function runRound(feed: Feed, options: PollOptions): Promise<unknown> {
  const { http, clock, put, signal, headers } = options;
  let first: unknown = null;
  let context: FeedContext;
  try {
    context = await options.readContext();
  } catch (error) {
    return error;
  }
  for (const request of feed.requests(context)) {
    if (signal.aborted) break;
    try {
      const sent = { ...request, headers: { ...request.headers, ...headers } };
      const body = await fetchJson(sent, { ...http, signal });
      await put(feed.parse(body, { receivedMs: clock.now(), request }));
    } catch (error) {
      first ??= error;
    }
  }
  return first;
}

function getRetryAfterMs(error: unknown): number {
  if (error instanceof RateLimitedError) return error.retryAfterMs;
  if (error instanceof BreakerOpenError) return Math.min(error.retryAfterMs, blockedRetryMs);
  return error instanceof GeoBlockedError ? blockedRetryMs : 0;
}
