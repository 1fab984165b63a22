/** Detectors see a bar when the exchange has spoken, or when it is late; each once, in order. */
import assert from "node:assert/strict";
import { createSettling } from "../../lib/pipeline/settling.ts";
import { createSymbolState, getSeries, rememberBar } from "../../lib/pipeline/state.ts";
import { aBar, DAY_MS } from "../support/market.ts";

const HOUR_MS = 3_600_000;

function aSymbol(symbol: string) {
  const state = createSymbolState(symbol, { base: "1m", freshnessMs: 60_000, aheadMs: 60_000 });
  const series = getSeries(state, "1h");
  const close = (hour: number, isConfirmed: boolean) =>
    rememberBar(series, aBar({ time: DAY_MS + hour * HOUR_MS }), isConfirmed);
  return { state, series, close };
}

const name = ({ series, time }: { series: { key: { symbol: string } }; time: number }) =>
  `${series.key.symbol} ${(time - DAY_MS) / HOUR_MS}`;

Deno.test("a bar waits for the exchange's word and is handed on once", () => {
  const settling = createSettling();
  const { state, series, close } = aSymbol("A");
  close(0, false);
  settling.add(state, series, DAY_MS);
  settling.add(state, series, DAY_MS);
  assert.deepEqual(settling.take(), []);
  close(0, true);
  assert.deepEqual(settling.take().map(name), ["A 0"]);
  assert.deepEqual(settling.take(), []);
});

Deno.test("a bar whose word does not come waits no longer than it is told to", () => {
  const settling = createSettling();
  const { state, series, close } = aSymbol("A");
  close(0, false);
  settling.add(state, series, DAY_MS);
  settling.giveUpWaiting(DAY_MS + HOUR_MS - 1);
  assert.deepEqual(settling.take(), []);
  settling.giveUpWaiting(DAY_MS + HOUR_MS);
  settling.giveUpWaiting(0);
  assert.deepEqual(settling.take().map(name), ["A 0"]);
});

Deno.test("settled bars come by end and symbol, whatever the order in which they were noted", () => {
  const settling = createSettling();
  for (const symbol of ["B", "A"]) {
    const { state, series, close } = aSymbol(symbol);
    for (const hour of [1, 0, 2]) {
      close(hour, true);
      settling.add(state, series, DAY_MS + hour * HOUR_MS);
    }
  }
  assert.deepEqual(settling.take().map(name), ["A 0", "B 0", "A 1", "B 1", "A 2", "B 2"]);
});

Deno.test("a bar behind the newest ones waits for nobody", () => {
  const settling = createSettling();
  const { state, series, close } = aSymbol("A");
  settling.add(state, series, DAY_MS);
  for (let hour = 0; hour < 12; hour++) close(hour, false);
  assert.deepEqual(settling.take().map(name), ["A 0"]);
});
