/** Measures the store against its targets, on a real file. */
import { systemClock } from "../../lib/clock.ts";
import type { GapRecord } from "../../lib/contracts/records.ts";
import { silentLogger } from "../../lib/log.ts";
import { createBarColumns } from "../../lib/market/mod.ts";
import { openStore, type OpenWorld, type Page } from "../../lib/store/mod.ts";
import { buildBar, buildGap, buildSignal, withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const series = { symbol: "BTCUSDT", timeframe: "1m" as const };
const BULK_BARS = 1_000_000;
const READ_BARS = 5_000;
const RECORDS = 20_000;
/** Records of which a filter finds few: by index, and by reading them all. */
const SCANNED_RECORDS = 100_000;
const SCANNED_SYMBOLS = 500;

/** Returns the durations of `times` runs in ms, sorted. */
async function time(times: number, run: (i: number) => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < times; i++) {
    const startMs = performance.now();
    await run(i);
    durations.push(performance.now() - startMs);
  }
  return durations.sort((a, b) => a - b);
}

const pick = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

async function measureBars(world: OpenWorld): Promise<Figure[]> {
  const columns = createBarColumns(BULK_BARS);
  for (let i = 0; i < BULK_BARS; i++) {
    columns.time[i] = i * 60_000;
    columns.open[i] = columns.low[i] = 100 + i % 7;
    columns.high[i] = columns.close[i] = 108 + i % 5;
    columns.volume[i] = i;
  }
  const [bulkMs = NaN] = await time(1, () => world.bars.putColumns(series, columns));
  const reads = await time(
    200,
    (i) =>
      world.bars.readColumns(series, { to: (BULK_BARS - i * 1_000) * 60_000, limit: READ_BARS }),
  );
  const appends = await time(300, (i) => world.bars.putBars(series, [buildBar(BULK_BARS + i)]));
  const many = Array.from(
    { length: 500 },
    (_, i) => ({ symbol: `S${i}`, timeframe: "1m" as const }),
  );
  const closes = await time(
    10,
    (minute) =>
      world.bars.putManyBars(many.map((series) => ({ series, bars: [buildBar(minute)] }))),
  );
  return [
    {
      name: "bulk put",
      value: BULK_BARS / bulkMs * 1_000,
      unit: "bars/s",
      target: { least: 1_000_000 },
    },
    { name: "read 5000 bars, p50", value: pick(reads, 0.5), unit: "ms", target: { most: 2 } },
    { name: "read 5000 bars, p95", value: pick(reads, 0.95), unit: "ms", target: { most: 200 } },
    { name: "append one bar, p50", value: pick(appends, 0.5), unit: "ms", target: { most: 5 } },
    {
      name: "close a minute of 500 symbols, p50",
      value: pick(closes, 0.5),
      unit: "ms",
      target: { most: 250 },
    },
  ];
}

async function measureRecords(world: OpenWorld): Promise<Figure[]> {
  const records = Array.from(
    { length: RECORDS },
    (_, i) =>
      buildSignal(`s${i}`, { timestamp: i, entity: `E${i % 1_000}`, confidence_score: 0.5 }),
  );
  const [putMs = NaN] = await time(1, () => world.signals.putMany(records));
  const queries = await time(
    100,
    (i) => world.signals.list({ index: "entity", equals: [`E${i}`] }),
  );
  return [
    {
      name: "put signals",
      value: RECORDS / putMs * 1_000,
      unit: "records/s",
      target: { least: 1_000 },
    },
    { name: "list by entity, p95", value: pick(queries, 0.95), unit: "ms", target: { most: 200 } },
  ];
}

/** How many times as fast a filter is by its index as a scan of the whole collection. */
async function measureIndexes({ gaps }: OpenWorld): Promise<Figure[]> {
  await gaps.putMany(Array.from({ length: SCANNED_RECORDS }, (_, i) =>
    buildGap(`g${i}`, {
      symbol: `S${i % SCANNED_SYMBOLS}`,
      status: i % 1_000 === 0 ? "open" : "repaired",
      timestamp: i,
    })));
  const scan = async (isWanted: (gap: GapRecord) => boolean) => {
    const found: GapRecord[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<GapRecord> = await gaps.list({ limit: 1_000, ...(cursor && { cursor }) });
      found.push(...page.items.filter(isWanted));
      cursor = page.cursor;
    } while (cursor);
    return found;
  };
  const filters = [
    ["status", "open", SCANNED_RECORDS / 1_000],
    ["symbol", "S1", SCANNED_RECORDS / SCANNED_SYMBOLS],
  ] as const;
  const figures: Figure[] = [];
  for (const [index, value, count] of filters) {
    const check = (found: readonly GapRecord[]) => {
      if (found.length !== count) {
        throw new Error(`Found ${found.length} by ${index}, not ${count}`);
      }
    };
    const list = async () =>
      check((await gaps.list({ index, equals: [value], limit: 1_000 })).items);
    await list();
    const indexed = pickShare(await time(20, list), 0.5);
    const scanned = pickShare(
      await time(3, async () => check(await scan((gap) => gap[index] === value))),
      0.5,
    );
    figures.push({
      name: `${SCANNED_RECORDS} records, ${count} by the index ${index}, against a scan`,
      value: scanned / indexed,
      unit: "times as fast",
      target: { least: 20 },
    });
  }
  return figures;
}

/** Runs all measurements of the store, a minute. */
export async function runStoreBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  await withFolder(async (folder) => {
    const path = `${folder}/store.sqlite`;
    const store = await openStore({ path, clock: systemClock, log: silentLogger });
    const world = store.world("live");
    figures.push(...await measureBars(world), ...await measureRecords(world));
    figures.push(...await measureIndexes(world));
    await store.close();
    const [openMs = NaN] = await time(1, async () => {
      const again = await openStore({ path, clock: systemClock, log: silentLogger });
      await again.close();
    });
    figures.push({ name: "check and open", value: openMs, unit: "ms", target: { most: 3_000 } });
  });
  return figures;
}

if (import.meta.main) await printFigures(await runStoreBench());
