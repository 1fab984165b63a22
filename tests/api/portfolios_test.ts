/** Portfolios: activities by their client's id, worth by live and stored prices, of their owner alone. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createApi } from "../../lib/api/mod.ts";
import { startMs } from "../support/accounts.ts";
import { buildTrade } from "../support/portfolio.ts";
import { dayBar, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

/** The same numbers from 0 to 1 at every run. */
function fixedChance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

const path = "/api/v1/portfolios";
const one = `${path}/${uuid(1)}`;
const dayMs = 86_400_000;
const today = Math.floor(startMs / dayMs) * dayMs;
const trade = buildTrade(today - 3 * dayMs);

/** Makes Ada's portfolio with these activities, each under its own id. */
async function open({ ask }: TestOwn, activities: object[], currency = "USDT") {
  const made = await ask("PUT", one, { body: { name: "Long term", currency } });
  equal(made.status, 201, made.text);
  for (const [i, activity] of activities.entries()) {
    const booked = await ask("PUT", `${one}/activities/${uuid(i + 1)}`, { body: activity });
    equal(booked.status, 201, booked.text);
  }
}

Deno.test("a portfolio is made, renamed by revision, listed and deleted with its activities", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await open(given, [trade]);
    const renamed = { body: { name: "New", currency: "usdt" }, headers: { "if-match": '"1"' } };
    const changed = await ask("PUT", one, renamed);
    deepEqual([changed.status, changed.json.revision, changed.json.currency], [200, 2, "USDT"]);
    const stale = await ask("PUT", one, { ...renamed, body: { name: "Other" } });
    equal(stale.status, 412);
    equal((stale.json.current as { name: string }).name, "New");
    equal(((await ask("GET", path)).json.portfolios as unknown[]).length, 1);
    equal((await ask("DELETE", one, { headers: { "if-match": '"1"' } })).status, 412);
    for (let i = 0; i < 2; i++) equal((await ask("DELETE", one)).status, 200);
    equal((await ask("GET", one)).status, 404);
    equal(await owned.activities.count(), 0);
  }));

Deno.test("booking an activity does not change the revision that a rename is judged by", () =>
  withOwnApi(async (given) => {
    await open(given, [trade, { ...trade, type: "sell", quantity: "1" }]);
    equal((await given.ask("GET", one)).json.revision, 1);
  }));

Deno.test("an activity is booked once, corrected under its id, read in pages, and deleted", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await open(given, [0, 1, 2].map((i) => ({ ...trade, timestamp: trade.timestamp + i })));
    const first = `${one}/activities/${uuid(1)}`;
    equal((await ask("PUT", first, { body: trade })).status, 200);
    const corrected = await ask("PUT", first, { body: { ...trade, price: "101.50" } });
    deepEqual([corrected.status, corrected.json.price], [200, "101.5"]);
    ok(!("userId" in corrected.json));
    const page = await ask("GET", `${one}/activities?limit=2`);
    equal(page.json.count, 2);
    const rest = await ask("GET", `${one}/activities?limit=2&cursor=${page.json.next_cursor}`);
    deepEqual([rest.json.count, rest.json.next_cursor], [1, null]);
    const late = await ask("GET", `${one}/activities?start=${trade.timestamp + 1}`);
    equal(late.json.count, 2);
    for (let i = 0; i < 2; i++) equal((await ask("DELETE", first)).status, 200);
    equal((await ask("GET", first)).status, 404);
  }));

Deno.test("worth follows each price, with lots, fees, profit and how old the price is", () =>
  withOwnApi(async (given) => {
    const { ask, setPrice, time } = given;
    await open(given, [
      { ...trade, type: "deposit", symbol: "USDT", quantity: "1000", price: "", fee: "" },
      { ...trade, timestamp: trade.timestamp + 1 },
      { ...trade, type: "sell", quantity: "1", price: "150", timestamp: trade.timestamp + 2 },
    ]);
    setPrice("BTCUSDT", 200);
    time.nowMs += 4_000;
    const { json } = await ask("GET", `${one}/value`);
    // Two for 200 and a fee of 1; one of them sold for 150 with a fee of 1.
    deepEqual(
      [json.value, json.cost, json.realised_pnl, json.unrealised_pnl, json.fees, json.missing],
      ["1148", "100.5", "48.5", "99.5", "2", []],
    );
    const [holding] = json.holdings as Record<string, unknown>[];
    deepEqual(
      [holding!.quantity, holding!.price, holding!.ageMs, holding!.priceSource, holding!.lotCount],
      ["1", "200", 4_000, "binance", 1],
    );
    deepEqual(holding!.lots, [{ openedMs: trade.timestamp + 1, quantity: "1", cost: "100.5" }]);
    const shares = json.allocation as { name: string; share: number }[];
    deepEqual(shares.map(({ name }) => name), ["USDT", "BTCUSDT"]);
    setPrice("BTCUSDT", 300.25);
    equal((await ask("GET", `${one}/value?returns=false`)).json.value, "1248.25");
    const detail = await ask("GET", one);
    deepEqual([detail.json.name, detail.json.value], ["Long term", "1248.25"]);
    equal(((await ask("GET", `${one}/holdings`)).json.holdings as unknown[]).length, 1);
  }));

Deno.test("what has no price or rate is named, and nothing is guessed", () =>
  withOwnApi(async (given) => {
    const { ask, setPrice } = given;
    setPrice("BTCUSDT", 200);
    await open(given, [trade, { ...trade, symbol: "NOPEUSDT" }], "TRY");
    const { json } = await ask("GET", `${one}/value`);
    deepEqual([json.value, json.cost], [null, null]);
    deepEqual((json.missing as string[]).toSorted(), ["USDT", "binance|NOPEUSDT"]);
    const problems = json.problems as { count: number; first: { kind: string }[] };
    ok(problems.count > 0 && problems.first.every(({ kind }) => kind === "rate" || kind === "fee"));
    equal((json.returns as { timeWeighted: { value: unknown } }).timeWeighted.value, null);
  }));

Deno.test("currencies are converted by stored closes of the day, and live prices of today", () =>
  withOwnApi(async (given) => {
    const { ask, market, setPrice } = given;
    const series = { symbol: "EURUSDT", timeframe: "1d" } as const;
    await market.bars.putBars(series, [dayBar(today - 3 * dayMs, 1.25), dayBar(today - dayMs, 2)]);
    setPrice("BTCUSDT", 250);
    setPrice("EURUSDT", 1.25);
    await open(given, [{ ...trade, fee: "" }], "EUR");
    const { json } = await ask("GET", `${one}/value`);
    // 200 USDT at 1.25 USDT for a euro are 160 EUR; two at 250 are 400 EUR now.
    deepEqual([json.cost, json.value, json.unrealised_pnl], ["160", "400", "240"]);
  }));

Deno.test("history has a value for each day with a close, tells the others, and gives returns", () =>
  withOwnApi(async (given) => {
    const { ask, market, setPrice } = given;
    const series = { symbol: "BTCUSDT", timeframe: "1d" } as const;
    // The second day has no close.
    const closes = [[3, 100], [1, 101]] as const;
    await market.bars.putBars(series, closes.map(([d, close]) => dayBar(today - d * dayMs, close)));
    setPrice("BTCUSDT", 102.01);
    await open(given, [{ ...trade, fee: "" }]);
    const { json } = await ask("GET", `${one}/history`);
    const points = json.points as { value: string | null; missing: string[] }[];
    deepEqual(points.map(({ value }) => value), ["200", null, "202", "204.02"]);
    deepEqual(points[1]!.missing, ["binance|BTCUSDT"]);
    deepEqual([json.missingDays, json.missing], [1, ["binance|BTCUSDT"]]);
    const { timeWeighted, moneyWeighted } = json.returns as Record<string, { value: number }>;
    ok(Math.abs(timeWeighted!.value - 0.0201) < 1e-9, String(timeWeighted!.value));
    // Three days of a year of 365.
    ok(Math.abs(moneyWeighted!.value - (1.0201 ** (365 / 3) - 1)) < 1e-6);
    equal((await ask("GET", `${one}/history?start=${today}`)).json.count, 1);
  }));

Deno.test("a new activity is in the worth at once", () =>
  withOwnApi(async (given) => {
    const { ask, setPrice } = given;
    setPrice("BTCUSDT", 100);
    await open(given, [{ ...trade, fee: "" }]);
    equal((await ask("GET", `${one}/value`)).json.value, "200");
    await ask("PUT", `${one}/activities/${uuid(7)}`, { body: { ...trade, fee: "" } });
    equal((await ask("GET", `${one}/value`)).json.value, "400");
    await ask("PUT", one, { body: { name: "Long term", currency: "BTC" } });
    equal((await ask("GET", `${one}/value`)).json.value, "4", "valued in another currency");
  }));

Deno.test("a book that is followed commit by commit is the one that is read anew", () =>
  withOwnApi(async (given) => {
    const { ask, deps, ada, setPrice } = given;
    setPrice("BTCUSDT", 123.5);
    await open(given, [trade]);
    const read = async (api: { request: typeof given.api.request }) => {
      const headers = { authorization: `Bearer ${ada}` };
      const response = await api.request(`${one}/value?returns=false`, { headers });
      return await response.json();
    };
    const random = fixedChance(7);
    for (let step = 0; step < 60; step++) {
      const url = `${one}/activities/${uuid(1 + Math.floor(random() * 12))}`;
      const type = random() < 0.6 ? "buy" : "sell";
      const body = { ...trade, type, quantity: (1 + Math.floor(random() * 500) / 100).toFixed(2) };
      const timestamp = trade.timestamp + Math.floor(random() * dayMs);
      const change = random();
      if (change < 0.6) await ask("PUT", url, { body: { ...body, timestamp } });
      else if (change < 0.8) await ask("DELETE", url);
      else if (change < 0.9) {
        const file = [{ ...body, timestamp: new Date(timestamp).toISOString() }];
        await ask("POST", `${one}/imports?import_id=${uuid(500 + step)}`, { body: file });
      } else {
        const { imports } = (await ask("GET", `${one}/imports`)).json as {
          imports: { import_id: string }[];
        };
        if (imports[0]) await ask("DELETE", `${one}/imports/${imports[0].import_id}`);
      }
      if (step % 6 === 0) deepEqual(await read(given.api), await read(createApi(deps)));
    }
    deepEqual(await read(given.api), await read(createApi(deps)));
  }));

Deno.test("what another process books is noticed", () =>
  withOwnApi(async (given) => {
    const { ask, owned, setPrice } = given;
    setPrice("BTCUSDT", 100);
    await open(given, [{ ...trade, fee: "" }]);
    equal((await ask("GET", `${one}/value`)).json.value, "200");
    const [portfolio, activity] = [
      await owned.portfolios.get(uuid(1)),
      await owned.activities.get(uuid(1)),
    ];
    await owned.activities.put({ ...activity!, id: "other" });
    await owned.portfolios.put({ ...portfolio!, bookRevision: portfolio!.bookRevision! + 1 });
    equal((await ask("GET", `${one}/value`)).json.value, "400");
  }));

Deno.test("somebody else's portfolio is not there, whatever is asked of it", () =>
  withOwnApi(async (given) => {
    const { ask, bob, makeKey } = given;
    await open(given, [trade]);
    const key = await makeKey(["read", "export"]);
    const calls: [string, string, unknown?][] = [
      ["GET", one],
      ["PUT", one, { name: "Mine now" }],
      ["DELETE", one],
      ["GET", `${one}/value`],
      ["GET", `${one}/holdings`],
      ["GET", `${one}/history`],
      ["GET", `${one}/activities`],
      ["GET", `${one}/activities/${uuid(1)}`],
      ["PUT", `${one}/activities/${uuid(1)}`, trade],
      ["DELETE", `${one}/activities/${uuid(1)}`],
      ["GET", `${one}/imports`],
      ["POST", `${one}/imports/preview`, [trade]],
      ["POST", `${one}/imports?import_id=${uuid(5)}`, [trade]],
      ["DELETE", `${one}/imports/${uuid(5)}`],
    ];
    for (const [method, url, body] of calls) {
      const call = body === undefined ? {} : { body };
      // Deleting what is not there is no problem, and this is not there for another.
      const isDone = method === "DELETE" && !url.includes("imports");
      const status = isDone ? 200 : 404;
      equal((await ask(method, url, { ...call, token: bob })).status, status, `${method} ${url}`);
      equal((await ask(method, url, { ...call, token: null })).status, 401, `${method} ${url}`);
      equal((await ask(method, url, { ...call, token: key })).status, 403, `${method} ${url}`);
    }
    // His own portfolio is no way to her activity either.
    const his = `${path}/${uuid(2)}`;
    await ask("PUT", his, { body: { name: "His" }, token: bob });
    for (const [method, body] of [["GET"], ["PUT", trade], ["DELETE"]] as const) {
      const call = body === undefined ? {} : { body };
      const url = `${his}/activities/${uuid(1)}`;
      const status = method === "DELETE" ? 200 : 404;
      equal((await ask(method, url, { ...call, token: bob })).status, status, method);
    }
    equal((await ask("GET", `${one}/activities`)).json.count, 1);
  }));

const wrong: [string, Record<string, unknown>, string][] = [
  ["an unknown type", { type: "steal" }, "/json/type"],
  ["a negative quantity in words", { quantity: "-two" }, "/json/quantity"],
  ["no quantity", { quantity: "0" }, "/json/quantity"],
  ["a quantity that is a number", { quantity: 2 }, "/json/quantity"],
  ["a price of nothing", { price: "" }, "/json/price"],
  ["NaN", { price: "NaN" }, "/json/price"],
  ["more digits than there are", { price: "9".repeat(44) }, "/json/price"],
  ["a formula as symbol", { symbol: "=1+1" }, "/json/symbol"],
  ["a script as symbol", { symbol: "<script>alert(1)</script>" }, "/json/symbol"],
  ["SQL as exchange", { exchange: "'; DROP TABLE users; --" }, "/json/exchange"],
  ["a sentence as currency", { currency: "no money" }, "/json/currency"],
  ["a fee below nothing", { fee: "-1" }, "/json/fee"],
  ["a time to come", { timestamp: today + 30 * dayMs }, "/json/timestamp"],
  ["a time before times", { timestamp: -1 }, "/json/timestamp"],
  ["a note of two lines", { note: "a\nb" }, "/json/note"],
  ["a note that is too long", { note: "x".repeat(501) }, "/json/note"],
  ["somebody's id", { userId: "x" }, "/json"],
];

Deno.test("each fault of an activity has its pointer", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await open(given, []);
    for (const [name, part, pointer] of wrong) {
      const url = `${one}/activities/${uuid(1)}`;
      const answer = await ask("PUT", url, { body: { ...trade, ...part } });
      equal(answer.status, 400, `${name}: ${answer.text}`);
      const pointers = (answer.json.errors as { pointer: string }[]).map((fault) => fault.pointer);
      ok(pointers.includes(pointer), `${name}: ${pointers}`);
    }
    for (const part of [{ name: "" }, { name: "a\u202eb" }, { currency: "=1" }, { id: "x" }]) {
      equal((await ask("PUT", one, { body: { name: "x", ...part } })).status, 400);
    }
    const formula = await ask("PUT", `${one}/activities/${uuid(1)}`, {
      body: { ...trade, note: "=cmd|' /C calc'!A0" },
    });
    equal(formula.json.note, "=cmd|' /C calc'!A0", "a note is text and stays it");
  }));

Deno.test("a person has at most 100 portfolios, and is told so", () =>
  withOwnApi(async ({ ask, owned, ids }) => {
    const record = { userId: ids.ada, name: "x", currency: "USDT", revision: 1 };
    await owned.portfolios.putMany(
      Array.from({ length: 100 }, (_, i) => ({
        ...record,
        ...{ id: uuid(i + 100), created_at: 1, updated_at: 1 },
      })),
    );
    const full = await ask("PUT", one, { body: { name: "One more" } });
    equal(full.status, 400);
    match(full.text, /at most 100/);
  }));

Deno.test("without a store for people the endpoints say so", () =>
  withOwnApi(async ({ api, ada }) => {
    for (const url of [path, "/api/v1/watchlists", "/api/v1/shares", `/api/v1/watch/${uuid(1)}`]) {
      const response = await api.request(url, { headers: { authorization: `Bearer ${ada}` } });
      equal(response.status, 503, url);
      await response.body?.cancel();
    }
  }, { owned: undefined as never }));
