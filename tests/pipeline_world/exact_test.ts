/** A recording played to its end leaves exactly the recorded bars, in every timeframe. */
import assert from "node:assert/strict";
import { type Bar, type Timeframe, timeframeMs } from "../../lib/market/mod.ts";
import { withFolder } from "../support/recorded.ts";
import { type PlayedWorld, playRecording } from "../support/world.ts";
import {
  cutHours,
  cutMinutes,
  formatStrangeMarket,
  multiPath,
  readRecordedBars,
} from "../support/world_files.ts";

type Figures = Pick<Bar, "time" | "open" | "high" | "low" | "close" | "volume">;

function toFigures({ time, open, high, low, close, volume }: Figures): Figures {
  return { time, open, high, low, close, volume };
}

/** Sums of volumes may differ in the last digits, whose order of adding nobody prescribes. */
function assertSameBars(found: readonly Figures[], wanted: readonly Figures[], what: string) {
  assert.equal(found.length, wanted.length, `${what}: number of bars`);
  for (const [i, bar] of wanted.entries()) {
    const { volume, ...prices } = toFigures(found[i]!);
    const { volume: wantedVolume, ...wantedPrices } = bar;
    assert.deepEqual(prices, wantedPrices, what);
    assert.ok(Math.abs(volume - wantedVolume) <= 1e-9 * Math.max(1, wantedVolume), what);
  }
}

function assertNoBarTwice(played: PlayedWorld) {
  const seen = new Set<string>();
  for (const { symbol, timeframe, bar, kind } of played.told) {
    if (kind !== "closed") continue;
    const key = `${symbol} ${timeframe} ${bar.time}`;
    assert.ok(!seen.has(key), `told twice: ${key}`);
    seen.add(key);
  }
}

/** Added up here from first principles; a half bucket at either end of a recording is no bar. */
function aggregateWhole(bars: readonly Figures[], base: Timeframe, timeframe: Timeframe) {
  const lengthMs = timeframeMs[timeframe];
  const first = bars[0]!.time;
  const end = bars.at(-1)!.time + timeframeMs[base];
  const whole: Figures[] = [];
  for (
    let time = Math.ceil(first / lengthMs) * lengthMs;
    time + lengthMs <= end;
    time += lengthMs
  ) {
    const parts = bars.filter((bar) => bar.time >= time && bar.time < time + lengthMs);
    whole.push({
      time,
      open: parts[0]!.open,
      high: Math.max(...parts.map(({ high }) => high)),
      low: Math.min(...parts.map(({ low }) => low)),
      close: parts.at(-1)!.close,
      volume: parts.reduce((sum, { volume }) => sum + volume, 0),
    });
  }
  return whole;
}

Deno.test("a market played to its end is stored exactly, in every timeframe", async () => {
  await withFolder({ [multiPath]: await cutMinutes() }, async (folder) => {
    const recorded = await readRecordedBars(folder);
    const played = await playRecording({ folder, startMinutes: 30 });
    try {
      assert.equal(recorded.size, 8);
      for (const [symbol, bars] of recorded) {
        assert.ok(bars.length >= 145, symbol);
        const stored = await played.store.bars.listBars({ symbol, timeframe: "1m" });
        assert.deepEqual(stored.map(toFigures), bars, symbol);
        assert.ok(stored.every(({ closed }) => closed));
        assert.ok(stored.every(({ quality }) => quality === "observed"), symbol);
        for (const timeframe of ["5m", "15m", "1h"] as const) {
          const longer = await played.store.bars.listBars({ symbol, timeframe });
          const wanted = aggregateWhole(stored, "1m", timeframe);
          assertSameBars(longer, wanted, `${symbol} ${timeframe}`);
        }
      }
      assertNoBarTwice(played);
      assert.ok(played.stats.compared >= 8 * 120);
      assert.ok(played.stats.equalShare >= 0.999, `equal share ${played.stats.equalShare}`);
      assert.deepEqual([played.stats.duplicates, played.stats.rejected, played.stats.late], [
        0,
        0,
        0,
      ]);
      assert.equal(await played.store.gaps.count(), 0);
      assert.equal(played.marketMs, played.info.to);
      for (const row of played.continuity) {
        assert.equal(row.expected, row.received + row.repaired + row.filled + row.missing);
        assert.equal(row.missing, 0, `${row.symbol} ${row.timeframe}`);
      }
    } finally {
      await played.close();
    }
  });
});

Deno.test("symbols never seen, gaps and a renamed coin are played without an invented price", async () => {
  await withFolder({ [multiPath]: formatStrangeMarket() }, async (folder) => {
    const recorded = await readRecordedBars(folder);
    const played = await playRecording({ folder, startMinutes: 30 });
    try {
      for (const [symbol, bars] of recorded) {
        const stored = await played.store.bars.listBars({ symbol, timeframe: "1m" });
        const times = stored.map(({ time }) => time);
        assert.equal(new Set(times).size, times.length, `${symbol}: a bar twice`);
        const made = stored.filter(({ quality }) => quality === "filled");
        const real = stored.filter(({ quality }) => quality !== "filled");
        assert.deepEqual(real.map(toFigures), bars, symbol);
        // Where nothing was traded the clock makes flat bars without volume, and says so.
        for (const { open, high, low, close, volume } of made) {
          assert.deepEqual([high, low, close, volume], [open, open, open, 0], symbol);
        }
      }
      assertNoBarTwice(played);
      const { items } = await played.store.symbols.list({ limit: 100 });
      assert.deepEqual(items.map(({ symbol }) => symbol).sort(), [
        "1000ZAPTRY",
        "NEWUSDT",
        "OLDUSDT",
        "QUXUSDT",
      ]);
    } finally {
      await played.close();
    }
  });
});

Deno.test("hours of two coins are stored exactly, with signals and what came of them", async () => {
  const [from, to] = [Date.UTC(2022, 9, 1), Date.UTC(2022, 10, 16)];
  const set = "BTCUSDT-1h,ETHUSDT-1h";
  const files = {
    "candles/binance/BTCUSDT-1h.csv": await cutHours("BTCUSDT", from, to),
    "candles/binance/ETHUSDT-1h.csv": await cutHours("ETHUSDT", from, to),
  };
  await withFolder(files, async (folder) => {
    const recorded = await readRecordedBars(folder, set);
    const played = await playRecording({ folder, set, startMinutes: 600 * 60 });
    try {
      assert.equal(played.info.timeframe, "1h");
      for (const [symbol, bars] of recorded) {
        const stored = await played.store.bars.listBars({ symbol, timeframe: "1h" });
        assert.deepEqual(stored.map(toFigures), bars, symbol);
        const days = await played.store.bars.listBars({ symbol, timeframe: "1d" });
        assertSameBars(days, aggregateWhole(stored, "1h", "1d"), `${symbol} 1d`);
        assert.equal(await played.store.bars.getExtent({ symbol, timeframe: "1m" }), null);
      }
      assertNoBarTwice(played);
      const { items: signals } = await played.store.signals.list({ limit: 1000 });
      const { items: outcomes } = await played.store.outcomes.list({ limit: 1000 });
      assert.ok(signals.length > 0, "the fall of FTX goes without a signal");
      const due = signals.filter(({ evidence }) => evidence.horizonMs <= played.info.to);
      assert.deepEqual(
        outcomes.map(({ id }) => id).sort(),
        due.map(({ id }) => id).sort(),
        "each signal whose horizon has passed has its outcome",
      );
      for (const { timestamp, evidence } of signals) {
        assert.ok(evidence.barTime < timestamp && timestamp <= played.info.to);
      }
      const told = played.published.filter(({ channel }) => channel === "signals");
      assert.equal(told.length, signals.length);
    } finally {
      await played.close();
    }
  });
});
