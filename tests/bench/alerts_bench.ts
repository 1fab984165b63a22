/**
 * How many alerts are tried on a bar close and at a trade, and how long a look into the past takes.
 *
 * @module
 */
import { createAlertBook, createBarCourse, foresee } from "../../lib/alerts/mod.ts";
import process from "node:process";
import { systemClock } from "../../lib/clock.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { getBarRow } from "../../lib/market/mod.ts";
import { buildPrice } from "../support/alerts.ts";
import { createRandom, walkBars } from "../support/market_series.ts";
import { buildAlert } from "../support/owned.ts";
import { createPushBrowser, withHttpReceiver } from "../support/receivers.ts";
import { buildSignal } from "../support/store.ts";
import { waitFor, withWatchedWorld } from "../support/watched_world.ts";
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

const WALKED = 100;
const WATCHERS = 10_000;

const buildBrowser = (id: string, endpoint: string, userId: string | null) => {
  const { p256dh, auth } = createPushBrowser();
  return {
    ...{ id, userId, endpoint, p256dh, auth, deviceName: "", symbols: userId ? [] : ["BTCUSDT"] },
    ...{ isEnabled: true, createdMs: 1, usedMs: null, wants: "all" as const },
  };
};

/** Trades that each match one of 10,000 rules; how long until the push service has the request, ms. */
async function measurePath(): Promise<number> {
  const waits: number[] = [];
  let arrivedMs = 0;
  await withHttpReceiver(
    ({ host, received }) =>
      withWatchedWorld(async ({ store, trade }) => {
        await store.owned.pushSubscriptions.putMany(
          Array.from(
            { length: WALKED },
            (_, i) => buildBrowser(`b${i}`, `http://${host}/${i}`, `u${i}`),
          ),
        );
        trade(9_999.5);
        for (let i = 0; i < WALKED; i++) {
          const startedMs = trade(10_000.5 + i);
          await waitFor(() => received.length === i + 1);
          waits.push(arrivedMs - startedMs);
          await systemClock.wait(10);
        }
      }, {
        allow: host,
        prepare: (store) =>
          store.owned.alerts.putMany(Array.from({ length: RULES }, (_, i) =>
            buildAlert(`a${i}`, {
              user_id: `u${i}`,
              threshold: 10_000 + i,
              channels: ["PUSH"],
            }))),
      }),
    () => {
      arrivedMs = performance.now();
      return new Response("", { status: 201 });
    },
  );
  return pickShare(waits, 0.95);
}

/**
 * One signal for 10,000 watchers, a tenth of them dead: messages per second of processor time until
 * all are served and the dead ones gone, and per second of the clock until the last one is served.
 * The receiving side runs in this process and is counted too.
 */
async function measurePush(): Promise<{ ofCore: number; ofClock: number }> {
  const rates = { ofCore: 0, ofClock: 0 };
  let lastMs = 0;
  await withHttpReceiver(
    ({ host, received }) =>
      withWatchedWorld(async ({ store, path }) => {
        const browsers = Array.from(
          { length: WATCHERS },
          (_, i) =>
            buildBrowser(`b${i}`, `http://${host}/${i % 10 === 0 ? "dead" : "live"}/${i}`, null),
        );
        await store.owned.pushSubscriptions.putMany(browsers);
        const startedMs = performance.now();
        const before = process.cpuUsage();
        path.hub.publish("signals", buildSignal("s1"));
        for (let i = 0; i < 120 && received.length < WATCHERS; i++) await systemClock.wait(500);
        await waitFor(async () => await store.owned.pushSubscriptions.count() === WATCHERS * 0.9);
        const { user, system } = process.cpuUsage(before);
        rates.ofCore = received.length / (user + system) * 1e6;
        rates.ofClock = received.length / (lastMs - startedMs) * 1e3;
        const served = new Set(received.map((one) => one.path));
        if (served.size !== WATCHERS || received.length !== WATCHERS) {
          throw new Error(
            `${served.size} of ${WATCHERS} were served, by ${received.length} messages`,
          );
        }
      }, { allow: host }),
    ({ path }) => {
      lastMs = performance.now();
      return new Response("", { status: path.startsWith("/dead") ? 410 : 201 });
    },
  );
  return rates;
}

/** Runs everything. */
export async function runAlertsBench(): Promise<Figure[]> {
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
  const push = (how: string, value: number): Figure => ({
    name: `push: messages to 10,000 watchers, a tenth of them dead, per second ${how}`,
    value: Math.round(value),
    unit: "messages/s",
    target: { least: 400 },
  });
  const { ofCore, ofClock } = await measurePush();
  return [
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
    {
      name: "alerts: trade received to push request at its service, one of 10,000 rules, p95",
      value: await measurePath(),
      unit: "ms",
      target: { most: 100 },
    },
    push("of one core", ofCore),
    push("by the clock", ofClock),
  ];
}

if (import.meta.main) await printFigures(await runAlertsBench());
