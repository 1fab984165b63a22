/**
 * Restoring: where an earlier run left each symbol, with the holes that it could not mend.
 *
 * @module
 */
import { rebuildAggregator, restartBuilder, restoreBuilder } from "../bars/mod.ts";
import type { GapRecord } from "../contracts/records.ts";
import { type Bar, getBucketStart, type MarketSymbol, type Timeframe } from "../market/mod.ts";
import type { Page, RecordQuery, WorldStore } from "../store/types.ts";
import { createHole, type Hole, isMended, toGapRecord, UNCONFIRMED } from "./holes.ts";
import { type IntakeState, type SymbolState } from "./state.ts";
import { findOpen } from "./watch.ts";
import { warmSymbol } from "./warm.ts";

const PAGE_RECORDS = 500;
/** What is not mended yet; an unrepairable hole may still be, by history that comes later. */
const unmendedStatuses = ["open", "unrepairable"] as const;

/** Reads every record of a query, page by page. */
export async function listAll<T>(
  list: (query: RecordQuery) => Promise<Page<T>>,
  query: RecordQuery = {},
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await list({ ...query, limit: PAGE_RECORDS, ...(cursor && { cursor }) });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return found;
}

/** Returns the symbols that are followed. */
async function listActive(store: WorldStore): Promise<MarketSymbol[]> {
  const all = await listAll((query) => store.symbols.list(query));
  return all.filter((symbol) => symbol.active);
}

/** Returns the records of holes of base series that were never mended, by symbol. */
async function listUnmended(
  store: WorldStore,
  base: Timeframe,
): Promise<Map<string, GapRecord[]>> {
  const bySymbol = new Map<string, GapRecord[]>();
  for (const status of unmendedStatuses) {
    const records = await listAll((query) => store.gaps.list(query), {
      index: "status",
      equals: [status],
    });
    for (const record of records) {
      if (record.status !== status || record.timeframe !== base) continue;
      bySymbol.set(record.symbol, [...bySymbol.get(record.symbol) ?? [], record]);
    }
  }
  return bySymbol;
}

/** Takes up a symbol where an earlier run left it; what came in between counts as lost. */
async function restoreSymbol(
  store: WorldStore,
  state: SymbolState,
  { base, gaps }: { base: Timeframe; gaps: readonly GapRecord[] },
): Promise<void> {
  await warmSymbol(store, state);
  const { builder, symbol } = state;
  const key = { symbol, timeframe: base };
  const kept = await store.bars.getLiveBar(key);
  if (state.knownEnd >= 0) {
    const last = state.knownEnd - builder.lengthMs;
    const today = await store.bars.listBars(key, { from: getBucketStart(last, "1d") });
    rebuildAggregator(state.aggregator, today);
    restartBuilder(builder, {
      start: state.knownEnd,
      isPartial: false,
      previousClose: today.at(-1)?.close ?? 0,
    });
  }
  if (kept && kept.bar.time >= state.knownEnd) restoreBuilder(builder, kept.bar, kept.lastTradeId);
  if (kept) {
    state.ids.last = kept.lastTradeId;
    // Within the kept bucket a lower number is a repetition; later it is a new count.
    state.ids.lastEventMs = kept.bar.time + builder.lengthMs - 1;
  }
  if (builder.start >= 0) {
    const from = state.knownEnd >= 0 ? state.knownEnd : builder.start;
    state.lost = createHole(findOpen(builder, from), { reason: "restart", seenMs: from });
  }
  for (const gap of gaps) await restoreHole(store, state, gap);
}

async function restoreHole(store: WorldStore, state: SymbolState, gap: GapRecord): Promise<void> {
  const { lost, builder, symbol } = state;
  if (lost && lost.from === gap.from) {
    // The run ended while it did not see this symbol: the same hole goes on.
    lost.isRecorded = true;
    return;
  }
  const hole = createHole(gap.from, { reason: gap.reason, seenMs: gap.timestamp, to: gap.to });
  hole.status = gap.status;
  const bars = await store.bars.listBars({ symbol, timeframe: gap.timeframe }, gap);
  for (const bar of bars) if (isMending(hole, bar)) hole.mended.add(bar.time);
  if (!isMended(hole, builder.lengthMs)) {
    state.holes.push(hole);
    return;
  }
  // The bars were committed, and the run ended before it could say so.
  hole.status = "repaired";
  const { source, timeframe } = gap;
  const repairedAt = state.knownEnd;
  await store.gaps.put(toGapRecord(hole, { source, symbol, timeframe, repairedAt }));
}

/** A bar that was there and in doubt proves nothing before the exchange's own has replaced it. */
function isMending(hole: Hole, bar: Bar): boolean {
  return hole.reason !== UNCONFIRMED || bar.quality === "repaired";
}

/** Restores every followed symbol; market time goes on where the newest bar ends. */
export async function restoreSymbols(
  store: WorldStore,
  state: IntakeState,
  base: Timeframe,
): Promise<void> {
  const unmended = await listUnmended(store, base);
  for (const { symbol, exchange } of await listActive(store)) {
    const room = state.rooms.open(exchange);
    const restored = state.symbols.get(symbol) ?? state.createState(symbol, room);
    restored.source ||= exchange;
    await restoreSymbol(store, restored, { base, gaps: unmended.get(symbol) ?? [] });
    state.symbols.set(symbol, restored);
    room.marketMs = Math.max(room.marketMs, restored.knownEnd);
    state.marketMs = Math.max(state.marketMs, restored.knownEnd);
  }
}
