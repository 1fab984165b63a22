/** A first start without a network: what the bundled recording shows beside the crypto market. */
import assert from "node:assert/strict";
import { startReplayServer } from "../../collectors/replay.ts";
import { pollSources } from "../../collectors/mod.ts";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { startPolled } from "../../collectors/polled.ts";
import { openStore } from "../../lib/store/mod.ts";
import { createPipeline } from "../../lib/pipeline/mod.ts";
import { until } from "../support/exchange.ts";
import { grantedLeases } from "../support/leases.ts";
import { listAddresses } from "../support/recorded.ts";

const folder = new URL("../fixtures/recorded", import.meta.url).pathname;
const dayMs = 86_400_000;

const shown = ["yahoo", "cryptopanic", "defillama"];

Deno.test("the bundled recording shows shares, news and TVL, none of them from the future", async () => {
  const clock = systemClock;
  const log = silentLogger;
  const opened = await openStore({ path: ":memory:", clock, log });
  const replay = await startReplayServer({ folder, speed: 1, clock, log });
  const store = opened.world(replay.info.hash);
  const pipeline = createPipeline({
    store,
    live: { publishPrice: () => {}, publishBar: () => {}, publish: () => {} },
    detectors: [],
    clock,
    log,
    mode: "replay",
  });
  await pipeline.start();
  const stop = new AbortController();
  const polled = startPolled({
    sources: pollSources.filter(({ key }) => shown.includes(key)),
    store,
    intake: pipeline.intake,
    leases: grantedLeases,
    holder: "test",
    addresses: listAddresses(replay),
    clock,
    marketNow: replay.marketNow,
    log,
    mode: "replay",
    signal: stop.signal,
    onHealth: () => {},
    ready: Promise.resolve(),
  });
  const isAsked = () =>
    polled.pollers.every(({ health }) =>
      health().feeds!.every(({ state }) => state === "live" || state === "market_closed")
    );
  await until(isAsked, "every feed was asked");
  const { items } = await store.symbols.list({ limit: 100 });
  assert.equal(items.filter(({ exchange }) => exchange === "bist").length, 9);
  for (const { symbol } of items.filter(({ exchange }) => exchange === "bist")) {
    const { count, last } = (await store.bars.getExtent({ symbol, timeframe: "1d" }))!;
    assert.ok(count > 400, `${symbol} ${count}`);
    assert.ok(last + dayMs <= replay.marketNow() && last > replay.marketNow() - 7 * dayMs, symbol);
  }
  const news = await store.news.list({ limit: 200 });
  assert.ok(news.items.length > 15, String(news.items.length));
  assert.ok(news.items.every(({ timestamp, title }) => timestamp <= replay.marketNow() && title));
  const tvl = (await store.tvl.list({ limit: 200 })).items;
  assert.ok(tvl.length >= 10, String(tvl.length));
  for (const { entity, timestamp, created_at } of tvl) {
    assert.ok(
      timestamp <= Date.parse("2022-03-29T01:26:30Z"),
      `${entity} tells no time of its own`,
    );
    assert.ok(created_at > Date.parse("2026-01-01"), `${entity} was written today`);
  }
  stop.abort();
  await polled.done;
  await pipeline.stop();
  await replay.close();
  await opened.close();
});

Deno.test("news and shares of the bundled recording are small, and each file names its source", async () => {
  const manifest = await Deno.readTextFile(`${folder}/MANIFEST.csv`);
  let bytes = 0;
  for (const part of ["candles/bist", "api/cryptopanic"]) {
    for await (const { name } of Deno.readDir(`${folder}/${part}`)) {
      const data = await Deno.readFile(`${folder}/${part}/${name}`);
      const row = manifest.split("\n").find((line) => line.startsWith(`${part}/${name},`));
      assert.ok(row, `${part}/${name} is in the manifest`);
      const digest = await crypto.subtle.digest("SHA-256", data);
      const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
      assert.deepEqual([row.split(",")[1], row.split(",").at(-1)], [
        String(data.length),
        hex.join(""),
      ]);
      bytes += data.length;
    }
  }
  assert.ok(bytes > 0 && bytes < 1_500_000, String(bytes));
});
