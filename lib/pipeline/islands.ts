/**
 * Stretches of the past that were fetched by themselves: kept, so that a later start counts them as
 * this one does.
 *
 * @module
 */
import { timeframeMs } from "../market/mod.ts";
import type { SeriesKey, WorldStore } from "../store/types.ts";
import type { Completed } from "./batch.ts";
import { noteIsland, type Stretch } from "./ledger.ts";
import { getSeries, type SeriesState, type SymbolState } from "./state.ts";

type Fetched = Extract<Completed, { kind: "history" }>;

const getName = ({ symbol, timeframe }: SeriesKey) => `islands:${symbol}:${timeframe}`;

/** Returns the islands of a series as they were kept. */
export async function readIslands(
  store: Pick<WorldStore, "getState">,
  series: SeriesKey,
): Promise<Stretch[]> {
  return await store.getState<Stretch[]>(getName(series)) ?? [];
}

/** Notes the stretches of backfills in the ledgers of their series, and keeps them. */
export async function noteIslands(
  store: Pick<WorldStore, "putState">,
  items: readonly Completed[],
): Promise<void> {
  const changed = new Set<SeriesState>();
  for (const item of items) {
    if (item.kind !== "history" || !item.isBackfill) continue;
    for (const series of noteFetched(item)) changed.add(series);
  }
  await Promise.all(
    [...changed].map(({ key, ledger }) => store.putState(getName(key), ledger.islands)),
  );
}

/** Returns the series whose islands changed: the fetched one, and those folded from it. */
function noteFetched({ state, timeframe, bars }: Fetched): SeriesState[] {
  const series = getSeries(state, timeframe);
  const first = bars[0]!.time;
  const to = bars.at(-1)!.time + series.lengthMs;
  const changed = note(series, { from: first, to }) ? [series] : [];
  if (timeframe !== state.aggregator.base) return changed;
  const whole = series.ledger.islands.find((one) => one.from <= first && first < one.to);
  return [...changed, ...noteFolded(state, whole ?? { from: first, to })];
}

/** Of longer bars only those count whose parts all lie within the stretch. */
function noteFolded(state: SymbolState, { from, to }: Stretch): SeriesState[] {
  return state.aggregator.buckets.flatMap(({ timeframe }) => {
    const lengthMs = timeframeMs[timeframe];
    const stretch = {
      from: Math.ceil(from / lengthMs) * lengthMs,
      to: Math.floor(to / lengthMs) * lengthMs,
    };
    const series = getSeries(state, timeframe);
    return stretch.from < stretch.to && note(series, stretch) ? [series] : [];
  });
}

function note({ ledger }: SeriesState, stretch: Stretch): boolean {
  const before = JSON.stringify(ledger.islands);
  noteIsland(ledger, stretch);
  return JSON.stringify(ledger.islands) !== before;
}
