/**
 * Quarantine: refused trades kept for review, the oldest leaving when it is full.
 *
 * @module
 */
import type { Trade } from "../market/mod.ts";

/** A refused trade and the checks that it failed. */
export interface QuarantinedTrade {
  id: number;
  trade: Trade;
  failed: readonly string[];
}

/** Keeps refused trades until they are released or pushed out. */
export interface Quarantine {
  add(trade: Trade, failed: readonly string[]): void;
  /** Newest first. */
  list(): QuarantinedTrade[];
  /** Takes one out for good, or null when it is not here. */
  release(id: number): QuarantinedTrade | null;
}

/** Returns a quarantine that holds at most `tradesMax` trades; 0 takes none in. */
export function createQuarantine(
  { tradesMax = 1000 }: { tradesMax?: number | (() => number) } = {},
): Quarantine {
  const getMax = typeof tradesMax === "function" ? tradesMax : () => tradesMax;
  const held = new Map<number, QuarantinedTrade>();
  let lastId = 0;
  return {
    add(trade, failed) {
      const most = getMax();
      if (most > 0) {
        const id = ++lastId;
        held.set(id, { id, trade: { ...trade }, failed });
      }
      for (const oldest of held.keys()) {
        if (held.size <= most) break;
        held.delete(oldest);
      }
    },
    list: () => [...held.values()].reverse(),
    release(id) {
      const entry = held.get(id) ?? null;
      held.delete(id);
      return entry;
    },
  };
}
