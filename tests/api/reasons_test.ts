/** No answer names an address of a source or a machine, or what looks secret. */
import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { describeCollector } from "../../lib/api/collector_health.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { findStatusCode, hideAddresses, hideReasons } from "../../lib/api/reasons.ts";
import { NOW_MS } from "../support/api.ts";
import { readDocument } from "../support/documents.ts";
import { aPair, aRun, withPublicApi } from "../support/public_api.ts";

const hidden: [reason: string, expected: string][] = [
  ["", ""],
  ["answers", "answers"],
  ["markets (1 of 3 feeds): none within 10000 ms", "markets (1 of 3 feeds): none within 10000 ms"],
  [
    "Cannot ask https://api.example.com: an answer is required, was none",
    "Cannot ask the source: an answer is required, was none",
  ],
  [
    "Cannot ask https://a.example, https://b.example:8443/v3: a host is required (HTTP 451).",
    "Cannot ask the source: a host is required (HTTP 451).",
  ],
  ["cannot connect: wss://stream.example/ws?listenKey=abc.", "cannot connect: the source."],
  [
    "error sending request for url (https://x.example/v1?api_key=s3cret): refused",
    "error sending request for url (the source): refused",
  ],
  ["tcp connect error to 10.1.2.3:6379", "tcp connect error to the source"],
  ["connect [2001:db8::1]:443 failed", "connect the source failed"],
  ["apiKey=s3cret77 is not valid", "apiKey=… is not valid"],
  ["authorization: Bearer abcdef0123", "authorization: …"],
  [`the password "${"x".repeat(50)}"`, 'the password "…"'],
  ["disabled: COINMARKETCAP_API_KEY must be set", "disabled: COINMARKETCAP_API_KEY must be set"],
  ["closed until 2024-01-02T14:30:00.000Z", "closed until 2024-01-02T14:30:00.000Z"],
];
for (const [reason, expected] of hidden) {
  Deno.test(`a stranger reads "${reason.slice(0, 60)}" without addresses`, () => {
    equal(hideAddresses(reason), expected);
    equal(hideAddresses(expected), expected);
  });
}

Deno.test("an address is hidden wherever it stands", () => {
  const word = fc.stringMatching(/^[a-z ]{0,12}$/);
  fc.assert(fc.property(word, fc.webUrl({ withQueryParameters: true }), word, (a, url, b) => {
    ok(!hideAddresses(`${a} ${url} ${b}`).includes("://"));
  }));
});

Deno.test("a status is read where a reason names one", () => {
  const cases: [string, number | undefined][] = [
    ["was HTTP 503 (busy)", 503],
    ["all of them (HTTP 451). Configure", 451],
    ["HTTP 9999", undefined],
    ["HTTP 700", undefined],
    ["503 trades", undefined],
    ["", undefined],
  ];
  deepEqual(cases.map(([reason]) => findStatusCode(reason)), cases.map(([, code]) => code));
});

Deno.test("only fields that hold reasons are changed, however deep they lie", () => {
  const url = "https://a.example";
  deepEqual(hideReasons({ link: url, feeds: [{ error: url, n: 1 }], detail: null, at: [url] }), {
    link: url,
    feeds: [{ error: "the source", n: 1 }],
    detail: null,
    at: [url],
  });
});

const address = "https://10.0.0.7:8443/v1?api_key=hush-hush-hush";
const error = `Cannot use the answer of ${address}: JSON is required, was HTTP 502 (bad gateway)`;
/** Everything fails, and says where. */
const failing: Partial<ApiDeps> = {
  listCollectors: () =>
    ["binance", "coinmarketcap_dex"].map((source) =>
      describeCollector({ source, state: "reconnecting", lastMessageMs: null, detail: error })
    ),
  listSources: () => [{
    source: "binance",
    name: "Binance",
    enabled: false,
    reason: error,
    limitPerMinute: null,
    creditsPerMonth: null,
    feeds: [{ name: "minutes", cadenceMs: 1, lastSuccessMs: null, lastError: error }],
  }],
  listParkedJobs: () =>
    Promise.resolve([{ id: "1", topic: "x", attempt: 3, error, parkedAt: NOW_MS, body: null }]),
  collect: () =>
    Promise.resolve({
      signals: 0,
      sources: { binance: { data: [], records: 0, status: "failed", cached: false, error } },
    }),
};

for (const filled of [true, false]) {
  Deno.test(`where every source fails, no operation of ${filled ? "a filled" : "an empty"} store names an address`, () =>
    withPublicApi(async ({ api, world, hub }) => {
      await world.collectionRuns.put(aRun({
        id: "f",
        status: "failed",
        sources: { binance: { status: "failed", records: 0, duration_ms: 1, error } },
      }));
      const { operations } = await readDocument(api);
      for (const { method, path } of operations) {
        if (path === "/api/v1/events") continue;
        const url = path.replace("{pair_id}", "ethereum:0xaa").replace(/\{\w+\}/g, "BTCUSDT");
        const response = await api.request(url, {
          method,
          headers: { authorization: `Bearer ${"t".repeat(64)}` },
        });
        const text = await response.text();
        doesNotMatch(text, /10\.0\.0\.7|hush|api_key/, `${method} ${path}`);
      }
      hub.close();
    }, { part: failing, filled }));
}

Deno.test("the dashboard's health tells the status that a source was refused with", () =>
  withPublicApi(async ({ api }) => {
    const { apis } = await (await api.request("/dashboard/api/health")).json();
    equal(apis.binance.statusCode, 502);
    deepEqual(apis.binance.error.includes("the source"), true);
  }, { part: failing }));

Deno.test("without any pair known, every address of pairs is 503 with its reason, not 404 or an empty list", async () => {
  const paths = [
    "pairs",
    "networks",
    "signals",
    "analysis/ethereum:0xaa",
    "listings",
    "historical/ethereum:0xaa",
    "volume-leaders",
    "trades",
  ];
  await withPublicApi(async ({ api }) => {
    for (const path of paths) {
      const response = await api.request(`/dex/${path}`);
      equal(response.status, 503, path);
      const { detail } = await response.json();
      ok(detail.endsWith("no source in use has told any yet"), `${path}: ${detail}`);
    }
  }, { filled: false });
  await withPublicApi(async ({ api, world }) => {
    await world.dexPairs.put(aPair());
    equal((await api.request("/dex/signals")).status, 200);
    equal((await api.request("/dex/analysis/ethereum:0xno")).status, 404);
    equal((await api.request("/dex/historical/ethereum:0xno")).status, 404);
  }, { filled: false });
});

Deno.test("an empty list of pairs is blamed on sources of pairs, and in a recording on none", async () => {
  const binance = { source: "binance", status: "down" as const, lastMessageMs: null, detail: "x" };
  const cases: [Partial<ApiDeps>, string][] = [
    [
      { listCollectors: () => [binance] },
      "Cannot list DEX pairs: no source in use has told any yet",
    ],
    [
      { listCollectors: () => [binance, { ...binance, source: "coinmarketcap_dex" }] },
      "Cannot list DEX pairs: no source of them answers (coinmarketcap_dex: x)",
    ],
    [
      {
        listCollectors: () => [{ ...binance, source: "coinmarketcap_dex" }],
        getMode: () => ({ mode: "replay", recordedFrom: 0, recordedTo: 1 }),
      },
      "Cannot list DEX pairs: the recording that is played holds none",
    ],
  ];
  for (const [part, detail] of cases) {
    await withPublicApi(async ({ api }) => {
      const response = await api.request("/dex/pairs");
      equal(response.status, 503);
      equal((await response.json()).detail, detail);
    }, { part, filled: false });
  }
});
