/** What was asked a moment ago and has not changed is answered without a body. */
import { deepEqual } from "node:assert/strict";
import { withPublicApi } from "../support/public_api.ts";

const lists = [
  "/signals",
  "/dex/pairs",
  "/dex/listings",
  "/dex/networks",
  "/dex/signals",
  "/dex/volume-leaders",
  "/dashboard/api/stats",
  "/dashboard/api/market",
  "/api/v1/features/BTCUSDT",
  "/api/v1/quality",
  "/api/v1/continuity",
  "/api/v1/jobs",
  "/api/v1/symbols",
];

Deno.test("API-05 a list that has not changed is told so, seconds later too", () =>
  withPublicApi(async ({ api, deps }) => {
    const [startMs, wallMs] = [deps.marketNow(), deps.now()];
    const changed: string[] = [];
    for (const url of lists) {
      deps.marketNow = () => startMs;
      deps.now = () => wallMs;
      // The first answer is made, and says so; from the second on it is a kept one.
      await (await api.request(url)).body?.cancel();
      const first = await api.request(url);
      await first.body?.cancel();
      deps.marketNow = () => startMs + 4_321;
      deps.now = () => wallMs + 4_321;
      const headers = { "if-none-match": first.headers.get("etag") ?? "none" };
      const { status } = await api.request(url, { headers });
      if (status !== 304) changed.push(`${url} ${status}`);
    }
    deepEqual(changed, []);
  }));
