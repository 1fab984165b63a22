/**
 * The leak check over everything that is computed from bars: `leakcheck [bars.csv.gz] [bars]`.
 *
 * The file has the header open_time,open,high,low,close,volume; the newest `bars` rows (default
 * 3000) are cut short in 200 places. Exits with 1 at the first value that read the future.
 *
 * @module
 */
import { computeFeatures, featureNames } from "../../lib/features/mod.ts";
import {
  checkLeak,
  type ColumnComputation,
  cutColumns,
  type Leak,
} from "../../lib/indicators/leak_check.ts";
import { computeIndicators } from "../../lib/indicators/mod.ts";
import { type BarColumns, createBarColumns } from "../../lib/market/mod.ts";
import { detectors } from "../../lib/signals/mod.ts";

const DEFAULT_PATH = "tests/fixtures/recorded/candles/binance/BTCUSDT-1h.csv.gz";

/** Features without the cells that are flagged as filled from later rows. */
export function computeTrainableFeatures(bars: BarColumns): Record<string, Float64Array> {
  const table = computeFeatures(bars, computeIndicators(bars));
  return Object.fromEntries(
    featureNames.map((name) => [
      name,
      table.columns[name].map((cell, i) => table.backfilled[name][i] === 1 ? NaN : cell),
    ]),
  );
}

/** The magnitude of what each detector finds at each bar. */
export function computeSignals(bars: BarColumns): Record<string, Float64Array> {
  return Object.fromEntries(
    detectors.map((detector) => [
      detector.type,
      bars.close.map((_, i) => {
        const from = Math.max(0, i + 1 - detector.barsNeeded);
        return detector.detect(cutColumns(bars, from, i + 1), detector.defaults)?.magnitude ?? NaN;
      }),
    ]),
  );
}

/** Every computation that is checked, by name. */
export const computations: Record<string, ColumnComputation> = {
  indicators: computeIndicators,
  features: computeTrainableFeatures,
  signals: computeSignals,
};

/** Returns the first leak of each computation, null where there is none. */
export function checkAll(bars: BarColumns, maxCuts: number): Record<string, Leak | null> {
  return Object.fromEntries(
    Object.entries(computations).map(([name, compute]) => [
      name,
      checkLeak(bars, compute, { maxCuts }),
    ]),
  );
}

/**
 * Parses bars from CSV text with a header.
 *
 * @throws {SyntaxError} If a row does not hold six finite numbers.
 */
export function parseBars(text: string): BarColumns {
  const rows = text.trim().split(/\r?\n/).slice(1).map((line) => line.split(",").map(Number));
  const bars = createBarColumns(rows.length);
  rows.forEach((row, i) => {
    if (row.length < 6 || !row.slice(0, 6).every(Number.isFinite)) {
      throw new SyntaxError(`Cannot read bars: six numbers are required in row ${i + 1}`);
    }
    [bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume]
      .forEach((column, j) => column[i] = row[j]!);
  });
  return bars;
}

async function main(path = DEFAULT_PATH, newest = "3000"): Promise<number> {
  const file = await Deno.open(path);
  const text = await new Response(
    file.readable.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  const all = parseBars(text);
  const bars = cutColumns(all, Math.max(0, all.length - Number(newest)), all.length);
  const leaks = checkAll(bars, 200);
  const lines = Object.entries(leaks).map(([name, leak]) =>
    leak
      ? `${name}: LEAK, ${leak.series}[${leak.index}] was ${leak.truncated} with ` +
        `${leak.length} bars and is ${leak.full} with all`
      : `${name}: no leak in ${bars.length} bars`
  );
  await Deno.stdout.write(new TextEncoder().encode(lines.join("\n") + "\n"));
  return Object.values(leaks).some(Boolean) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(...Deno.args));
