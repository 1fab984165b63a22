/** First starts at odd times: the longer bars that already run are whole when they end. */
import assert from "node:assert/strict";
import { type BarRow, formatMultiFile, withFolder } from "../support/recorded.ts";
import { startSteppedWorld, type SteppedWorld } from "../support/stepped_world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const dayStart = Date.parse("2026-11-20T00:00Z");

/** A day of minutes and a bit, each told apart by its prices and volume. */
const minutes = (count: number): BarRow[] =>
  Array.from({ length: count }, (_, i) => {
    const open = 1_000 + i / 4;
    return [dayStart + i * minuteMs, open, open + 2, open - 2, open + 0.25, 4];
  });

async function listStored({ store }: SteppedWorld, timeframe: "1m" | "1h" | "4h" | "1d") {
  const found = await store.bars.listBars({ symbol: "BTCUSDT", timeframe });
  return found.map(({ time, open, high, low, close, volume }): BarRow => [
    time,
    open,
    high,
    low,
    close,
    volume,
  ]);
}

/** What a bar of these minutes has to be. */
function fold(rows: readonly BarRow[], lengthMs: number): BarRow[] {
  const groups = Map.groupBy(rows, ([time]) => Math.floor(time / lengthMs) * lengthMs);
  return [...groups].filter(([, own]) => own.length * minuteMs === lengthMs).map(([time, own]) => [
    time,
    own[0]![1],
    Math.max(...own.map((row) => row[2])),
    Math.min(...own.map((row) => row[3])),
    own.at(-1)![4],
    own.reduce((sum, row) => sum + row[5], 0),
  ]);
}

const starts = [
  { name: "ten minutes before the day ends", startMinutes: 1_430, count: 1_460 },
  { name: "in the middle of an hour", startMinutes: 1_215, count: 1_265 },
  { name: "with the first minute", startMinutes: 0, count: 130 },
];
for (const { name, startMinutes, count } of starts) {
  Deno.test(`a first start ${name} makes every longer bar whole`, async () => {
    const rows = minutes(count);
    const folder = { "candles/binance/_multi-late-1m.csv": formatMultiFile({ BTCUSDT: rows }) };
    await withFolder(folder, async (path) => {
      const world = await startSteppedWorld({ folder: path, startMinutes, speed: 60 });
      try {
        assert.ok(await world.run(hourMs, () => world.replay.ended()));
        const endMs = dayStart + count * minuteMs;
        await world.run(10 * minuteMs, () => world.pipeline.market.now() >= endMs);
        await world.run(minuteMs);
        assert.deepEqual(world.pipeline.intake.listHoles(), []);
        assert.deepEqual(await listStored(world, "1m"), rows);
        assert.deepEqual(await listStored(world, "1h"), fold(rows, hourMs));
        assert.deepEqual(await listStored(world, "4h"), fold(rows, 4 * hourMs));
        assert.deepEqual(await listStored(world, "1d"), fold(rows, dayMs));
      } finally {
        await world.stop();
      }
    });
  });
}
