/** Imported activities that a person corrects: they stay of their import, and come in once. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { breakAfter } from "../support/portfolio.ts";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const one = `/api/v1/portfolios/${uuid(1)}`;
const headers = { "content-type": "text/csv" };
const run = (n: number) => `${one}/imports?import_id=${uuid(n)}&name=trades.csv`;
const counts = (json: Record<string, unknown>) => [json.written, json.duplicates, json.errors];

/** Three purchases, with their numbers at the exchange or without. */
function makeCsv(hasReferences: boolean, count = 3): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, i)).toISOString();
    return `buy,BTCUSDT,binance,1,${100 + i},USDT,0.1,USDT,${time},,${
      hasReferences ? `t${i}` : ""
    }`;
  });
  const names = "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,note";
  return [`${names},reference`, ...rows].join("\r\n");
}

/** Imports a file of Ada's; returns the address of its second activity and what it is. */
async function importFile({ ask }: TestOwn, body: string) {
  await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
  deepEqual(counts((await ask("POST", run(5), { body, headers })).json), [3, 0, 0]);
  const listed = (await ask("GET", `${one}/activities`)).json.activities;
  const found = (listed as Record<string, unknown>[])[1]!;
  return { url: `${one}/activities/${found.id}`, found };
}

/** What a form sends. */
const draft = (found: Record<string, unknown>, part: Record<string, unknown>) => {
  const { id: _id, portfolioId: _portfolio, importId: _import, reference: _mine, ...fields } =
    found;
  const { revision: _revision, ...body } = fields;
  return { ...body, ...part };
};

const corrections: { name: string; part: Record<string, unknown> }[] = [
  { name: "nothing", part: {} },
  { name: "its price and time", part: { price: "99", timestamp: Date.UTC(2023, 5, 1) } },
  { name: "its symbol", part: { symbol: "ETHUSDT" } },
  { name: "its kind and exchange", part: { type: "sell", exchange: "kraken" } },
  { name: "its number", part: { reference: "mine" } },
];
for (const { name, part } of corrections) {
  for (const hasReferences of [true, false]) {
    const kind = hasReferences ? "numbered" : "unnumbered";
    Deno.test(`${kind} and corrected in ${name}, an imported row comes once and goes out`, () =>
      withOwnApi(async (given) => {
        const { ask, owned } = given;
        const body = makeCsv(hasReferences);
        const { url, found } = await importFile(given, body);
        const corrected = await ask("PUT", url, { body: draft(found, part) });
        equal(corrected.status, 200, corrected.text);
        // What was changed in nothing is the same as before.
        const revision = Object.keys(part).length > 0 ? 2 : 1;
        deepEqual(corrected.json, { ...found, ...part, revision });
        // Twice, as the second correction begins with the first one.
        equal((await ask("PUT", url, { body: draft(found, { ...part, note: "x" }) })).status, 200);
        deepEqual(counts((await ask("POST", run(6), { body, headers })).json), [0, 3, 0]);
        const preview = await ask("POST", `${one}/imports/preview`, { body, headers });
        deepEqual(preview.json.counts, { new: 0, duplicate: 3, error: 0 }, preview.text);
        deepEqual((await ask("DELETE", `${one}/imports/${uuid(5)}`)).json, { removed: 3 });
        equal(await owned.activities.count(), 0);
      }));
  }
}

Deno.test("an imported row that was deleted comes back under its id, and goes with its import", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    const { url, found } = await importFile(given, makeCsv(true));
    equal((await ask("DELETE", url)).status, 200);
    equal((await ask("GET", url)).status, 404);
    const back = await ask("PUT", url, { body: draft(found, { reference: found.reference }) });
    deepEqual([back.status, back.json], [201, { ...found, revision: 2 }]);
    deepEqual((await ask("DELETE", `${one}/imports/${uuid(5)}`)).json, { removed: 3 });
    equal(await owned.activities.count(), 0);
  }));

Deno.test("an import that is sent again overwrites no correction", () => {
  const part: { owned?: OwnedStore } = {};
  return withOwnApi(async (given) => {
    const { ask, owned, deps } = given;
    await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
    deps.owned = breakAfter(owned, 2);
    const call = { body: makeCsv(true, 100), headers };
    equal((await ask("POST", run(5), call)).status, 500);
    const [found] = (await owned.activities.list({ index: "import", equals: [uuid(5)] })).items;
    const url = `${one}/activities/${found!.id}`;
    const body = draft((await ask("GET", url)).json, { price: "77" });
    equal((await ask("PUT", url, { body })).status, 200);
    deepEqual(counts((await ask("POST", run(5), call)).json), [100, 0, 0]);
    equal(await owned.activities.count(), 100);
    equal((await ask("GET", url)).json.price, "77");
    const listed = (await ask("GET", `${one}/activities?limit=1000`)).json.activities;
    const prices = (listed as { price: string }[]).map(({ price }) => price);
    equal(prices.filter((price) => price === "77").length, 1, "the desk knows it as well");
  }, part);
});

const odd = ["x", "a1", `${uuid(5)}-`, `${uuid(5)}-x`, `${uuid(5)}-1-1`, `${uuid(5)}1`, `-1`];
for (const id of odd) {
  Deno.test(`nothing is booked under ${JSON.stringify(id)}`, () =>
    withOwnApi(async (given) => {
      const { ask, owned } = given;
      const { found } = await importFile(given, makeCsv(true));
      const url = `${one}/activities/${encodeURIComponent(id)}`;
      equal((await ask("PUT", url, { body: draft(found, {}) })).status, 400);
      equal(await owned.activities.count(), 3);
    }));
}

Deno.test("a row that somebody else imported is neither corrected nor told", () =>
  withOwnApi(async (given) => {
    const { ask, bob, owned } = given;
    const { found } = await importFile(given, makeCsv(true));
    const his = `/api/v1/portfolios/${uuid(2)}`;
    await ask("PUT", his, { body: { name: "His" }, token: bob });
    for (const portfolio of [one, his]) {
      const url = `${portfolio}/activities/${found.id}`;
      const body = draft(found, { price: "1" });
      equal((await ask("PUT", url, { body, token: bob })).status, 404, url);
      equal((await ask("GET", url, { token: bob })).status, 404, url);
    }
    equal((await owned.activities.get(String(found.id)))!.price, found.price);
  }));

Deno.test("whatever is corrected, the same file brings nothing and its import takes it all", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    const token = await given.makeKey(["read", "portfolio"]);
    const body = makeCsv(false);
    const change = fc.record({
      row: fc.integer({ min: 0, max: 2 }),
      part: fc.constantFrom(...corrections.map(({ part }) => part), { quantity: "7" }, {
        price: "101",
      }),
    });
    await ask("PUT", one, { body: { name: "x", currency: "USDT" }, token });
    let n = 100;
    const property = async (changes: { row: number; part: Record<string, unknown> }[]) => {
      const id = n++;
      deepEqual(counts((await ask("POST", run(id), { body, headers, token })).json), [3, 0, 0]);
      const { items } = await owned.activities.list({ index: "import", equals: [uuid(id)] });
      for (const { row, part } of changes) {
        const url = `${one}/activities/${items[row]!.id}`;
        const found = (await ask("GET", url, { token })).json;
        ok((await ask("PUT", url, { body: draft(found, part), token })).status === 200);
      }
      const again = await ask("POST", run(n++), { body, headers, token });
      deepEqual(counts(again.json), [0, 3, 0]);
      const undone = await ask("DELETE", `${one}/imports/${uuid(id)}`, { token });
      deepEqual(undone.json, { removed: 3 });
    };
    await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 5 }), property), {
      numRuns: 15,
    });
  }));
