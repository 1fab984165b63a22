/** What books summed up to: kept and read again, it is what booking all activities comes to. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { hasCopy, readSums, removeCopy, writeSums } from "../../lib/api/portfolio_values_copies.ts";
import { createPortfolioDesk } from "../../lib/api/portfolio_values_desk.ts";
import {
  isStillRight,
  type MadeSums,
  outline,
  packSums,
  sumUp,
  unpackSums,
} from "../../lib/api/portfolio_values_sums.ts";
import { type ActivityRecord, activityTypes } from "../../lib/contracts/owned.ts";
import {
  createValuation,
  decimalOf,
  formatDecimal,
  makeBook,
  type RateLookup,
  sortActivities,
} from "../../lib/portfolio/mod.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { startMs } from "../support/accounts.ts";
import { turn } from "../support/exchange.ts";
import { buildActivity, fixedRates, noRate } from "../support/portfolio.ts";
import { dayBar, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const dayMs = 86_400_000;
const one = `/api/v1/portfolios/${uuid(1)}`;
const nowMs = Date.UTC(2026, 0, 5);
const of = { release: "1", nowMs };

const record = (part: Partial<ActivityRecord>, n = 1): ActivityRecord => ({
  ...buildActivity({ id: `a${n}` }),
  ...{ portfolioId: uuid(1), userId: "u", note: "", importId: null, ...part },
});

const amount = (most: number) => fc.nat(most).map((n) => (n / 1_000).toFixed(3));
const anActivity = fc.record({
  type: fc.constantFrom(...activityTypes),
  symbol: fc.constantFrom("BTCUSDT", "ETHUSDT", "USDT", "EUR", "units", '"\ud800\n'),
  exchange: fc.constantFrom("binance", "kraken", "a|b"),
  ...{ quantity: amount(9_000), price: amount(900_000), fee: amount(500) },
  currency: fc.constantFrom("USDT", "EUR", "TRY"),
  feeCurrency: fc.constantFrom("", "USDT", "EUR", "BTC"),
  timestamp: fc.nat(900).map((hours) => Date.UTC(2024, 0, 1) + hours * 3_600_000),
  reference: fc.constantFrom("", "r1", "r2"),
});
const someActivities = fc.array(anActivity, { maxLength: 50 }).map((list) =>
  sortActivities(list.map((part, n) => record(part, n)))
);
/** Another one each day, and none on some. */
const dailyRates: RateLookup = (from, to, timeMs) => {
  const day = Math.floor(timeMs / dayMs);
  if (from === "TRY" || to === "TRY" || day % 5 === 0) return null;
  return decimalOf(from === "EUR" ? 1 + (day % 7) / 16 : 0.5);
};

Deno.test("sums that were packed are worth what the whole book is, at any prices", () => {
  fc.assert(fc.property(someActivities, fc.nat(1_000_000), (activities, price) => {
    const given = { currency: "USDT", getRate: dailyRates };
    const book = makeBook(activities, given);
    const bytes = packSums(sumUp(activities, given), outline(activities), of)!;
    const { told, made: { sums } } = unpackSums(bytes, "1")!;
    const at = {
      getPrice: (_: string, symbol: string) => symbol[0] === "B" ? decimalOf(price / 100) : null,
      ...{ getRate: dailyRates, timeMs: nowMs },
    };
    const [wanted, found] = [createValuation(book, at), createValuation(sums, at)];
    deepEqual(found.read(), wanted.read());
    for (const by of ["symbol", "exchange", "currency"] as const) {
      deepEqual(found.allocate(by), wanted.allocate(by));
    }
    for (const valuation of [found, wanted]) valuation.setPrice("binance", "ETHUSDT", decimalOf(3));
    deepEqual(found.read(), wanted.read(), "after another price");
    deepEqual(told, outline(activities));
    deepEqual(sums.problems.count, book.problems.length);
    deepEqual(sums.problems.first, book.problems.slice(0, 100));
    deepEqual([...sums.lots.keys()], [...book.positions.keys()]);
    for (const [key, { lots: { lots, head } }] of book.positions) {
      const first = lots.slice(head, head + 10).map(({ openedMs, quantity, cost }) => ({
        ...{ openedMs, quantity: formatDecimal(quantity), cost: formatDecimal(cost.own) },
      }));
      deepEqual(sums.lots.get(key), { count: lots.length - head, first });
    }
  }));
});

Deno.test("what can be told of activities is in the currency in which each was first held", () => {
  const list = [
    record({ currency: "EUR", feeCurrency: "BNB" }),
    record({ currency: "USD" }, 2),
    record({ symbol: "EUR", currency: "EUR", feeCurrency: "a name that is none" }, 3),
    record({ exchange: "kraken", currency: "USD" }, 4),
  ];
  deepEqual(outline(list), {
    count: 4,
    held: [
      { exchange: "binance", symbol: "BTCUSDT", currency: "EUR" },
      { exchange: "kraken", symbol: "BTCUSDT", currency: "USD" },
    ],
    currencies: ["EUR", "BNB", "BTCUSDT", "USD"],
  });
  deepEqual(outline([]), { count: 0, held: [], currencies: [] });
});

const bought = [record({ currency: "EUR", timestamp: nowMs - dayMs })];
const rates = (rate: number) => fixedRates({ "EUR>USDT": rate });
const changes: {
  name: string;
  made: MadeSums;
  currency?: string;
  getRate: RateLookup;
  is: boolean;
}[] = [
  {
    name: "the same rate",
    made: sumUp(bought, { currency: "USDT", getRate: rates(1.1) }),
    getRate: rates(1.1),
    is: true,
  },
  {
    name: "another rate",
    made: sumUp(bought, { currency: "USDT", getRate: rates(1.1) }),
    getRate: rates(1.2),
    is: false,
  },
  {
    name: "no rate any more",
    made: sumUp(bought, { currency: "USDT", getRate: rates(1.1) }),
    getRate: noRate,
    is: false,
  },
  {
    name: "a rate where none was",
    made: sumUp(bought, { currency: "USDT", getRate: noRate }),
    getRate: rates(1.1),
    is: false,
  },
  {
    name: "none as before",
    made: sumUp(bought, { currency: "USDT", getRate: noRate }),
    getRate: noRate,
    is: true,
  },
  {
    name: "another currency of the portfolio",
    made: sumUp(bought, { currency: "EUR", getRate: noRate }),
    currency: "USDT",
    getRate: noRate,
    is: false,
  },
  {
    name: "other rates where none is asked for",
    made: sumUp(bought, { currency: "EUR", getRate: noRate }),
    currency: "EUR",
    getRate: rates(9),
    is: true,
  },
];
for (const { name, made, currency = "USDT", getRate, is } of changes) {
  Deno.test(`sums are ${is ? "still" : "no longer"} right with ${name}`, () => {
    equal(isStillRight(made, { currency, getRate }), is);
    const { made: again } = unpackSums(packSums(made, outline(bought), of)!, "1")!;
    equal(isStillRight(again, { currency, getRate }), is, "packed");
  });
}

Deno.test("a rate of a day is asked for once, however often it is needed", () => {
  let asked = 0;
  const getRate: RateLookup = () => (asked++, decimalOf(2));
  const list = Array.from(
    { length: 50 },
    (_, n) => record({ currency: "EUR", timestamp: nowMs - dayMs + n, fee: "1" }, n),
  );
  const { rates } = sumUp(list, { currency: "USDT", getRate });
  deepEqual([asked, rates.length], [1, 1]);
});

Deno.test("sums are not packed where a rate of theirs changes by the minute", () => {
  const today = [record({ currency: "EUR", timestamp: nowMs + 5 })];
  const made = sumUp(today, { currency: "USDT", getRate: rates(1.1) });
  equal(packSums(made, outline(today), of), null);
  ok(packSums(made, outline(today), { ...of, nowMs: nowMs + dayMs }));
});

Deno.test("sums of another release and bytes that are none are not read", () => {
  const bytes = packSums(sumUp(bought, { currency: "EUR", getRate: noRate }), outline(bought), of)!;
  equal(unpackSums(bytes, "2"), null);
  for (const length of [0, 1, bytes.length - 1]) {
    throws(() => unpackSums(bytes.subarray(0, length), "1"), Error, String(length));
  }
});

/** Puts a portfolio of Ada's with purchases in euros into the store, and a rate of each day. */
async function fill({ owned, ids, market, setPrice, time }: TestOwn, count = 40) {
  const own = { id: uuid(1), userId: ids.ada, name: "x", currency: "USDT", revision: 1 };
  const portfolio = { ...own, bookRevision: 7, created_at: 5, updated_at: 5 };
  await owned.portfolios.put(portfolio);
  await owned.activities.putMany(Array.from({ length: count }, (_, n) =>
    record({
      ...{ id: uuid(n + 1), userId: ids.ada, currency: n % 2 ? "EUR" : "USDT" },
      ...{ symbol: n % 3 ? "BTCUSDT" : "ETHUSDT", reference: `r${n}` },
      timestamp: startMs - (10 - n % 8) * dayMs,
    })));
  const days = Array.from({ length: 12 }, (_, n) => Math.floor(startMs / dayMs) - 12 + n);
  const bars = days.map((day) => dayBar(day * dayMs, 1 + (day % 4) / 8));
  await market.bars.putBars({ symbol: "EURUSDT", timeframe: "1d" }, bars);
  setPrice("BTCUSDT", 120.5);
  setPrice("ETHUSDT", 7);
  setPrice("EURUSDT", 1.25);
  time.nowMs += 1;
  return { portfolio, days };
}

/** A store whose activities and their copies may not be read. */
const unread = (owned: OwnedStore): OwnedStore => ({
  ...owned,
  activities: { ...owned.activities, list: () => Promise.reject(new Error("read")) },
  bookCopies: {
    ...owned.bookCopies,
    get: (id) => id.endsWith("sums") ? owned.bookCopies.get(id) : Promise.resolve(null),
  },
});

/** Asks until it is so: what is kept is packed beside the answer. */
async function reach(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; await turn(1)) {
    if (await isSo()) return;
  }
  throw new Error(`${what} did not come`);
}

/** Waits until both parts are there, or neither. */
async function settle({ owned }: TestOwn, count: number) {
  await reach(async () => await owned.bookCopies.count() === count, `${count} heads`);
}

Deno.test("a process that has just started values by the sums, without one activity", () =>
  withOwnApi(async (given) => {
    const { owned, deps, setPrice } = given;
    const { portfolio } = await fill(given);
    const first = createPortfolioDesk(deps, { copiedFrom: 1 });
    const wanted = await first.value(portfolio);
    ok(wanted.value !== null && wanted.problems.count === 0, JSON.stringify(wanted.problems));
    await settle(given, 2);
    const next = createPortfolioDesk({ ...deps, owned: unread(owned) }, { copiedFrom: 1 });
    deepEqual(await next.value(portfolio), wanted);
    setPrice("BTCUSDT", 999.5);
    const newer = await first.value(portfolio);
    deepEqual(await next.value(portfolio), newer);
    ok(newer.value !== wanted.value);
    // What needs the activities reads them, from their copy.
    const whole = createPortfolioDesk(deps, { copiedFrom: 1 });
    await whole.value(portfolio);
    equal((await whole.listActivities(portfolio)).length, 40);
    deepEqual(
      (await whole.history(portfolio, {})).points,
      (await first.history(portfolio, {})).points,
    );
  }));

Deno.test("after an import nobody waits for the booking of what it brought", () =>
  withOwnApi(async (given) => {
    const { ask, owned, deps, setPrice } = given;
    setPrice("BTCUSDT", 120.5);
    await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
    const { id: _id, ...fields } = buildActivity({ quantity: "2" });
    const body = Array.from({ length: 1_001 }, (_, n) => ({
      ...{ ...fields, reference: `r${n}` },
      timestamp: new Date(startMs - dayMs).toISOString(),
    }));
    const imported = await ask("POST", `${one}/imports?import_id=${uuid(9)}`, { body });
    equal(imported.json.written, 1_001, imported.text);
    await settle(given, 2);
    const portfolio = (await owned.portfolios.get(uuid(1)))!;
    const next = createPortfolioDesk({ ...deps, owned: unread(owned) });
    const { value, activityCount } = await next.value(portfolio);
    deepEqual([value, activityCount], ["241241", 1_001]);
  }));

Deno.test("a close that was corrected since is in the next value", () =>
  withOwnApi(async (given) => {
    const { deps, market, owned, time } = given;
    const { portfolio, days } = await fill(given);
    const before = await createPortfolioDesk(deps, { copiedFrom: 1 }).value(portfolio);
    await settle(given, 2);
    const bars = days.map((day) => dayBar(day * dayMs, 2));
    await market.bars.putBars({ symbol: "EURUSDT", timeframe: "1d" }, bars);
    // It knows of no copy, and so neither reads nor removes one.
    const bookCopies = { ...owned.bookCopies, get: () => Promise.resolve(null) };
    const without = { ...deps, owned: { ...owned, bookCopies } };
    const plain = createPortfolioDesk(without, { copiedFrom: Infinity });
    const wanted = await plain.value(portfolio);
    ok(wanted.cost !== before.cost);
    const next = createPortfolioDesk(deps, { copiedFrom: 1 });
    deepEqual(await next.value(portfolio), wanted);
    // Those sums are kept as well, in place of the former.
    const getRate: RateLookup = (from, to) => from === "EUR" && to === "USDT" ? decimalOf(2) : null;
    await reach(async () => {
      const sums = await readSums(owned, portfolio, deps.version);
      return sums !== null && isStillRight(sums.made, { currency: "USDT", getRate });
    }, "the new sums");
    time.nowMs += 61_000;
    deepEqual((await next.value(portfolio)).cost, wanted.cost);
  }));

Deno.test("sums of another revision, person or portfolio are not read, and go with the rest", () =>
  withOwnApi(async (given) => {
    const { owned, deps, ids } = given;
    const { portfolio } = await fill(given);
    await createPortfolioDesk(deps, { copiedFrom: 1 }).value(portfolio);
    await settle(given, 2);
    ok(await readSums(owned, portfolio, deps.version));
    const others = [
      { bookRevision: 8 },
      { created_at: 6 },
      { userId: ids.bob },
      { id: uuid(2) },
    ];
    for (const part of others) {
      equal(await readSums(owned, { ...portfolio, ...part }, deps.version), null);
    }
    equal(await readSums(owned, portfolio, "another release"), null);
    const spoilt = new TextEncoder().encode('{"release":');
    equal(await writeSums(owned, portfolio, spoilt), true);
    equal(await readSums(owned, portfolio, deps.version), null, "cut off");
    await owned.bookCopies.delete(uuid(1));
    equal(await hasCopy(owned, uuid(1)), true);
    await removeCopy(owned, uuid(1));
    equal(await hasCopy(owned, uuid(1)), false);
    equal(await owned.bookPieces.count(), 0);
    await owned.portfolios.put({ ...portfolio, bookRevision: 8 });
    equal(await writeSums(owned, portfolio, spoilt), false, "it has changed meanwhile");
  }));

Deno.test("a portfolio without a live price reads stored closes for its worth, and else none", () =>
  withOwnApi(async (given) => {
    const { ask, market, setPrice } = given;
    await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
    const body = { ...buildActivity(), timestamp: startMs - dayMs };
    const { id: _id, ...draft } = body;
    await ask("PUT", `${one}/activities/${uuid(3)}`, { body: draft });
    const day = Math.floor(startMs / dayMs) - 2;
    await market.bars.putBars({ symbol: "BTCUSDT", timeframe: "1d" }, [dayBar(day * dayMs, 90)]);
    equal((await ask("GET", one)).json.value, "90");
    setPrice("BTCUSDT", 95);
    equal((await ask("GET", one)).json.value, "95");
  }));
