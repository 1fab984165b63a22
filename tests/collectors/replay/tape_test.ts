import assert from "node:assert/strict";
import fc from "fast-check";
import {
  getPhaseMs,
  listPath,
  makeBar,
  makeTrades,
  splitVolume,
} from "../../../collectors/replay/tape.ts";
import { spellKline, spellNumber, spellTrade } from "../../../collectors/replay/wire.ts";
import type { ReplayBar } from "../../../collectors/replay/bars_file.ts";

const time = 1_667_946_660_000;

function makeReplayBar(part: Partial<ReplayBar>): ReplayBar {
  const unknown = { quote: NaN, count: NaN, takerBase: NaN, takerQuote: NaN };
  return { time, open: 10, high: 12, low: 9, close: 11, volume: 4, ...unknown, ...part };
}

const volumes = fc.oneof(
  fc.double({ min: 1e-12, max: 1e15, noNaN: true }),
  fc.integer({ min: 1, max: 2 ** 50 }).map((units) => units / 1e8),
);

Deno.test("four parts of a volume add up to it exactly, also after they were spelled", () => {
  fc.assert(fc.property(volumes, (volume) => {
    const parts = splitVolume(volume);
    assert.equal(parts.reduce((sum, part) => sum + part, 0), volume);
    const read = parts.map((part) => Number(spellNumber(part)));
    assert.equal(read.reduce((sum, part) => sum + part, 0), volume);
  }));
});

Deno.test("the four parts of a volume are equal but for rounding and never empty", () => {
  fc.assert(fc.property(volumes, (volume) => {
    for (const part of splitVolume(volume)) {
      assert.ok(part > 0);
      assert.ok(Math.abs(part - volume / 4) <= volume * 1e-3 + 1e-15, `${part} of ${volume}`);
    }
  }));
});

Deno.test("a bar is walked from the open by the nearer extreme to the close", () => {
  const cases: [Parameters<typeof listPath>[0], number[]][] = [
    [{ open: 10, high: 11, low: 5, close: 8 }, [10, 11, 5, 8]],
    [{ open: 10, high: 20, low: 9, close: 15 }, [10, 9, 20, 15]],
    [{ open: 10, high: 12, low: 8, close: 9 }, [10, 12, 8, 9]],
    [{ open: 10, high: 10, low: 10, close: 10 }, [10, 10, 10, 10]],
  ];
  for (const [bar, path] of cases) assert.deepEqual(listPath(bar), path);
});

Deno.test("the trades of a minute lie within it, 15 s apart, with consecutive ids", () => {
  fc.assert(fc.property(fc.nat({ max: 5_000 }), volumes, (rank, volume) => {
    const bar = makeReplayBar({ volume });
    const trades = makeTrades(bar, {
      phaseMs: getPhaseMs(rank, 60_000),
      stepMs: 60_000,
      firstId: 41,
    });
    assert.deepEqual(trades.map(({ id }) => id), [41, 42, 43, 44]);
    assert.ok(trades[0]!.at > time && trades[3]!.at < time + 60_000);
    for (let i = 1; i < 4; i++) assert.equal(trades[i]!.at - trades[i - 1]!.at, 15_000);
  }));
});

Deno.test("the bar over the made trades is the recorded bar exactly", () => {
  const price = fc.integer({ min: 1, max: 1e9 }).map((units) => units / 1e4);
  fc.assert(fc.property(fc.tuple(price, price, price, price), volumes, (prices, volume) => {
    const [low, a, b, high] = prices.sort((x, y) => x - y) as [number, number, number, number];
    const bar = makeReplayBar({ open: a, close: b, low, high, volume });
    const made = makeBar(time, makeTrades(bar, { phaseMs: 1, stepMs: 60_000, firstId: 1 }))!;
    assert.deepEqual(
      [made.open, made.high, made.low, made.close, made.volume],
      [a, high, low, b, volume],
    );
  }));
});

Deno.test("a minute without volume has no trade", () => {
  const bar = makeReplayBar({ volume: 0 });
  assert.deepEqual(makeTrades(bar, { phaseMs: 1, stepMs: 60_000, firstId: 1 }), []);
  assert.equal(makeBar(time, []), null);
});

Deno.test("symbols do not tick in one instant", () => {
  const ranks = Array.from({ length: 500 }, (_, rank) => rank);
  const phases = new Set(ranks.map((rank) => getPhaseMs(rank, 60_000)));
  assert.equal(phases.size, 500);
  assert.equal(getPhaseMs(0, 60_000), 1);
  for (const phase of phases) assert.ok(phase >= 1 && phase < 15_000);
});

Deno.test("numbers are spelled with eight decimals, and with more only where they must be", () => {
  const cases: [number, string][] = [
    [18560.7, "18560.70000000"],
    [0.00017659, "0.00017659"],
    [1e-10, "0.0000000001"],
    [NaN, "0.00000000"],
    [0, "0.00000000"],
    [-1.5, "-1.50000000"],
  ];
  for (const [value, text] of cases) assert.equal(spellNumber(value), text);
  fc.assert(fc.property(fc.double({ min: 1e-12, max: 1e15, noNaN: true }), (value) => {
    assert.equal(Number(spellNumber(value)), value);
  }));
});

Deno.test("trades and klines have the keys that the exchange sends", () => {
  const trade = JSON.parse(
    spellTrade("BTCUSDT", { id: 7, at: time, price: 2, size: 3, buyerMaker: true }),
  );
  assert.deepEqual(trade, {
    e: "trade",
    E: time,
    s: "BTCUSDT",
    t: 7,
    p: "2.00000000",
    q: "3.00000000",
    T: time,
    m: true,
    M: true,
  });
  const { k } = JSON.parse(spellKline({
    symbol: "BTCUSDT",
    interval: "1m",
    lengthMs: 60_000,
    bar: makeReplayBar({}),
    eventMs: time + 60_000,
    final: true,
    firstId: 1,
    lastId: 4,
  }));
  assert.deepEqual(Object.keys(k).join(""), "tTsifLocohlvnxqVQB".replace("coh", "ch"));
  assert.equal(k.T, time + 59_999);
});
