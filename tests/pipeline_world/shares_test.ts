/** Shares beside a crypto market in the recorded world, collected by the sources of the product. */
import assert from "node:assert/strict";
import { type BarRow, formatBarFile, formatMultiFile, withFolder } from "../support/recorded.ts";
import { startSteppedWorld } from "../support/stepped_world.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const at = (text: string) => Date.parse(`${text}Z`);
/** A Monday, ten minutes before New York opens, half an hour before Istanbul closes. */
const startMs = at("2026-11-23T14:20");

const rows = (fromMs: number, count: number, stepMs: number, price = 100): BarRow[] =>
  Array.from({ length: count }, (_, i) => {
    const open = price + (i % 6) / 4;
    return [fromMs + i * stepMs, open, open + 0.5, open - 0.25, open + 0.25, 40];
  });

/** Bars of these minutes of the Friday before, and of that Monday from the open on. */
const usMinutes = [
  ...rows(at("2026-11-20T14:30"), 390, minuteMs),
  ...rows(at("2026-11-23T14:30"), 60, minuteMs),
];
const files = {
  "candles/binance/_multi-2026-11-23-1m.csv": formatMultiFile({
    BTCUSDT: rows(startMs - 10 * minuteMs, 50, minuteMs, 90_000),
  }),
  "candles/us/AAPL-1m.csv": formatBarFile(usMinutes),
  "candles/bist/THYAO.IS-1m.csv": formatBarFile(rows(at("2026-11-23T06:40"), 500, minuteMs, 300)),
  "candles/bist/THYAO.IS-1d.csv": formatBarFile(rows(at("2026-11-16T00:00"), 5, dayMs, 300)),
};

Deno.test("each exchange's bars are collected in its own hours, and only what was recorded", async () => {
  await withFolder(files, async (folder) => {
    const world = await startSteppedWorld({ folder, startMinutes: 10 });
    try {
      await world.run(60 * minuteMs, () => world.replay.ended());
      assert.ok(world.replay.ended());
      await world.run(6 * minuteMs);
      const { items } = await world.store.symbols.list({ limit: 100 });
      assert.deepEqual(items.map(({ symbol, exchange }) => [symbol, exchange]).sort(), [
        ["AAPL", "alpaca"],
        ["BTCUSDT", "binance"],
        ["THYAO.IS", "bist"],
      ]);
      const list = (symbol: string) => world.store.bars.listBars({ symbol, timeframe: "1m" });
      const crypto = await list("BTCUSDT");
      assert.equal(crypto.length, 50);

      const us = await list("AAPL");
      const figures = us.map(({ time, open, high, low, close, volume }) =>
        [time, open, high, low, close, volume] as BarRow
      );
      const ended = usMinutes.filter(([time]) => time + minuteMs <= world.replay.marketNow());
      assert.deepEqual(figures, ended);
      assert.ok(us.every(({ quality }) => quality === "observed" || quality === "repaired"));
      const continuity = world.pipeline.getContinuity();
      const minutes = continuity.filter(({ timeframe }) => timeframe === "1m");
      assert.deepEqual(minutes.map(({ symbol, missing }) => [symbol, missing]), [
        ["AAPL", 0],
        ["BTCUSDT", 0],
        ["THYAO.IS", 0],
      ]);
      // Friday's session is whole, Monday's is not yet.
      const days = await world.store.bars.listBars({ symbol: "AAPL", timeframe: "1d" });
      assert.deepEqual(days.map(({ time }) => time), [at("2026-11-20T00:00")]);

      const istanbul = await list("THYAO.IS");
      assert.ok(istanbul.length > 450, String(istanbul.length));
      const health = new Map(world.healths().map((one) => [one.source, one.state]));
      assert.equal(health.get("alpaca"), "live");
      assert.equal(health.get("binance"), "live");
      assert.deepEqual(world.pipeline.intake.listHoles(), []);
    } finally {
      await world.stop();
    }
  });
});

Deno.test("a recording of shares alone is played at their exchange, after its history", async () => {
  const { "candles/us/AAPL-1m.csv": apple } = files;
  await withFolder({ "candles/us/AAPL-1m.csv": apple }, async (folder) => {
    const world = await startSteppedWorld({ folder, startMinutes: 385, source: "alpaca" });
    try {
      assert.ok(world.replay.marketNow() < world.replay.info.startedAt + minuteMs);
      const early = await world.store.bars.getExtent({ symbol: "AAPL", timeframe: "1m" });
      assert.deepEqual([early?.first, early?.count], [at("2026-11-20T14:30"), 385]);
      assert.ok(await world.run(90 * minuteMs, () => world.replay.ended()));
      await world.run(minuteMs);
      const { items } = await world.store.symbols.list({ limit: 100 });
      assert.deepEqual(items.map(({ symbol, exchange }) => [symbol, exchange]), [
        ["AAPL", "alpaca"],
      ]);
      const { first, count } = (await world.store.bars.getExtent({
        symbol: "AAPL",
        timeframe: "1m",
      }))!;
      assert.deepEqual([first, count], [at("2026-11-20T14:30"), usMinutes.length]);
      assert.equal(world.pipeline.market.now(), world.replay.info.to);
    } finally {
      await world.stop();
    }
  });
});

Deno.test("a recording without shares follows none", async () => {
  const path = "candles/binance/_multi-2026-11-23-1m.csv";
  await withFolder({ [path]: files[path] }, async (folder) => {
    const world = await startSteppedWorld({ folder, startMinutes: 10 });
    try {
      await world.run(10 * minuteMs);
      const { items } = await world.store.symbols.list({ limit: 100 });
      assert.deepEqual(items.map(({ symbol }) => symbol), ["BTCUSDT"]);
    } finally {
      await world.stop();
    }
  });
});
