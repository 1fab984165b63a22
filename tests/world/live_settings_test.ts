/** The live path as it is started, with settings that change under it. */
import { deepEqual, equal } from "node:assert/strict";
import { createMetrics } from "../../lib/metrics.ts";
import { startLivePath } from "../../lib/world/live_path.ts";
import { aBar, aTrade, DAY_MS, MINUTE_MS, tradesOfBar } from "../support/market.ts";
import { followSymbol, SYMBOL } from "../support/pipeline.ts";
import { aWatch } from "../support/settings.ts";
import { withMemoryStore } from "../support/store.ts";

const HOUR_MS = 60 * MINUTE_MS;

/** Runs `test` with a live path whose clock and settings are the test's. */
async function withLivePath(
  mode: "live" | "replay",
  test: (path: Awaited<ReturnType<typeof start>>) => Promise<void>,
): Promise<void> {
  await withMemoryStore(async (store) => {
    const path = await start(mode, store.world("test"));
    try {
      await test(path);
    } finally {
      path.unfollow();
      const stopped = path.pipeline.stop();
      await path.settings.clock.advance(1_000);
      await stopped;
      path.hub.close();
      await path.answers.close();
      await path.settings.watch.stop();
    }
  });
}

async function start(
  mode: "live" | "replay",
  world: Parameters<typeof startLivePath>[0]["world"],
) {
  const settings = await aWatch({ startMs: DAY_MS + MINUTE_MS });
  await followSymbol(world);
  const path = await startLivePath({
    world,
    clock: settings.clock,
    mode,
    baseTimeframe: mode === "live" ? "1m" : "1h",
    connectionsPerIp: null,
    settings: settings.watch,
    metrics: createMetrics(),
    log: settings.log,
  });
  path.pipeline.intake.setSymbols([SYMBOL]);
  return { ...path, settings, world };
}

Deno.test("a quarantine that is made smaller, off and on again counts for the very next trade", () =>
  withLivePath("live", async ({ pipeline, settings }) => {
    const { clock, set } = settings;
    let tradeId = 1;
    const addStale = () => {
      const eventMs = clock.now() - 65_000;
      pipeline.intake.addTrade(aTrade({ tradeId: tradeId++, eventMs, receivedMs: clock.now() }));
      return pipeline.listRefused().map(({ failed }) => failed.join());
    };
    deepEqual(addStale(), ["freshness"]);
    deepEqual(addStale(), ["freshness", "freshness"]);
    await set("quality.quarantineTrades", 1);
    deepEqual(addStale(), ["freshness"]);
    await set("quality.quarantine", false);
    deepEqual(addStale(), []);
    await set("quality.quarantine", true);
    deepEqual(addStale(), ["freshness"]);
    equal(pipeline.stats().rejected, 5);
  }));

Deno.test("freshness that is set shorter or longer counts for the very next trade", () =>
  withLivePath("live", async ({ pipeline, settings }) => {
    const { clock, set } = settings;
    let tradeId = 1;
    const add = () => {
      const eventMs = clock.now() - 5_000;
      pipeline.intake.addTrade(aTrade({ tradeId: tradeId++, eventMs, receivedMs: clock.now() }));
      return pipeline.listRefused().length;
    };
    equal(add(), 0);
    await set("quality.freshnessSeconds", 4);
    equal(add(), 1);
    await set("quality.freshnessSeconds", 6);
    equal(add(), 1);
  }));

for (const [percent, alerts] of [[5, 1], [50, 0], [null, 1]] as const) {
  Deno.test(`a rise of 6 % is ${alerts} alert where ${percent ?? "5 again"} % are set meanwhile`, () =>
    withLivePath("replay", async ({ pipeline, settings, world }) => {
      const set = (to: number) => settings.set("signals.price_alert.changePercent", to);
      await set(percent ?? 50);
      if (percent === null) await set(5);
      const { intake } = pipeline;
      for (let hour = 0; hour < 25; hour++) {
        const price = hour < 24 ? 100 : 106;
        const bar = aBar({ time: DAY_MS + hour * HOUR_MS, open: price, close: price });
        for (const trade of tradesOfBar(bar, hour * 4 + 1, SYMBOL, 15 * MINUTE_MS)) {
          intake.addTrade(trade);
        }
        intake.addExchangeBar(SYMBOL, "1h", bar, "binance");
        intake.advance(bar.time + HOUR_MS);
      }
      await intake.addHistory(SYMBOL, "1h", [], { source: "x", reason: "history" });
      const { items } = await world.signals.list({});
      equal(items.filter(({ type }) => type === "price_alert").length, alerts);
    }));
}
