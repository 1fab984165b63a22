import { deepEqual, equal } from "node:assert/strict";
import { createContextReader, putRecords } from "../../collectors/records.ts";
import { createManualClock } from "../support/clock.ts";
import { createIntake } from "../support/exchange.ts";
import { aFigure } from "../support/polled.ts";
import { buildBar, withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21);

const aSample = (entity: string, tvl_usd: number, token: string | null, timestamp = startMs) => ({
  id: `${entity} ${timestamp}`,
  entity,
  name: entity,
  tvl_usd,
  token,
  chain: null,
  category: null,
  timestamp,
  source: "defillama",
  created_at: timestamp,
});

Deno.test("what an answer told is kept, each in its place, and counted", async () => {
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    const intake = createIntake();
    const count = await putRecords({ store: world, intake, source: "one" }, {
      marketData: [aFigure("BTC", startMs)],
      tvl: [aSample("protocol:aave", 5, "aave")],
      bars: [{ symbol: "THYAO.IS", timeframe: "1m", bars: [buildBar(1), buildBar(2)] }],
      dexCandles: [{ pairId: "ethereum:0x1", timeframe: "1h", bars: [buildBar(3, "1h")] }],
    });
    equal(count, 5);
    equal((await world.marketData.get("asset:btc@one"))?.symbol, "BTC");
    deepEqual(intake.polled.map(({ symbol, bars }) => [symbol, bars.length]), [["THYAO.IS", 2]]);
    const pair = { symbol: "ethereum:0x1", timeframe: "1h" as const };
    equal((await world.bars.listBars(pair)).length, 1);
    equal(await putRecords({ store: world, intake, source: "one" }, {}), 0);
  });
});

Deno.test("feeds learn of the largest protocols and their tokens, by the newest sample", async () => {
  const clock = createManualClock(startMs);
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    await world.tvl.putMany([
      aSample("protocol:aave", 1, "aave", startMs - 1_000),
      aSample("protocol:aave", 9, "aave"),
      aSample("protocol:lido", 5, "lido-dao"),
      aSample("chain:ethereum", 100, "ethereum"),
      aSample("protocol:none", 1, null),
    ]);
    const read = createContextReader({ store: world, clock, marketNow: () => 42 });
    const context = await read();
    deepEqual(context.protocols, ["aave", "lido", "none"]);
    deepEqual(context.coins, ["aave", "lido-dao"]);
    equal(context.nowMs, 42);
    equal(await read(), context, "feeds that ask together share one reading");
    await clock.advance(5_000);
    equal((await read()) === context, false);
  }, clock);
});
