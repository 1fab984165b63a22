/** Small recordings of our own for whole worlds: cut from the one that comes along, or made up. */
import { join } from "node:path";
import { openRecording } from "../../collectors/replay/recording.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { type BarRow, formatMultiFile, recordedFolder } from "./recorded.ts";

/** The symbols that a small recording is cut down to. */
export const smallSymbols = [
  "ADAUSDT",
  "BNBUSDT",
  "BTCUSDT",
  "DOGEUSDT",
  "ETHUSDT",
  "FTTUSDT",
  "SOLUSDT",
  "XRPUSDT",
] as const;

/** Where a folder of bars is played from. */
export const multiPath = "candles/binance/_multi-2022-11-08-1m.csv";

async function readText(path: string): Promise<string> {
  const file = await Deno.open(path);
  return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Returns the first `minutes` of the recorded market of these symbols, as the text of a file. */
export async function cutMinutes(
  { symbols = smallSymbols, minutes = 150 }: { symbols?: readonly string[]; minutes?: number } = {},
): Promise<string> {
  const lines = (await readText(join(recordedFolder, `${multiPath}.gz`))).trim().split("\n");
  const timeOf = (line: string) => Number(line.split(",")[1]);
  const start = timeOf(lines[1]!);
  const kept = lines.slice(1).filter((line) =>
    symbols.includes(line.split(",")[0]!) && timeOf(line) < start + minutes * 60_000
  );
  return [lines[0], ...kept, ""].join("\n");
}

/** Returns the recorded hours of a symbol from `from` to `to` (epoch ms), as the text of a file. */
export async function cutHours(symbol: string, from: number, to: number): Promise<string> {
  const path = join(recordedFolder, `candles/binance/${symbol}-1h.csv.gz`);
  const lines = (await readText(path)).trim().split("\n");
  const kept = lines.slice(1).filter((line) => {
    const time = Number(line.split(",")[0]);
    return time >= from && time < to;
  });
  return [lines[0], ...kept, ""].join("\n");
}

/** Returns the bars of a recording by symbol, as its files have them. */
export async function readRecordedBars(
  folder: string,
  set?: string,
): Promise<Map<string, Omit<Bar, "quality" | "closed">[]>> {
  const { series } = await openRecording({ folder, set });
  return new Map(
    [...series].map(([symbol, { columns, length }]) => [
      symbol,
      Array.from({ length }, (_, i) => ({
        time: columns.time[i]!,
        open: columns.open[i]!,
        high: columns.high[i]!,
        low: columns.low[i]!,
        close: columns.close[i]!,
        volume: columns.volume[i]!,
      })),
    ]),
  );
}

/** Returns `count` minutes of a wandering price from `startMs` on, without those in `missing`. */
export function makeRows(
  startMs: number,
  count: number,
  { level = 100, missing = [] }: { level?: number; missing?: readonly number[] } = {},
): BarRow[] {
  const rows: BarRow[] = [];
  let open = level;
  for (let i = 0; i < count; i++) {
    const close = Math.round((open + level * 0.004 * Math.sin(i * 1.7)) * 1e4) / 1e4;
    const high = Math.round((Math.max(open, close) + level * 0.001) * 1e4) / 1e4;
    const low = Math.round((Math.min(open, close) - level * 0.001) * 1e4) / 1e4;
    if (!missing.includes(i)) rows.push([startMs + i * 60_000, open, high, low, close, 7 + i % 5]);
    open = close;
  }
  return rows;
}

/** A market that no one has seen: other dates, gaps, and a coin that is renamed half-way. */
export function makeStrangeMarket(): Record<string, readonly BarRow[]> {
  const start = Date.UTC(2031, 1, 28, 23, 0);
  return {
    QUXUSDT: makeRows(start, 120),
    "1000ZAPTRY": makeRows(start, 120, { level: 0.0421, missing: [50, 51, 52, 90] }),
    OLDUSDT: makeRows(start, 60, { level: 9 }),
    NEWUSDT: makeRows(start + 60 * 60_000, 60, { level: 9 }),
  };
}

/** Same, as the text of a file. */
export function formatStrangeMarket(): string {
  return formatMultiFile(makeStrangeMarket());
}
