/**
 * What the pipeline holds in memory of each watched symbol and of each of its series.
 *
 * @module
 */
import {
  type Aggregator,
  type BarBuilder,
  createAggregator,
  createBarBuilder,
  createTradeIds,
  getRunningAggregate,
  getRunningBar,
  type TradeIds,
  type TradingHours,
} from "../bars/mod.ts";
import type { IndicatorSet } from "../indicators/mod.ts";
import type { PriceUpdate } from "../live/types.ts";
import { type Bar, type Timeframe, timeframeMs, timeframes } from "../market/mod.ts";
import { createTradeHistory, type TradeHistory, type TradeLimits } from "../quality/mod.ts";
import type { SeriesKey } from "../store/types.ts";
import { createFeatureTail, type FeatureTail } from "./features.ts";
import { createRoom, type ExchangeRoom, type Rooms } from "./rooms.ts";
import type { Hole } from "./holes.ts";
import { createLedger, type Ledger } from "./ledger.ts";

/** How many of the newest bars of a series stay in memory, to compare the exchange's with. */
export const RECENT_BARS_MAX = 8;

/** One series after the commit. */
export interface SeriesState {
  key: SeriesKey;
  lengthMs: number;
  /** Null until its stored bars were read, and again when an older bar changed. */
  indicators: IndicatorSet | null;
  /** Start of the newest committed bar, -1 before any. */
  last: number;
  recent: { bar: Bar; isConfirmed: boolean }[];
  ledger: Ledger;
  /** True once the stored bars were counted. */
  isCounted: boolean;
  /** True once detectors were given a bar of it. */
  isLookedAt: boolean;
  tail: FeatureTail;
}

/** One watched symbol. */
export interface SymbolState {
  symbol: string;
  source: string;
  /** The exchange on which it is traded. */
  room: ExchangeRoom;
  /** True when its bars are polled, as its source tells no trades. */
  isPolled: boolean;
  history: TradeHistory;
  ids: TradeIds;
  builder: BarBuilder;
  aggregator: Aggregator;
  /** Completed bars that the aggregator has not yet folded in. */
  unfolded: Bar[];
  series: Map<Timeframe, SeriesState>;
  /** The hole we are in, or null while watching. */
  lost: Hole | null;
  /** Bounded holes that are not yet mended. */
  holes: Hole[];
  /** Starts of bars that we closed and the exchange has not spoken of yet. */
  unconfirmed: Set<number>;
  /** End of the newest bar that was stored before we began to watch. */
  knownEnd: number;
  price: PriceUpdate | null;
  /** Event time at which running bars were last published. */
  publishedMs: number;
  /** True when the running bar changed since it was last kept. */
  isDirty: boolean;
  /** Closes of the last hours by start of their bar, for the change over 24 h. */
  hourCloses: Map<number, number>;
  /** Trades judged when the last quality row was written. */
  qualityTrades: number;
}

/** Returns a symbol nothing is known of. */
export function createSymbolState(
  symbol: string,
  { base, freshnessMs, aheadMs, limits, room = createRoom("") }: {
    base: Timeframe;
    freshnessMs: number;
    aheadMs: number;
    limits?: Readonly<TradeLimits> | undefined;
    room?: ExchangeRoom;
  },
): SymbolState {
  const { hours } = room;
  return {
    symbol,
    source: "",
    room,
    isPolled: false,
    history: createTradeHistory({ freshnessMs, aheadMs, limits }),
    ids: createTradeIds(),
    builder: createBarBuilder(base, hours),
    aggregator: createAggregator(base, hours),
    unfolded: [],
    series: new Map(
      timeframes.map((timeframe) => [timeframe, createSeriesState(symbol, timeframe, hours)]),
    ),
    lost: null,
    holes: [],
    unconfirmed: new Set(),
    knownEnd: -1,
    price: null,
    publishedMs: -Infinity,
    isDirty: false,
    hourCloses: new Map(),
    qualityTrades: 0,
  };
}

function createSeriesState(
  symbol: string,
  timeframe: Timeframe,
  hours: TradingHours | null,
): SeriesState {
  return {
    key: { symbol, timeframe },
    lengthMs: timeframeMs[timeframe],
    indicators: null,
    last: -1,
    recent: [],
    ledger: createLedger(timeframeMs[timeframe], hours),
    isCounted: false,
    isLookedAt: false,
    tail: createFeatureTail(),
  };
}

/** Returns a symbol's series of `timeframe`. */
export function getSeries(state: SymbolState, timeframe: Timeframe): SeriesState {
  return state.series.get(timeframe)!;
}

/** Returns the series of `timeframe` and, of the base, those that are folded from it. */
export function listFolded(state: SymbolState, timeframe: Timeframe): SeriesState[] {
  const { base, buckets } = state.aggregator;
  const folded = timeframe === base ? buckets.map((bucket) => bucket.timeframe) : [];
  return [timeframe, ...folded].map((one) => getSeries(state, one));
}

/** Returns the running bar of a symbol in any timeframe, or null. */
export function getRunning(state: SymbolState, timeframe: Timeframe): Bar | null {
  const running = getRunningBar(state.builder);
  if (!running) return null;
  if (timeframe === state.aggregator.base) return running;
  return getRunningAggregate(state.aggregator, timeframe, [...state.unfolded, running]);
}

/** Keeps a committed bar among the newest of its series. */
export function rememberBar(series: SeriesState, bar: Bar, isConfirmed: boolean): void {
  const index = series.recent.findIndex((entry) => entry.bar.time === bar.time);
  if (index >= 0) series.recent[index] = { bar, isConfirmed };
  else series.recent.push({ bar, isConfirmed });
  if (series.recent.length > RECENT_BARS_MAX) series.recent.shift();
}

const HOUR_MS = 3_600_000;
/** The change over 24 h looks back 25 bars; a few more cost nothing. */
const HOUR_CLOSES_MAX = 30;

/** Keeps the close of a 1h bar for the change over 24 h. */
export function noteHourClose(state: SymbolState, time: number, close: number): void {
  state.hourCloses.set(time, close);
  if (state.hourCloses.size <= HOUR_CLOSES_MAX) return;
  state.hourCloses.delete(Math.min(...state.hourCloses.keys()));
}

/** Returns the change over 24 h in percent (5 means 5 %), or null where no bar tells. */
export function getPriceChange(state: SymbolState, price: number, nowMs: number): number | null {
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const before = state.room.hours
    ? findHourClose(state, hour - 25 * HOUR_MS)
    : state.hourCloses.get(hour - 25 * HOUR_MS);
  return before === undefined ? null : (price / before - 1) * 100;
}

/** Where a market closes, the price of a day ago is the last one told by then. */
function findHourClose({ hourCloses }: SymbolState, hour: number): number | undefined {
  let newest = -Infinity;
  for (const time of hourCloses.keys()) if (time <= hour && time > newest) newest = time;
  return hourCloses.get(newest);
}

/** What intake and pipeline share. */
export interface IntakeState {
  symbols: Map<string, SymbolState>;
  createState(symbol: string, room: ExchangeRoom): SymbolState;
  rooms: Rooms;
  /** Highest event time that came in of any exchange, and highest tick of all together. */
  marketMs: number;
  tickMs: number;
  counts: { trades: number; rejected: number; late: number; duplicates: number };
}
