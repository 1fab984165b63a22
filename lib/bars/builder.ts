/**
 * Trades to bars: folds each trade into the open bucket, which ends by a trade or by the clock.
 *
 * @module
 */
import { type Bar, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { TradingHours } from "./hours.ts";

/** No more quiet bars than this (a week of minutes) are filled in one step. */
const FILLED_BARS_MAX = 10_080;

/** One symbol's open bucket. Times are epoch ms by the exchange's clock. */
export interface BarBuilder {
  /** Start of the open bucket; trades before it are late. -1 until the first trade. */
  start: number;
  /** True when the bucket was not watched from its start, so that its bar is not ours to close. */
  isPartial: boolean;
  hasTrades: boolean;
  open: number;
  high: number;
  low: number;
  close: number;
  /** Sum of sizes, and what rounding took from it (Neumaier). */
  volume: number;
  volumeError: number;
  /** When the first and the newest trade of the bucket happened, with their numbers. */
  openMs: number;
  openId: number;
  closeMs: number;
  closeId: number;
  /** Close of the bucket before, at which a quiet one is filled; 0 while unknown. */
  previousClose: number;
  readonly lengthMs: number;
  /** When its market is open; null when it never closes. */
  readonly hours: TradingHours | null;
}

/** Returns a builder that waits for its first trade; outside `hours` no quiet bar is filled. */
export function createBarBuilder(
  timeframe: Timeframe = "1m",
  hours: TradingHours | null = null,
): BarBuilder {
  return {
    start: -1,
    isPartial: false,
    hasTrades: false,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
    volumeError: 0,
    openMs: 0,
    openId: 0,
    closeMs: 0,
    closeId: 0,
    previousClose: 0,
    lengthMs: timeframeMs[timeframe],
    hours,
  };
}

/**
 * Folds one trade in; completed bars (its predecessor, and quiet ones between) go to `onClosed`,
 * oldest first. Within a bucket the order of arrival does not matter. Returns false when the trade
 * is late: its bucket is closed, and stays as it is.
 */
export function addTrade(
  builder: BarBuilder,
  trade: { price: number; size: number; eventMs: number; tradeId: number },
  onClosed: (bar: Bar) => void,
): boolean {
  const { price, size, eventMs, tradeId } = trade;
  if (builder.start < 0) builder.start = getStart(builder, eventMs);
  if (eventMs < builder.start) return false;
  if (eventMs >= builder.start + builder.lengthMs) advanceBuilder(builder, eventMs, onClosed);
  if (!builder.hasTrades) {
    openBucket(builder, price, size, eventMs, tradeId);
    return true;
  }
  if (price > builder.high) builder.high = price;
  else if (price < builder.low) builder.low = price;
  if (isAfter(eventMs, tradeId, builder.closeMs, builder.closeId)) {
    builder.close = price;
    builder.closeMs = eventMs;
    builder.closeId = tradeId;
  } else if (isAfter(builder.openMs, builder.openId, eventMs, tradeId)) {
    builder.open = price;
    builder.openMs = eventMs;
    builder.openId = tradeId;
  }
  addSize(builder, size);
  return true;
}

function isAfter(ms: number, id: number, otherMs: number, otherId: number): boolean {
  return ms > otherMs || (ms === otherMs && id >= otherId);
}

function openBucket(
  builder: BarBuilder,
  price: number,
  size: number,
  eventMs: number,
  tradeId: number,
): void {
  builder.hasTrades = true;
  builder.open =
    builder.high =
    builder.low =
    builder.close =
      price;
  builder.volume = size;
  builder.volumeError = 0;
  builder.openMs = builder.closeMs = eventMs;
  builder.openId = builder.closeId = tradeId;
}

/** Neumaier's summation: decimals of many trades add up to what the exchange adds up. */
function addSize(builder: BarBuilder, size: number): void {
  const sum = builder.volume + size;
  builder.volumeError += builder.volume >= size
    ? builder.volume - sum + size
    : size - sum + builder.volume;
  builder.volume = sum;
}

/**
 * Completes every bucket that ends at or before `timeMs`. Quiet ones are filled at the previous
 * close with volume 0; before the first trade or a known close nothing is made up.
 */
export function advanceBuilder(
  builder: BarBuilder,
  timeMs: number,
  onClosed: (bar: Bar) => void,
): void {
  if (builder.start < 0 || timeMs < builder.start + builder.lengthMs) return;
  const target = getStart(builder, timeMs);
  if (measureQuiet(builder, target) > FILLED_BARS_MAX * builder.lengthMs) {
    closeBucket(builder, onClosed);
    // Nobody watches a market silently for a week; what lies between is left open.
    builder.start = target;
    return;
  }
  while (builder.start < target) {
    closeBucket(builder, onClosed);
    if (builder.hours && builder.start < target) {
      builder.start = Math.min(target, getStart(builder, builder.hours.findOpen(builder.start)));
    }
  }
}

/** How long the market was open up to `target`, ms. */
function measureQuiet({ start, hours, lengthMs }: BarBuilder, target: number): number {
  const passed = target - start;
  // Hours only make it less, so most of the time they need not be asked.
  return hours && passed > FILLED_BARS_MAX * lengthMs ? hours.measureOpen(start, target) : passed;
}

function closeBucket(builder: BarBuilder, onClosed: (bar: Bar) => void): void {
  const bar = getRunningBar(builder);
  if (bar && !builder.isPartial) {
    bar.closed = true;
    onClosed(bar);
  }
  if (builder.hasTrades) builder.previousClose = builder.close;
  builder.start += builder.lengthMs;
  builder.hasTrades = false;
  builder.isPartial = false;
}

/** Returns the open bucket as a bar (`filled` while quiet), or null while no price is known. */
export function getRunningBar(builder: BarBuilder): Bar | null {
  const { start: time, previousClose: price } = builder;
  if (time < 0) return null;
  if (!builder.hasTrades) {
    if (price <= 0 || builder.hours?.isOpen(time) === false) return null;
    return {
      time,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 0,
      closed: false,
      quality: "filled",
    };
  }
  return {
    time,
    open: builder.open,
    high: builder.high,
    low: builder.low,
    close: builder.close,
    // Exchanges count in decimals of at most 15 digits; beyond those is only binary noise.
    volume: Number((builder.volume + builder.volumeError).toPrecision(15)),
    closed: false,
    quality: "observed",
  };
}

/** Opens the bucket at `start` without trades; `isPartial` when watching begins within it. */
export function restartBuilder(
  builder: BarBuilder,
  { start, isPartial, previousClose = builder.previousClose }: {
    start: number;
    isPartial: boolean;
    previousClose?: number;
  },
): void {
  builder.start = start;
  builder.isPartial = isPartial;
  builder.hasTrades = false;
  builder.previousClose = previousClose;
}

/** Continues a running bar that was kept over a restart. */
export function restoreBuilder(builder: BarBuilder, bar: Bar, lastTradeId: number): void {
  builder.start = bar.time;
  builder.isPartial = false;
  builder.hasTrades = bar.quality !== "filled";
  if (!builder.hasTrades) {
    builder.previousClose = bar.close;
    return;
  }
  openBucket(builder, bar.open, bar.volume, bar.time, 0);
  builder.high = bar.high;
  builder.low = bar.low;
  builder.close = bar.close;
  builder.closeId = lastTradeId;
}

function getStart(builder: BarBuilder, timeMs: number): number {
  return Math.floor(timeMs / builder.lengthMs) * builder.lengthMs;
}
