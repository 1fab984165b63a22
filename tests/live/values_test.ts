import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { findTurn, phaseCount } from "../../lib/live/phases.ts";
import type { Subscription } from "../../lib/live/subscription.ts";
import type { PriceUpdate } from "../../lib/live/types.ts";
import { BarBoard, PriceBoard } from "../../lib/live/values.ts";
import { aBar, MINUTE_MS } from "../support/market.ts";

const aPrice = (symbol: string, price = 1): PriceUpdate => ({
  symbol,
  price,
  eventMs: 1,
  receivedMs: 1,
  source: "x",
});

const read = (json: string | null) =>
  (JSON.parse(json ?? "[]") as PriceUpdate[]).map(({ symbol, price }) => `${symbol} ${price}`);

const all: Subscription = { symbols: null, timeframes: null, filter: {} };

Deno.test("a change leaves with each of the ten turns from its first on, then with none", () => {
  const board = new PriceBoard();
  board.set(aPrice("A"));
  const sent: string[][] = [];
  for (let turn = 3; turn < 15; turn++) {
    board.flush(turn);
    sent.push(read(board.formatTurn(turn, null)));
    board.settle(turn, turn);
  }
  deepEqual(sent, [...Array(10).fill(["A 1"]), [], []]);
  equal(board.isLeaving, false);
});

Deno.test("turns that come together leave out what their clients have already", () => {
  const board = new PriceBoard();
  board.set(aPrice("A"));
  board.flush(0);
  board.settle(8, 1);
  board.set(aPrice("B"));
  board.flush(9);
  deepEqual([9, 10, 11].map((turn) => read(board.formatTurn(turn, null))), [
    ["A 1", "B 1"],
    ["B 1"],
    ["B 1"],
  ]);
});

Deno.test("wanted symbols narrow every list, and an empty one is none", () => {
  const board = new PriceBoard();
  board.seed([aPrice("A"), aPrice("B")], 1);
  board.set(aPrice("C"));
  board.flush(0);
  deepEqual(read(board.formatAll(new Set(["B", "C", "?"]))), ["B 1", "C 1"]);
  equal(board.formatTurn(0, new Set(["A"])), null);
  equal(board.formatAfter(0, new Set(["?"]), 0), null);
  equal(board.formatAll(new Set()), null);
  equal(new PriceBoard().formatAll(null), null);
});

Deno.test("seeds fill in only what is not known, and the newest change wins", () => {
  const board = new PriceBoard();
  board.set(aPrice("A", 5));
  board.set(aPrice("A", 6));
  equal(board.flush(0), 1);
  board.seed([aPrice("A", 1), aPrice("B", 2)], 9);
  deepEqual(read(board.formatAll(null)), ["A 6", "B 2"]);
  equal(board.flush(1), 0);
});

Deno.test("who resumes gets what changed since, but not what its own turn is about to bring", () => {
  const board = new PriceBoard();
  board.seed([aPrice("OLD")], 1);
  board.set(aPrice("A"));
  board.flush(0);
  board.settle(4, 2);
  const phases = Array.from({ length: phaseCount }, (_, phase) => phase);
  deepEqual(
    phases.map((phase) => read(board.formatAfter(1, null, phase)).length),
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  );
  board.settle(9, 3);
  deepEqual(
    phases.map((phase) => board.formatAfter(2, null, phase) !== null),
    phases.map(() => true),
  );
  deepEqual(phases.map((phase) => board.formatAfter(3, null, phase)), phases.map(() => null));
});

Deno.test("the turn of a phase is the first of its own, at most nine turns away", () => {
  fc.assert(fc.property(fc.nat(phaseCount - 1), fc.nat(1e9), (phase, since) => {
    const turn = findTurn(phase, since);
    equal(turn % phaseCount, phase);
    equal(turn >= since && turn < since + phaseCount, true);
  }));
});

/** A board of running bars, one a second, and what leaves it. */
function setup() {
  let n = 0;
  const board = new BarBoard(1_000);
  const take = () => ++n;
  const running = (nowMs: number, close: number, minute = 0, symbol = "A") =>
    board.setRunning(
      {
        symbol,
        timeframe: "1m",
        bar: aBar({ time: minute * MINUTE_MS, close, closed: false }),
      },
      nowMs,
      take,
    );
  const close = (minute: number, close: number) => {
    const update = {
      symbol: "A",
      timeframe: "1m" as const,
      bar: aBar({ time: minute * MINUTE_MS, close }),
    };
    board.setClosed(update, JSON.stringify(update), take());
  };
  return { board, take, running, close };
}

const closeOf = ({ json }: { json: string }) =>
  (JSON.parse(json) as { bar: { close: number } }).bar.close;

Deno.test("a running bar leaves at once after quiet, else when its second has passed, as it then is", () => {
  const { board, take, running } = setup();
  equal(closeOf(running(0, 1)!), 1);
  deepEqual([running(10, 2), running(999, 3)], [null, null]);
  deepEqual(board.listDue(999, take), []);
  deepEqual(board.listDue(1_000, take).map(closeOf), [3]);
  deepEqual(board.listDue(5_000, take), []);
});

Deno.test("a running bar of a closed or older minute is ignored", () => {
  const { board, take, running, close } = setup();
  running(0, 1, 1);
  close(1, 2);
  deepEqual([running(5_000, 3, 1), running(5_000, 4, 0)], [null, null]);
  deepEqual(board.listDue(9_000, take), []);
  deepEqual(board.listLatest(all).map(closeOf), [2]);
  equal(closeOf(running(9_000, 5, 2)!), 5);
});

Deno.test("a correction of an older bar does not become the newest", () => {
  const { board, running, close } = setup();
  close(5, 50);
  running(0, 60, 6);
  close(2, 20);
  deepEqual(board.listLatest(all).map(closeOf), [60]);
});

Deno.test("a bar that closes takes the waiting one with it, but not the next minute's", () => {
  const { board, take, running, close } = setup();
  running(0, 1, 0);
  running(10, 2, 0);
  close(0, 3);
  deepEqual(board.listDue(2_000, take), []);
  running(2_000, 4, 1);
  running(2_010, 5, 1);
  close(0, 6);
  deepEqual(board.listDue(4_000, take).map(closeOf), [5]);
});

Deno.test("whatever the times, each series leaves at most once a second, and its last value in the end", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.nat(2)), { maxLength: 60 }),
    (steps) => {
      const { board, take, running } = setup();
      const sent = new Map<string, { atMs: number; close: number }>();
      const newest = new Map<string, number>();
      let nowMs = 0;
      const note = (due: { symbol: string; json: string }) => {
        const before = sent.get(due.symbol);
        equal(before === undefined || nowMs - before.atMs >= 1_000, true);
        sent.set(due.symbol, { atMs: nowMs, close: closeOf(due) });
      };
      steps.forEach(([ms, which], i) => {
        nowMs += ms;
        const symbol = `S${which}`;
        newest.set(symbol, i);
        const due = running(nowMs, i, 0, symbol);
        if (due) note(due);
        board.listDue(nowMs, take).forEach(note);
      });
      nowMs += 1_000;
      board.listDue(nowMs, take).forEach(note);
      const last = [...sent].map(([symbol, { close }]) => [symbol, close]);
      deepEqual(Object.fromEntries(last), Object.fromEntries(newest));
    },
  ));
});
