/** Looking back: the same as live, for shares too, and never so long at once that others wait. */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  foresee,
  foreseeInSlices,
  type Foresight,
  foresightAfterMs,
} from "../../lib/alerts/mod.ts";
import { lookBack } from "../../lib/api/foresight.ts";
import { createNextBar } from "../../lib/bars/mod.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { computeIndicators, indicatorNames, openIndicators } from "../../lib/indicators/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { type Bar, getBarRow } from "../../lib/market/mod.ts";
import { createAlertDesk } from "../../lib/pipeline/alerts.ts";
import { createManualClock } from "../support/clock.ts";
import { walkBars } from "../support/market_series.ts";
import { buildAlert } from "../support/owned.ts";
import { aStock } from "../support/sessions.ts";
import { withMemoryStore } from "../support/store.ts";

const MINUTE_MS = 60_000;
const SESSION_BARS = 390;
/** Monday's and Tuesday's sessions in New York. */
const opens = [Date.UTC(2026, 0, 5, 14, 30), Date.UTC(2026, 0, 6, 14, 30)] as const;
const END_MS = opens[1] + SESSION_BARS * MINUTE_MS;
const isSecond = (timeMs: number) => timeMs > opens[1];

/** Two whole sessions of a share, minute by minute. */
function buildSessions(): Bar[] {
  const columns = walkBars(2 * SESSION_BARS, { seed: 4, stepMs: MINUTE_MS });
  return Array.from({ length: 2 * SESSION_BARS }, (_, i) => ({
    ...getBarRow(columns, i),
    time: opens[i < SESSION_BARS ? 0 : 1] + (i % SESSION_BARS) * MINUTE_MS,
    quality: "observed" as const,
  }));
}

const rules = (field: string, value: number) => ({
  condition: "CUSTOM" as const,
  threshold: null,
  parameters: { group: { match: "all" as const, rules: [{ field, is: "above" as const, value }] } },
});
const shares: [string, Partial<AlertRecord>][] = [
  ["RSI", { condition: "RSI_ABOVE", threshold: 55, parameters: { repeats: false } }],
  ["MACD", { condition: "MACD_CROSSOVER", threshold: null }],
  ["the mean of 200 bars", rules("sma_200", 1)],
  ["volume", { condition: "VOLUME_SPIKE", threshold: 1.2 }],
];

for (const [what, fields] of shares) {
  Deno.test(`NEW-05 over two sessions of a share, ${what} is foreseen as it fires live`, () =>
    withMemoryStore(async (store) => {
      const world = store.world("live");
      await world.symbols.put(aStock("AAPL"));
      const bars = buildSessions();
      const series = { symbol: "AAPL", timeframe: "1m" as const };
      const alert = buildAlert("a", { symbol: "AAPL", cooldown: 0, ...fields });
      const desk = createAlertDesk({
        ...{ owned: store.owned, store: world, log: silentLogger, mode: "replay" },
        clock: createManualClock(opens[0]),
        isNext: createNextBar(() => "alpaca"),
      });
      await store.owned.alerts.put(alert);
      await desk.start();
      for (const bar of bars) desk.offerBars(series, [bar], "closed");
      await desk.stop();
      const live = (await store.owned.firings.list({ limit: 1_000 })).items
        .map(({ timestamp }) => timestamp).sort((a, b) => b - a);
      await world.bars.putBars(series, bars);
      const symbols = createSymbolCache({ symbols: world.symbols, now: () => END_MS });
      const seen = await lookBack({ store: world, symbols }, alert, END_MS);
      equal(seen.counts[0]!.firings, live.length);
      deepEqual(seen.firings.map(({ timeMs }) => timeMs), live.slice(0, 50));
      ok(live.some(isSecond), "it fires in the second session");
    }));
}

Deno.test("NEW-05 an indicator goes on where the session before has ended", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    await world.symbols.putMany([aStock("AAPL"), aStock("ELSE", "nowhere")]);
    const symbols = createSymbolCache({ symbols: world.symbols, now: () => END_MS });
    const count = async (symbol: string) => {
      await world.bars.putBars({ symbol, timeframe: "1m" }, buildSessions());
      const alert = buildAlert("a", { symbol, cooldown: 0, ...rules("sma_200", 1) });
      return (await lookBack({ store: world, symbols }, alert, END_MS)).counts[0]!.firings;
    };
    // A mean of 200 bars exists from the 200th on; of an exchange without hours in each session anew.
    deepEqual([await count("AAPL"), await count("ELSE")], [
      2 * SESSION_BARS - 199,
      2 * (SESSION_BARS - 199),
    ]);
  }));

const condition = (name: AlertRecord["condition"], threshold: number | null) => ({
  ...{ condition: name, threshold, cooldown: 0 },
});
const long: [string, Partial<AlertRecord>][] = [
  ["a level", condition("PRICE_ABOVE", 100)],
  ["a level that is held", { ...condition("PRICE_BELOW", 100), holdMs: 300_000 }],
  ["a level once", { ...condition("PRICE_ABOVE", 104), one_time: true }],
  ["RSI", { ...condition("RSI_BELOW", 40), cooldown: 3_600 }],
  ["many indicators", {
    ...{ condition: "CUSTOM", threshold: null, cooldown: 0 },
    parameters: {
      group: {
        match: "any",
        rules: indicatorNames.map((field) => ({ field, is: "above" as const, value: 1e9 })),
      },
    },
  }],
];

for (const [what, fields] of long) {
  Deno.test(`NEW-05 ninety days of minutes of ${what} are looked at in slices, to the same end`, async () => {
    const bars = 90 * 1_440;
    const columns = walkBars(bars, { seed: 9, stepMs: MINUTE_MS });
    const nowMs = columns.time[bars - 1]! + MINUTE_MS;
    const past = { symbol: "BTCUSDT", timeframe: "1m" as const, columns, nowMs };
    const alert = buildAlert("a", fields);
    let slices = 0;
    const pause = () => {
      slices++;
      return Promise.resolve();
    };
    const sliced: Foresight = await foreseeInSlices(alert, past, pause);
    deepEqual(sliced, foresee(alert, past));
    equal(sliced.aftermath.length, foresightAfterMs.length);
    // Whatever is walked, others get their turn after each 4,096 bars.
    if (!alert.one_time) ok(slices >= bars / 4_096, `${slices} slices`);
  });
}

Deno.test("indicators one by one are those of all at once, of odd figures too", () => {
  for (const close of [100, 1e120]) {
    const columns = walkBars(300, { seed: 5 });
    columns.close[150] = close;
    const all = computeIndicators(columns);
    const read = openIndicators(columns);
    for (const name of indicatorNames.toReversed()) {
      deepEqual(Array.from(read(name)), Array.from(all[name]), name);
    }
  }
});
