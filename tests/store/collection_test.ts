import assert from "node:assert/strict";
import fc from "fast-check";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import {
  type Collection,
  collections,
  getConfidenceBucket,
  listConfidenceBuckets,
  type RecordQuery,
  StoreError,
} from "../../lib/store/mod.ts";
import { buildGap, buildSignal, withMemoryStore } from "../support/store.ts";

async function listAll<T extends { id: string }>(
  collection: Collection<T>,
  query: RecordQuery,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.list({ ...query, cursor });
    items.push(...page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return items;
}

const newestFirst = (a: SignalRecord, b: SignalRecord) =>
  b.timestamp - a.timestamp || (a.id < b.id ? 1 : -1);

const signal = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
  type: fc.constantFrom("price_alert" as const, "volume_anomaly" as const),
  entity: fc.constantFrom("BTCUSDT", "ETHUSDT"),
  timestamp: fc.nat(50),
  confidence_score: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
}).map(({ id, ...fields }) => buildSignal(id, fields));

const act = fc.oneof(
  { weight: 4, arbitrary: signal.map((record) => ({ put: record, remove: "" })) },
  { weight: 1, arbitrary: fc.constantFrom("a", "b", "c").map((id) => ({ put: null, remove: id })) },
);

Deno.test("after any puts and deletes every index lists exactly what matches", async () => {
  const property = fc.asyncProperty(
    fc.array(act, { maxLength: 25 }),
    fc.boolean(),
    (acts, wait) =>
      withMemoryStore(async (store) => {
        const { signals } = store.world("live");
        const model = new Map<string, SignalRecord>();
        const pending: Promise<void>[] = [];
        for (const { put, remove } of acts) {
          if (put) model.set(put.id, put);
          else model.delete(remove);
          pending.push(put ? signals.put(put) : signals.delete(remove));
          if (wait) await pending.at(-1);
        }
        await Promise.all(pending);
        const all = [...model.values()].sort(newestFirst);
        const type = "price_alert", entity = "ETHUSDT";
        const cases: [RecordQuery, SignalRecord[]][] = [
          [{}, all],
          [{ from: 10, to: 40 }, all.filter((r) => r.timestamp >= 10 && r.timestamp < 40)],
          [{ index: "type", equals: [type] }, all.filter((r) => r.type === type)],
          [{ index: "entity", equals: [entity] }, all.filter((r) => r.entity === entity)],
          [
            { index: "type_entity", equals: [type, entity], from: 20 },
            all.filter((r) => r.type === type && r.entity === entity && r.timestamp >= 20),
          ],
          [
            { index: "confidence", oneOf: listConfidenceBuckets(0.7) },
            all.filter((r) => r.confidence_score >= 0.7),
          ],
          [
            { index: "type_confidence", equals: [type], oneOf: listConfidenceBuckets(0.3), to: 30 },
            all.filter((r) => r.type === type && r.confidence_score >= 0.3 && r.timestamp < 30),
          ],
          [
            { index: "entity_confidence", equals: [entity], oneOf: [10] },
            all.filter((r) => r.entity === entity && r.confidence_score === 1),
          ],
        ];
        for (const [query, expected] of cases) {
          assert.deepEqual(await listAll(signals, { ...query, limit: 3 }), expected);
        }
        assert.equal(await signals.count(), model.size);
      }),
  );
  await fc.assert(property, { numRuns: 40 });
});

for (const limit of [1, 2, 5, 7, 24, 25, 26, 5_000]) {
  Deno.test(`pages of ${limit} visit each record once, while newer ones arrive`, () =>
    withMemoryStore(async (store) => {
      const { signals } = store.world("live");
      const records = Array.from(
        { length: 25 },
        (_, i) => buildSignal(`s${i}`, { timestamp: Math.floor(i / 3) }),
      );
      await signals.putMany(records);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await signals.list({ limit, cursor });
        seen.push(...page.items.map(({ id }) => id));
        await signals.put(buildSignal(`new${seen.length}`, { timestamp: 99 }));
        cursor = page.cursor ?? undefined;
      } while (cursor);
      assert.deepEqual(seen, records.sort(newestFirst).map(({ id }) => id));
    }));
}

for (
  const cursor of ["", "?", "AAAA", btoa("[1]"), btoa("{}"), btoa("[null,null]"), "a".repeat(9)]
) {
  Deno.test(`a cursor that is not ours is refused: ${JSON.stringify(cursor)}`, () =>
    withMemoryStore(async (store) => {
      const listed = store.world("live").signals.list({ cursor });
      await assert.rejects(listed, { name: "StoreError", code: "invalid_cursor" });
    }));
}

Deno.test("an index that was not declared is refused", () =>
  withMemoryStore(async (store) => {
    const listed = store.world("live").signals.list({ index: "colour", equals: ["red"] });
    await assert.rejects(listed, { code: "unknown_index" });
  }));

Deno.test("create writes only when the id is free", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    const tries = await Promise.all(
      Array.from({ length: 5 }, (_, i) => signals.create(buildSignal("a", { entity: `E${i}` }))),
    );
    assert.equal(tries.filter(Boolean).length, 1);
    assert.equal(await signals.count(), 1);
    assert.equal((await signals.list()).items.length, 1);
  }));

Deno.test("a thousand records of many index entries are put in one call", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    const records = Array.from(
      { length: 1_000 },
      (_, i) => buildSignal(`s${i}`, { timestamp: i, confidence_score: 1 }),
    );
    await signals.putMany(records);
    assert.equal(await signals.count(), 1_000);
    assert.equal((await listAll(signals, { index: "confidence", equals: [10] })).length, 1_000);
  }));

for (const [count, length] of [[13, 62_900], [14, 58_000], [300, 2_500]] as const) {
  Deno.test(`${count} signals of ${length} bytes put at once fit their commits, keys and all`, () =>
    withMemoryStore(async (store) => {
      const { signals } = store.world("w".repeat(64));
      const records = Array.from(
        { length: count },
        (_, i) =>
          buildSignal(`${i} ${"é".repeat(60)}`, {
            entity: `protocol:${"x".repeat(60)}`,
            timestamp: i,
            data: { text: "x".repeat(length) },
          }),
      );
      await signals.putMany(records);
      assert.deepEqual(
        (await listAll(signals, { index: "type", equals: ["price_alert"] })).length,
        count,
      );
      await Promise.all(records.map(({ id }) => signals.delete(id)));
      assert.equal(await signals.count(), 0);
    }));
}

Deno.test("a gap that is repaired leaves the list of open ones", () =>
  withMemoryStore(async (store) => {
    const { gaps } = store.world("live");
    await gaps.putMany([buildGap("a"), buildGap("b", { timestamp: 2_000 })]);
    await gaps.put(buildGap("a", { status: "repaired", repairedAt: 5 }));
    const ids = async (query: RecordQuery) => (await gaps.list(query)).items.map(({ id }) => id);
    assert.deepEqual(await ids({ index: "status", equals: ["open"] }), ["b"]);
    assert.deepEqual(await ids({ index: "status", equals: ["repaired"] }), ["a"]);
    assert.deepEqual(await ids({ index: "symbol", equals: ["BTCUSDT"] }), ["b", "a"]);
  }));

Deno.test("symbols are listed by activity, in order of the id", () =>
  withMemoryStore(async (store) => {
    const { symbols } = store.world("live");
    const build = (symbol: string, active: boolean) => ({
      symbol,
      id: `crypto:${symbol}@binance`,
      exchange: "binance",
      kind: "crypto" as const,
      base: symbol,
      quote: "USDT",
      active,
    });
    await symbols.putMany([
      build("C", true),
      build("A", true),
      build("B", false),
      build("D", true),
    ]);
    const query = { index: "active", equals: [true], limit: 2 };
    assert.deepEqual((await listAll(symbols, query)).map(({ symbol }) => symbol), ["A", "C", "D"]);
  }));

Deno.test("a record beyond 64 KiB is refused with its size, and nothing is written", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    const record = buildSignal("big", { data: { text: "x".repeat(70_000) } });
    await assert.rejects(
      signals.put(record),
      (error) => error instanceof StoreError && error.code === "too_large",
    );
    assert.equal(await signals.count(), 0);
  }));

const buckets: [number, number][] = [[0, 0], [0.05, 0], [0.3, 3], [0.7, 7], [0.75, 7], [1, 10], [
  1.5,
  10,
], [-1, 0]];
for (const [confidence, bucket] of buckets) {
  Deno.test(`a confidence of ${confidence} falls in bucket ${bucket}`, () =>
    assert.equal(getConfidenceBucket(confidence), bucket));
}

Deno.test("collections have distinct names", () => {
  const names = Object.values(collections).map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
