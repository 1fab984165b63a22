import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { silentLogger } from "../../lib/log.ts";
import { runRetention } from "../../lib/jobs/retention.ts";
import { type Timeframe, timeframeMs } from "../../lib/market/mod.ts";
import { parseSettings, readSettingsFiles } from "../../lib/settings.ts";
import { buildBar, buildSignal, withMemoryStore } from "../support/store.ts";

const DAY_MS = 86_400_000;
const DAY_SLOTS = 1_440;

Deno.test("bars older than a time go by whole days, and what stays is whole", async () => {
  const property = fc.asyncProperty(
    fc.uniqueArray(fc.nat(6 * DAY_SLOTS), { minLength: 1, maxLength: 60 }),
    fc.boolean(),
    fc.nat(7 * DAY_SLOTS),
    fc.boolean(),
    (slots, isBulk, beforeSlot, writesAfter) =>
      withMemoryStore(async (store) => {
        const world = store.world("live");
        const series = { symbol: "BTCUSDT", timeframe: "1m" as Timeframe };
        const bars = slots.toSorted((a, b) => a - b).map((slot) => buildBar(slot));
        if (isBulk) await world.bars.putBars(series, bars);
        else for (const bar of bars) await world.bars.putBars(series, [bar]);
        const beforeMs = beforeSlot * timeframeMs["1m"];
        const deleted = await world.purgeBars(beforeMs);
        const kept = await world.bars.listBars(series);
        equal(deleted, bars.length - kept.length);
        // Everything that is new enough stays, and nothing that stays is altered.
        const needed = bars.filter(({ time }) => time >= beforeMs);
        deepEqual(kept.slice(kept.length - needed.length), needed);
        deepEqual(kept, bars.slice(bars.length - kept.length));
        const extent = await world.bars.getExtent(series);
        deepEqual(
          extent,
          kept.length === 0
            ? null
            : { first: kept[0]!.time, last: kept.at(-1)!.time, count: kept.length },
        );
        if (!writesAfter) return;
        const next = buildBar(8 * DAY_SLOTS);
        await world.bars.putBars(series, [next]);
        deepEqual(await world.bars.listBars(series), [...kept, next]);
      }),
  );
  await fc.assert(property, { numRuns: 60 });
});

Deno.test("retention moves, deletes and says what it did; a second run finds nothing to do", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const settings = parseSettings(await readSettingsFiles());
    const nowMs = 1_000 * DAY_MS;
    const old = (days: number, id: string) => buildSignal(id, { timestamp: nowMs - days * DAY_MS });
    await world.signals.putMany([old(1, "new"), old(91, "old"), old(366, "older")]);
    const series = { symbol: "BTCUSDT", timeframe: "1m" as Timeframe };
    await world.bars.putBars(series, [buildBar(600 * DAY_SLOTS), buildBar(999 * DAY_SLOTS)]);
    await world.quality.put({
      id: "q",
      symbol: "BTCUSDT",
      timestamp: nowMs - 400 * DAY_MS,
      score: 1,
      checks: {},
    });
    const options = { world, settings, nowMs, log: silentLogger };
    deepEqual(await runRetention(options), {
      archived: { signals: 2 },
      purged: { signals: 1, quality: 1, bars: 1 },
    });
    deepEqual(await runRetention(options), { archived: {}, purged: {} });
    deepEqual((await world.signals.list()).items.map(({ id }) => id), ["new", "old"]);
    const { records, bars, series: count } = await world.measure();
    deepEqual([records.signals, records.quality, bars, count], [2, 0, 1, 1]);
  }));
