import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { anApi } from "../support/api.ts";

const path = "/api/v1/admin/symbols";
const token = "t".repeat(64);
const authorization = `Bearer ${token}`;

async function call(
  api: Awaited<ReturnType<typeof anApi>>["api"],
  { method = "GET", at = path, body, headers = { authorization } }: {
    method?: string;
    at?: string;
    body?: unknown;
    headers?: Record<string, string>;
  } = {},
) {
  const response = await api.fetch(
    new Request(`http://localhost:8000${at}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    { ip: "127.0.0.1" },
  );
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) };
}

const strangers: { name: string; headers: Record<string, string> }[] = [
  { name: "nobody", headers: {} },
  { name: "an empty token", headers: { authorization: "Bearer " } },
  {
    name: "a wrong token of the same length",
    headers: { authorization: `Bearer ${"u".repeat(64)}` },
  },
  { name: "a shorter token", headers: { authorization: `Bearer ${"t".repeat(63)}` } },
  { name: "another scheme", headers: { authorization: `Basic ${token}` } },
];
for (const { name, headers } of strangers) {
  Deno.test(`${name} may neither list nor change symbols`, async () => {
    const { api, store } = await anApi();
    const body = { symbol: "SOLUSDT" };
    for (const method of ["GET", "PUT"]) {
      const answer = await call(api, { method, headers, ...(method === "PUT" ? { body } : {}) });
      equal(answer.status, 401);
      match(answer.json().detail, /operator's token is required/);
      doesNotMatch(answer.text, new RegExp(token));
    }
    equal((await call(api, { method: "DELETE", at: `${path}/BTCUSDT`, headers })).status, 401);
    equal(await store.symbols.count(), 3);
  });
}

Deno.test("an operator sees the symbols that are not followed, too", async () => {
  const { api } = await anApi();
  const { count, symbols } = (await call(api)).json();
  equal(count, 3);
  deepEqual(
    symbols.filter(({ active }: { active: boolean }) => !active).map((s: { symbol: string }) =>
      s.symbol
    ),
    ["OLDUSDT"],
  );
});

Deno.test("an added symbol is listed to everybody at once, and a disabled one no longer", async () => {
  const { api } = await anApi();
  const listed = async () =>
    (await call(api, { at: "/api/v1/symbols", headers: {} })).json().exchanges.Binance
      .map(({ symbol }: { symbol: string }) => symbol).sort();
  deepEqual(await listed(), ["BTCUSDT", "ETHUSDT"]);
  const added = await call(api, { method: "PUT", body: { symbol: "SOLUSDT" } });
  equal(added.status, 200);
  equal(added.json().id, "crypto:SOL/USDT@binance");
  deepEqual(await listed(), ["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
  await call(api, { method: "PUT", body: { symbol: "BTCUSDT", active: false } });
  deepEqual(await listed(), ["ETHUSDT", "SOLUSDT"]);
});

Deno.test("changing a known symbol keeps its name, and doing it twice changes nothing", async () => {
  const { api, store } = await anApi();
  const body = { symbol: "BTCUSDT", active: true };
  const once = await call(api, { method: "PUT", body });
  const twice = await call(api, { method: "PUT", body });
  equal(once.json().name, "Bitcoin");
  equal(once.text, twice.text);
  equal(await store.symbols.count(), 3);
});

Deno.test("a removed symbol is gone, and removing it again says so", async () => {
  const { api } = await anApi();
  equal((await call(api, { method: "DELETE", at: `${path}/ETHUSDT` })).status, 200);
  equal((await call(api, { method: "DELETE", at: `${path}/ETHUSDT` })).status, 404);
  equal((await call(api)).json().count, 2);
});

const nonsense = [
  { body: {}, pointer: "/symbol" },
  { body: { symbol: "" }, pointer: "/symbol" },
  { body: { symbol: "btc usdt" }, pointer: "/symbol" },
  { body: { symbol: "<script>" }, pointer: "/symbol" },
  { body: { symbol: 7 }, pointer: "/symbol" },
  { body: { symbol: "BTCUSDT", exchange: "mtgox" }, pointer: "/exchange" },
  { body: { symbol: "BTCUSDT", active: "yes" }, pointer: "/active" },
];
for (const { body, pointer } of nonsense) {
  Deno.test(`${JSON.stringify(body)} is refused with a pointer to ${pointer}`, async () => {
    const { api, store } = await anApi();
    const answer = await call(api, { method: "PUT", body });
    equal(answer.status, 400);
    match(JSON.stringify(answer.json().errors), new RegExp(pointer));
    equal(await store.symbols.count(), 3);
  });
}

const shares = [
  { body: { symbol: "AAPL", exchange: "alpaca" }, id: "stock:AAPL@alpaca", quote: "USD" },
  { body: { symbol: "THYAO.IS", exchange: "bist" }, id: "stock:THYAO@bist", quote: "TRY" },
];
for (const { body, id, quote } of shares) {
  Deno.test(`an operator adds the share ${body.symbol}`, async () => {
    const { api } = await anApi();
    const { status, json } = await call(api, { method: "PUT", body });
    equal(status, 200);
    deepEqual([json().id, json().kind, json().quote], [id, "stock", quote]);
  });
}

Deno.test("a share in another spelling than its exchange's is refused with a pointer", async () => {
  const { api } = await anApi();
  for (const symbol of ["THYAO", ".IS", "BTCUSDT"]) {
    const { status, text } = await call(api, { method: "PUT", body: { symbol, exchange: "bist" } });
    equal(status, 400, symbol);
    match(text, /"\/symbol"|must end|Invalid/);
  }
});
