/** Activities on revisions: two devices that change the same entry never undo each other unseen. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ActivityRecord } from "../../lib/contracts/owned.ts";
import { buildTrade } from "../support/portfolio.ts";
import { type OwnAnswer, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const one = `/api/v1/portfolios/${uuid(1)}`;
const trade = buildTrade(Date.UTC(2024, 0, 1));
const other = { ...trade, price: "70" };

/** Activities of both kinds: booked by hand, and brought by a file. */
const sources = {
  booked: `${one}/activities/${uuid(3)}`,
  imported: `${one}/activities/${uuid(5)}-2`,
};
type Source = keyof typeof sources;

const csv = [
  "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,reference",
  "buy,BTCUSDT,binance,2,100,USDT,1,USDT,2024-01-01T00:00:00Z,t1",
].join("\r\n");

/** Makes an entry of Ada's, at its first revision. */
async function make({ ask }: TestOwn, source: Source): Promise<string> {
  await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
  const url = sources[source];
  if (source === "booked") equal((await ask("PUT", url, { body: trade })).status, 201);
  else {
    const headers = { "content-type": "text/csv" };
    const run = `${one}/imports?import_id=${uuid(5)}&name=trades.csv`;
    equal((await ask("POST", run, { body: csv, headers })).json.written, 1);
  }
  equal((await ask("GET", url)).json.revision, 1);
  return url;
}

/** What somebody may take for granted who knows nothing. */
const guesses: Record<string, string>[] = [
  {},
  { "if-match": '"1"' },
  { "if-match": '"7"' },
  { "if-none-match": "*" },
];

/** How often the book of Ada's portfolio was written. */
const countWrites = async ({ owned }: TestOwn) =>
  (await owned.portfolios.get(uuid(1)))!.bookRevision ?? 0;

/** Headers of a write, whether it is done, and with which answer otherwise. */
const preconditions: [name: string, headers: Record<string, string>, refused: 412 | 400 | null][] =
  [
    ["no header", {}, null],
    ["the current revision", { "if-match": '"2"' }, null],
    ["the same unquoted", { "if-match": "2" }, null],
    ["the same as a weak tag", { "if-match": 'W/"2"' }, null],
    ["the same of a compressed answer", { "if-match": '"2-0a1b-gz"' }, null],
    ["one of several", { "if-match": '"9", "2"' }, null],
    ["any", { "if-match": "*" }, null],
    ["a stale revision", { "if-match": '"1"' }, 412],
    ["one to come", { "if-match": '"3"' }, 412],
    ["none of several", { "if-match": '"1", "3"' }, 412],
    ["that there is none", { "if-none-match": "*" }, 412],
    ["a revision and that there is none", { "if-match": '"2"', "if-none-match": "*" }, 412],
    ["no number", { "if-match": '"x"' }, 400],
    ["nothing in quotes", { "if-match": '""' }, 400],
    ["a negative one", { "if-match": '"-1"' }, 400],
    ["another condition", { "if-none-match": '"2"' }, 400],
    ["too much", { "if-match": `"${"1".repeat(200)}"` }, 400],
  ];

for (const source of Object.keys(sources) as Source[]) {
  for (const [name, headers, refused] of preconditions) {
    Deno.test(`a change of what is ${source} on ${name}: ${refused ?? "done"}`, () =>
      withOwnApi(async (given) => {
        const { ask } = given;
        const url = await make(given, source);
        equal((await ask("PUT", url, { body: { ...trade, note: "second" } })).json.revision, 2);
        const before = await ask("GET", url);
        const writes = await countWrites(given);
        const changed = await ask("PUT", url, { body: other, headers });
        equal(changed.status, refused ?? 200, changed.text);
        const after = await ask("GET", url);
        equal(await countWrites(given), writes + (refused ? 0 : 1));
        if (refused === 412) deepEqual(changed.json.current, before.json);
        if (refused) deepEqual(after.json, before.json);
        else {
          deepEqual([after.json.revision, after.json.price], [3, "70"]);
          deepEqual(changed.json, after.json);
        }
      }));

    Deno.test(`a deletion of what is ${source} on ${name}: ${refused ?? "done"}`, () =>
      withOwnApi(async (given) => {
        const { ask } = given;
        const url = await make(given, source);
        const before = await ask("PUT", url, { body: other });
        equal(before.json.revision, 2);
        const deleted = await ask("DELETE", url, { headers });
        equal(deleted.status, refused ?? 200, deleted.text);
        if (refused === 412) deepEqual(deleted.json.current, before.json);
        equal((await ask("GET", url)).status, refused ? 200 : 404);
      }));
  }

  Deno.test(`what is ${source} and gone is not changed on a revision, and made where none was`, () =>
    withOwnApi(async (given) => {
      const { ask, owned } = given;
      const url = await make(given, source);
      equal((await ask("DELETE", url, { headers: { "if-match": '"1"' } })).status, 200);
      for (const match of ['"1"', "*"]) {
        const headers = { "if-match": match };
        const refused = await ask("PUT", url, { body: other, headers });
        deepEqual([refused.status, refused.json.current], [412, null], match);
        // Whoever wants it gone has what they want.
        const deleted = await ask("DELETE", url, { headers });
        deepEqual([deleted.status, deleted.json], [200, { done: true }]);
      }
      equal(await owned.activities.count(), 0);
      const made = await ask("PUT", url, { body: other, headers: { "if-none-match": "*" } });
      deepEqual([made.status, made.json.revision], [201, 2]);
    }));

  Deno.test(`what is ${source} and somebody else's is neither told nor changed, on no revision`, () =>
    withOwnApi(async (given) => {
      const { ask, bob } = given;
      const url = await make(given, source);
      const his = `/api/v1/portfolios/${uuid(2)}`;
      await ask("PUT", his, { body: { name: "His" }, token: bob });
      const before = await ask("GET", url);
      for (const path of [url, url.replace(one, his)]) {
        for (const headers of guesses) {
          const put = await ask("PUT", path, { body: other, headers, token: bob });
          deepEqual([put.status, "current" in put.json], [404, false], put.text);
          const gone = await ask("DELETE", path, { headers, token: bob });
          deepEqual([gone.status, gone.json], [200, { done: true }]);
        }
      }
      deepEqual((await ask("GET", url)).json, before.json);
    }));

  Deno.test(`the same write of what is ${source} once more is done once, whatever it takes for granted`, () =>
    withOwnApi(async (given) => {
      const { ask } = given;
      const url = await make(given, source);
      const headers = { "if-match": '"1"', "idempotency-key": "key-of-a-device" };
      const first = await ask("PUT", url, { body: other, headers });
      deepEqual([first.status, first.json.revision], [200, 2]);
      const writes = await countWrites(given);
      const again = await ask("PUT", url, { body: other, headers });
      deepEqual([again.status, again.json], [200, first.json]);
      equal(again.headers.get("etag"), first.headers.get("etag"));
      // Without the key, and after the key was forgotten: it is as it was wished for.
      for (const rest of guesses) {
        const same = await ask("PUT", url, { body: other, headers: rest });
        deepEqual([same.status, same.json], [200, first.json]);
      }
      equal(await countWrites(given), writes, "nothing was written");
    }));
}
Deno.test("two devices change the same entry: the later one is told what is there, and goes on from it", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    const url = await make(given, "booked");
    const put = (part: Record<string, unknown>, revision: unknown) =>
      ask("PUT", url, { body: { ...trade, ...part }, headers: { "if-match": `"${revision}"` } });
    const answers = await Promise.all([put({ note: "phone" }, 1), put({ price: "5" }, 1)]);
    deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    const [won, lost] = answers.sort((a, b) => a.status - b.status) as [OwnAnswer, OwnAnswer];
    deepEqual(lost.json.current, won.json);
    const current = lost.json.current as { revision: number };
    equal((await put({ note: "phone", price: "5" }, current.revision)).json.revision, 3);
  }));

Deno.test("lists and answers tell the revision, of what was stored before there was one too", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    const url = await make(given, "booked");
    const { revision: _revision, ...old } = (await owned.activities.get(uuid(3)))!;
    await owned.activities.put(old);
    const [listed] = (await ask("GET", `${one}/activities`)).json.activities as ActivityRecord[];
    deepEqual([listed?.revision, (await ask("GET", url)).json.revision], [1, 1]);
    const same = await ask("PUT", url, { body: trade, headers: { "if-match": '"4"' } });
    deepEqual([same.status, same.json.revision], [200, 1]);
    const headers = { "if-match": '"1"' };
    equal((await ask("PUT", url, { body: other, headers })).json.revision, 2);
    equal((await owned.activities.get(uuid(3)))!.revision, 2);
  }));

Deno.test("the tag of an answer is taken as its revision, and tells an entry from its successor", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    const url = await make(given, "booked");
    const first = (await ask("GET", url)).headers.get("etag")!;
    match(first, /^"1-[\da-f]{16}"$/);
    const unchanged = await ask("GET", url, { headers: { "if-none-match": first } });
    equal(unchanged.status, 304);
    const changed = await ask("PUT", url, { body: other, headers: { "if-match": first } });
    equal(changed.status, 200);
    equal(changed.headers.get("etag"), (await ask("GET", url)).headers.get("etag"));
    equal((await ask("DELETE", url, { headers: { "if-match": first } })).status, 412);
    await ask("DELETE", url);
    await ask("PUT", url, { body: other });
    const successor = await ask("GET", url, { headers: { "if-none-match": first } });
    deepEqual([successor.status, successor.json.revision], [200, 3]);
    notEqual(successor.headers.get("etag"), first);
  }));

Deno.test("a revision is the server's alone", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    const url = await make(given, "booked");
    equal((await ask("PUT", url, { body: { ...other, revision: 9 } })).status, 400);
    equal((await ask("GET", url)).json.revision, 1);
  }));

Deno.test("whatever is written in whatever order, on the known revision it is done and on no other", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    const token = await given.makeKey(["read", "portfolio"]);
    const url = await make(given, "booked");
    let known: { revision: number; price: string } | null = { revision: 1, price: "100" };
    let ended = 0;
    const step = fc.record({
      price: fc.constantFrom("100", "70", "5"),
      offset: fc.integer({ min: -1, max: 1 }),
      isDeletion: fc.boolean(),
    });
    const property = async (steps: { price: string; offset: number; isDeletion: boolean }[]) => {
      for (const { price, offset, isDeletion } of steps) {
        const headers = { "if-match": `"${Math.max(0, (known?.revision ?? 1) + offset)}"` };
        const isRight = known !== null && offset === 0;
        if (isDeletion) {
          const { status } = await ask("DELETE", url, { headers, token });
          equal(status, known === null || isRight ? 200 : 412);
          if (isRight) {
            ended = known!.revision;
            known = null;
          }
        } else {
          const body = { ...trade, price };
          const { status, json } = await ask("PUT", url, { body, headers, token });
          equal(status, isRight || known?.price === price ? 200 : 412);
          if (isRight && known!.price !== price) {
            known = { revision: known!.revision + 1, price };
          }
          if (status === 200) deepEqual([json.revision, json.price], [known!.revision, price]);
        }
        if (known === null) {
          await ask("PUT", url, { body: trade, headers: { "if-none-match": "*" }, token });
          known = { revision: ended + 1, price: "100" };
        }
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 6 }), property), { numRuns: 20 });
  }));
