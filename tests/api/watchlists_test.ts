/** Watchlists: made by their client's id, merged by revision, and shown to everybody if public. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const path = "/api/v1/watchlists";
const one = `${path}/${uuid(1)}`;
const majors = { name: "Majors", symbols: ["BTCUSDT", "ETHUSDT"], isPublic: false };

Deno.test("a list is made once under its client's id, and sent again is the same", () =>
  withOwnApi(async ({ ask }) => {
    const made = await ask("PUT", one, { body: majors });
    equal(made.status, 201, made.text);
    equal(made.headers.get("location"), one);
    equal(made.headers.get("etag"), '"1"');
    ok(!("userId" in made.json));
    const again = await ask("PUT", one, { body: majors });
    equal(again.status, 200);
    equal(again.json.revision, 1);
    const changed = await ask("PUT", one, { body: { ...majors, name: "Mine" } });
    deepEqual([changed.status, changed.json.revision, changed.json.name], [200, 2, "Mine"]);
    deepEqual((await ask("GET", one)).json.symbols, majors.symbols);
  }));

Deno.test("a device that was offline learns what the list is now, and merges", () =>
  withOwnApi(async ({ ask }) => {
    await ask("PUT", one, { body: majors });
    await ask("PUT", one, { body: { ...majors, symbols: ["BTCUSDT"] } });
    const late = { body: { ...majors, name: "Late" }, headers: { "if-match": '"1"' } };
    const refused = await ask("PUT", one, late);
    equal(refused.status, 412);
    deepEqual((refused.json.current as { symbols: string[] }).symbols, ["BTCUSDT"]);
    equal((await ask("PUT", one, { ...late, headers: { "if-match": '"2"' } })).status, 200);
    const stale = await ask("DELETE", one, { headers: { "if-match": '"2"' } });
    equal(stale.status, 412);
    equal((stale.json.current as { revision: number }).revision, 3);
    const gone = await ask("PUT", `${path}/${uuid(9)}`, late);
    deepEqual([gone.status, gone.json.current], [412, null]);
    const wanted = { body: majors, headers: { "if-none-match": "*" } };
    equal((await ask("PUT", one, wanted)).status, 412);
    equal((await ask("PUT", one, { ...late, headers: { "if-match": "x" } })).status, 400);
  }));

Deno.test("deleting is done once and is no problem the second time", () =>
  withOwnApi(async ({ ask }) => {
    await ask("PUT", one, { body: majors });
    for (let i = 0; i < 2; i++) deepEqual((await ask("DELETE", one)).json, { done: true });
    equal((await ask("GET", one)).status, 404);
  }));

Deno.test("lists come in pages, newest first, of their owner alone", () =>
  withOwnApi(async ({ ask, time, bob }) => {
    for (let i = 1; i <= 5; i++) {
      time.nowMs += 1_000;
      await ask("PUT", `${path}/${uuid(i)}`, { body: { ...majors, name: `List ${i}` } });
    }
    await ask("PUT", `${path}/${uuid(50)}`, { body: majors, token: bob });
    const names: string[] = [];
    let cursor: unknown = null;
    do {
      const query = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await ask("GET", `${path}?limit=2${query}`);
      names.push(...(page.json.watchlists as { name: string }[]).map(({ name }) => name));
      cursor = page.json.next_cursor;
      equal(page.headers.has("link"), cursor !== null);
    } while (cursor !== null);
    deepEqual(names, ["List 5", "List 4", "List 3", "List 2", "List 1"]);
    equal((await ask("GET", `${path}?cursor=nonsense`)).status, 400);
  }));

Deno.test("symbols are found in either spelling, kept once, and unknown ones named", () =>
  withOwnApi(async ({ ask }) => {
    const symbols = ["btcusdt", "crypto:ETH/USDT@binance", "BTCUSDT"];
    const made = await ask("PUT", one, { body: { ...majors, symbols } });
    deepEqual(made.json.symbols, ["BTCUSDT", "ETHUSDT"]);
    const wrong = await ask("PUT", one, { body: { ...majors, symbols: ["BTCUSDT", "BTCUSD"] } });
    equal(wrong.status, 400);
    const [fault] = wrong.json.errors as { pointer: string; detail: string }[];
    equal(fault!.pointer, "/json/symbols/1");
    match(fault!.detail, /did you mean BTCUSDT/);
  }));

Deno.test("a person has at most 100 lists of 500 symbols, and is told so", () =>
  withOwnApi(async ({ ask, owned, ids }) => {
    const record = { ...majors, userId: ids.ada, revision: 1, created_at: 1, updated_at: 1 };
    await owned.watchlists.putMany(
      Array.from({ length: 100 }, (_, i) => ({ ...record, id: uuid(i + 100) })),
    );
    const full = await ask("PUT", one, { body: majors });
    equal(full.status, 400);
    match(full.text, /at most 100/);
    equal((await ask("PUT", `${path}/${uuid(100)}`, { body: majors })).status, 200);
    const many = Array.from({ length: 501 }, (_, i) => `S${i}`);
    const long = await ask("PUT", one, { body: { ...majors, symbols: many } });
    equal((long.json.errors as { pointer: string }[])[0]!.pointer, "/json/symbols");
  }));

Deno.test("a public list is read without an account, with prices and their age, and no owner", () =>
  withOwnApi(async ({ ask, time, setPrice, ids }) => {
    const watch = `/api/v1/watch/${uuid(1)}`;
    await ask("PUT", one, { body: majors });
    equal((await ask("GET", watch, { token: null })).status, 404, "private lists are not there");
    await ask("PUT", one, { body: { ...majors, isPublic: true } });
    setPrice("BTCUSDT", 42_000);
    time.nowMs += 5_000;
    const shown = await ask("GET", watch, { token: null });
    equal(shown.status, 200);
    const [btc, eth] = shown.json.symbols as Record<string, unknown>[];
    deepEqual([btc!.price, btc!.ageMs], [42_000, 5_000]);
    deepEqual([eth!.price, eth!.ageMs], [null, null]);
    ok(!shown.text.includes(ids.ada) && !shown.text.includes("example.org"), shown.text);
  }));

/** Whoever it is not: another person, nobody, a key with other scopes. */
async function expectForeign({ ask, bob, makeKey }: TestOwn, url: string, body: unknown) {
  for (const method of ["GET", "PUT", "DELETE"]) {
    const call = method === "PUT" ? { body } : {};
    // Deleting what is not there is no problem, and this is not there for another.
    const status = method === "DELETE" ? 200 : 404;
    equal((await ask(method, url, { ...call, token: bob })).status, status, `${method} of another`);
    equal((await ask("GET", url)).status, 200, `${method} changed it`);
    equal((await ask(method, url, { ...call, token: null })).status, 401, `${method} of nobody`);
    const key = await makeKey(["read"]);
    equal((await ask(method, url, { ...call, token: key })).status, 403, `${method} of a key`);
  }
}

Deno.test("somebody else's list is not there", () =>
  withOwnApi(async (given) => {
    await given.ask("PUT", one, { body: majors });
    await expectForeign(given, one, majors);
    equal((await given.ask("GET", one)).json.revision, 1);
  }));

const hostile = [
  "<script>alert(1)</script>",
  "'; DROP TABLE users; --",
  '=HYPERLINK("http://x")',
  "\u202eevil",
  "a\u0000b",
  "x".repeat(10_000),
  "",
  null,
  7,
  ["a"],
  { $ne: 1 },
];

Deno.test("no text in any field brings more than a problem, and what is kept comes back as text", () =>
  withOwnApi(async ({ ask }) => {
    for (const text of hostile) {
      for (const field of ["name", "symbols", "isPublic", "unknown", "userId", "revision"]) {
        const value = field === "symbols" ? [text] : text;
        const answer = await ask("PUT", one, { body: { ...majors, [field]: value } });
        ok([200, 201, 400].includes(answer.status), `${field} ${JSON.stringify(text)}`);
        match(answer.headers.get("content-type")!, /json/);
        if (field !== "name") equal(answer.status, 400, `${field} ${JSON.stringify(text)}`);
        if (answer.status === 400) ok((answer.json.errors as unknown[]).length > 0, answer.text);
        else equal(answer.json.name, text);
      }
    }
    for (const id of ["x", "1", "..%2F..", uuid(1).slice(0, -1), "%00"]) {
      equal((await ask("PUT", `${path}/${id}`, { body: majors })).status, 400, id);
    }
  }));

Deno.test("broken and large bodies are refused before they are read", () =>
  withOwnApi(async ({ ask }) => {
    const large = JSON.stringify({ ...majors, name: "x".repeat(10_000_000) });
    equal((await ask("PUT", one, { body: large })).status, 413);
    for (const body of ["{", "[]", "null", "\ufffe", new Uint8Array([0xff, 0xfe, 0x00])]) {
      equal((await ask("PUT", one, { body })).status, 400);
    }
    const type = { "content-type": "text/plain" };
    ok([400, 415].includes((await ask("PUT", one, { body: "a", headers: type })).status));
  }));
