/**
 * How a collector is: one record a source, for the store and the health endpoints.
 *
 * @module
 */
import type { BreakerState } from "../lib/resilience/mod.ts";

/** What a collector is doing. */
export type CollectorState = "connecting" | "live" | "reconnecting" | "stopped" | "blocked";

/** The health of one collector. */
export interface CollectorHealth {
  source: string;
  state: CollectorState;
  /** When the last message or answer came, epoch ms by our clock; null before the first. */
  lastMessageMs: number | null;
  /** How often a connection had to be made again since the start. */
  reconnects: number;
  /** Messages that were not what the source documents. */
  parseErrors: number;
  breaker: BreakerState;
  /** Plain words for people: why it is not live, which host answers. */
  detail: string;
  /** When it tries again, epoch ms; absent while it is live. */
  retryAtMs?: number;
}

/** Returns the health of a collector that has not begun. */
export function createHealth(source: string): CollectorHealth {
  return {
    source,
    state: "connecting",
    lastMessageMs: null,
    reconnects: 0,
    parseErrors: 0,
    breaker: "CLOSED",
    detail: "connecting",
  };
}
