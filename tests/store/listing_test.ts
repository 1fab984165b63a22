import assert from "node:assert/strict";
import fc from "fast-check";
import { createCollection } from "../../lib/store/collection.ts";
import { MAX_ONE_OF, MAX_WEIGHED_ENTRIES } from "../../lib/store/listing.ts";
import {
  defineCollection,
  getConfidenceBucket,
  listConfidenceBuckets,
  type RecordQuery,
} from "../../lib/store/mod.ts";
import { buildSignal, withMemoryGate, withMemoryStore } from "../support/store.ts";

interface Thing {
  id: string;
  time: number;
  kind: string;
  bucket: number;
}

/** Texts whose order differs between units and code points, and one with a zero in it. */
const ids = ["a", "b", "a\u0000b", "é", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{1f600}", "\ud7ff"];
const thing: fc.Arbitrary<Thing> = fc.record({
  id: fc.constantFrom(...ids),
  time: fc.integer({ min: -3, max: 6 }),
  kind: fc.constantFrom("x", "y"),
  bucket: fc.nat(3),
}, { noNullPrototype: true });
const act = fc.oneof(
  { weight: 3, arbitrary: thing.map((put) => ({ put, remove: "" })) },
  { weight: 1, arbitrary: fc.constantFrom(...ids).map((remove) => ({ put: null, remove })) },
);
const time = fc.option(fc.integer({ min: -4, max: 7 }), { nil: undefined });

const toBytes = (text: string) => new TextEncoder().encode(text);

/** The order of the storage: by time, then by the bytes of the id. */
function compare(a: Thing, b: Thing): number {
  if (a.time !== b.time) return a.time - b.time;
  const [first, second] = [toBytes(a.id), toBytes(b.id)];
  for (let i = 0; i < Math.min(first.length, second.length); i++) {
    if (first[i] !== second[i]) return first[i]! - second[i]!;
  }
  return first.length - second.length;
}

Deno.test("several streams read as one are the records that match, page by page, while they change", async () => {
  const property = fc.asyncProperty(
    fc.record({
      start: fc.array(thing, { maxLength: 14 }),
      between: fc.array(fc.array(act, { maxLength: 4 }), { maxLength: 6 }),
      oneOf: fc.array(fc.nat(4), { maxLength: 6 }),
      kind: fc.constantFrom("x", "y", null),
      from: time,
      to: time,
      limit: fc.integer({ min: 1, max: 6 }),
      ascending: fc.boolean(),
    }),
    ({ start, between, oneOf, kind, from, to, limit, ascending }) =>
      withMemoryGate(async (gate) => {
        const definition = defineCollection<Thing>({
          name: "things",
          timestamp: (thing) => thing.time,
          ascending,
          indexes: [
            { name: "bucket", entries: ({ bucket }) => [[bucket]] },
            { name: "kind_bucket", entries: ({ kind, bucket }) => [[kind, bucket]] },
          ],
        });
        const things = createCollection({ gate, world: "live", definition });
        await things.putMany(start);
        const model = new Map(start.map((record) => [record.id, record]));
        const sign = ascending ? 1 : -1;
        const query: RecordQuery = {
          index: kind === null ? "bucket" : "kind_bucket",
          equals: kind === null ? [] : [kind],
          oneOf,
          limit,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        };
        let last: Thing | null = null;
        let cursor: string | null = null;
        for (let page = 0; page < 20; page++) {
          const { items, ...rest } = await things.list({ ...query, ...(cursor && { cursor }) });
          const left = [...model.values()]
            .filter(({ bucket }) => oneOf.includes(bucket))
            .filter((record) => kind === null || record.kind === kind)
            .filter((record) =>
              record.time >= (from ?? -Infinity) && record.time < (to ?? Infinity)
            )
            .filter((record) => last === null || sign * compare(record, last) > 0)
            .sort((a, b) => sign * compare(a, b));
          assert.deepEqual(items, left.slice(0, limit));
          assert.equal(rest.cursor !== null, left.length > limit);
          cursor = rest.cursor;
          if (cursor === null) return;
          last = { ...items.at(-1)! };
          for (const { put, remove } of between[page] ?? []) {
            if (put) model.set(put.id, put);
            else model.delete(remove);
            await (put ? things.put(put) : things.delete(remove));
          }
        }
        assert.fail("The list does not end");
      }),
  );
  await fc.assert(property, { numRuns: 150 });
});

Deno.test("a page larger than a batch of each stream is in order and complete", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    const records = Array.from(
      { length: 700 },
      // Long runs of one confidence, so that one stream runs dry while the others wait.
      (_, i) => buildSignal(`s${i}`, { timestamp: i, confidence_score: Math.floor(i / 90) / 10 }),
    );
    await signals.putMany(records);
    const oneOf = listConfidenceBuckets(0.2);
    const { items, cursor } = await signals.list({ index: "confidence", oneOf, limit: 500 });
    const expected = records.filter(({ confidence_score }) => confidence_score >= 0.2).reverse();
    assert.deepEqual(items, expected.slice(0, 500));
    const rest = await signals.list({ index: "confidence", oneOf, limit: 500, cursor: cursor! });
    assert.deepEqual(rest, { items: expected.slice(500), cursor: null });
  }));

Deno.test("of each stream no more keys are read than one page and one", () =>
  withMemoryGate(async (gate) => {
    let streams = 0, keys = 0;
    const counted = {
      ...gate,
      run: <T>(work: (kv: Deno.Kv) => Promise<T>) =>
        gate.run((kv) =>
          work(
            new Proxy(kv, {
              get(target, name) {
                if (name !== "list") return Reflect.get(target, name).bind(target);
                return (...args: Parameters<Deno.Kv["list"]>) => {
                  streams++;
                  const entries = target.list(...args);
                  assert.equal(args[1]?.limit, 4);
                  return {
                    next: async () => {
                      const step = await entries.next();
                      if (!step.done) keys++;
                      return step;
                    },
                  };
                };
              },
            }),
          )
        ),
    };
    const definition = defineCollection<Thing>({
      name: "things",
      timestamp: (thing) => thing.time,
      indexes: [{ name: "bucket", entries: ({ bucket }) => [[bucket]] }],
    });
    const things = createCollection({ gate: counted, world: "live", definition });
    await things.putMany(
      Array.from({ length: 100 }, (_, i) => ({ id: `t${i}`, time: i, kind: "x", bucket: i % 5 })),
    );
    const { items } = await things.list({ index: "bucket", oneOf: [1, 2, 4], limit: 3 });
    assert.deepEqual(items.map(({ id }) => id), ["t99", "t97", "t96"]);
    assert.equal(streams, 3);
    assert.ok(keys <= 4 + 3, `read ${keys} keys`);
  }));

Deno.test("no value at all finds nothing; one named twice counts once", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    await signals.put(buildSignal("a", { confidence_score: 0.75 }));
    const list = async (oneOf: number[]) =>
      (await signals.list({ index: "confidence", oneOf })).items.map(({ id }) => id);
    assert.deepEqual(await list([]), []);
    assert.deepEqual(await list([7, 7, 7]), ["a"]);
    assert.deepEqual(await list([6, 8]), []);
  }));

Deno.test("too many values, or values of no index, are refused", () =>
  withMemoryStore(async (store) => {
    const { signals } = store.world("live");
    const many = Array.from({ length: MAX_ONE_OF + 1 }, (_, i) => i);
    await assert.rejects(signals.list({ index: "confidence", oneOf: many }), RangeError);
    await assert.rejects(signals.list({ oneOf: [1] }), RangeError);
    await assert.rejects(signals.list({ index: "colour", oneOf: [1] }), { code: "unknown_index" });
    const cursor = "AAAA";
    await assert.rejects(signals.list({ index: "confidence", oneOf: [1], cursor }), {
      code: "invalid_cursor",
    });
  }));

Deno.test("the buckets of a least confidence hold all that reach it", () => {
  assert.deepEqual(listConfidenceBuckets(0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(listConfidenceBuckets(0.75), [7, 8, 9, 10]);
  assert.deepEqual(listConfidenceBuckets(1), [10]);
  assert.deepEqual(listConfidenceBuckets(2), [10]);
  assert.equal(listConfidenceBuckets(NaN).length, 11);
  fc.assert(fc.property(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (least, more) =>
      more < least || listConfidenceBuckets(least).includes(getConfidenceBucket(more)),
  ));
});

interface Weighed extends Thing {
  weight: number;
}

const weighedDefinition = (ascending: boolean) =>
  defineCollection<Weighed>({
    name: "things",
    timestamp: (thing) => thing.time,
    ascending,
    indexes: [{
      name: "bucket",
      entries: ({ bucket }) => [[bucket]],
      weight: ({ weight }) => weight,
    }],
  });

Deno.test("of the records listed those that weigh enough are found, page by page, as they change", async () => {
  const weighed = fc.tuple(thing, fc.constantFrom(-1, 0, 0.1, 0.25, 0.3, NaN, Infinity))
    .map(([thing, weight]) => ({ ...thing, weight }));
  const property = fc.asyncProperty(
    fc.array(weighed, { maxLength: 14 }),
    fc.array(weighed, { maxLength: 6 }),
    fc.constantFrom(-1, 0, 0.1, 0.25, 0.26, 1),
    fc.integer({ min: 1, max: 5 }),
    fc.boolean(),
    (first, changed, least, limit, ascending) =>
      withMemoryGate(async (gate) => {
        const definition = weighedDefinition(ascending);
        const things = createCollection({ gate, world: "live", definition });
        await things.putMany(first);
        await things.putMany(changed);
        const all = new Map([...first, ...changed].map((record) => [record.id, record]));
        const found: Weighed[] = [];
        let cursor: string | null = null;
        do {
          const page: { items: Weighed[]; cursor: string | null } = await things.list({
            index: "bucket",
            oneOf: [0, 1, 2],
            least,
            limit,
            ...(cursor && { cursor }),
          });
          assert.ok(
            page.cursor === null ? page.items.length <= limit : page.items.length === limit,
          );
          found.push(...page.items);
          cursor = page.cursor;
        } while (cursor);
        const sign = ascending ? 1 : -1;
        const expected = [...all.values()]
          .filter(({ bucket, weight }) => bucket < 3 && !(weight < least))
          .sort((a, b) => sign * compare(a, b));
        assert.deepEqual(found, expected);
      }),
  );
  await fc.assert(property, { numRuns: 120 });
});

Deno.test("few heavy records among very many light ones are found over several bounded pages", () =>
  withMemoryGate(async (gate) => {
    const definition = weighedDefinition(false);
    const things = createCollection({ gate, world: "live", definition });
    const count = 2 * MAX_WEIGHED_ENTRIES + 10;
    const records = Array.from({ length: count }, (_, i) => ({
      id: `t${String(i).padStart(6, "0")}`,
      time: i,
      kind: "x",
      bucket: i % 2,
      weight: i % 1_500 === 0 ? 1 : 0,
    }));
    await things.putMany(records);
    const found: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: { items: Weighed[]; cursor: string | null } = await things.list({
        index: "bucket",
        oneOf: [0, 1],
        least: 0.5,
        limit: 50,
        ...(cursor && { cursor }),
      });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
      pages++;
    } while (cursor);
    const heavy = records.filter(({ weight }) => weight === 1).map(({ id }) => id).reverse();
    assert.deepEqual(found, heavy);
    assert.equal(pages, 3);
  }));
