/** Whom each operation serves: what the document says is what happens. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { findAccess, markGuard } from "../../lib/api/access.ts";
import { StoreError } from "../../lib/store/errors.ts";
import { anApi, type TestApi } from "../support/api.ts";
import { type DocumentedOperation, readDocument } from "../support/documents.ts";
import { withPublicApi } from "../support/public_api.ts";

const elsewhere = { ip: "203.0.113.9" };
const token = { authorization: `Bearer ${"t".repeat(64)}` };
/** What asks for a signed-in reader once public read is off. */
const forReaders = [
  "/api/v1/charts/{symbol}",
  "/api/v1/events",
  "/api/v1/export/dashboard",
  "/api/v1/export/market",
  "/api/v1/export/outcomes",
  "/api/v1/export/signals",
  "/api/v1/export/snapshot",
  "/api/v1/export/{symbol}",
  "/api/v1/features/{symbol}",
  "/api/v1/reports/dashboard",
  "/api/v1/reports/symbols/{symbol}",
  "/dashboard/api/signals",
  "/dex/signals",
  "/signals",
  "/udf/config",
  "/udf/history",
  "/udf/marks",
  "/udf/search",
  "/udf/symbols",
  "/udf/time",
];
const needsToken = ({ security }: DocumentedOperation) => (security ?? []).length > 0;

async function ask(
  api: TestApi["api"],
  { method, path }: DocumentedOperation,
  headers: Record<string, string> = {},
): Promise<number> {
  const url = path.replace(/\{\w+\}/g, "x");
  const hasBody = method === "PUT" || method === "POST";
  const response = await api.request(url, {
    method,
    headers: { ...headers, ...(hasBody && { "content-type": "application/json" }) },
    ...(hasBody && { body: "{}" }),
  }, elsewhere);
  if (response.status === 401) equal(response.headers.get("www-authenticate"), "Bearer", path);
  await response.body?.cancel();
  return response.status;
}

for (const publicRead of [true, false]) {
  Deno.test(`with public read ${publicRead ? "on" : "off"}, what declares security refuses without a token, and nothing else does`, () =>
    withPublicApi(async ({ api, hub }) => {
      const { operations } = await readDocument(api);
      const closed: string[] = [];
      for (const operation of operations) {
        const { method, path, responses } = operation;
        const status = await ask(api, operation);
        equal(status === 401, needsToken(operation), `${method} ${path} answered ${status}`);
        equal("401" in responses, needsToken(operation), `${method} ${path} declares 401`);
        if (needsToken(operation)) {
          const allowed = await ask(api, operation, token);
          ok(allowed !== 401, `${method} ${path} with the token answered ${allowed}`);
        }
        if (needsToken(operation)) closed.push(path);
      }
      const forOperators = /^\/(api\/v1\/admin\/|collect$|metrics$)/;
      const forUsers = /^\/api\/v1\/auth\/(me|password|sessions|keys|passkeys)(\/|$)/;
      const forOwners =
        /^\/api\/v1\/(alerts|alert-history|preferences|notifications|deliveries|push\/devices)(\/|$)/;
      const ofPeople =
        /^\/api\/v1\/((portfolios|watchlists|shares)(\/|$)|reports\/portfolios\/|export\/(me|alerts|firings|watchlists|notifications|portfolios\/))/;
      equal(closed.filter((path) => ofPeople.test(path)).length, 29);
      ok(closed.filter((path) => forUsers.test(path)).length >= 13);
      equal(closed.filter((path) => forOwners.test(path)).length, 16);
      deepEqual(
        closed.filter((path) =>
          ![forOperators, forUsers, forOwners, ofPeople].some((one) => one.test(path))
        ).toSorted(),
        publicRead ? [] : forReaders,
      );
      ok(closed.length >= 9 && operations.length - closed.length >= 20, `${closed.length} closed`);
      hub.close();
    }, { part: { publicRead } }));
}

Deno.test("each operation tells whom it serves, in a field and in words", () =>
  withPublicApi(async ({ api }) => {
    const { operations, securitySchemes } = await readDocument(api);
    deepEqual(Object.keys(securitySchemes), ["token", "key"]);
    const of = (access: string) =>
      operations.filter((operation) => operation["x-access"] === access)
        .map(({ method, path }) => `${method} ${path}`);
    ok(of("operator").includes("POST /collect"));
    ok(of("operator").includes("GET /metrics"));
    ok(of("operator").includes("DELETE /api/v1/admin/symbols/{symbol}"));
    ok(of("reader").includes("GET /api/v1/charts/{symbol}"));
    ok(of("public").includes("GET /health"));
    ok(of("user").includes("GET /api/v1/auth/me"));
    ok(of("operator").includes("GET /api/v1/admin/audit"));
    const counts = ["public", "reader", "user", "operator"].map((name) => of(name).length);
    equal(counts.reduce((sum, count) => sum + count), operations.length);
    for (const { description, path } of operations) match(description!, /Access: \w+/, path);
    deepEqual(
      of("operator").filter((name) => !/admin|metrics|collect/.test(name)),
      [],
    );
  }));

Deno.test("every problem that may come is declared: changes may be foreign or too large", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    for (const { method, path, responses } of operations) {
      const codes = Object.keys(responses);
      const wanted = ["400", "404", "429", "500", "503"];
      if (method !== "GET") wanted.push("403", "413");
      for (const code of wanted) ok(codes.includes(code), `${method} ${path} declares ${code}`);
      for (const code of codes.filter((code) => code >= "400" && !path.endsWith("/health"))) {
        ok(responses[code]!.content?.["application/problem+json"], `${method} ${path} ${code}`);
      }
    }
  }));

Deno.test("the strictest guard before an endpoint decides", () => {
  const pass = () => Promise.resolve();
  const routes = [
    { path: "/*", handler: pass },
    { path: "/a/*", handler: markGuard("reader", () => Promise.resolve()) },
    { path: "/a/b", handler: markGuard("operator", () => Promise.resolve()) },
  ];
  const cases = { "/a": "reader", "/a/{id}": "reader", "/a/b": "operator", "/ab": "public" };
  for (const [path, expected] of Object.entries(cases)) {
    equal(findAccess({ routes }, path), expected, path);
  }
});

Deno.test("a store that does not answer is 503, not a fault of ours that needs looking for", async () => {
  const { api, store } = await anApi();
  store.signals.list = () => Promise.reject(new StoreError("unavailable", "kv://secret is gone"));
  const response = await api.request("/signals");
  equal(response.status, 503);
  const text = await response.text();
  match(text, /store does not answer/);
  ok(!text.includes("secret"));
});
