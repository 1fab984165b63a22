/**
 * How many alerts are tried on a bar close and at a trade, and how long a look into the past takes.
 *
 * @module
 */
import { createAlertBook, createBarCourse, foresee } from "../../lib/alerts/mod.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { getBarRow } from "../../lib/market/mod.ts";
import { buildPrice } from "../support/alerts.ts";
import { createRandom, walkBars } from "../support/market_series.ts";
import { buildAlert } from "../support/owned.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const RULES = 10_000;
const BARS = 500;
const TRADES = 200_000;
const MINUTE_MS = 60_000;
const DAYS = 90;

/** Alerts of every condition that is tried on bars, as people set them: most of them wait. */
function buildBarAlert(i: number): AlertRecord {
  const kinds: Partial<AlertRecord>[] = [
    { condition: "RSI_ABOVE", threshold: 60 + i % 35 },
    { condition: "RSI_BELOW", threshold: 5 + i % 35 },
    { condition: "MACD_CROSSOVER", threshold: null },
    { condition: "VOLUME_SPIKE", threshold: 1.5 + i % 5 },
    { condition: "PERCENT_CHANGE", threshold: 1 + i % 9 },
    {
      condition: "CUSTOM",
      threshold: null,
      parameters: {
        group: {
          match: "all",
          rules: [
            { field: "close", is: "above", value: 90 + i % 20 },
            { field: "rsi_14", is: "crosses_above", value: 50 + i % 30 },
          ],
        },
      },
    },
  ];
  return buildAlert(`a${i}`, kinds[i % kinds.length]);
}

function measureBars(): number {
  const book = createAlertBook();
  for (let i = 0; i < RULES; i++) book.put(buildBarAlert(i), null, 0);
  const course = createBarCourse({ symbol: "BTCUSDT", timeframe: "1m" });
  const columns = walkBars(BARS, { stepMs: MINUTE_MS });
  const rates: number[] = [];
  for (let i = 0; i < BARS; i++) {
    const bar = getBarRow(columns, i);
    const start = performance.now();
    const moment = course.take(bar, { receivedMs: bar.time, isUnsure: false });
    if (moment) book.offer(moment, bar.time);
    rates.push(RULES / (performance.now() - start) * 1_000);
  }
  return pickShare(rates.slice(50), 0.5);
}

function measureTrades(): number {
  const book = createAlertBook();
  const random = createRandom(4);
  for (let i = 0; i < RULES; i++) {
    const condition = i % 2 ? "PRICE_ABOVE" : "PRICE_BELOW";
    book.put(buildAlert(`a${i}`, { condition, threshold: 50 + random() * 100 }), null, 0);
  }
  let price = 100;
  const start = performance.now();
  for (let i = 0; i < TRADES; i++) {
    price *= 1 + (random() - 0.5) * 0.0004;
    book.offer(buildPrice(i * 10, price), i * 10);
  }
  return TRADES / (performance.now() - start) * 1_000;
}

function measureForesight(fields: Partial<AlertRecord>): number {
  const length = DAYS * 1_440 + 600;
  const columns = walkBars(length, { stepMs: MINUTE_MS, volatility: 0.001 });
  const nowMs = columns.time[length - 1]! + MINUTE_MS;
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    foresee(buildAlert("a", fields), { symbol: "BTCUSDT", timeframe: "1m", columns, nowMs });
    times.push(performance.now() - start);
  }
  return pickShare(times, 0.5);
}

/** Runs everything. */
export function runAlertsBench(): Promise<Figure[]> {
  const rate = (name: string, value: number, least: number): Figure => ({
    name,
    value: Math.round(value),
    unit: "rules/s",
    target: { least },
  });
  const millis = (name: string, value: number): Figure => ({
    name,
    value,
    unit: "ms",
    target: { most: 300 },
  });
  return Promise.resolve([
    rate("alerts: rules tried on a bar close, one core, 10,000 of one series", measureBars(), 1e6),
    {
      name: "alerts: trades of a symbol with 10,000 price alerts",
      value: Math.round(measureTrades()),
      unit: "trades/s",
      target: { least: 100_000 },
    },
    millis(
      "alerts: foresight of a price level over 90 days of 1m bars, median",
      measureForesight({ threshold: 105 }),
    ),
    millis(
      "alerts: foresight of RSI over 90 days of 1m bars, median",
      measureForesight({ condition: "RSI_ABOVE", threshold: 70 }),
    ),
  ]);
}

if (import.meta.main) await printFigures(await runAlertsBench());
