/** Whatever a folder holds is played or at least there to be asked for, to its end. */
import assert from "node:assert/strict";
import { startReplayServer } from "../../collectors/replay.ts";
import { openRecording } from "../../collectors/replay/recording.ts";
import { systemClock } from "../../lib/clock.ts";
import { type LogFields, type Logger, silentLogger } from "../../lib/log.ts";
import { type BarRow, formatBarFile, formatMultiFile, withFolder } from "../support/recorded.ts";
import { startSteppedWorld, type SteppedWorld } from "../support/stepped_world.ts";
import { createFastClock, playRecording } from "../support/world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const at = (text: string) => Date.parse(`${text}Z`);

const rows = (fromMs: number, count: number, stepMs: number, price = 100): BarRow[] =>
  Array.from({ length: count }, (_, i) => {
    const open = price + (i % 6) / 4;
    return [fromMs + i * stepMs, open, open + 0.5, open - 0.25, open + 0.25, 40];
  });

/**
 * Goes on after the last event until its readers know the end and what they missed is mended: their
 * sockets take real time.
 */
async function runToEnd({ run, pipeline }: SteppedWorld, endMs: number): Promise<void> {
  const isWhole = () => pipeline.market.now() >= endMs && pipeline.intake.listHoles().length === 0;
  await run(30 * minuteMs, isWhole);
  assert.equal(pipeline.market.now(), endMs);
  assert.deepEqual(pipeline.intake.listHoles(), []);
  await run(2 * minuteMs);
}

/** An answer of CoinGecko in its envelope, recorded at a time. */
const anAnswer = (recordedAt: string, price: number) =>
  JSON.stringify({
    _fixture: { source: "coingecko", endpoint: "markets", recorded_at: recordedAt },
    request: { method: "GET", url: "https://api.coingecko.com/api/v3/coins/markets" },
    response: {
      status: 200,
      headers: {},
      body: [{
        id: "bitcoin",
        symbol: "btc",
        name: "Bitcoin",
        current_price: price,
        market_cap: 5e11,
        total_volume: 1e10,
        last_updated: recordedAt,
      }],
    },
  });

const mixed = {
  "candles/us/AAPL-1m.csv": formatBarFile(rows(at("2026-11-20T14:30"), 60, minuteMs)),
  "candles/us/AAPL-1h.csv": formatBarFile(rows(at("2026-11-19T15:00"), 6, hourMs)),
  "candles/bist/THYAO.IS-1m.csv": formatBarFile(rows(at("2026-11-20T07:00"), 60, minuteMs, 300)),
  "candles/coinbase/BTCUSD-1h.csv": formatBarFile(rows(at("2026-11-20T00:00"), 20, hourMs, 9e4)),
  "candles/binance/ETHUSDT-1h.csv": formatBarFile(rows(at("2026-11-20T00:00"), 20, hourMs, 3e3)),
};

Deno.test("crypto is played before shares, Binance before others, and minutes before hours", async () => {
  await withFolder(mixed, async (folder) => {
    const order: [string, string, string][] = [];
    const files = Object.keys(mixed);
    while (files.length > 0) {
      const { exchange, timeframe, name } = await openRecording({ folder });
      order.push([exchange, timeframe, name]);
      const path = files.find((file) => file.endsWith(`/${name}.csv`))!;
      files.splice(files.indexOf(path), 1);
      await Deno.remove(`${folder}/${path}`);
    }
    assert.deepEqual(order, [
      ["binance", "1h", "ETHUSDT-1h"],
      ["coinbase", "1h", "BTCUSD-1h"],
      ["us", "1m", "AAPL-1m"],
      ["us", "1h", "AAPL-1h"],
      ["bist", "1m", "THYAO.IS-1m"],
    ]);
    await assert.rejects(openRecording({ folder }), /no bars, trades, captures or dated answers/);
  });
});

Deno.test("only one crypto exchange, and not Binance: its pairs are played to the last hour", async () => {
  const path = "candles/coinbase/BTCUSD-1h.csv";
  await withFolder({ [path]: mixed[path] }, async (folder) => {
    const world = await playRecording({ folder, startMinutes: 120 });
    try {
      const { first, last, count } = (await world.store.bars.getExtent({
        symbol: "BTCUSD",
        timeframe: "1h",
      }))!;
      const from = at("2026-11-20T00:00");
      assert.deepEqual([first, last, count], [from, from + 19 * hourMs, 20]);
    } finally {
      await world.close();
    }
  });
});

Deno.test("a crypto folder with days alone lists its pairs and gives them all", async () => {
  const from = at("2026-11-01T00:00");
  const path = "candles/binance/ADAUSDT-1d.csv";
  await withFolder({ [path]: formatBarFile(rows(from, 10, dayMs)) }, async (folder) => {
    const options = { folder, speed: 0, clock: systemClock, log: silentLogger };
    const server = await startReplayServer(options);
    try {
      const { info, address } = server;
      assert.deepEqual([info.symbols, info.from, info.to], [
        ["ADAUSDT"],
        from + 9 * dayMs,
        from + 10 * dayMs,
      ]);
      const ask = async (query: string) => await (await fetch(`${address.rest}${query}`)).json();
      const { symbols } = await ask("/api/v3/exchangeInfo");
      assert.deepEqual(symbols.map(({ symbol }: { symbol: string }) => symbol), ["ADAUSDT"]);
      const days = await ask("/api/v3/klines?symbol=ADAUSDT&interval=1d");
      assert.equal(days.length, 9, "the newest day is not over where the play begins");
    } finally {
      await server.close();
    }
  });
});

Deno.test("shares of which only hours were recorded are played within their sessions", async () => {
  // The first hour of a session holds its first half hour.
  const hours = [
    ...rows(at("2026-11-19T14:00"), 7, hourMs),
    ...rows(at("2026-11-20T14:00"), 7, hourMs),
  ];
  await withFolder({ "candles/us/AAPL-1h.csv": formatBarFile(hours) }, async (folder) => {
    const world = await startSteppedWorld({
      folder,
      startMinutes: 25 * 60,
      speed: 60,
      source: "alpaca",
    });
    try {
      assert.ok(await world.run(hourMs, () => world.replay.ended()));
      const endMs = at("2026-11-20T21:00");
      assert.equal(world.replay.marketNow(), endMs);
      await runToEnd(world, endMs);
      const found = await world.store.bars.listBars({ symbol: "AAPL", timeframe: "1h" });
      const figures = found.map(({ time, open, high, low, close, volume }) =>
        [time, open, high, low, close, volume] as BarRow
      );
      assert.deepEqual(figures, hours);
    } finally {
      await world.stop();
    }
  });
});

Deno.test("shares of Istanbul of which only days were recorded come with all of them", async () => {
  const days = rows(at("2026-11-02T00:00"), 5, dayMs, 300);
  const path = "candles/bist/THYAO.IS-1d.csv";
  await withFolder({ [path]: formatBarFile(days) }, async (folder) => {
    const world = await startSteppedWorld({ folder, source: "yahoo" });
    try {
      await world.run(20 * minuteMs, () => world.replay.ended());
      await world.run(10 * minuteMs);
      assert.ok(world.replay.ended());
      const { items } = await world.store.symbols.list({ limit: 10 });
      assert.deepEqual(items.map(({ symbol, exchange }) => [symbol, exchange]), [
        ["THYAO.IS", "bist"],
      ]);
      const found = await world.store.bars.listBars({ symbol: "THYAO.IS", timeframe: "1d" });
      assert.deepEqual(found.map(({ time }) => time), days.map(([time]) => time));
    } finally {
      await world.stop();
    }
  });
});

Deno.test("a folder of answers alone is asked, at the time of its newest one", async () => {
  const files = {
    "api/coingecko/old.json": anAnswer("2024-01-02T03:04:05Z", 40_000),
    "api/coingecko/new.json": anAnswer("2024-01-05T03:04:05Z", 44_000),
  };
  await withFolder(files, async (folder) => {
    const world = await startSteppedWorld({ folder, source: "coingecko" });
    try {
      assert.ok(await world.run(20 * minuteMs, () => world.replay.ended()));
      assert.equal(world.replay.info.from, at("2024-01-05T03:04"));
      assert.equal(world.replay.marketNow(), at("2024-01-05T03:05"));
      assert.equal(world.health()?.lastMessageMs !== null, true);
      const { items } = await world.store.symbols.list({ limit: 10 });
      assert.deepEqual(items, [], "answers are no market of bars");
    } finally {
      await world.stop();
    }
  });
});

Deno.test("answers that do not say when they were recorded have no time to stand at", async () => {
  await withFolder({ "api/coingecko/a.json": anAnswer("lately", 1) }, async (folder) => {
    await assert.rejects(openRecording({ folder }), /no bars, trades, captures or dated answers/);
  });
});

Deno.test("shares alone go as fast as their reader reads, and none of their minutes is lost", async () => {
  const minutes = rows(at("2026-11-20T14:30"), 390, minuteMs);
  await withFolder({ "candles/us/AAPL-1m.csv": formatBarFile(minutes) }, async (folder) => {
    const clock = createFastClock(20);
    const world = await playRecording({ folder, startMinutes: 10, clock });
    try {
      const found = await world.store.bars.listBars({ symbol: "AAPL", timeframe: "1m" });
      assert.deepEqual(found.map(({ time }) => time), minutes.map(([time]) => time));
    } finally {
      await world.close();
    }
  });
});

/** Keeps what is logged about the end of a recording. */
function listenToEnds(): { ends: (LogFields | undefined)[]; log: Logger } {
  const ends: (LogFields | undefined)[] = [];
  const log: Logger = {
    ...silentLogger,
    info: (text, fields) => {
      if (/come to its end/.test(text)) ends.push(fields);
    },
  };
  return { ends, log };
}

Deno.test("a recording is followed to its last moment though its symbols end at different times", async () => {
  const from = at("2026-11-20T10:00");
  // One connection carries fifty symbols: those of the second one all end five minutes early.
  const coins = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => {
      const name = `C${String(i).padStart(2, "0")}USDT`;
      return [name, rows(from, i === 0 ? 20 : 15, minuteMs, 1_000 - i)];
    }),
  );
  const files = { "candles/binance/_multi-end-1m.csv": formatMultiFile(coins) };
  await withFolder(files, async (folder) => {
    const { ends, log } = listenToEnds();
    const world = await startSteppedWorld({ folder, startMinutes: 10, log });
    try {
      assert.ok(await world.run(20 * minuteMs, () => world.replay.ended()));
      const endMs = from + 20 * minuteMs;
      assert.equal(world.replay.marketNow(), endMs);
      await runToEnd(world, endMs);
      for (const [symbol, own] of Object.entries(coins)) {
        const found = await world.store.bars.listBars({ symbol, timeframe: "1m" });
        assert.equal(found.at(-1)?.time, endMs - minuteMs, symbol);
        const told = found.filter(({ quality }) => quality !== "filled");
        assert.deepEqual(told.map(({ time }) => time), own.map(([time]) => time), symbol);
      }
      assert.deepEqual(ends, [{ at: endMs }]);
    } finally {
      await world.stop();
    }
  });
});
