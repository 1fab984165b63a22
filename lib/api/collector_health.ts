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

/** Returns a feed that publishes on the channel `health` of `live`, and counts how breakers move. */
export function createHealthFeed(
  live: Pick<LivePublisher, "publish">,
  metrics?: Pick<Metrics, "count">,
): HealthFeed {
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
      const before = newest.get(health.source);
      newest.set(health.source, health);
      // A collector reports with each message; only a change is worth telling.
      if (before?.status === health.status && before.detail === health.detail) return;
      live.publish("health", health);
    },
    list: () => [...newest.values()],
  };
}
