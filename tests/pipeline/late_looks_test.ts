/** Looks that wait for the leading coin: in their order, and not for ever. */
import { deepEqual, equal } from "node:assert/strict";
import { createLateLooks } from "../../lib/pipeline/late_looks.ts";
import type { ClosedBar } from "../../lib/pipeline/settling.ts";
import type { SeriesState } from "../../lib/pipeline/state.ts";

const aSeries = (symbol: string, timeframe = "1h") =>
  ({ key: { symbol, timeframe } }) as unknown as SeriesState;
const eth = aSeries("ETHUSDT");
const btc = aSeries("BTCUSDT");
const aLook = (series: SeriesState, time = 0) => ({ series, time }) as unknown as ClosedBar;

function setUp() {
  let nowMs = 1_000;
  const late = createLateLooks(() => nowMs);
  const pass = (ms: number) => void (nowMs += ms);
  return { late, pass };
}

Deno.test("what waits comes back before the bars that close then", () => {
  const { late } = setUp();
  const waiting = aLook(eth);
  deepEqual(late.join([waiting]), [waiting]);
  equal(late.wait(waiting), true);
  const leader = aLook(btc);
  deepEqual(late.join([leader]), [waiting, leader]);
  deepEqual(late.join([leader]), [leader], "it does not wait any more");
});

Deno.test("bars of other lengths, and nothing at all, have nobody look again", () => {
  const { late } = setUp();
  late.join([aLook(eth)]);
  late.wait(aLook(eth));
  const other = aLook(aSeries("BTCUSDT", "1m"));
  deepEqual([late.join([]), late.join([other])], [[], [other]]);
});

Deno.test("it waits half a minute from its first look on, however often it is looked at", () => {
  const { late, pass } = setUp();
  const waiting = aLook(eth);
  late.join([waiting]);
  equal(late.wait(waiting), true);
  pass(20_000);
  late.join([aLook(btc)]);
  equal(late.wait(waiting), true);
  pass(9_999);
  deepEqual(late.join([]), []);
  pass(1);
  deepEqual(late.join([]), [waiting]);
  equal(late.wait(waiting), false);
  deepEqual(late.join([aLook(btc)]).length, 1);
});

Deno.test("a later bar of the same series is never looked at before it", () => {
  const { late } = setUp();
  const [first, second] = [aLook(eth, 0), aLook(eth, 1)];
  late.join([first]);
  late.wait(first);
  deepEqual(late.join([second]), [first, second]);
  deepEqual([late.wait(first), late.wait(second)], [false, true]);
});
