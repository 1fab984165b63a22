/**
 * Polling, once for all sources: asks at the source's cadence and survives whatever it answers.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { MarketDataRecord } from "../lib/contracts/records.ts";
import type { Logger } from "../lib/log.ts";
import { BreakerOpenError, createBackoff } from "../lib/resilience/mod.ts";
import { type CollectorHealth, createHealth } from "./health.ts";
import { fetchJson, GeoBlockedError, type HttpOptions, RateLimitedError } from "./http.ts";
import { type PollSource, SourceParseError } from "./source.ts";

/** What polling needs. */
export interface PollOptions {
  /** What to ask for, read anew each round. */
  entities(): readonly string[];
  /** Called before each round, such as to read the symbols again. */
  prepare?(): Promise<void>;
  http: HttpOptions;
  putMarketData(records: readonly MarketDataRecord[]): Promise<void>;
  clock: Clock;
  log: Logger;
  onHealth(health: CollectorHealth): void;
  signal: AbortSignal;
}

/** Hosts that refuse our region are tried again after this long. */
const blockedRetryMs = 15 * 60_000;

/** Polls until `signal` is aborted. Never rejects. */
export async function runPoll(source: PollSource, options: PollOptions): Promise<void> {
  const { clock, log, onHealth, signal } = options;
  const backoff = createBackoff({ initialMs: 1_000, maxMs: Math.max(60_000, source.cadenceMs) });
  let health = createHealth(source.key);
  const report = (change: Partial<CollectorHealth>) => {
    const { retryAtMs: _old, ...rest } = health;
    health = { ...rest, breaker: options.http.breaker.getState(clock.now()), ...change };
    onHealth(health);
  };
  while (!signal.aborted) {
    const error = await runRound(source, options);
    if (signal.aborted) break;
    if (error === null) {
      backoff.reset();
      report({ state: "live", lastMessageMs: clock.now(), detail: "answers" });
      await clock.wait(source.cadenceMs, signal);
      continue;
    }
    const waitMs = Math.max(backoff.next(), getRetryAfterMs(error));
    log.warn("a poll failed", {
      source: source.key,
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
async function runRound(source: PollSource, options: PollOptions): Promise<unknown> {
  const { http, clock, putMarketData, signal } = options;
  let first: unknown = null;
  try {
    await options.prepare?.();
  } catch (error) {
    return error;
  }
  for (const request of source.requests(options.entities())) {
    if (signal.aborted) break;
    try {
      const body = await fetchJson(request, { ...http, signal });
      await putMarketData(source.parse(body, clock.now()));
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
