/** Imports: looked at first, written once however often they are sent, and taken out again. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { breakAfter } from "../support/portfolio.ts";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const one = `/api/v1/portfolios/${uuid(1)}`;
const csvType = { "content-type": "text/csv" };
const header =
  "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,note,reference";

/** A file of `count` purchases, a minute apart. */
function makeCsv(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, from + i)).toISOString();
    return `buy,BTCUSDT,binance,1,${100 + i},USDT,0.1,USDT,${time},,t${from + i}`;
  });
  return [header, ...rows].join("\r\n");
}

async function open({ ask }: TestOwn) {
  equal((await ask("PUT", one, { body: { name: "Long term" } })).status, 201);
}

const run = (n: number) => `${one}/imports?import_id=${uuid(n)}&name=trades.csv`;
const counts = (json: Record<string, unknown>) => [json.written, json.duplicates, json.errors];

Deno.test("a preview tells what each row would become and writes nothing", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await open(given);
    const body = `${makeCsv(3)}\r\nbuy,=1+1,binance,x,1,USDT,0,USDT,2024-01-01,,\r\n`;
    const { status, json } = await ask("POST", `${one}/imports/preview`, {
      body,
      headers: csvType,
    });
    equal(status, 200);
    deepEqual(json.counts, { new: 3, duplicate: 0, error: 1 });
    equal(json.format, "CryptoIntel");
    const faults = await ask("POST", `${one}/imports/preview?status=error`, {
      body,
      headers: csvType,
    });
    const [row] = faults.json.rows as { row: number; errors: { field: string }[] }[];
    deepEqual([row!.row, row!.errors.map(({ field }) => field).toSorted()], [
      5,
      ["quantity", "symbol"],
    ]);
    equal(faults.json.total, 1);
    const page = await ask("POST", `${one}/imports/preview?offset=2&limit=1`, {
      body,
      headers: csvType,
    });
    equal((page.json.rows as { row: number }[])[0]!.row, 4);
    equal(await owned.activities.count(), 0);
  }));

Deno.test("an import writes once, however often it is sent, and goes out whole", () =>
  withOwnApi(async (given) => {
    const { ask, owned, setPrice } = given;
    await open(given);
    setPrice("BTCUSDT", 200);
    const call = { body: makeCsv(130), headers: csvType };
    const first = await ask("POST", run(5), call);
    equal(first.status, 200, first.text);
    deepEqual([counts(first.json), first.json.isDone], [[130, 0, 0], true]);
    deepEqual((await ask("POST", run(5), call)).json, first.json);
    equal(await owned.activities.count(), 130);
    equal((await ask("GET", `${one}/value?returns=false`)).json.activityCount, 130);
    const longer = { body: makeCsv(132), headers: csvType };
    deepEqual(counts((await ask("POST", run(6), longer)).json), [2, 130, 0]);
    const other = await ask("POST", run(5), longer);
    equal(other.status, 400);
    match(other.text, /stands for another import/);
    const listed = (await ask("GET", `${one}/imports`)).json.imports as { import_id: string }[];
    deepEqual(listed.map(({ import_id }) => import_id), [uuid(6), uuid(5)]);
    const undone = await ask("DELETE", `${one}/imports/${uuid(5)}`);
    deepEqual(undone.json, { removed: 130 });
    equal((await ask("DELETE", `${one}/imports/${uuid(5)}`)).status, 404);
    equal((await ask("GET", `${one}/value?returns=false`)).json.activityCount, 2);
    deepEqual(counts((await ask("POST", run(5), call)).json), [130, 0, 0], "it may come again");
  }));

Deno.test("an import that was interrupted goes on where it ended", () => {
  const part: { owned?: OwnedStore } = {};
  return withOwnApi(async (given) => {
    const { ask, owned, deps } = given;
    await ask("PUT", one, { body: { name: "x" } });
    deps.owned = breakAfter(owned, 2);
    const call = { body: makeCsv(100), headers: csvType };
    equal((await ask("POST", run(5), call)).status, 500);
    const written = await owned.activities.count();
    ok(written > 0 && written < 100, `${written} were written`);
    const [begun] = (await ask("GET", `${one}/imports`)).json.imports as { isDone: boolean }[];
    equal(begun!.isDone, false);
    deepEqual(counts((await ask("POST", run(5), call)).json), [100, 0, 0]);
    equal(await owned.activities.count(), 100);
  }, part);
});

Deno.test("an id of an import never touches what is somebody else's", () =>
  withOwnApi(async (given) => {
    const { ask, bob, owned, ids } = given;
    await open(given);
    const his = `/api/v1/portfolios/${uuid(2)}`;
    await ask("PUT", his, { body: { name: "His" }, token: bob });
    await ask("POST", run(5), { body: makeCsv(3), headers: csvType });
    const taken = { body: makeCsv(3), headers: csvType, token: bob };
    equal((await ask("POST", `${his}/imports?import_id=${uuid(5)}`, taken)).status, 400);
    equal((await ask("DELETE", `${his}/imports/${uuid(5)}`, { token: bob })).json.removed ?? 0, 0);
    const { items } = await owned.activities.list({ index: "import", equals: [uuid(5)] });
    deepEqual(items.map(({ userId }) => userId), [ids.ada, ids.ada, ids.ada]);
  }));

Deno.test("JSON is read as well as CSV, with defaults and a mapping of one's own", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await open(given);
    const rows = [{ Kind: "buy", Coin: "BTC", Count: "2", At: "2024-01-01", Each: "100" }];
    const mapping = encodeURIComponent(JSON.stringify({
      ...{ type: "Kind", symbol: "Coin", quantity: "Count", timestamp: "At", price: "Each" },
    }));
    const query = `&mapping=${mapping}&exchange=kraken&currency=USD`;
    deepEqual(counts((await ask("POST", run(5) + query, { body: rows })).json), [1, 0, 0]);
    const [activity] = (await ask("GET", `${one}/activities`)).json.activities as {
      symbol: string;
      exchange: string;
      currency: string;
      importId: string;
    }[];
    deepEqual(
      [activity!.symbol, activity!.exchange, activity!.currency, activity!.importId],
      ["BTC", "kraken", "USD", uuid(5)],
    );
    for (const text of ["{", "[]", '{"nonsense":"x"}', '{"type":7}', "null"]) {
      const url = `${run(6)}&mapping=${encodeURIComponent(text)}`;
      const answer = await ask("POST", url, { body: rows });
      equal(answer.status, 400, text);
      match(answer.text, /\/query\/mapping/);
    }
    const unknown = await ask("POST", run(6), { body: [{ a: 1 }] });
    equal(unknown.status, 400);
    match(unknown.text, /no column is known for/);
  }));

Deno.test("files above 10 MB, empty and broken ones are refused", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await open(given);
    const preview = `${one}/imports/preview`;
    const large = new Uint8Array(10_485_761).fill(65);
    for (const url of [preview, run(5)]) {
      const told = await ask("POST", url, { body: large, headers: csvType });
      equal(told.status, 413, told.text);
      const untold = await ask("POST", url, { body: new Blob([large]).stream(), headers: csvType });
      equal(untold.status, 413);
      equal((await ask("POST", url, { body: "", headers: csvType })).status, 400);
    }
    const files = [
      new Uint8Array([0xff, 0xfe, 0x00]),
      new Uint8Array([0x81, 0x8d, 0x8f]),
      new Uint8Array(64),
      "[".repeat(5_000),
      '[{"a":',
      "\u0000\u0001",
      '"unclosed,\n1,2',
    ];
    for (const body of files) {
      const answer = await ask("POST", preview, { body, headers: csvType });
      ok(answer.status === 400 || answer.status === 200, answer.text);
      if (answer.status === 200) equal((answer.json.counts as { new: number }).new, 0);
    }
  }));

Deno.test("a file of many rows is read in a thread, and is what a small one is", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await open(given);
    const body = `${makeCsv(2_500)}\r\nx,,,,,,,,,,`;
    ok(body.length > 131_072);
    // Two at once wait for each other.
    const [preview, faults] = await Promise.all(
      ["limit=2&offset=1", "status=error"].map((query) =>
        ask("POST", `${one}/imports/preview?${query}`, { body, headers: csvType })
      ),
    );
    deepEqual(preview!.json.counts, { new: 2_500, duplicate: 0, error: 1 });
    deepEqual((preview!.json.rows as { row: number }[]).map(({ row }) => row), [3, 4]);
    deepEqual([preview!.json.total, faults!.json.total], [2_501, 1]);
    const done = await ask("POST", run(5), { body, headers: csvType });
    deepEqual(counts(done.json), [2_500, 0, 1], done.text);
    const { items } = await owned.activities.list({ index: "import", equals: [uuid(5)] });
    deepEqual([items[0]!.reference, items[0]!.quantity], ["t2499", "1"]);
    deepEqual((await ask("POST", run(5), { body, headers: csvType })).json, done.json);
    const again = await ask("POST", `${one}/imports/preview`, { body, headers: csvType });
    deepEqual(again.json.counts, { new: 0, duplicate: 2_500, error: 1 });
    const broken = new Uint8Array(200_000).fill(0x81);
    const refused = await ask("POST", run(6), { body: broken, headers: csvType });
    equal(refused.status, 400, "a fault that is the file's is told from the thread as well");
  }));
