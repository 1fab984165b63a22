/**
 * The health of collectors as clients are told it: in the health endpoints, and live when it
 * changes.
 *
 * @module
 */
import type { CollectorHealth, HealthState } from "../contracts/health.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Metrics } from "../metrics.ts";
import { hideReasons } from "./reasons.ts";

/** What a collector says of itself. */
export interface CollectorReport {
  source: string;
  /** `live`, `connecting`, `reconnecting`, or another word for not working. */
  state: string;
  lastMessageMs: number | null;
  detail?: string;
  /** State of its circuit breaker. */
  breaker?: string;
}

/** Tells clients when a collector's health changes, and keeps the newest of each. */
export interface HealthFeed {
  note(report: CollectorReport): void;
  /** For those who join the channel. */
  list(): CollectorHealth[];
  /** How much of the time since it first answered or failed a source was healthy. */
  getUptime(source: string): Uptime;
}

/** How much of a time a source was up. */
export interface Uptime {
  /** From 0 to 1; null while nothing is known. */
  share: number | null;
  /** Since when it is counted, epoch ms of the wall; null before. */
  sinceMs: number | null;
}

/** What a source was, counted up to `atMs`. */
interface Watch {
  sinceMs: number;
  atMs: number;
  upMs: number;
  isUp: boolean;
}

/** How well a collector is in each state; in any other it is down. */
const statuses: Readonly<Record<string, HealthState>> = {
  live: "healthy",
  // Nothing is to be received, and nothing is missing.
  market_closed: "healthy",
  connecting: "degraded",
  reconnecting: "degraded",
};

/** Returns a collector's report in the words of the contract, without addresses. */
export function describeCollector(report: CollectorReport): CollectorHealth {
  return { ...hideReasons(report), status: statuses[report.state] ?? "down" };
}

/** Before it first answers or fails, and while it is switched off, a source is neither up nor down. */
const uncounted: readonly string[] = ["connecting", "disabled", "stopped"];

/** Returns a meter of how long each source was healthy; a clock that goes back counts nothing. */
function createUptimeMeter(now: () => number) {
  const watches = new Map<string, Watch>();
  const count = (watch: Watch, nowMs: number) => {
    const spanMs = Math.max(0, nowMs - watch.atMs);
    return { ...watch, atMs: nowMs, upMs: watch.upMs + (watch.isUp ? spanMs : 0) };
  };
  return {
    note(source: string, state: string, status: HealthState): void {
      const nowMs = now();
      const watch = watches.get(source);
      if (state === "disabled") watches.delete(source);
      else if (watch) watches.set(source, { ...count(watch, nowMs), isUp: status === "healthy" });
      else if (!uncounted.includes(state)) {
        const isUp = status === "healthy";
        watches.set(source, { sinceMs: nowMs, atMs: nowMs, upMs: 0, isUp });
      }
    },
    read(source: string): Uptime {
      const watch = watches.get(source);
      if (!watch) return { share: null, sinceMs: null };
      const { sinceMs, atMs, upMs, isUp } = count(watch, now());
      const allMs = atMs - sinceMs;
      return { share: allMs > 0 ? Math.min(1, upMs / allMs) : Number(isUp), sinceMs };
    },
  };
}

/**
 * Returns a feed that publishes on the channel `health` of `live`, counts how breakers move, and
 * measures uptime by `now`, the wall's time.
 */
export function createHealthFeed(
  live: Pick<LivePublisher, "publish">,
  metrics?: Pick<Metrics, "count">,
  now: () => number = () => 0,
): HealthFeed {
  const uptimes = createUptimeMeter(now);
  const newest = new Map<string, CollectorHealth>();
  const breakers = new Map<string, string>();
  const noteBreaker = ({ source, breaker }: CollectorReport) => {
    if (breaker === undefined) return;
    const isMoved = (breakers.get(source) ?? "CLOSED") !== breaker;
    if (isMoved) metrics?.count("circuit_breaker_transitions", 1, { source });
    breakers.set(source, breaker);
  };
  return {
    note(report) {
      noteBreaker(report);
      const health = describeCollector(report);
      uptimes.note(report.source, report.state, health.status);
      const before = newest.get(health.source);
      newest.set(health.source, health);
      // A collector reports with each message; only a change is worth telling.
      if (before?.status === health.status && before.detail === health.detail) return;
      live.publish("health", health);
    },
    list: () => [...newest.values()],
    getUptime: (source) => uptimes.read(source),
  };
}
