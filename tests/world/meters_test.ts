/** What the parts of the live path tell arrives under the names that Prometheus asks for. */
import { deepEqual, doesNotMatch, equal, match, ok, throws } from "node:assert/strict";
import { createHealthFeed } from "../../lib/api/mod.ts";
import { createMetrics } from "../../lib/metrics.ts";
import { startLivePath } from "../../lib/world/live_path.ts";
import {
  createPipelineMeter,
  createStoreMeter,
  meterFeatures,
  meterSignals,
} from "../../lib/world/meters.ts";
import { silentLogger } from "../../lib/log.ts";
import { aHub, aPort } from "../support/api.ts";
import { aTrade } from "../support/market.ts";
import { aWatch } from "../support/settings.ts";
import { readSources } from "../support/source_files.ts";
import { withMemoryStore } from "../support/store.ts";

const has = (text: string, line: string) => ok(text.includes(`${line}\n`), `${line} is missing`);

Deno.test("every figure that the pipeline tells has its metric", () => {
  const sources = readSources("lib/pipeline", (path) => path.endsWith(".ts"));
  const told = sources.flatMap(({ text }) =>
    [...text.matchAll(/metrics\?\.(count|observe)\("(\w+)"/g)].map((found) => found.slice(1))
  );
  const meter = createPipelineMeter(createMetrics());
  for (const [act, name] of told) {
    if (act === "count") meter.count(name!, 1, name === "gaps" ? { status: "open" } : {});
    else meter.observe(name!, 1);
  }
  ok(told.length >= 5, `found ${told.join(" ")}`);
  throws(() => meter.count("no_such", 1), /no_such: it has no metric/);
  throws(() => meter.observe("no_such", 1), /no_such: it has no metric/);
});

Deno.test("work at the store's gate is counted and timed", async () => {
  const metrics = createMetrics();
  const note = createStoreMeter(metrics);
  note(3);
  note(0);
  const text = await metrics.render();
  has(text, "db_queries_total 2");
  has(text, "db_query_duration_sum 0.003");
});

Deno.test("durations become seconds, and holes are counted by what becomes of them", async () => {
  const metrics = createMetrics();
  const meter = createPipelineMeter(metrics);
  meter.observe("bar_store_ms", 40);
  meter.observe("indicator_ms", 1);
  meter.count("gaps", 1, { status: "open" });
  meter.count("gaps", 1, { status: "open" });
  meter.count("gaps", 1, { status: "repaired" });
  meter.count("bars_refused", 1, { check: "ohlc" });
  const text = await metrics.render();
  has(text, "bar_completion_duration_sum 0.04");
  has(text, "indicator_calculation_duration_sum 0.001");
  has(text, "gaps_opened_total 2");
  has(text, 'gaps_closed_total{status="repaired"} 1');
  has(text, 'bars_refused_total{check="ohlc"} 1');
});

Deno.test("signals are counted by type and still reach those who follow them", async () => {
  const metrics = createMetrics();
  const hub = meterSignals(aHub(), metrics);
  const port = aPort();
  const client = hub.connect(port, { ip: "127.0.0.1" });
  client?.receive(JSON.stringify({ type: "subscribe", channels: ["signals"] }));
  hub.publish("signals", { id: "a" }, { type: "price_alert" });
  hub.publish("dex_signals", { id: "b" }, { type: "new_pair" });
  hub.publish("signals", { id: "c" });
  hub.publish("health", { id: "d" });
  hub.tick();
  const text = await metrics.render();
  has(text, 'signals_emitted_total{type="price_alert"} 1');
  has(text, 'signals_emitted_total{type="new_pair"} 1');
  has(text, 'signals_emitted_total{type="unknown"} 1');
  ok(JSON.stringify(port.messages).includes('"a"'), "the signal was not sent");
  hub.close();
});

Deno.test("a breaker that moves is counted once for each move, one that rests is not", async () => {
  const metrics = createMetrics();
  const feed = createHealthFeed({ publish: () => {} }, metrics);
  const note = (breaker?: string) =>
    feed.note({
      source: "binance",
      state: "live",
      lastMessageMs: 1,
      ...(breaker === undefined ? {} : { breaker }),
    });
  for (const state of [undefined, "CLOSED", "CLOSED"]) note(state);
  doesNotMatch(await metrics.render(), /circuit_breaker_transitions\{/);
  for (const state of ["OPEN", "OPEN", undefined, "HALF_OPEN", "CLOSED"]) note(state);
  has(await metrics.render(), 'circuit_breaker_transitions{source="binance"} 3');
});

Deno.test("rows of features are counted when they are stored", () =>
  withMemoryStore(async (store) => {
    const metrics = createMetrics();
    const { features } = store.world("live");
    const metered = meterFeatures(features, metrics);
    const rows = [1, 2, 3].map((time) => ({
      id: `BTCUSDT 1h v1.0 ${time}`,
      symbol: "BTCUSDT",
      timeframe: "1h" as const,
      version: "v1.0",
      time,
      values: {},
      backfilled: [],
    }));
    await metered.putMany(rows);
    await metered.putMany([]);
    has(await metrics.render(), "features_calculated_total 3");
    equal((await features.list({ limit: 10 })).items.length, 3);
  }));

Deno.test("a live path counts its bars and how long they take", () =>
  withMemoryStore(async (store) => {
    const { watch, clock } = await aWatch();
    const metrics = createMetrics();
    const path = await startLivePath({
      world: store.world("live"),
      clock,
      mode: "replay",
      baseTimeframe: "1m",
      connectionsPerIp: null,
      settings: watch,
      metrics,
      log: silentLogger,
    });
    const { intake } = path.pipeline;
    intake.setSymbols(["BTCUSDT"]);
    const startMs = Math.floor(clock.now() / 3_600_000) * 3_600_000;
    for (let i = 0; i < 10; i++) {
      const eventMs = startMs + i * 60_000;
      intake.addTrade(aTrade({ symbol: "BTCUSDT", eventMs, receivedMs: eventMs, tradeId: i + 1 }));
    }
    intake.advance(startMs + 10 * 60_000);
    await intake.settled();
    await path.pipeline.stop();
    const row = path.pipeline.getFeatures("BTCUSDT", "1m");
    equal(path.pipeline.getFeatures("BTCUSDT", "1m"), row);
    const text = await metrics.render();
    has(text, 'bars_completed_total{timeframe="1m"} 10');
    has(text, 'bars_completed_total{timeframe="5m"} 2');
    match(text, /^bar_completion_duration_count [1-9]/m);
    match(text, /^indicator_calculation_duration_count [1-9]/m);
    deepEqual(row === null, false);
    has(text, "feature_calculation_duration_count 1");
    path.hub.close();
    path.unfollow();
    await path.answers.close();
    await watch.stop();
  }));
