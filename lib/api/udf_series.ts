/**
 * Bars and marks as the universal datafeed wants them: columns, and times in seconds.
 *
 * @module
 */
import { udfResolutions } from "../contracts/udf.ts";
import { type Bar, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";

/** What a client asked for wrongly; the message is the protocol's own. */
export class UdfError extends Error {
  override name = "UdfError";
}

/** A range as it stands in the query: seconds and counts as text. */
interface UdfRange {
  resolution?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  countback?: string | undefined;
}

const timeframesOf: Record<(typeof udfResolutions)[number], Timeframe> = {
  "1": "1m",
  "5": "5m",
  "15": "15m",
  "60": "1h",
  "240": "4h",
  "1D": "1d",
};

/** Bars of one answer at most, the newest; a client asks on from there. */
const barsMax = 10_000;
/** Marks of one answer, and on one bar: more are not shown by charting libraries. */
const marksMax = 500;
const marksPerBar = 10;
/** Seconds of the largest date that a date may hold. */
const secondsMax = 8_640_000_000_000;

/**
 * Returns the bars from `from` to `to` (exclusive), or `countback` ones before `to`, the running one
 * included.
 *
 * @throws {UdfError} If the range cannot be understood.
 */
export async function readHistory(deps: ApiDeps, symbol: string, range: UdfRange) {
  const timeframe = readTimeframe(range.resolution);
  const { from, to } = readTimes(range);
  const countback = range.countback === undefined ? null : readCount(range.countback);
  const series = { symbol, timeframe };
  const limit = Math.min(countback ?? barsMax, barsMax);
  const stored = await deps.store.bars.listBars(series, {
    ...(countback === null ? { from } : {}),
    to,
    limit,
  });
  const running = await readRunning(deps, series);
  const isShown = running !== null && running.time < to &&
    (countback !== null || running.time >= from) &&
    running.time > (stored.at(-1)?.time ?? -Infinity);
  const bars = (isShown ? [...stored, running] : stored).slice(-limit);
  if (bars.length === 0) return await describeNothing(deps, series, from);
  return {
    s: "ok" as const,
    t: bars.map(({ time }) => time / 1_000),
    o: bars.map(({ open }) => open),
    h: bars.map(({ high }) => high),
    l: bars.map(({ low }) => low),
    c: bars.map(({ close }) => close),
    v: bars.map(({ volume }) => volume),
  };
}

/** Nothing there; an older bar, if any, is where the client goes on. */
async function describeNothing(
  deps: ApiDeps,
  series: { symbol: string; timeframe: Timeframe },
  from: number,
) {
  const [older] = await deps.store.bars.listBars(series, { to: from, limit: 1 });
  return { s: "no_data" as const, ...(older ? { nextTime: older.time / 1_000 } : {}) };
}

/** The bar that is not over yet, as charts show it. */
async function readRunning(
  deps: ApiDeps,
  series: { symbol: string; timeframe: Timeframe },
): Promise<Bar | null> {
  const { bytes } = await deps.charts.getChart(series, 1);
  const { bars } = JSON.parse(new TextDecoder().decode(bytes)) as { bars: Bar[] };
  const newest = bars.at(-1);
  return newest && !newest.closed ? newest : null;
}

/** Colours by how sure a signal is, least first. */
const colors = ["blue", "yellow", "red"] as const;

/**
 * Returns our signals on a symbol as marks, each at the bar it lies in.
 *
 * @throws {UdfError} If the range cannot be understood.
 */
export async function readMarks(deps: ApiDeps, symbol: string, range: UdfRange) {
  const slotMs = timeframeMs[readTimeframe(range.resolution)];
  const { from, to } = readTimes(range);
  const query = { index: "entity", equals: [symbol], from, to };
  const newest = await listAll(deps.store.signals, query, marksMax);
  const perBar = new Map<number, number>();
  const shown = newest.toReversed().flatMap((signal) => {
    const time = Math.floor(signal.timestamp / slotMs) * slotMs;
    const count = (perBar.get(time) ?? 0) + 1;
    perBar.set(time, count);
    return count > marksPerBar ? [] : [{ signal, time }];
  });
  return {
    id: shown.map(({ signal }) => signal.id),
    time: shown.map(({ time }) => time / 1_000),
    color: shown.map(({ signal }) =>
      colors[Math.min(colors.length - 1, Math.floor(signal.confidence_score * colors.length))]!
    ),
    text: shown.map(({ signal }) =>
      `${signal.type.replaceAll("_", " ")}, confidence ${signal.confidence_score.toFixed(2)}`
    ),
    label: shown.map(({ signal }) => signal.type[0]!.toUpperCase()),
    labelFontColor: shown.map(() => "white"),
    minSize: shown.map(() => 14),
  };
}

/** Newest bars whose prices tell how fine the symbol's prices are. */
const scaleBars = 60;
const digitsMax = 10;

/** Returns 10 to the power of the digits after the point that the newest prices have, at least 2. */
export async function readPriceScale(deps: ApiDeps, symbol: string): Promise<number> {
  const bars = await deps.store.bars.listBars({ symbol, timeframe: "1m" }, { limit: scaleBars });
  const prices = bars.flatMap(({ open, high, low, close }) => [open, high, low, close]);
  const live = deps.market.getPrice(symbol);
  if (live) prices.push(live.price);
  return 10 ** Math.max(2, ...prices.map(countDigits));
}

function countDigits(price: number): number {
  const [digits = "", exponent = "0"] = String(price).split("e");
  const fraction = digits.split(".")[1]?.length ?? 0;
  return Math.min(digitsMax, Math.max(0, fraction - Number(exponent)));
}

function readTimeframe(resolution = ""): Timeframe {
  const name = resolution === "D" ? "1D" : resolution;
  const known = udfResolutions.find((each) => each === name);
  if (!known) throw new UdfError("unsupported_resolution");
  return timeframesOf[known];
}

function readTimes({ from = "0", to, countback }: UdfRange): { from: number; to: number } {
  const times = { from: readSeconds(from) * 1_000, to: readSeconds(to ?? "") * 1_000 };
  if (times.from > times.to && countback === undefined) throw new UdfError("invalid_range");
  return times;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds)) throw new UdfError("invalid_time");
  // Charting libraries ask for times before 1970 to learn where data begins.
  return Math.min(secondsMax, Math.max(0, Math.floor(seconds)));
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new UdfError("invalid_countback");
  return count;
}
