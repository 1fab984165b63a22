/**
 * Recorded bars on disk: finding the files, reading them, and holding them as columns.
 *
 * @module
 */

/** A recording that cannot be played, with a reason that fits one line. */
export class ReplayError extends Error {
  override name = "ReplayError";
}

/** One recorded bar; what the file did not say about quote and takers is NaN. */
export interface ReplayBar {
  /** Epoch ms of its start. */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  /** In the base currency. */
  volume: number;
  quote: number;
  /** Number of trades. */
  count: number;
  takerBase: number;
  takerQuote: number;
}

const columns = [
  "time",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "quote",
  "count",
  "takerBase",
  "takerQuote",
] as const satisfies (keyof ReplayBar)[];

/** Bars of one symbol and one length, oldest first, each time once. */
export interface BarSeries {
  /** Length of a bar in ms. */
  stepMs: number;
  length: number;
  columns: Record<(typeof columns)[number], Float64Array>;
}

/** What the name of a bars file says; `symbol` is null for a file of many symbols. */
export interface BarsFileName {
  symbol: string | null;
  timeframe: string;
  stepMs: number;
}

const minute = 60_000;

/** Bar lengths in ms by the exchange's spelling. */
export const intervalMs: Readonly<Record<string, number>> = {
  "1m": minute,
  "3m": 3 * minute,
  "5m": 5 * minute,
  "15m": 15 * minute,
  "30m": 30 * minute,
  "1h": 60 * minute,
  "2h": 120 * minute,
  "4h": 240 * minute,
  "6h": 360 * minute,
  "8h": 480 * minute,
  "12h": 720 * minute,
  "1d": 1440 * minute,
};

/** Reads what `BTCUSDT-1h-202105.csv.gz` or `_multi-2022-11-08-1m.csv.gz` says; null if neither. */
export function parseBarsFileName(name: string): BarsFileName | null {
  const multi = /^_multi(?:-.*)?-(\d+[mhd])\.csv(?:\.gz)?$/.exec(name);
  const single = multi ? null : /^([^_].*?)-(\d+[mhd])(?:-[\w-]+)?\.csv(?:\.gz)?$/.exec(name);
  const timeframe = (multi ? multi[1] : single?.[2]) ?? "";
  const stepMs = Object.hasOwn(intervalMs, timeframe) ? intervalMs[timeframe] : undefined;
  if (stepMs === undefined) return null;
  return { symbol: single?.[1] ?? null, timeframe, stepMs };
}

/** Reads a text file, unpacking it where its name ends in `.gz`. @throws {ReplayError} */
export async function readText(path: string): Promise<string> {
  try {
    const bytes = await Deno.readFile(path);
    if (!path.endsWith(".gz")) return new TextDecoder().decode(bytes);
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(unpacked).text();
  } catch (error) {
    throw new ReplayError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Returns the column numbers of the header's names. */
function readHeader(line: string): (row: string[], name: string) => number {
  const names = line.split(",").map((name) => name.trim());
  return (row, name) => {
    const index = names.indexOf(name);
    const text = index < 0 ? undefined : row[index];
    return text === undefined || text === "" ? NaN : Number(text);
  };
}

/** Returns one row as a bar, or null where a price or the time is unusable. */
function readBar(row: string[], read: (row: string[], name: string) => number): ReplayBar | null {
  const bar: ReplayBar = {
    time: read(row, "open_time"),
    open: read(row, "open"),
    high: read(row, "high"),
    low: read(row, "low"),
    close: read(row, "close"),
    volume: read(row, "volume"),
    quote: read(row, "quote_volume"),
    count: read(row, "trades"),
    takerBase: read(row, "taker_buy_base"),
    takerQuote: read(row, "taker_buy_quote"),
  };
  // Some files carry only the volume in the quote currency.
  if (Number.isNaN(bar.volume)) bar.volume = bar.quote / bar.close;
  const prices = [bar.open, bar.high, bar.low, bar.close];
  if (!Number.isSafeInteger(bar.time) || bar.time < 0) return null;
  if (!prices.every((price) => Number.isFinite(price) && price > 0)) return null;
  return Number.isFinite(bar.volume) && bar.volume >= 0 ? bar : null;
}

/**
 * Parses a bars file into bars by symbol, in the file's order. Rows that make no sense are left
 * out; a file without the `symbol` column belongs to `symbol`.
 */
export function parseBars(text: string, symbol: string): Map<string, ReplayBar[]> {
  const lines = text.split("\n");
  const header = lines[0]?.trim() ?? "";
  const read = readHeader(header);
  const symbolColumn = header.split(",").indexOf("symbol");
  const found = new Map<string, ReplayBar[]>();
  for (let i = 1; i < lines.length; i++) {
    const row = lines[i]!.trim().split(",");
    const bar = row.length < 5 ? null : readBar(row, read);
    if (!bar) continue;
    const name = symbolColumn < 0 ? symbol : row[symbolColumn]!;
    if (!name) continue;
    const list = found.get(name);
    if (list) list.push(bar);
    else found.set(name, [bar]);
  }
  return found;
}

/** Returns bars as a series: on the grid, sorted by time, the first of equal times kept. */
export function toSeries(bars: readonly ReplayBar[], stepMs: number): BarSeries {
  const seen = new Set<number>();
  const kept = bars.filter((bar) => {
    if (bar.time % stepMs !== 0 || seen.has(bar.time)) return false;
    seen.add(bar.time);
    return true;
  }).sort((a, b) => a.time - b.time);
  const made = Object.fromEntries(
    columns.map((name) => [name, Float64Array.from(kept, (bar) => bar[name])]),
  ) as BarSeries["columns"];
  return { stepMs, length: kept.length, columns: made };
}

/** Returns bar `index` of a series, or null outside it. */
export function getBar(series: BarSeries, index: number): ReplayBar | null {
  if (index < 0 || index >= series.length) return null;
  const c = series.columns;
  return {
    time: c.time[index]!,
    open: c.open[index]!,
    high: c.high[index]!,
    low: c.low[index]!,
    close: c.close[index]!,
    volume: c.volume[index]!,
    quote: c.quote[index]!,
    count: c.count[index]!,
    takerBase: c.takerBase[index]!,
    takerQuote: c.takerQuote[index]!,
  };
}

/** Returns all bars of a series. */
export function listBars(series: BarSeries): ReplayBar[] {
  return Array.from({ length: series.length }, (_, index) => getBar(series, index)!);
}

/** Returns the index of the first bar that starts at or after `timeMs`. */
export function findIndex(series: BarSeries, timeMs: number): number {
  const times = series.columns.time;
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns `last` joined to `bar`: the bar over both; volumes are added left to right. */
export function joinBars(bar: ReplayBar, last: ReplayBar): ReplayBar {
  return {
    time: bar.time,
    open: bar.open,
    high: Math.max(bar.high, last.high),
    low: Math.min(bar.low, last.low),
    close: last.close,
    volume: bar.volume + last.volume,
    quote: bar.quote + last.quote,
    count: bar.count + last.count,
    takerBase: bar.takerBase + last.takerBase,
    takerQuote: bar.takerQuote + last.takerQuote,
  };
}

/** Returns the one bar over `[fromMs, toMs)`, stamped `fromMs`; null where no bar lies in it. */
export function aggregateRange(
  series: BarSeries,
  fromMs: number,
  toMs: number,
): ReplayBar | null {
  let made: ReplayBar | null = null;
  for (let i = findIndex(series, fromMs); i < series.length; i++) {
    if (series.columns.time[i]! >= toMs) break;
    const bar = getBar(series, i)!;
    made = made ? joinBars(made, bar) : bar;
  }
  return made && { ...made, time: fromMs };
}

/**
 * Returns the series in bars of `lengthMs`, a multiple of its step. Buckets that begin before the
 * series or end after it are left out: half a bar is a wrong bar.
 */
export function aggregateSeries(series: BarSeries, lengthMs: number): BarSeries {
  if (series.length === 0 || lengthMs === series.stepMs) return series;
  const times = series.columns.time;
  const first = Math.ceil(times[0]! / lengthMs) * lengthMs;
  const end = times[series.length - 1]! + series.stepMs;
  const made: ReplayBar[] = [];
  for (let i = findIndex(series, first); i < series.length;) {
    const start = Math.floor(times[i]! / lengthMs) * lengthMs;
    if (start + lengthMs > end) break;
    made.push(aggregateRange(series, start, start + lengthMs)!);
    i = findIndex(series, start + lengthMs);
  }
  return toSeries(made, lengthMs);
}

/** Lists the names in a folder, sorted; none where the folder is not there. */
export async function listFolder(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  return names.sort();
}
