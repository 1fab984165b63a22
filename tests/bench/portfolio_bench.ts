/**
 * A portfolio of 50,000 activities over ten years: its first value, a new price, its history.
 *
 * Eighty positions on two exchanges, a quarter of them in another currency than the portfolio's;
 * two purchases for each sale, each with a fee.
 */
import {
  type Activity,
  computeHistoryReturn,
  computeTimeWeightedReturn,
  createValuation,
  dayMs,
  decimalOf,
  listValueHistory,
  makeBook,
  type RateLookup,
} from "../../lib/portfolio/mod.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const activityCount = 50_000;
const startMs = Date.UTC(2014, 0, 1);
const spanMs = 3_650 * dayMs;
const rate = decimalOf(1.0835);
const getRate: RateLookup = (from, to) => from === "EUR" && to === "USD" ? rate : null;

/** The same numbers at every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

function makeActivities(): Activity[] {
  const random = createRandom(1);
  return Array.from({ length: activityCount }, (_, i) => {
    const symbol = (i * 7) % 40;
    const currency = symbol % 4 === 0 ? "EUR" : "USD";
    return {
      id: `a${String(i).padStart(6, "0")}`,
      type: i % 3 === 2 ? "sell" : "buy",
      symbol: `S${symbol}${currency}`,
      exchange: i % 2 === 0 ? "binance" : "coinbase",
      quantity: (random() + 0.5).toFixed(8),
      price: (random() * 1_000 + 1).toFixed(4),
      currency,
      fee: random().toFixed(6),
      feeCurrency: currency,
      timestamp: startMs + Math.floor((i * spanMs) / activityCount),
      reference: `r${i}`,
    };
  });
}

/** Measures each part; warm-up first. */
export function runPortfolioBench(): Promise<Figure[]> {
  const activities = makeActivities();
  const price = decimalOf(512.25);
  const open = () => {
    const book = makeBook(activities, { currency: "USD", getRate });
    return createValuation(book, { getPrice: () => price, getRate, timeMs: startMs + spanMs });
  };
  const time = (work: () => unknown): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  for (let i = 0; i < 3; i++) open().read();
  const first = Array.from({ length: 20 }, () => time(() => open().read()));
  const valuation = open();
  const change = (i: number) => {
    valuation.setPrice("binance", `S${(i * 2) % 40}USD`, decimalOf(500 + (i % 997) / 100));
    return valuation.read();
  };
  for (let i = 0; i < 200; i++) change(i);
  const changes = Array.from({ length: 2_000 }, (_, i) => time(() => change(i)));
  const history = Array.from({ length: 5 }, () =>
    time(() => {
      const { points } = listValueHistory(activities, {
        currency: "USD",
        getRate,
        getClose: (_exchange, _symbol, day) => decimalOf(500 + ((day / dayMs) % 977) / 10),
        toMs: startMs + spanMs,
      });
      return [computeTimeWeightedReturn(points), computeHistoryReturn(points)];
    }));
  const of = `a portfolio of ${activityCount} activities over 10 years`;
  const median = "10 years of daily values and both returns, median";
  return Promise.resolve([
    {
      name: `first value of ${of}, p95`,
      value: pickShare(first, 0.95),
      unit: "ms",
      target: { most: 250 },
    },
    {
      name: `new price in ${of}, p95`,
      value: pickShare(changes, 0.95),
      unit: "ms",
      target: { most: 5 },
    },
    { name: median, value: pickShare(history, 0.5), unit: "ms", target: { most: 1_000 } },
  ]);
}

if (import.meta.main) await printFigures(await runPortfolioBench());
