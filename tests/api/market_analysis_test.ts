import { deepEqual, equal } from "node:assert/strict";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import { anApi, NOW_MS } from "../support/api.ts";

const DAY_MS = 86_400_000;

const figures = (timestamp: number): MarketDataRecord => ({
  id: "asset:btc@coingecko",
  symbol: "BTC",
  price: 84_000,
  volume_24h: 7,
  market_cap: 1e12,
  price_change_24h: 1,
  timestamp,
  source: "coingecko",
  created_at: timestamp,
});

const shown = [
  { name: "live", mode: { mode: "live" as const }, timestamp: NOW_MS - 30 * DAY_MS, cap: 1e12 },
  { name: "recorded then", mode: aRecording(), timestamp: NOW_MS - 1, cap: 1e12 },
  { name: "recorded before", mode: aRecording(), timestamp: NOW_MS - 3 * DAY_MS, cap: null },
  { name: "recorded years later", mode: aRecording(), timestamp: NOW_MS + 900 * DAY_MS, cap: null },
];

function aRecording() {
  return { mode: "replay" as const, recordedFrom: NOW_MS - DAY_MS, recordedTo: NOW_MS + DAY_MS };
}

for (const { name, mode, timestamp, cap } of shown) {
  Deno.test(`figures ${name} ${cap === null ? "are not mixed with" : "stand beside"} the bars`, async () => {
    const { api, store } = await anApi({ getMode: () => mode });
    await store.marketData.put(figures(timestamp));
    const answer = await api.fetch(
      new Request("http://localhost:8000/market-analysis?symbols=BTCUSDT"),
      { ip: "127.0.0.1" },
    );
    equal(answer.status, 200);
    const { analysis } = await answer.json();
    deepEqual([analysis[0].symbol, analysis[0].market_cap], ["BTCUSDT", cap]);
  });
}
