/**
 * Bars of any interval out of a recording and the folder around it, never later than market time.
 *
 * @module
 */
import { join } from "node:path";
import {
  aggregateSeries,
  type BarSeries,
  findIndex,
  getBar,
  listBars,
  listFolder,
  parseBars,
  parseBarsFileName,
  readText,
  type ReplayBar,
  toSeries,
} from "./bars_file.ts";
import type { Recording } from "./recording.ts";

/** How many made series are kept; a whole folder would not fit the memory of a small machine. */
const keptSeries = 48;

/** Bars by symbol and interval. */
export interface ReplayHistory {
  /** Symbols with bars: the played ones, then those with files only. */
  symbols: ReadonlySet<string>;
  /**
   * Returns up to `limit` bars that start in `[from, to]` and end at or before `marketMs`: the
   * first ones when `from` is given, else the last ones.
   */
  list(
    symbol: string,
    lengthMs: number,
    range: { from?: number; to?: number; limit: number; marketMs: number },
  ): Promise<ReplayBar[]>;
}

/** Puts series over each other: the bars of an earlier one win. */
function mergeSeries(list: readonly BarSeries[], lengthMs: number): BarSeries {
  if (list.length === 1) return list[0]!;
  return toSeries(list.flatMap(listBars), lengthMs);
}

/** Reads the file index of one exchange's folder: paths and steps by symbol. */
async function indexFiles(folder: string): Promise<Map<string, { path: string; step: number }[]>> {
  const index = new Map<string, { path: string; step: number }[]>();
  for (const name of await listFolder(folder)) {
    const parsed = parseBarsFileName(name);
    if (!parsed?.symbol) continue;
    const own = index.get(parsed.symbol) ?? [];
    own.push({ path: join(folder, name), step: parsed.stepMs });
    index.set(parsed.symbol, own);
  }
  return index;
}

/**
 * Opens the history of a recording: its own stretch in every interval from its step up, and the
 * files of the same exchange for what lies outside. Finer intervals than the step are absent.
 */
export async function openHistory(
  { folder, recording }: { folder: string; recording: Recording },
): Promise<ReplayHistory> {
  const files = await indexFiles(join(folder, "candles", recording.exchange));
  const made = new Map<string, Promise<BarSeries>>();

  async function makeSeries(symbol: string, lengthMs: number): Promise<BarSeries> {
    const layers: BarSeries[] = [];
    const played = recording.series.get(symbol);
    if (played && lengthMs >= recording.stepMs) layers.push(aggregateSeries(played, lengthMs));
    // The exact interval first, then the coarsest that divides it: fewer bars to add up.
    const fits = (files.get(symbol) ?? []).filter(({ step }) =>
      lengthMs % step === 0 && !(played && step < recording.stepMs)
    ).sort((a, b) => b.step - a.step);
    for (const { path, step } of fits) {
      const bars = parseBars(await readText(path), symbol).get(symbol) ?? [];
      layers.push(aggregateSeries(toSeries(bars, step), lengthMs));
    }
    return mergeSeries(layers, lengthMs);
  }

  function getSeries(symbol: string, lengthMs: number): Promise<BarSeries> {
    const key = `${symbol} ${lengthMs}`;
    const kept = made.get(key);
    if (kept) return kept;
    const oldest = made.keys().next();
    if (made.size >= keptSeries && !oldest.done) made.delete(oldest.value);
    const series = makeSeries(symbol, lengthMs);
    made.set(key, series);
    // A file that could not be read may be there next time.
    series.catch(() => made.delete(key));
    return series;
  }

  return {
    symbols: new Set([...recording.symbols, ...files.keys()]),
    async list(symbol, lengthMs, { from, to = Infinity, limit, marketMs }) {
      const series = await getSeries(symbol, lengthMs);
      const lastStart = Math.min(to, marketMs - lengthMs);
      const end = findIndex(series, lastStart + 1);
      const begin = from === undefined ? 0 : findIndex(series, from);
      const first = from === undefined ? Math.max(0, end - limit) : begin;
      const bars: ReplayBar[] = [];
      for (let i = first; i < Math.min(end, first + limit); i++) bars.push(getBar(series, i)!);
      return bars;
    },
  };
}
