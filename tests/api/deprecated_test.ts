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
