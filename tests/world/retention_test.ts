/** What becomes of the ledger, of backfills and of history when old bars are deleted. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { openBackfills } from "../../collectors/backfills.ts";
import { createHistory } from "../../collectors/history.ts";
import { silentLogger } from "../../lib/log.ts";
import { timeframeMs } from "../../lib/market/mod.ts";
import type { SettingsWatch } from "../../lib/settings.ts";
import { createKeptFrom, runRetentionDaily } from "../../lib/world/upkeep.ts";
import { createManualClock } from "../support/clock.ts";
import { aKlineRow, anHttp, aSource, createIntake, turn } from "../support/exchange.ts";
import { aBar } from "../support/market.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";
import { aWatch } from "../support/settings.ts";
import { buildGap, withMemoryStore } from "../support/store.ts";

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 21);
const barMs = timeframeMs["4h"];

/** An exchange with a 4h bar for every place that is asked for. */
function anExchange(asked: string[]) {
  return anHttp(createManualClock(nowMs), (url) => {
    const query = new URL(url).searchParams;
    if (url.includes("/time")) return Response.json({ serverTime: nowMs });
    asked.push(url);
    const [from, to] = [Number(query.get("startTime")), Number(query.get("endTime"))];
    const lengthMs = url.includes("interval=1d") ? dayMs : barMs;
    const count = Math.min(1_000, Math.ceil((to + 1 - from) / lengthMs));
    return Response.json(
      Array.from({ length: count }, (_, i) => aKlineRow(from + i * lengthMs, "2", lengthMs)),
    );
  });
}

/** A live world with a retention in the test's hand, and its backfills. */
async function withWorld(
  test: (
    parts:
      & ReturnType<typeof setUpPipeline>
      & {
        asked: string[];
        settings: { days: number };
        purge(): Promise<void>;
        open(): ReturnType<typeof openBackfills>;
      },
  ) => Promise<void>,
): Promise<void> {
  const shipped = await aWatch();
  await withMemoryStore(async (opened) => {
    const world = opened.world("live");
    await followSymbol(world);
    const asked: string[] = [];
    const set = setUpPipeline({ mode: "live" }, world);
    const { pipeline } = set;
    await pipeline.start();
    const held = { days: 365 };
    const settings = {
      get: () => {
        const all = shipped.watch.get();
        return { ...all, retentionDays: { ...all.retentionDays, bars: held.days } };
      },
    } as SettingsWatch;
    const marketNow = () => nowMs;
    const open = () =>
      openBackfills({
        store: world,
        intake: pipeline.intake,
        getKeptFrom: createKeptFrom({ settings, mode: "live", marketNow }),
        getSource: () => ({
          source: aSource(),
          http: anExchange(asked),
          getTime: () => Promise.resolve(nowMs),
        }),
        clock: createManualClock(nowMs),
        log: silentLogger,
      });
    const purge = async () => {
      const backfills = await open();
      const clock = createManualClock(nowMs);
      const stop = new AbortController();
      await world.putState("retentionMs", 0);
      const done = runRetentionDaily({
        ...{ world, settings, pipeline, marketNow, clock, log: silentLogger },
        onBarsPurged: (beforeMs) => backfills.forgetBefore(beforeMs),
        signal: stop.signal,
      });
      await clock.advance(60_000);
      for (let i = 0; i < 2_000 && await world.getState("retentionMs") === 0; i++) await turn(5);
      stop.abort();
      await done;
      await backfills.close();
    };
    await test({ ...set, asked, settings: held, purge, open });
    await set.stop();
  });
  await shipped.watch.stop();
}

const daysAgo = (days: number) => nowMs - days * dayMs;
const request = (from: number, to: number) => ({
  exchange: "binance",
  symbol: SYMBOL,
  timeframe: "4h" as const,
  from: daysAgo(from),
  to: daysAgo(to),
});

type Backfills = Awaited<ReturnType<typeof openBackfills>>;

async function runToEnd(backfills: Backfills, wanted: ReturnType<typeof request>) {
  const { id } = await backfills.start(wanted);
  const isOver = () => ["done", "failed"].includes(backfills.get(id)!.status);
  for (let i = 0; i < 2_000 && !isOver(); i++) await turn(5);
  const record = backfills.get(id)!;
  equal(record.status, "done", String(record.error));
  return record;
}

Deno.test("after old bars are deleted the ledger counts what a chart shows", () =>
  withWorld(async ({ pipeline, store, row, purge }) => {
    const count = 700 * 6;
    const bars = Array.from({ length: count }, (_, i) => aBar({ time: daysAgo(700) + i * barMs }));
    await pipeline.intake.addHistory(SYMBOL, "4h", bars, { source: "binance", reason: "history" });
    equal(row("4h").received, count);
    await purge();
    const extent = await store.bars.getExtent({ symbol: SYMBOL, timeframe: "4h" });
    ok(extent!.count < count, "some were deleted");
    const { expected, received, missing, from } = row("4h");
    deepEqual([expected, received, missing, from], [
      extent!.count,
      extent!.count,
      0,
      extent!.first,
    ]);
  }));

Deno.test("what a backfill fetched and retention deleted can be fetched again", () =>
  withWorld(async ({ asked, settings, store, purge, open }) => {
    settings.days = 2_000;
    let backfills = await open();
    equal((await runToEnd(backfills, request(1_000, 700))).bars, 1_800);
    const before = asked.length;
    equal((await runToEnd(backfills, request(1_000, 700))).stored, 1_800);
    equal(asked.length, before, "what is done is not asked for");
    await backfills.close();
    settings.days = 365;
    await purge();
    const extent = await store.bars.getExtent({ symbol: SYMBOL, timeframe: "4h" });
    ok((extent?.count ?? 0) < 1_800);
    settings.days = 2_000;
    backfills = await open();
    const again = await runToEnd(backfills, request(1_000, 700));
    deepEqual([again.bars, again.stored], [1_800, 1_800]);
    await backfills.close();
  }));

Deno.test("a backfill of what would be deleted begins later and says so, or is refused", () =>
  withWorld(async ({ open, list }) => {
    const backfills = await open();
    const clipped = await runToEnd(backfills, request(1_000, 300));
    equal(clipped.from, daysAgo(365));
    match(clipped.note!, /^bars before 2025-11-21 are not kept \(retentionDays\.bars\)/);
    equal((await list("4h"))[0]?.time, daysAgo(365));
    await rejects(
      backfills.start(request(1_000, 400)),
      /Cannot backfill BTCUSDT: bars before 2025-11-21 are not kept/,
    );
    await backfills.close();
  }));

Deno.test("a recording keeps all its bars, so all may be fetched", async () => {
  const { watch } = await aWatch();
  const given = { settings: watch, marketNow: () => nowMs };
  equal(createKeptFrom({ ...given, mode: "replay" })(), null);
  equal(createKeptFrom({ ...given, mode: "live" })(), daysAgo(365));
  await watch.stop();
});

Deno.test("history asks for nothing that would be deleted", async () => {
  const asked: string[] = [];
  const intake = createIntake();
  const history = createHistory(aSource(), {
    intake,
    http: anExchange(asked),
    log: silentLogger,
    signal: new AbortController().signal,
    getKeptFrom: () => daysAgo(365),
  });
  equal(await history.fetch([SYMBOL], { timeframes: ["1d"] }), 0);
  equal(intake.history[0]!.bars.length, 365);
  deepEqual(asked.map((url) => new URL(url).searchParams.get("startTime")), [String(daysAgo(365))]);
});

Deno.test("a backfill that touches nothing is a stretch of its own, also after a restart", () =>
  withWorld(async ({ pipeline, store, row, settings, open }) => {
    const bars = Array.from({ length: 60 }, (_, i) => aBar({ time: daysAgo(10) + i * barMs }));
    await pipeline.intake.addHistory(SYMBOL, "4h", bars, { source: "binance", reason: "history" });
    settings.days = 2_000;
    const backfills = await open();
    await runToEnd(backfills, request(500, 480));
    const told = row("4h");
    deepEqual([told.expected, told.received, told.missing], [180, 180, 0]);
    equal(told.from, daysAgo(500));
    const again = setUpPipeline({ mode: "live" }, store);
    await again.pipeline.start();
    deepEqual(again.row("4h"), told);
    // One that reaches to what is there joins it.
    await runToEnd(backfills, request(480, 10));
    const whole = row("4h");
    deepEqual([whole.expected, whole.missing, whole.from], [500 * 6, 0, daysAgo(500)]);
    await backfills.close();
    await again.stop();
  }));

Deno.test("backfilled bars have the rows of features that a live close would have made", () =>
  withWorld(async ({ settings, store, open }) => {
    settings.days = 2_000;
    const backfills = await open();
    await runToEnd(backfills, request(500, 400));
    const { items } = await store.features.list({ limit: 1_000 });
    equal(items.length, 600, "one for each bar");
    equal(items.at(-1)?.time, daysAgo(500));
    equal(items[0]?.time, daysAgo(400) - barMs);
    await backfills.close();
  }));

Deno.test("what people did goes after 90 days, holes, outcomes and prices with what they are of", async () => {
  const { watch } = await aWatch();
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    const audit = (id: string, days: number) =>
      store.owned.audit.put({
        ...{ id, timestamp: daysAgo(days), actor: "system", act: "config.change", target: "" },
        ...{ ip: "", isDone: true, detail: "" },
      });
    await Promise.all([audit("old", 91), audit("new", 89)]);
    for (const [id, days] of [["old", 366], ["new", 364]] as const) {
      const timestamp = daysAgo(days);
      await world.gaps.put(buildGap(id, { timestamp }));
      await world.outcomes.put({
        ...{ id, signalType: "price_alert", entity: SYMBOL, timestamp },
        ...{ outcome: "right", reason: "", figures: {} },
      });
      await world.assetPrices.put({
        ...{ id, entity: "asset:bitcoin", price: 1, volume_24h: null, market_cap: null },
        ...{ timestamp, source: "coingecko", created_at: timestamp },
      });
    }
    const stop = new AbortController();
    const clock = createManualClock(nowMs);
    const done = runRetentionDaily({
      ...{ world, store, settings: watch, marketNow: () => nowMs, clock, log: silentLogger },
      pipeline: { halt: () => {}, recount: () => Promise.resolve() },
      signal: stop.signal,
    });
    await clock.advance(60_000);
    for (let i = 0; i < 2_000 && await world.getState("retentionMs") === null; i++) await turn(5);
    stop.abort();
    await done;
    for (const kept of [store.owned.audit, world.gaps, world.outcomes, world.assetPrices]) {
      deepEqual((await kept.list({})).items.map(({ id }) => id), ["new"]);
    }
  });
  await watch.stop();
});
