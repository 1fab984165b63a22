import { deepEqual, equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import type { EntityMentionRecord, SignalRecord } from "../../lib/contracts/records.ts";
import {
  listConfidenceBuckets,
  MILLIONTHS,
  type RecordQuery,
  StoreError,
} from "../../lib/store/mod.ts";
import { createWorld } from "../../lib/store/world.ts";
import { buildSignal, withMemoryGate, withMemoryStore } from "../support/store.ts";

const newestFirst = (a: SignalRecord, b: SignalRecord) =>
  b.timestamp - a.timestamp || (a.id < b.id ? 1 : -1);

Deno.test("archived and newer signals are listed as if they were together, page by page", async () => {
  const signal = fc.record({
    id: fc.constantFrom(..."abcdefghijklmnop"),
    type: fc.constantFrom("price_alert" as const, "volume_anomaly" as const),
    timestamp: fc.nat(20),
    confidence_score: fc.nat(10).map((tenths) => tenths / 10),
  }).map(({ id, ...fields }) => buildSignal(id, fields));
  const queries: [RecordQuery, (record: SignalRecord) => boolean][] = [
    [{}, () => true],
    [{ index: "type", equals: ["price_alert"] }, ({ type }) => type === "price_alert"],
    [
      { index: "type_confidence", equals: ["price_alert"], oneOf: listConfidenceBuckets(0.4) },
      ({ type, confidence_score }) => type === "price_alert" && confidence_score >= 0.4,
    ],
    [
      { index: "confidence", oneOf: listConfidenceBuckets(0.7), from: 3, to: 15 },
      ({ timestamp, confidence_score }) =>
        confidence_score >= 0.7 && timestamp >= 3 && timestamp < 15,
    ],
  ];
  const property = fc.asyncProperty(
    fc.uniqueArray(signal, { selector: ({ id }) => id, maxLength: 16 }),
    fc.nat(21),
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom(...queries),
    (records, before, limit, [query, isWanted]) =>
      withMemoryStore(async (store) => {
        const { signals, archived } = store.world("live");
        await signals.putMany(records);
        const moved = await archived.signals.archive(before);
        equal(moved, records.filter(({ timestamp }) => timestamp < before).length);
        const found: SignalRecord[] = [];
        let cursor: string | undefined;
        do {
          const page = await signals.list({ ...query, limit, ...(cursor && { cursor }) });
          equal(page.items.length <= limit, true);
          found.push(...page.items);
          cursor = page.cursor ?? undefined;
        } while (cursor);
        deepEqual(found, records.filter(isWanted).toSorted(newestFirst));
        equal(await signals.count(), records.length);
        for (const record of records) deepEqual(await signals.get(record.id), record);
      }),
  );
  await fc.assert(property, { numRuns: 80 });
});

Deno.test("signals that come late or move to the archive between two pages are neither lost nor told twice", async () => {
  const signal = fc.record({
    id: fc.constantFrom(..."abcdefghijklmnop"),
    timestamp: fc.nat(20),
    confidence_score: fc.nat(10).map((tenths) => tenths / 10),
  }).map(({ id, ...fields }) => buildSignal(id, fields));
  const property = fc.asyncProperty(
    fc.uniqueArray(signal, { selector: ({ id }) => id, maxLength: 16 }),
    fc.uniqueArray(signal, { selector: ({ id }) => id, maxLength: 6 }),
    fc.array(fc.nat(21), { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.boolean(),
    (early, late, moves, limit, isWeighed) =>
      withMemoryStore(async (store) => {
        const { signals, archived } = store.world("live");
        await signals.putMany(early);
        await archived.signals.archive(moves[0]!);
        // Late ones, with ids of their own: older than some that are archived already.
        const latecomers = late.map((record) => ({ ...record, id: `late ${record.id}` }));
        await signals.putMany(latecomers);
        const query: RecordQuery = isWeighed
          ? { index: "confidence", oneOf: listConfidenceBuckets(0.35), least: 0.35 }
          : {};
        const found: SignalRecord[] = [];
        let cursor: string | undefined;
        let page = 1;
        do {
          const { items, cursor: next } = await signals.list({
            ...query,
            limit,
            ...(cursor && { cursor }),
          });
          found.push(...items);
          cursor = next ?? undefined;
          await archived.signals.archive(moves[page++] ?? 0);
        } while (cursor);
        const expected = [...early, ...latecomers]
          .filter(({ confidence_score }) => !isWeighed || confidence_score >= 0.35)
          .toSorted(newestFirst);
        deepEqual(found, expected);
      }),
  );
  await fc.assert(property, { numRuns: 80 });
});

Deno.test("a signal that moves to the archive while its page is read is on the page", () =>
  withMemoryGate(async (gate) => {
    const world = createWorld({ gate, world: "live", now: () => 0 });
    await world.signals.putMany([1, 2, 3].map((i) => buildSignal(`s${i}`, { timestamp: i })));
    let isMoved = false;
    const moving = {
      ...gate,
      run: async <T>(work: (kv: Deno.Kv) => Promise<T>) => {
        const result = await gate.run(work);
        if (!isMoved) {
          isMoved = true; // the entries of the page are read, its records are not
          await world.archived.signals.archive(3);
        }
        return result;
      },
    };
    const { signals } = createWorld({ gate: moving, world: "live", now: () => 0 });
    const { items, cursor } = await signals.list({ limit: 10 });
    deepEqual(items.map(({ id }) => id), ["s3", "s2", "s1"]);
    equal(cursor, null);
  }));

Deno.test("an archived signal is not made a second time, and can be deleted", () =>
  withMemoryStore(async (store) => {
    const { signals, archived } = store.world("live");
    await signals.put(buildSignal("a", { timestamp: 1 }));
    await archived.signals.archive(2);
    equal(await signals.create(buildSignal("a", { timestamp: 5 })), false);
    await signals.delete("a");
    equal(await signals.get("a"), null);
    equal(await signals.count(), 0);
  }));

Deno.test("more than one round of old signals moves, and purging deletes only archived ones", () =>
  withMemoryStore(async (store) => {
    const { signals, archived } = store.world("live");
    const many = Array.from({ length: 250 }, (_, i) => buildSignal(`s${i}`, { timestamp: i }));
    await signals.putMany(many);
    equal(await archived.signals.archive(240), 240);
    equal(await archived.signals.archive(240), 0);
    equal(await archived.signals.purge(200), 200);
    equal(await archived.signals.purge(1_000), 40);
    equal(await signals.count(), 10);
    const { items } = await signals.list({ limit: 1000 });
    deepEqual(items.map(({ timestamp }) => timestamp), [
      249,
      248,
      247,
      246,
      245,
      244,
      243,
      242,
      241,
      240,
    ]);
  }));

Deno.test("a stopped round leaves everything in one place or the other", () =>
  withMemoryStore(async (store) => {
    const { signals, archived } = store.world("live");
    await signals.putMany([buildSignal("a"), buildSignal("b")]);
    equal(await archived.signals.archive(Infinity, AbortSignal.abort()), 0);
    equal((await signals.list()).items.length, 2);
  }));

Deno.test("sums of signals by source and type follow every change, archived or not", () =>
  withMemoryStore(async (store) => {
    const { signals, archived } = store.world("live");
    const read = async (under: string[] = []) =>
      (await signals.readTally("source_type", under)).map(({ parts, count, amounts }) => [
        ...parts,
        count,
        amounts.confidence! / MILLIONTHS,
      ]);
    await signals.putMany([
      buildSignal("a", { source: "x", confidence_score: 0.5, timestamp: 1 }),
      buildSignal("b", { source: "x", confidence_score: 0.25, timestamp: 2 }),
      buildSignal("c", { source: "y", type: "volume_anomaly", confidence_score: 1 }),
    ]);
    const all = [["x", "price_alert", 2, 0.75], ["y", "volume_anomaly", 1, 1]];
    deepEqual(await read(), all);
    await archived.signals.archive(2);
    deepEqual(await read(), all);
    deepEqual(await read(["x"]), [all[0]]);
    await signals.put(buildSignal("b", { source: "z", confidence_score: 0.75, timestamp: 2 }));
    await signals.create(buildSignal("b", { source: "never" }));
    await signals.delete("c");
    deepEqual((await read()).sort(), [["x", "price_alert", 1, 0.5], ["z", "price_alert", 1, 0.75]]);
    await rejects(() => signals.readTally("nothing"), StoreError);
  }));

Deno.test("a sum may be negative: sentiment of an entity", () =>
  withMemoryStore(async (store) => {
    const { mentions } = store.world("live");
    const mention = (
      id: string,
      sentiment_score: number,
      mention_count = 1,
    ): EntityMentionRecord => ({
      id,
      signal_id: null,
      news_id: "n",
      entity_type: "token",
      entity_name: "BTC",
      mention_count,
      sentiment_score,
      timestamp: 1,
      created_at: 1,
    });
    await mentions.putMany([mention("a", -0.75, 2), mention("b", 0.5)]);
    deepEqual(await mentions.readTally("entity"), [{
      parts: ["token", "BTC"],
      count: 2,
      amounts: { mentions: 3, sentiment: -1_000_000 },
    }]);
    await mentions.delete("a");
    await mentions.delete("b");
    deepEqual(await mentions.readTally("entity"), []);
  }));
