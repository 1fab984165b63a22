import assert from "node:assert/strict";
import { conditions, createRule, getCondition, type Moment } from "../../lib/alerts/mod.ts";
import { alertConditions, type AlertRecord } from "../../lib/contracts/owned.ts";
import { buildBarMoment, buildFigure, buildPrice, buildSignalMoment } from "../support/alerts.ts";
import { buildAlert } from "../support/owned.ts";

type Row = [name: string, alert: Partial<AlertRecord>, moment: Moment, verdict: -1 | 0 | 1];

const line = { fromMs: 0, fromPrice: 100, toMs: 1_000, toPrice: 110 };
const bar = (fields: Parameters<typeof buildBarMoment>[1]) => buildBarMoment(60_000, fields);
const rsi = (value: number) => bar({ indicators: { rsi_14: [50, value] } });
const macd = (before: number, now: number) =>
  bar({ indicators: { macd_histogram: [before, now], macd: [0, now], macd_signal: [0, 0] } });
const spike = (volume: number, average: number) =>
  bar({ volume, indicators: { volume_sma_20: [average, 1] } });
const moved = (close: number, past: number) => bar({ close, readClose: () => past });
const change = (value: number) => buildFigure(1, { change: value });
const custom = (group: object): Partial<AlertRecord> => ({
  condition: "CUSTOM",
  threshold: null,
  parameters: { group } as AlertRecord["parameters"],
});
const hot = { field: "rsi_14", is: "above", value: 70 };
const cheap = { field: "close", is: "below", value: 50 };

const rows: Row[] = [
  ["a trade above", { condition: "PRICE_ABOVE" }, buildPrice(1, 100.1), 1],
  ["a trade at the level is not above", { condition: "PRICE_ABOVE" }, buildPrice(1, 100), 0],
  ["a trade below", { condition: "PRICE_BELOW" }, buildPrice(1, 99.9), 1],
  ["a trade at the level is not below", { condition: "PRICE_BELOW" }, buildPrice(1, 100), 0],
  ["a line rises with time", { parameters: { line }, threshold: null }, buildPrice(500, 105.1), 1],
  ["under a line", { parameters: { line }, threshold: null }, buildPrice(500, 104.9), 0],
  ["a line goes on behind its end", { parameters: { line } }, buildPrice(2_000, 121), 1],
  ["RSI above", { condition: "RSI_ABOVE", threshold: 70 }, rsi(70.1), 1],
  ["RSI at the level", { condition: "RSI_ABOVE", threshold: 70 }, rsi(70), 0],
  ["RSI unknown", { condition: "RSI_ABOVE", threshold: 70 }, rsi(NaN), -1],
  ["RSI below", { condition: "RSI_BELOW", threshold: 30 }, rsi(29), 1],
  ["MACD crosses up", { condition: "MACD_CROSSOVER" }, macd(-1, 1), 1],
  ["MACD crosses down", { condition: "MACD_CROSSOVER" }, macd(1, -1), 1],
  ["MACD stays", { condition: "MACD_CROSSOVER" }, macd(1, 2), 0],
  ["MACD leaves zero", { condition: "MACD_CROSSOVER" }, macd(0, 2), 1],
  ["MACD unknown before", { condition: "MACD_CROSSOVER" }, macd(NaN, 2), -1],
  [
    "MACD crosses the other way than asked",
    { condition: "MACD_CROSSOVER", parameters: { direction: "down" } },
    macd(-1, 1),
    0,
  ],
  ["volume is twice the average", { condition: "VOLUME_SPIKE", threshold: null }, spike(20, 10), 0],
  ["volume is more than twice", { condition: "VOLUME_SPIKE", threshold: null }, spike(21, 10), 1],
  ["no average yet", { condition: "VOLUME_SPIKE", threshold: null }, spike(21, NaN), -1],
  ["an average of nothing", { condition: "VOLUME_SPIKE", threshold: null }, spike(21, 0), -1],
  ["up by 5 %", { condition: "PERCENT_CHANGE", threshold: 5 }, moved(106, 100), 1],
  ["down by 5 %", { condition: "PERCENT_CHANGE", threshold: 5 }, moved(94, 100), 1],
  ["by less", { condition: "PERCENT_CHANGE", threshold: 5 }, moved(104, 100), 0],
  [
    "down, asked for up",
    { condition: "PERCENT_CHANGE", threshold: 5, parameters: { direction: "up" } },
    moved(90, 100),
    0,
  ],
  ["no past", { condition: "PERCENT_CHANGE", threshold: 5 }, moved(90, NaN), -1],
  ["mood rises", { condition: "SENTIMENT_SHIFT", threshold: 0.5 }, change(0.5), 1],
  ["mood without a past", { condition: "SENTIMENT_SHIFT", threshold: 0.5 }, change(NaN), -1],
  ["TVL falls", { condition: "TVL_CHANGE", threshold: 10 }, change(-11), 1],
  ["liquidity moves less", { condition: "LIQUIDITY_SHIFT", threshold: 10 }, change(9), 0],
  ["a new pair", { condition: "NEW_PAIR", threshold: 1_000 }, buildFigure(1, { value: 2_000 }), 1],
  ["a small new pair", { condition: "NEW_PAIR", threshold: 1e4 }, buildFigure(1, { value: 2 }), 0],
  [
    "a wide spread",
    { condition: "ARBITRAGE_SPREAD", threshold: 1 },
    buildFigure(1, { value: 1 }),
    1,
  ],
  ["a sure signal", { condition: "SIGNAL_CONFIDENCE", threshold: 0.8 }, buildSignalMoment(1), 1],
  [
    "a signal of another type",
    { condition: "SIGNAL_CONFIDENCE", threshold: 0.1, parameters: { signalType: "tvl_anomaly" } },
    buildSignalMoment(1),
    0,
  ],
  ["all of two", custom({ match: "all", rules: [hot, cheap] }), rsi(80), 0],
  ["any of two", custom({ match: "any", rules: [hot, cheap] }), rsi(80), 1],
  ["all, one unknown, one false", custom({ match: "all", rules: [hot, cheap] }), rsi(NaN), 0],
  ["any, one unknown, one false", custom({ match: "any", rules: [hot, cheap] }), rsi(NaN), -1],
  [
    "a group in a group",
    custom({ match: "all", rules: [hot, { match: "any", rules: [cheap, hot] }] }),
    rsi(80),
    1,
  ],
  [
    "a crossing within a group",
    custom({ match: "all", rules: [{ field: "rsi_14", is: "crosses_above", value: 70 }] }),
    rsi(80),
    1,
  ],
];

for (const [name, fields, moment, expected] of rows) {
  const alert = buildAlert("a", fields);
  Deno.test(`ALR-02 ${alert.condition}: ${name}`, () => {
    const rule = createRule(alert);
    assert.equal(rule.condition.test(rule, moment), expected);
    if (expected !== 1) return;
    const { message, figures, value } = rule.condition.explain(rule, moment);
    assert.match(message, /\.$/);
    assert.ok(message.includes(moment.symbol), message);
    assert.ok(!/NaN|undefined|null/.test(message), message);
    assert.ok(Object.keys(figures).length > 0);
    assert.ok(value === null || Number.isFinite(value));
  });
}

Deno.test("ALR-02 every condition has a file, a table row and a name of its own", () => {
  assert.deepEqual(conditions.map(({ name }) => name).toSorted(), alertConditions.toSorted());
  const tried = new Set(rows.map(([, fields]) => buildAlert("a", fields).condition));
  assert.deepEqual([...tried].toSorted(), alertConditions.toSorted());
  assert.throws(() => getCondition("NO_SUCH" as "CUSTOM"), RangeError);
});
