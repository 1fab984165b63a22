import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Bar,
  createBarColumns,
  type Timeframe,
  timeframeMs,
  timeframes,
  toBarColumns,
} from "../../lib/market/mod.ts";
import type { PackedBarStore } from "../../lib/store/mod.ts";
import { buildBar, withMemoryStore } from "../support/store.ts";

const series = { symbol: "BTCUSDT", timeframe: "1m" as Timeframe };
const DAY = 1440;

/** What must be listed after these puts: the last bar of each time, oldest first. */
function expectBars(puts: readonly (readonly Bar[])[]): Bar[] {
  const byTime = new Map(puts.flat().map((bar) => [bar.time, bar]));
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

async function assertHolds(bars: PackedBarStore, expected: Bar[], key = series) {
  assert.deepEqual(await bars.listBars(key), expected);
  const extent = expected.length === 0
    ? null
    : { first: expected[0]!.time, last: expected.at(-1)!.time, count: expected.length };
  assert.deepEqual(await bars.getExtent(key), extent);
}

const tables: { name: string; puts: number[][] }[] = [
  { name: "nothing", puts: [] },
  { name: "an empty put", puts: [[]] },
  { name: "one bar at the beginning of time", puts: [[0]] },
  { name: "one hour, bar by bar, and the next", puts: range(0, 125).map((slot) => [slot]) },
  { name: "midnight crossed bar by bar", puts: range(DAY - 65, 70).map((slot) => [slot]) },
  { name: "a duplicate", puts: [[5], [5]] },
  { name: "a duplicate within a put", puts: [[5, 5, 6]] },
  { name: "out of order within a put", puts: [[9, 3, 7, 1]] },
  { name: "an older hour after a newer one", puts: [[200], [10], [201], [11]] },
  { name: "an older day after a newer one", puts: [[3 * DAY], [10], [3 * DAY + 1]] },
  { name: "bulk after single bars of its hour", puts: [[100], [101], range(60, 100)] },
  { name: "bulk of the past only", puts: [[500], range(0, 100), [501]] },
  { name: "single bars of an hour that bulk began", puts: [range(0, 90), [90], [91], [30]] },
  { name: "bulk over several days, backwards", puts: [range(0, 3 * DAY).toReversed()] },
  { name: "sixteen days, more than one commit", puts: [range(0, 16 * DAY)] },
  { name: "two hours within one small put", puts: [range(55, 10)] },
];

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

for (const { name, puts } of tables) {
  Deno.test(`bars put are listed, oldest first: ${name}`, () =>
    withMemoryStore(async (store) => {
      const written = puts.map((slots, i) => slots.map((slot) => buildBar(slot, "1m", i + 10)));
      const { bars } = store.world("live");
      for (const put of written) await bars.putBars(series, put);
      await assertHolds(bars, expectBars(written));
    }));
}

for (const timeframe of timeframes) {
  Deno.test(`bars of ${timeframe} survive the change of blocks`, () =>
    withMemoryStore(async (store) => {
      const { bars } = store.world("live");
      const key = { symbol: "ETHUSDT", timeframe };
      const written = range(DAY - 70, 140).map((slot) => buildBar(slot, timeframe));
      await bars.putBars(key, written.slice(0, 100));
      for (const bar of written.slice(100)) await bars.putBars(key, [bar]);
      await assertHolds(bars, written, key);
    }));
}

Deno.test("any puts, in any order, with any repeats, list as a map by time would", async () => {
  const slot = fc.oneof(fc.nat(200), fc.integer({ min: DAY - 70, max: DAY + 70 }));
  const put = fc.oneof(
    fc.array(slot, { maxLength: 5 }),
    fc.tuple(slot, fc.nat(120)).map(([start, count]) => range(start, count)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(put, { maxLength: 12 }),
      fc.boolean(),
      (puts, together) =>
        withMemoryStore(async (store) => {
          const written = puts.map((slots, i) => slots.map((slot) => buildBar(slot, "1m", i)));
          const { bars } = store.world("live");
          if (together) await Promise.all(written.map((put) => bars.putBars(series, put)));
          else for (const put of written) await bars.putBars(series, put);
          await assertHolds(bars, expectBars(written));
        }),
    ),
    { numRuns: 60 },
  );
});

Deno.test("bars folded hour by hour equal those put directly as a day", () =>
  withMemoryStore(async (store) => {
    const day = range(0, DAY + 30).map((slot) => buildBar(slot));
    const { bars } = store.world("live");
    for (let i = 0; i < day.length; i += 7) await bars.putBars(series, day.slice(i, i + 7));
    const direct = store.world("direct").bars;
    await direct.putColumns(series, toBarColumns(day));
    assert.deepEqual(await bars.readColumns(series), await direct.readColumns(series));
    assert.deepEqual(await bars.getExtent(series), await direct.getExtent(series));
  }));

const present = [...range(0, 100), ...range(200, 50), ...range(DAY, 90), ...range(5 * DAY, 3)];
const minute = timeframeMs["1m"];
const ranges = [
  {},
  { from: 10 * minute },
  { from: 10 * minute + 1 },
  { to: 10 * minute },
  { from: 20 * minute, to: 20 * minute },
  { from: 100 * minute, to: 200 * minute },
  { from: 99 * minute, to: 201 * minute },
  { limit: 0 },
  { limit: 1 },
  { limit: 4 },
  { limit: 120 },
  { limit: 100_000 },
  { to: DAY * minute, limit: 60 },
  { from: 90 * minute, to: 4 * DAY * minute, limit: 95 },
  { from: -5, to: Infinity },
  { from: 9 * DAY * minute },
];
for (const wanted of ranges) {
  Deno.test(`a range reads the newest bars within it: ${JSON.stringify(wanted)}`, () =>
    withMemoryStore(async (store) => {
      const { bars } = store.world("live");
      const written = present.map((slot) => buildBar(slot));
      await bars.putBars(series, written);
      await bars.putBars(series, [buildBar(5 * DAY + 3)]);
      const { from = 0, to = Infinity, limit = Infinity }: {
        from?: number;
        to?: number;
        limit?: number;
      } = wanted;
      const within = [...written, buildBar(5 * DAY + 3)]
        .filter(({ time }) => time >= from && time < to);
      const expected = limit === 0 ? [] : within.slice(-Math.min(limit, within.length));
      assert.deepEqual(await bars.listBars(series, wanted), expected);
    }));
}

const hostile: [string, Partial<Bar>][] = [
  ["a price that is no number", { close: NaN }],
  ["an endless volume", { volume: Infinity }],
  ["a time within a minute", { time: 61_000 }],
  ["a time before the epoch", { time: -60_000 }],
  ["a time that is no number", { time: NaN }],
];
for (const [name, fields] of hostile) {
  Deno.test(`nothing of a put is stored when one bar has ${name}`, () =>
    withMemoryStore(async (store) => {
      const { bars } = store.world("live");
      const put = [buildBar(1), { ...buildBar(2), ...fields }];
      await assert.rejects(bars.putBars(series, put), RangeError);
      await assert.rejects(bars.putManyBars([{ series, bars: put }]), RangeError);
      await assertHolds(bars, []);
    }));
}

Deno.test("an unknown quality is refused", () =>
  withMemoryStore(async (store) => {
    const columns = createBarColumns(1);
    columns.quality[0] = 3;
    await assert.rejects(store.world("live").bars.putColumns(series, columns), RangeError);
  }));

Deno.test("the close of a minute over many symbols is one call", () =>
  withMemoryStore(async (store) => {
    const { bars } = store.world("live");
    const keys = range(0, 250).map((i) => ({ symbol: `S${i}`, timeframe: "1m" as const }));
    for (const slot of [58, 59, 60]) {
      await bars.putManyBars(keys.map((series) => ({ series, bars: [buildBar(slot)] })));
    }
    for (const key of keys) assert.equal((await bars.getExtent(key))?.count, 3);
  }));

Deno.test("the revision rises with each commit, and after the world was cleared", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const seen = [await world.bars.getRevision(series)];
    for (const slot of [1, 2, 2]) {
      await world.bars.putBars(series, [buildBar(slot)]);
      seen.push(await world.bars.getRevision(series));
    }
    assert.equal(seen[0], 0);
    assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));
    await world.clear();
    assert.deepEqual(await world.bars.listBars(series), []);
    await world.bars.putBars(series, [buildBar(1)]);
    await assertHolds(world.bars, [buildBar(1)]);
  }));

Deno.test("two writers of one series, as after a takeover, lose no bar", () =>
  withMemoryStore(async (store) => {
    const { bars } = store.world("live");
    const { createBarStore } = await import("../../lib/store/bars.ts");
    const kv = await Deno.openKv(":memory:");
    const gate = {
      run: <T>(work: (kv: Deno.Kv) => Promise<T>) => work(kv),
      metrics: store.metrics,
      close: () => Promise.resolve(),
    };
    const [a, b] = [1, 2].map(() => createBarStore({ gate, world: "live", now: () => 1 }));
    for (let slot = 0; slot < 70; slot++) {
      await (slot % 3 === 0 ? a! : b!).putBars(series, [buildBar(slot)]);
    }
    await assertHolds(a!, range(0, 70).map((slot) => buildBar(slot)));
    assert.deepEqual(await bars.listBars(series), []);
    kv.close();
  }));

Deno.test("live bars are kept apart from closed ones, the last one wins", () =>
  withMemoryStore(async (store) => {
    const { bars } = store.world("live");
    assert.equal(await bars.getLiveBar(series), null);
    const bar = { ...buildBar(7), closed: false };
    await bars.putLiveBars([{ series, bar: buildBar(6), lastTradeId: 1 }]);
    await bars.putLiveBars([{ series, bar, lastTradeId: 2 }]);
    assert.deepEqual(await bars.getLiveBar(series), { bar, lastTradeId: 2 });
    await assertHolds(bars, []);
  }));

Deno.test("worlds do not see each other's bars", () =>
  withMemoryStore(async (store) => {
    await store.world("live").bars.putBars(series, [buildBar(1)]);
    await store.world("abc").bars.putBars(series, [buildBar(2)]);
    await store.world("abc").clear();
    await assertHolds(store.world("live").bars, [buildBar(1)]);
    await assertHolds(store.world("abc").bars, []);
  }));
