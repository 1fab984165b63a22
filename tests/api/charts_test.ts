/** Charts over HTTP: large ones leave in pieces, and nobody can tell. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { anApi, NOW_MS } from "../support/api.ts";
import { bars, MINUTE_MS } from "../support/market.ts";

async function setup() {
  const test = await anApi();
  const stored = bars(5_001, NOW_MS - 5_000 * MINUTE_MS);
  await test.store.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, stored.slice(0, 5_000));
  test.running.bar = { ...stored[5_000]!, closed: false };
  const get = (limit: number, headers: Record<string, string> = {}) =>
    test.api.request(`/api/v1/charts/BTCUSDT?timeframe=1m&limit=${limit}`, { headers });
  return { ...test, stored, get };
}

for (const limit of [1, 500, 1_200, 5_000]) {
  Deno.test(`a chart of ${limit} bars is the same in one piece, in pieces and packed`, async () => {
    const { get, deps } = await setup();
    await (await get(limit)).body?.cancel();
    const plain = await (await get(limit)).text();
    const answer = await deps.charts.getChart({ symbol: "BTCUSDT", timeframe: "1m" }, limit, {
      source: "binance",
      recorded: null,
    });
    equal(plain, new TextDecoder().decode(answer.bytes));
    const chart = JSON.parse(plain);
    equal(chart.bars.length, limit);
    equal(chart.bars.at(-1).closed, false);
    const packed = await get(limit, { "accept-encoding": "gzip" });
    const isPacked = packed.headers.get("content-encoding") === "gzip";
    const body = isPacked
      ? packed.body!.pipeThrough(new DecompressionStream("gzip"))
      : packed.body!;
    equal(await new Response(body).text(), plain);
  });
}

Deno.test("a large chart that the client has is answered by 304 without a body", async () => {
  const { get } = await setup();
  await (await get(5_000)).body?.cancel();
  const first = await get(5_000);
  const etag = first.headers.get("etag")!;
  await first.body?.cancel();
  const again = await get(5_000, { "if-none-match": etag });
  deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
});

Deno.test("strong tags arrive strong, whatever the server that we run on compresses itself", async () => {
  const { api } = await setup();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", automaticCompression: true, onListen: () => {} },
    (req) => api.fetch(req, { ip: "127.0.0.1" }),
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  for (const path of ["/api/v1/symbols", "/health", "/api/v1/charts/BTCUSDT?timeframe=1m"]) {
    await (await fetch(`${base}${path}`)).body?.cancel(); // from here on it is a kept answer
    for (const encoding of ["gzip", "br", "gzip, br, zstd", "identity"]) {
      const headers = { "accept-encoding": encoding };
      const first = await fetch(`${base}${path}`, { headers });
      const text = await first.text();
      const etag = first.headers.get("etag")!;
      match(etag, /^"[^"]+"$/, `${path} for ${encoding}`);
      ok(text.startsWith("{"), `${path} for ${encoding} cannot be read`);
      if (path === "/health") continue; // it takes another time to answer each time
      const again = await fetch(`${base}${path}`, {
        headers: { ...headers, "if-none-match": etag },
      });
      equal(again.status, 304, `${path} for ${encoding}`);
      await again.body?.cancel();
    }
  }
  await server.shutdown();
});

Deno.test("a reader that leaves in the middle of a large chart harms nobody", async () => {
  const { api, get } = await setup();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (req) => api.fetch(req, { ip: "127.0.0.1" }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/api/v1/charts/BTCUSDT?timeframe=1m&limit=5000`;
  for (let i = 0; i < 5; i++) {
    const reader = (await fetch(url)).body!.getReader();
    await reader.read();
    await reader.cancel();
  }
  const whole = await (await fetch(url)).text();
  equal(whole, await (await get(5_000)).text());
  await server.shutdown();
});
