/** Every operation of the document: its answer fits it, and hostile input does it no harm. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { ConfigDesk, ConfigView } from "../../lib/api/mod.ts";
import { checkSchema, type TestApi } from "../support/api.ts";
import { readDocument } from "../support/documents.ts";
import { withPublicApi } from "../support/public_api.ts";
import { aVisitBook } from "../support/visits.ts";

/** Values that make each parameter of a path mean something that is there. */
const known: Record<string, string> = { symbol: "BTCUSDT", pair_id: "ethereum:0xaa", id: "3" };
const quarantine = { list: () => [], release: () => "closed" as const };
/** Queries without which an operation answers nothing worth a look. */
const queries: Record<string, string> = {
  "/udf/symbols": "?symbol=BTCUSDT",
  "/udf/history": "?symbol=BTCUSDT&resolution=60&to=1704240000&countback=5",
  "/udf/marks": "?symbol=BTCUSDT&resolution=60&from=0&to=1704240000",
};
const endless = "/api/v1/events";
/** Their provider is a collector at work, or the accounts: they have tests of their own. */
const isOwn = (path: string) =>
  /^\/api\/v1\/(alerts|alert-history|preferences|notifications|deliveries|push|unsubscribe)(\/|$)/
    .test(path) ||
  /^\/api\/v1\/((portfolios|watchlists|watch|shares|shared)(\/|$)|reports\/portfolios)/.test(
    path,
  ) ||
  /^\/api\/v1\/export\/(me|alerts|firings|watchlists|notifications|portfolios)/.test(path);
const isElsewhere = (path: string) =>
  isOwn(path) ||
  /^\/api\/v1\/(auth\/|admin\/(backfills|users|audit)(\/|$))/.test(path);
const headers = { authorization: `Bearer ${"t".repeat(64)}` };
const collect = () =>
  Promise.resolve({
    signals: 2,
    sources: { coingecko: { data: [{ id: 1 }], records: 1, status: "ok" as const, cached: false } },
  });

const fill = (path: string, values: Record<string, string>) =>
  path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? "x"));

/** Bodies of the operations that take one. */
const bodies: Record<string, unknown> = {
  "PUT /api/v1/admin/symbols": { symbol: "SOLUSDT" },
  "PUT /api/v1/admin/config": { symbols: "symbols: []" },
  "POST /api/v1/admin/config/check": { symbols: "symbols: []" },
  "POST /api/v1/visits": {
    reports: [{
      id: "0f8fad5b-d9cb-469f-a165-70867728950e",
      day: "2024-01-03",
      counts: { visits: 1 },
    }],
  },
};
const view: ConfigView = {
  texts: { exchanges: "sources: {}", symbols: "symbols: []" },
  origins: { exchanges: "file", symbols: "store" },
  refusal: null,
  putMs: null,
  settings: { symbols: [] },
  values: [{ name: "quality.quarantine", value: true, origin: "default" }],
};
const config: ConfigDesk = {
  describe: () => Promise.resolve(view),
  check: () => Promise.resolve(),
  put: () => Promise.resolve(view),
};

const visits = { book: aVisitBook(), isCounted: () => true };
const part = { collect, quarantine, config, visits };

function call(api: TestApi["api"], method: string, url: string) {
  const sent = bodies[`${method} ${url}`];
  const body = sent === undefined ? undefined : JSON.stringify(sent);
  return api.request(url, {
    method,
    headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body } : {}),
  });
}

Deno.test("the answer of every operation fits the OpenAPI document", () =>
  withPublicApi(async ({ api }) => {
    const { operations, schemas } = await readDocument(api);
    ok(operations.length >= 37, `${operations.length} operations`);
    for (const { method, path, responses } of operations) {
      if (path === endless || isElsewhere(path)) continue;
      const values = path.startsWith("/market-data") ? { symbol: "bitcoin" } : known;
      const response = await call(api, method, fill(path, values) + (queries[path] ?? ""));
      const text = await response.text();
      equal(response.status, 200, `${method} ${path}: ${text.slice(0, 300)}`);
      const type = response.headers.get("content-type")!.split(";")[0]!;
      const schema = responses[200]!.content![type]?.schema;
      ok(schema, `${method} ${path} answers ${type}, which is not in the document`);
      const value: unknown = type === "application/json" ? JSON.parse(text) : text;
      deepEqual(checkSchema(value, schema, schemas), [], `${method} ${path}`);
    }
  }, { part }));

Deno.test("the document has at least 25 endpoints, each with a summary and its problems", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    ok(operations.length >= 25);
    for (const { path, responses } of operations) {
      for (const status of ["400", "429", "500"]) {
        ok(responses[status]?.content?.["application/problem+json"], `${path} says ${status}`);
      }
    }
  }));

const hostile = [
  "",
  " ",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "%00",
  "\u0000\u202e",
  "-1",
  "0",
  "1e999",
  "NaN",
  "9".repeat(400),
  "'; DROP TABLE signals; --",
  "__proto__",
  "WzEsMl0",
  "😀".repeat(50),
];

Deno.test("no hostile text in any parameter brings more than a problem", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    for (const { path, parameters, method } of operations) {
      if (path === endless || method !== "GET" || isOwn(path)) continue;
      for (const { name, in: place } of parameters) {
        for (const text of hostile) {
          if (place === "path" && text.trim() === "") continue;
          const url = place === "path"
            ? fill(path, { ...known, [name]: text })
            : `${fill(path, known)}?${new URLSearchParams({ [name]: text })}`;
          const response = await call(api, method, url);
          const body = await response.text();
          const told = `${method} ${url}: ${response.status} ${body.slice(0, 200)}`;
          ok(response.status < 500 || (isElsewhere(path) && response.status === 503), told);
          const type = response.headers.get("content-type") ?? "";
          ok(!type.includes("html"), told);
          if (response.status === 400) {
            const { errors } = JSON.parse(body);
            ok(errors[0].pointer.startsWith(place === "path" ? "/path/" : "/query/"), told);
          }
        }
      }
    }
  }));

const strangers = ["/collect", "/api/v1/admin/symbols"];
for (const url of strangers) {
  Deno.test(`a body of 10 MB for ${url} is refused before it is read`, () =>
    withPublicApi(async ({ api }) => {
      const body = JSON.stringify({ symbol: "A".repeat(10_000_000) });
      const method = url === "/collect" ? "POST" : "PUT";
      const type = { ...headers, "content-type": "application/json" };
      const told = await api.request(url, {
        method,
        headers: { ...type, "content-length": String(body.length) },
        body,
      });
      equal(told.status, 413);
      equal(told.headers.get("content-type"), "application/problem+json");
      equal((await told.json()).title, "Content Too Large");
      const untold = await api.request(url, {
        method,
        headers: type,
        body: new Blob([body]).stream(),
      });
      equal(untold.status, 413);
      await untold.body?.cancel();
    }, { part: { collect } }));
}

Deno.test("every parameter of every query is refused or understood, two faults at once too", () =>
  withPublicApi(async ({ api }) => {
    const response = await api.request("/dex/listings?limit=0&order=up&sort=name&cursor=x");
    equal(response.status, 400);
    const pointers = (await response.json()).errors.map(({ pointer }: { pointer: string }) =>
      pointer
    );
    deepEqual(pointers.toSorted(), ["/query/limit", "/query/order", "/query/sort"]);
  }));
