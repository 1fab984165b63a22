import { deepEqual, equal, match } from "node:assert/strict";
import type { BackfillRecord } from "../../lib/contracts/records.ts";
import type { BackfillActs } from "../../lib/api/public_deps.ts";
import { anApi } from "../support/api.ts";

const token = "operator-token";
const path = "/api/v1/admin/backfills";
const id = "6b3c0c3e-9d1f-4f8e-8d5c-2b1f0a9e7c11";

const aRecord = (part: Partial<BackfillRecord> = {}): BackfillRecord => ({
  id,
  exchange: "binance",
  symbol: "BTCUSDT",
  timeframe: "1h",
  from: 0,
  to: 1,
  status: "waiting",
  bars: 0,
  done_ms: 0,
  total_ms: 1,
  error: null,
  created_at: 1,
  updated_at: 1,
  ...part,
});

async function anOperatorsApi({ withActs = true } = {}) {
  const asked: unknown[] = [];
  const backfills: BackfillActs = {
    start(request) {
      if (request.exchange !== "binance") {
        return Promise.reject(new RangeError(`Cannot backfill from ${request.exchange}`));
      }
      asked.push(request);
      return Promise.resolve(aRecord(request));
    },
    list: () => [aRecord()],
    get: (wanted) => wanted === id ? aRecord({ status: "running" }) : null,
    stop: (wanted) => Promise.resolve(wanted === id ? aRecord({ status: "stopped" }) : null),
  };
  const { api } = await anApi({ adminToken: token, ...(withActs && { backfills }) });
  const ask = (method: string, suffix = "", body?: unknown, headers: HeadersInit = {}) =>
    api.fetch(
      new Request(`http://127.0.0.1${path}${suffix}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      { ip: "127.0.0.1" },
    );
  return { asked, ask };
}

const wanted = {
  exchange: "binance",
  symbol: "BTCUSDT",
  timeframe: "1m",
  start: "2024-01-01",
  end: "2024-01-02",
};

Deno.test("an operator begins a backfill by dates, looks at it and stops it", async () => {
  const { asked, ask } = await anOperatorsApi();
  const begun = await ask("POST", "", wanted);
  equal(begun.status, 200);
  equal((await begun.json()).status, "waiting");
  deepEqual(asked, [{
    exchange: "binance",
    symbol: "BTCUSDT",
    timeframe: "1m",
    from: Date.UTC(2024, 0, 1),
    to: Date.UTC(2024, 0, 2),
  }]);
  equal((await (await ask("GET", `/${id}`)).json()).status, "running");
  equal((await (await ask("GET")).json()).count, 1);
  equal((await (await ask("DELETE", `/${id}`)).json()).status, "stopped");
});

const refused = [
  { name: "an end before the start", body: { ...wanted, end: "2023-12-31" }, says: /end/ },
  { name: "no room for one bar", body: { ...wanted, end: "2024-01-01T00:00:30Z" }, says: /end/ },
  { name: "a day that is none", body: { ...wanted, start: "2024-02-30" }, says: /start/ },
  { name: "words", body: { ...wanted, start: "yesterday" }, says: /start/ },
  { name: "an unknown timeframe", body: { ...wanted, timeframe: "2m" }, says: /timeframe/ },
  { name: "a symbol with a script", body: { ...wanted, symbol: "<script>" }, says: /symbol/ },
  { name: "a field too many", body: { ...wanted, speed: 1 }, says: /speed/ },
  { name: "an exchange without a past", body: { ...wanted, exchange: "moon" }, says: /exchange/ },
  { name: "a list", body: [], says: /400/ },
];
for (const { name, body, says } of refused) {
  Deno.test(`${name} is refused with a pointer`, async () => {
    const answer = await (await anOperatorsApi()).ask("POST", "", body);
    equal(answer.status, 400);
    equal(answer.headers.get("content-type"), "application/problem+json");
    match(JSON.stringify(await answer.json()), says);
  });
}

Deno.test("strangers, unknown ids and a process that does not collect have their own answers", async () => {
  const { ask } = await anOperatorsApi();
  equal((await ask("GET", "", undefined, { authorization: "Bearer wrong" })).status, 401);
  equal((await ask("POST", "", wanted, { authorization: "" })).status, 401);
  equal((await ask("GET", "/00000000-0000-4000-8000-000000000000")).status, 404);
  equal((await ask("DELETE", "/00000000-0000-4000-8000-000000000000")).status, 404);
  equal((await ask("GET", "/nonsense")).status, 400);
  equal((await (await anOperatorsApi({ withActs: false })).ask("GET")).status, 503);
});
