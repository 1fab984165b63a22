import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AlertState,
  createAlertBook,
  createAlertState,
  createRule,
  getRest,
  stepAlert,
} from "../../lib/alerts/mod.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { buildBarMoment, buildFigure, buildPrice, buildSignalMoment } from "../support/alerts.ts";
import { buildAlert } from "../support/owned.ts";

const alerts = fc.record({
  condition: fc.constantFrom("PRICE_ABOVE" as const, "PRICE_BELOW" as const),
  threshold: fc.integer({ min: 1, max: 12 }),
  cooldown: fc.constantFrom(0, 1, 5),
  holdMs: fc.constantFrom(0, 1_000, 3_000),
  allowsUnsure: fc.boolean(),
  snoozedUntilMs: fc.option(fc.integer({ min: 0, max: 30_000 })),
  expiresMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  parameters: fc.oneof(
    fc.record({ repeats: fc.boolean() }),
    fc.constant({ line: { fromMs: 0, fromPrice: 1, toMs: 40_000, toPrice: 12 } }),
  ),
});
const events = fc.array(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        price: fc.integer({ min: 0, max: 13 }),
        afterMs: fc.integer({ min: -500, max: 1_500 }),
        isUnsure: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ put: alerts, place: fc.integer({ min: 0, max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ removed: fc.integer({ min: 0, max: 7 }) }) },
  ),
  { maxLength: 80 },
);

Deno.test("ALR-05 the ladder fires what trying every alert at every trade fires", () => {
  fc.assert(
    fc.property(fc.array(alerts, { maxLength: 8 }), events, (first, steps) => {
      const book = createAlertBook();
      const plain = new Map<string, { alert: AlertRecord; state: AlertState }>();
      const put = (fields: Partial<AlertRecord>, place: number) => {
        const alert = buildAlert(`a${place}`, fields);
        book.put(alert, null, 0);
        plain.set(alert.id, { alert, state: createAlertState(0) });
      };
      first.forEach(put);
      let timeMs = 0;
      for (const step of steps) {
        if ("put" in step) {
          put(step.put, step.place);
          continue;
        }
        if ("removed" in step) {
          book.remove(`a${step.removed}`);
          plain.delete(`a${step.removed}`);
          continue;
        }
        timeMs += step.afterMs;
        const moment = buildPrice(timeMs, step.price, { isUnsure: step.isUnsure });
        const expected: string[] = [];
        for (const entry of plain.values()) {
          const rule = createRule(entry.alert);
          const verdict = rule.condition.test(rule, moment);
          const mayFire = getRest(entry.alert, timeMs) === null &&
            (entry.alert.allowsUnsure || !step.isUnsure);
          const { state, isFiring } = stepAlert(entry.state, rule, verdict, timeMs, mayFire);
          entry.state = state;
          if (isFiring) expected.push(entry.alert.id);
        }
        const fired = book.offer(moment, timeMs).map(({ rule }) => rule.alert.id);
        assert.deepEqual(fired.toSorted(), expected.toSorted());
      }
      for (const [id, { state }] of plain) {
        // A rest that has ended is noticed at the next change, which no firing depends on.
        const known = book.get(id)!.state;
        assert.equal(known.lastFiredMs, state.lastFiredMs);
        assert.equal(known.phase === "firing", state.phase === "firing");
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("ALR-05 bars, figures and signals reach their own alerts only", () => {
  const book = createAlertBook();
  const put = (id: string, fields: Partial<AlertRecord>) =>
    book.put(buildAlert(id, { threshold: null, ...fields }), null, 0);
  put("rsi", { condition: "RSI_ABOVE", threshold: 70 });
  put("rsi 5m", { condition: "RSI_ABOVE", threshold: 70, parameters: { timeframe: "5m" } });
  put("mood", { condition: "SENTIMENT_SHIFT", symbol: "BTC", threshold: 0.5 });
  put("any mood", { condition: "SENTIMENT_SHIFT", symbol: "*", threshold: 0.5, cooldown: 0 });
  put("tvl", { condition: "TVL_CHANGE", symbol: "BTC", threshold: 0.5 });
  put("signal", { condition: "SIGNAL_CONFIDENCE", threshold: 0.7 });
  put("any signal", { condition: "SIGNAL_CONFIDENCE", threshold: 0.9, symbol: "*" });
  const fired = (moment: Parameters<typeof book.offer>[0]) =>
    book.offer(moment, 0).map(({ rule }) => rule.alert.id);

  const rsi = { rsi_14: [60, 75] as [number, number] };
  assert.deepEqual(fired(buildBarMoment(1_000, { indicators: rsi })), ["rsi"]);
  assert.deepEqual(fired(buildBarMoment(2_000, { indicators: rsi, symbol: "ETHUSDT" })), []);
  assert.deepEqual(fired(buildFigure(1_000, { change: 0.6 })), ["mood", "any mood"]);
  assert.deepEqual(fired(buildFigure(2_000, { change: 0.6, symbol: "ETH" })), ["any mood"]);
  assert.deepEqual(fired(buildFigure(3_000, { change: 0.6, name: "tvl" })), ["tvl"]);
  assert.deepEqual(fired(buildSignalMoment(1_000)), ["signal"]);
  const sure = { symbol: "AAPL", confidence: 0.95 };
  assert.deepEqual(fired(buildSignalMoment(2_000, sure)), ["any signal"]);
  assert.deepEqual([book.watchesBars("BTCUSDT", "5m"), book.watchesBars("BTCUSDT", "1h")], [
    true,
    false,
  ]);
});

Deno.test("ALR-04 an alert that was switched off, taken away or changed is not tried as it was", () => {
  const book = createAlertBook();
  const offer = (price: number, timeMs: number) => book.offer(buildPrice(timeMs, price), 0).length;
  book.put(buildAlert("a"), null, 0);
  book.put(buildAlert("a", { is_active: false }), null, 0);
  assert.deepEqual([book.size, offer(101, 1)], [0, 0]);
  book.put(buildAlert("a"), null, 0);
  book.put(buildAlert("a", { threshold: 200 }), null, 0);
  assert.deepEqual([book.size, offer(150, 2), offer(201, 3)], [1, 0, 1]);
  book.remove("a");
  book.remove("a");
  assert.deepEqual([book.size, offer(101, 4)], [0, 0]);
});

Deno.test("ALR-04 a state from the store counts, and only changed phases are handed out", () => {
  const book = createAlertBook();
  const state: AlertState = { phase: "firing", sinceMs: 5, heldSinceMs: 5, lastFiredMs: 5 };
  book.put(buildAlert("a", { parameters: { repeats: false } }), state, 0);
  assert.deepEqual(book.offer(buildPrice(400_000, 101), 0), []);
  assert.deepEqual(book.takeChanged(), []);
  assert.deepEqual(book.offer(buildPrice(400_001, 99), 0), []);
  assert.deepEqual(book.takeChanged().map((entry) => entry.state.phase), ["armed"]);
  assert.deepEqual(book.takeChanged(), []);
  assert.equal(book.offer(buildPrice(400_002, 101), 0).length, 1);
  book.setState("a", state);
  assert.equal(book.get("a")!.state.lastFiredMs, 5);
});

Deno.test("NEW-05 stale, repaired and filled data fires nothing unless its owner asked for that", () => {
  const book = createAlertBook();
  book.put(buildAlert("strict"), null, 0);
  book.put(buildAlert("loose", { allowsUnsure: true }), null, 0);
  const fired = (isUnsure: boolean, timeMs: number) =>
    book.offer(buildPrice(timeMs, 101, { isUnsure }), 0).map(({ rule }) => rule.alert.id);
  assert.deepEqual(fired(true, 1), ["loose"]);
  assert.deepEqual(fired(false, 2), ["strict"]);
});
