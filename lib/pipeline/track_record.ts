/**
 * How signals of each type have done so far, as the confidence of new ones needs it.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import { summariseOutcomes } from "../signals/mod.ts";

/**
 * Outcomes count from this long after their market time. Symbols close the same hour one after the
 * other; by then all have, so what counts does not depend on who was first.
 */
const SETTLED_MS = 2 * 3_600_000;

/** What came of signals. */
export interface TrackRecord {
  /** Adds an outcome; the same one twice counts once. */
  add(outcome: OutcomeRecord): void;
  /** Returns how signals of a type had done by market time `atMs`, or null without any. */
  read(type: SignalRecord["type"], atMs: number): { right: number; n: number } | null;
}

/** Returns an empty track record. */
export function createTrackRecord(): TrackRecord {
  const byType = new Map<SignalRecord["type"], Map<string, OutcomeRecord>>();
  const cached = new Map<
    SignalRecord["type"],
    { atMs: number; found: { right: number; n: number } | null }
  >();
  return {
    add(outcome) {
      const { signalType, id } = outcome;
      const known = byType.get(signalType) ?? new Map<string, OutcomeRecord>();
      byType.set(signalType, known.set(id, outcome));
      cached.delete(signalType);
    },
    read(type, atMs) {
      const kept = cached.get(type);
      if (kept?.atMs === atMs) return kept.found;
      const settled = [...byType.get(type)?.values() ?? []].filter(({ timestamp }) =>
        timestamp + SETTLED_MS <= atMs
      );
      const { n, right } = summariseOutcomes(settled).overall;
      const found = n === 0 ? null : { right, n };
      cached.set(type, { atMs, found });
      return found;
    },
  };
}
