/** Prices and rates of portfolios: by which symbols, of which day, how old, and when there are none. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createPriceShelf, type Priced } from "../../lib/api/portfolio_values_prices.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { formatDecimal, toNumber } from "../../lib/portfolio/mod.ts";
import { aSymbol } from "../support/api.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { dayBar } from "../support/possessions.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const today = Date.UTC(2026, 0, 5);
const nowMs = today + 12 * hourMs;

const share: MarketSymbol = {
  symbol: "THYAO.IS",
  id: "stock:THYAO@bist",
  exchange: "bist",
  kind: "stock",
  base: "THYAO",
  quote: "TRY",
  active: true,
};
const followed = [
  aSymbol(),
  aSymbol({ base: "ETH", quote: "BTC", symbol: "ETHBTC" }),
  aSymbol({ base: "EUR" }),
  aSymbol({ base: "USDT", quote: "TRY", symbol: "USDTTRY" }),
  share,
];

/** Opens the prices of `held` in `base` with these live prices and daily closes by days back. */
async function open({ held, base = "USDT", live = {}, closes = {}, currencies = [] }: {
  held: readonly Priced[];
  base?: string;
  live?: Record<string, number>;
  closes?: Record<string, Record<number, number>>;
  currencies?: string[];
}) {
  const store = createMemoryStore();
  await store.symbols.putMany(followed);
  for (const [symbol, days] of Object.entries(closes)) {
    const bars = Object.entries(days).map(([back, close]) =>
      dayBar(today - Number(back) * dayMs, close)
    ).toSorted((a, b) => a.time - b.time);
    await store.bars.putBars({ symbol, timeframe: "1d" }, bars);
  }
  const market = {
    getPrice: (symbol: string) => {
      const price = live[symbol];
      if (price === undefined) return null;
      return { symbol, price, eventMs: nowMs - 5, receivedMs: nowMs, source: "binance" };
    },
  } as ApiDeps["market"];
  const now = () => nowMs;
  const symbols = createSymbolCache({ symbols: store.symbols, now });
  const shelf = createPriceShelf({ store, symbols, market, now, marketNow: now });
  return await shelf.open({ held, base, currencies: [base, ...currencies] });
}

const of = (symbol: string, currency = "USDT", exchange = "binance"): Priced => ({
  ...{ exchange, symbol, currency },
});
const live = { BTCUSDT: 40_000, ETHBTC: 0.05, EURUSDT: 1.25, USDTTRY: 40, "THYAO.IS": 300 };

const prices: { name: string; asked: Priced; expected: number | null }[] = [
  { name: "a followed symbol in its quote", asked: of("BTCUSDT"), expected: 40_000 },
  { name: "its canonical id", asked: of("crypto:BTC/USDT@binance"), expected: 40_000 },
  { name: "another spelling of its letters", asked: of("btcusdt"), expected: 40_000 },
  { name: "the coin by itself", asked: of("BTC"), expected: 40_000 },
  { name: "the coin in euros, by two symbols", asked: of("BTC", "EUR"), expected: 32_000 },
  { name: "a symbol in another currency", asked: of("BTCUSDT", "TRY"), expected: 1_600_000 },
  {
    name: "the same coin of another exchange",
    asked: of("BTC", "USDT", "kraken"),
    expected: 40_000,
  },
  { name: "a coin that is only traded for another", asked: of("ETH"), expected: 2_000 },
  {
    name: "a pair that is not followed, by its coin",
    asked: of("BTCEUR", "EUR"),
    expected: 32_000,
  },
  { name: "money that is held", asked: of("EUR"), expected: 1.25 },
  { name: "money, the other way round", asked: of("TRY"), expected: 0.025 },
  { name: "a share", asked: of("THYAO.IS", "TRY", "bist"), expected: 300 },
  { name: "a share in dollar tokens", asked: of("THYAO.IS", "USDT", "bist"), expected: 7.5 },
  { name: "a coin that nobody follows", asked: of("NOPE"), expected: null },
  { name: "a currency that nobody follows", asked: of("BTCUSDT", "JPY"), expected: null },
  { name: "no coin of a share's name", asked: of("THYAO", "TRY"), expected: null },
  { name: "nothing", asked: of(""), expected: null },
];
for (const { name, asked, expected } of prices) {
  Deno.test(`a live price is found of ${name}`, async () => {
    const found = (await open({ held: [asked], live })).getLive(asked);
    if (expected === null) return equal(found, null);
    ok(found && Math.abs(toNumber(found.price) / expected - 1) < 1e-12, String(found?.price.units));
    deepEqual([found.eventMs, found.source], [nowMs - 5, "binance"]);
  });
}

Deno.test("without a live price the newest stored close stands in, with its age and name", async () => {
  const held = [of("BTCUSDT")];
  const found = (await open({ held, closes: { BTCUSDT: { 3: 7, 2: 8 } } })).getLive(held[0]!)!;
  deepEqual([formatDecimal(found.price), found.source], ["8", "stored close"]);
  equal(found.eventMs, today - dayMs, "as old as the end of its day");
});

Deno.test("a price over two symbols is as old as the older one", async () => {
  const asked = of("BTC", "EUR");
  const book = await open({
    held: [asked],
    live: { BTCUSDT: 100 },
    closes: { EURUSDT: { 1: 2 } },
  });
  const found = book.getLive(asked)!;
  deepEqual(
    [formatDecimal(found.price), found.eventMs, found.source],
    ["50", today, "binance, stored close"],
  );
});

for (const price of [0, -1, NaN, Infinity]) {
  Deno.test(`a live price of ${price} is none`, async () => {
    const held = [of("BTCUSDT")];
    const book = await open({ held, live: { BTCUSDT: price } });
    equal(book.getLive(held[0]!), null);
  });
}

const closeCases: {
  name: string;
  held: Priced;
  days: Record<number, number>;
  expected: unknown;
}[] = [
  { name: "of its day", held: of("BTCUSDT"), days: { 2: 5 }, expected: "5" },
  {
    name: "not of a coin's day before, as that is a hole",
    held: of("BTCUSDT"),
    days: { 3: 5 },
    expected: null,
  },
  {
    name: "of a share's last session",
    held: of("THYAO.IS", "TRY", "bist"),
    days: { 5: 5 },
    expected: "5",
  },
  {
    name: "not of a session of last month",
    held: of("THYAO.IS", "TRY", "bist"),
    days: { 30: 5 },
    expected: null,
  },
  {
    name: "not of a day to come",
    held: of("THYAO.IS", "TRY", "bist"),
    days: { 1: 5 },
    expected: null,
  },
  { name: "not of nothing", held: of("BTCUSDT"), days: { 2: 0 }, expected: null },
];
for (const { name, held, days, expected } of closeCases) {
  Deno.test(`the close of two days ago is ${name}`, async () => {
    const book = await open({ held: [held], closes: { [held.symbol]: days } });
    const close = book.getClose(held.exchange, held.symbol, today - 2 * dayMs);
    equal(close && formatDecimal(close), expected);
  });
}

Deno.test("the close of the running day is the live price", async () => {
  const held = [of("BTCUSDT")];
  const book = await open({ held, live, closes: { BTCUSDT: { 1: 5 } } });
  equal(formatDecimal(book.getClose("binance", "BTCUSDT", today)!), "40000");
  equal(book.getClose("kraken", "BTCUSDT", today), null, "nothing is held there");
});

const rateCases: { name: string; pair: [string, string]; back: number; expected: string | null }[] =
  [
    { name: "of its day", pair: ["EUR", "USDT"], back: 3, expected: "1.25" },
    { name: "inverse", pair: ["USDT", "EUR"], back: 3, expected: "0.8" },
    {
      name: "the newest one for a time to come",
      pair: ["EUR", "USDT"],
      back: -4,
      expected: "1.25",
    },
    { name: "over a third currency", pair: ["EUR", "TRY"], back: 3, expected: "50" },
    { name: "unknown before the first close", pair: ["EUR", "USDT"], back: 20, expected: null },
    { name: "unknown of what nobody trades", pair: ["EUR", "JPY"], back: 3, expected: null },
  ];
for (const { name, pair: [from, to], back, expected } of rateCases) {
  Deno.test(`the rate ${from} to ${to} ${back} days ago is ${name}`, async () => {
    const closes = { EURUSDT: { 3: 1.25, 10: 1.5 }, USDTTRY: { 3: 40 } };
    const currencies = ["EUR", "TRY", "USDT", "JPY"];
    const book = await open({ held: [of("EUR", to)], base: to, closes, currencies });
    const rate = book.getRate(from, to, today - back * dayMs + hourMs);
    equal(rate && formatDecimal(rate), expected);
  });
}

Deno.test("a rate of a day without a close is that of the last one within a week", async () => {
  const closes = { EURUSDT: { 20: 1.5 } };
  const book = await open({ held: [], closes, currencies: ["EUR"] });
  const rateOf = (back: number) => book.getRate("EUR", "USDT", today - back * dayMs);
  equal(formatDecimal(rateOf(13)!), "1.5");
  equal(rateOf(12), null, "eight days are too many");
});

Deno.test("there and back again is nearly the same, whatever the rate", () =>
  fc.assert(
    fc.asyncProperty(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), async (rate) => {
      const currencies = ["EUR", "USDT"];
      const options = { closes: { EURUSDT: { 2: rate } }, currencies };
      const [there, back] = [
        await open({ held: [], base: "USDT", ...options }),
        await open({ held: [of("X", "EUR")], base: "EUR", ...options }),
      ];
      const timeMs = today - 2 * dayMs;
      const product = toNumber(there.getRate("EUR", "USDT", timeMs)!) *
        toNumber(back.getRate("USDT", "EUR", timeMs)!);
      ok(Math.abs(product - 1) < 1e-9, `${rate}: ${product}`);
    }),
    { numRuns: 50, seed: 11 },
  ));
