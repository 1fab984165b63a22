/**
 * What the evaluation can be told, and what its steps share.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { Thresholds } from "../signals/types.ts";
import type { WorldStore } from "../store/types.ts";
import { listUpTo } from "./read.ts";

/** Thresholds by detector; defaults stand in. Pairs' detectors are named `dex_…`. */
export type ThresholdsByType = Readonly<Record<string, Thresholds>>;

/** How to evaluate. */
export interface EvaluateOptions {
  thresholds?: ThresholdsByType;
}

/** Outcomes of earlier signals, by type, as confidence needs them. */
export type AccuracyByType = Partial<Record<SignalRecord["type"], { right: number; n: number }>>;

/** Name of the state in which `AccuracyByType` is kept. */
export const ACCURACY_STATE = "observed_accuracy";

/** Quotes in which a token's market is looked for, best first. */
const quotes = ["USDT", "USD", "USDC", "FDUSD", "BUSD"];
const SYMBOLS_MAX = 10_000;

/** Returns the active crypto symbol of each base, that with the best-known quote. */
export async function mapSymbolsByBase(store: WorldStore): Promise<Map<string, MarketSymbol>> {
  const active = await listUpTo(store.symbols, { index: "active", equals: [true] }, SYMBOLS_MAX);
  const rank = ({ quote }: MarketSymbol) => quotes.indexOf(quote) >>> 0;
  const ordered = active
    .filter(({ kind, active: isActive }) => kind === "crypto" && isActive)
    .sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? 1 : -1));
  return new Map(ordered.map((symbol) => [symbol.base, symbol]));
}

/** Returns the newest signal of a type and entity that merges no others, or null. */
export async function findPrevious(
  store: WorldStore,
  type: SignalRecord["type"],
  entity: string,
  beforeMs: number,
): Promise<SignalRecord | null> {
  const { items } = await store.signals.list({
    index: "type_entity",
    equals: [type, entity],
    to: beforeMs,
    limit: 10,
  });
  return items.find((signal) =>
    signal.type === type && signal.entity === entity && !signal.merges
  ) ?? null;
}
