/** Metrics on a port of their own: nothing else is there, and nobody's budget is used. */
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { serveMetrics } from "../../lib/world/metrics_server.ts";
import { withPublicApi } from "../support/public_api.ts";

const hostname = "127.0.0.1";
const give = (port: number | null, path: string) => `http://${hostname}:${port}${path}`;

Deno.test("without a port nothing is served, and closing is fine", async () => {
  const answer = () => new Response("x");
  const server = serveMetrics({ port: null, hostname, answer });
  equal(server.port, null);
  await server.close();
});

Deno.test("the port answers the API's metrics without a token, and nothing else of it", () =>
  withPublicApi(async ({ api }) => {
    const answer = (request: Request, ip: string) => api.fetch(request, { ip });
    const server = serveMetrics({ port: 0, hostname, answer });
    const asked = async (path: string, init?: RequestInit) => {
      const response = await fetch(give(server.port, path), init);
      return { status: response.status, text: await response.text(), headers: response.headers };
    };
    const { status, text, headers } = await asked("/metrics");
    equal(status, 200);
    match(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    match(text, /^# TYPE trades_received_total counter$/m);
    equal((await asked("/metrics?x=1")).status, 200);
    equal((await asked("/metrics", { method: "POST" })).status, 405);
    for (const path of ["/", "/health", "/api/v1/admin/symbols", "/metrics/x"]) {
      equal((await asked(path)).status, 404, path);
    }
    // What somebody claims of himself is not handed on.
    equal((await asked("/metrics", { headers: { "x-forwarded-for": "10.9.9.9" } })).status, 200);
    await server.close();
    await rejects(fetch(give(server.port, "/metrics")));
  }));

Deno.test("scraping leaves the budget of clients on this machine alone", () =>
  withPublicApi(async ({ api }) => {
    const answer = (request: Request, ip: string) => api.fetch(request, { ip });
    const server = serveMetrics({ port: 0, hostname, answer });
    const own: number[] = [];
    for (let i = 0; i < 3; i++) own.push((await api.request("/signals")).status);
    deepEqual(own, [200, 200, 429]);
    const response = await fetch(give(server.port, "/metrics"));
    equal(response.status, 200);
    await response.body?.cancel();
    await server.close();
  }, { part: { rateLimit: 2 } }));

Deno.test("a port that is taken is said at once", async () => {
  const answer = () => new Response("x");
  const first = serveMetrics({ port: 0, hostname, answer });
  throws(
    () => serveMetrics({ port: first.port, hostname, answer }),
    /^Error: Cannot use port \d+ for CRYPTOINTEL_METRICS_PORT: it is taken$/,
  );
  await first.close();
});
