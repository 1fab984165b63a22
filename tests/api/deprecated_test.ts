import { deepEqual, equal, match, throws } from "node:assert/strict";
import { announceDeprecated, deprecatedRoutes } from "../../lib/api/deprecated.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { readDocument } from "../support/documents.ts";
import { withPublicApi } from "../support/public_api.ts";

const sinceMs = Date.UTC(2024, 0, 1);
const sunsetMs = Date.UTC(2024, 6, 1);

Deno.test("a route that will go still answers, and tells since when, till when and what instead", async () => {
  const api = createRouter();
  announceDeprecated(api, [
    { path: "/old/:id", sinceMs, sunsetMs, successor: "/api/v1/new" },
  ]);
  api.get("/old/:id", (c) => c.json({ id: c.req.param("id") }));
  api.get("/other", (c) => c.json({}));
  const { headers, status } = await api.request("/old/7");
  equal(status, 200);
  equal(headers.get("deprecation"), "@1704067200");
  equal(headers.get("sunset"), "Mon, 01 Jul 2024 00:00:00 GMT");
  equal(headers.get("link"), '</api/v1/new>; rel="successor-version"');
  equal((await api.request("/other")).headers.get("deprecation"), null);
});

Deno.test("a route cannot end before it is known to", () => {
  throws(
    () =>
      announceDeprecated(createRouter(), [
        { path: "/old", sinceMs: sunsetMs, sunsetMs: sinceMs, successor: "/new" },
      ]),
    /its end must not lie before its notice/,
  );
});

Deno.test("every route of the table exists, and its successor too", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    const paths = new Set(operations.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ":$1")));
    const missing = deprecatedRoutes.filter(({ path, successor }) =>
      !paths.has(path) || !paths.has(successor)
    );
    deepEqual(missing, []);
  }));

Deno.test("a page of a listed origin may send what changes something, others only read", () =>
  withPublicApi(async ({ api }) => {
    const ask = async (origin: string) =>
      (await api.request("/collect", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      })).headers;
    const listed = await ask("https://app.example");
    equal(listed.get("access-control-allow-origin"), "https://app.example");
    match(listed.get("access-control-allow-methods")!, /POST/);
    const other = await ask("http://localhost:3000");
    equal(other.get("access-control-allow-origin"), "*");
    equal(other.get("access-control-allow-methods"), "GET, HEAD");
    const written = await api.request("/collect", {
      method: "POST",
      headers: { origin: "https://evil.example", authorization: `Bearer ${"t".repeat(64)}` },
    });
    equal(written.status, 403);
  }, { part: { corsOrigins: ["https://app.example"] } }));

Deno.test("a client that exceeds the limit is logged once a minute, and never by its address", () => {
  const lines: { message: string; fields: unknown }[] = [];
  const quiet = () => {};
  const warn = (message: string, fields?: unknown) => void lines.push({ message, fields });
  const log = { debug: quiet, info: quiet, warn, error: quiet };
  return withPublicApi(async ({ api, time }) => {
    const ask = () => api.request("/api/v1/symbols", {}, { ip: "203.0.113.7" });
    for (let i = 0; i < 6; i++) await ask();
    equal(lines.length, 1);
    match(lines[0]!.message, /exceeds the limit/);
    equal(JSON.stringify(lines).includes("203.0.113.7"), false);
    time.nowMs += 60_000;
    for (let i = 0; i < 6; i++) await ask();
    equal(lines.length, 2);
  }, { part: { rateLimit: 2, log } });
});

Deno.test("pages of other origins may read where the next page is", () =>
  withPublicApi(async ({ api }) => {
    const headers = { origin: "https://other.example" };
    const answer = await api.request("/signals?limit=1", { headers });
    match(answer.headers.get("link")!, /rel="next"/);
    match(answer.headers.get("access-control-expose-headers")!, /\blink\b/);
  }));
