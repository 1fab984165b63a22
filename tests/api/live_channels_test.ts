/** What the live path tells on the channels of completeness and health. */
import { deepEqual, equal } from "node:assert/strict";
import { createHealthFeed, describeCollector } from "../../lib/api/mod.ts";
import type { Hub } from "../../lib/live/hub.ts";
import { aHub, anApi, aPort } from "../support/api.ts";
import { aBar, bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { aPipeline } from "../support/pipelines.ts";

function join(hub: Hub, message: Record<string, unknown>) {
  const port = aPort();
  const client = hub.connect(port, { ip: "127.0.0.1" })!;
  client.receive(JSON.stringify({ type: "subscribe", ...message }));
  return port;
}

Deno.test("a hole is told when it opens and when it is mended, to those who follow its symbol", async () => {
  const hub = aHub();
  const { pipeline, play } = aPipeline(hub);
  const day = bars(20);
  const mine = join(hub, { channels: ["continuity"], symbols: ["BTCUSDT"] });
  const other = join(hub, { channels: ["continuity"], symbols: ["ETHUSDT"] });
  await play("BTCUSDT", day.slice(0, 10));
  pipeline.intake.markLost(["BTCUSDT"], DAY_MS + 10 * MINUTE_MS, "socket gone");
  pipeline.intake.advance(DAY_MS + 15 * MINUTE_MS);
  await play("BTCUSDT", day.slice(15));
  const told = () =>
    mine.of("continuity").filter(({ type }) => type === "update").map(({ data }) => {
      const { symbol, reason, status } = data as Record<string, unknown>;
      return [symbol, reason, status];
    });
  const lost = () => told().filter(([, reason]) => reason === "socket gone");
  deepEqual(lost().at(-1), ["BTCUSDT", "socket gone", "open"]);
  await pipeline.intake.addHistory("BTCUSDT", "1m", day.slice(9, 16), {
    source: "binance",
    reason: "repair",
  });
  deepEqual(lost().at(-1), ["BTCUSDT", "socket gone", "repaired"]);
  equal(other.of("continuity").filter(({ type }) => type === "update").length, 0);
});

Deno.test("a mended bar is told as a bar too", async () => {
  const hub = aHub();
  const { pipeline, play } = aPipeline(hub);
  const port = join(hub, { channels: ["bars"] });
  await play("BTCUSDT", bars(3));
  const volume = 77;
  await pipeline.intake.addHistory("BTCUSDT", "1m", [aBar({ volume, quality: "repaired" })], {
    source: "binance",
    reason: "repair",
  });
  const mended = port.of("bars").map(({ data }) => data as { bar: { volume: number } })
    .filter(({ bar }) => bar?.volume === volume);
  equal(mended.length > 0, true);
});

const states = [
  ["live", "healthy"],
  ["connecting", "degraded"],
  ["reconnecting", "degraded"],
  ["blocked", "down"],
  ["stopped", "down"],
  ["something new", "down"],
] as const;
for (const [state, status] of states) {
  Deno.test(`a collector that is ${state} counts as ${status}`, () => {
    const report = { source: "x", state, lastMessageMs: 5, detail: "why", reconnects: 2 };
    deepEqual(describeCollector(report), {
      source: "x",
      state,
      status,
      lastMessageMs: 5,
      detail: "why",
      reconnects: 2,
    });
  });
}

Deno.test("a collector's health is told when it changes, and not with every message", () => {
  const hub = aHub();
  const feed = createHealthFeed(hub);
  const port = join(hub, { channels: ["health"] });
  const report = (state: string, lastMessageMs: number, detail = state) =>
    feed.note({ source: "binance", state, lastMessageMs, detail });
  report("connecting", 0);
  for (let ms = 1; ms < 50; ms++) report("live", ms);
  report("reconnecting", 50);
  report("reconnecting", 50, "refused by the exchange");
  report("live", 60);
  const told = port.of("health").slice(1).map(({ data }) => {
    const { status, detail } = data as Record<string, unknown>;
    return [status, detail];
  });
  deepEqual(told, [
    ["degraded", "connecting"],
    ["healthy", "live"],
    ["degraded", "reconnecting"],
    ["degraded", "refused by the exchange"],
    ["healthy", "live"],
  ]);
});

Deno.test("who joins the health channel is shown the newest of every source, whatever its age", () => {
  const hub: Hub = aHub({
    snapshot: {
      prices: () => [],
      signals: () => [],
      continuity: () => [],
      health: () => feed.list(),
    },
  });
  const feed = createHealthFeed(hub);
  feed.note({ source: "coingecko", state: "blocked", lastMessageMs: null });
  for (let i = 0; i < 200; i++) {
    feed.note({ source: "binance", state: i % 2 ? "live" : "reconnecting", lastMessageMs: i });
  }
  const [initial] = join(hub, { channels: ["health"], symbols: ["BTCUSDT"] }).of("health");
  deepEqual(initial!.data, [
    { source: "coingecko", state: "blocked", status: "down", lastMessageMs: null },
    { source: "binance", state: "live", status: "healthy", lastMessageMs: 199 },
  ]);
});

Deno.test("without a list of its own, the health channel begins with the newest changes", () => {
  const hub = aHub();
  hub.publish("health", { source: "a" });
  deepEqual(join(hub, { channels: ["health"] }).of("health")[0]!.data, [{ source: "a" }]);
});

const overall = [
  { name: "all live", states: ["live", "live"], status: "healthy" },
  { name: "a closed market", states: ["live", "market_closed"], status: "healthy" },
  { name: "a source without its key", states: ["live", "disabled"], status: "healthy" },
  { name: "one that reconnects", states: ["live", "reconnecting"], status: "degraded" },
  { name: "one that is refused", states: ["live", "blocked"], status: "degraded" },
];
for (const { name, states, status } of overall) {
  Deno.test(`with ${name} the product is ${status}`, async () => {
    const reports = states.map((state, i) => ({ source: `s${i}`, state, lastMessageMs: 1 }));
    const { api } = await anApi({ listCollectors: () => reports.map(describeCollector) });
    const answer = await api.fetch(new Request("http://localhost:8000/health"), {
      ip: "127.0.0.1",
    });
    equal((await answer.json()).status, status);
  });
}
