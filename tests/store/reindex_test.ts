import assert from "node:assert/strict";
import type { EntityMentionRecord } from "../../lib/contracts/records.ts";
import { silentLogger } from "../../lib/log.ts";
import { createCollection } from "../../lib/store/collection.ts";
import type { Gate } from "../../lib/store/gate.ts";
import {
  archives,
  type CollectionDefinition,
  collections,
  getConfidenceBucket,
  type IndexDefinition,
} from "../../lib/store/indexes.ts";
import { migrateStore, SCHEMA_VERSION } from "../../lib/store/migrations.ts";
import { createWorld } from "../../lib/store/world.ts";
import { aListing } from "../support/public_api.ts";
import { buildGap, buildSignal, withMemoryGate } from "../support/store.ts";

const migrate = (gate: Gate) => migrateStore({ gate, log: silentLogger, path: "x" });

/** The layout of version 1: a signal stands under every bucket that it reaches. */
function ofVersionOne(
  definition: typeof collections.signals,
): CollectionDefinition<ReturnType<typeof buildSignal>> {
  const reached = (confidence: number) =>
    Array.from({ length: getConfidenceBucket(confidence) + 1 }, (_, bucket) => bucket);
  return {
    ...definition,
    indexes: [
      ...definition.indexes.filter(({ name }) => !name.endsWith("confidence")),
      {
        name: "min_confidence",
        entries: ({ confidence_score }) => reached(confidence_score).map((bucket) => [bucket]),
      },
      {
        name: "type_min_confidence",
        entries: ({ type, confidence_score }) =>
          reached(confidence_score).map((bucket) => [type, bucket]),
      },
      {
        name: "entity_min_confidence",
        entries: ({ entity, confidence_score }) =>
          reached(confidence_score).map((bucket) => [entity, bucket]),
      },
      {
        name: "type_entity_min_confidence",
        entries: ({ type, entity, confidence_score }) =>
          reached(confidence_score).map((bucket) => [type, entity, bucket]),
      },
    ],
  };
}

const withIndexes = <T extends { id: string }>(
  definition: CollectionDefinition<T>,
  ...more: IndexDefinition<T>[]
): CollectionDefinition<T> => ({ ...definition, indexes: [...definition.indexes, ...more] });

const oldMentions = (definition: typeof collections.mentions) =>
  withIndexes<EntityMentionRecord>(definition, {
    name: "entity_type",
    entries: ({ entity_type }) => [[entity_type]],
  });

const aMention = (id: string): EntityMentionRecord => ({
  id,
  signal_id: null,
  news_id: "n",
  entity_type: "token",
  entity_name: "BTC",
  mention_count: 1,
  sentiment_score: 0.5,
  timestamp: 1,
  created_at: 1,
});

/** Signals of every confidence, and one whose id needs care in a key. */
function listSignals(world: string, count: number) {
  return [
    ...Array.from({ length: count }, (_, i) =>
      buildSignal(`${world}-${i}`, {
        type: i % 2 ? "price_alert" : "volume_anomaly",
        entity: `E${i % 7}`,
        timestamp: i,
        confidence_score: (i % 11) / 10,
      })),
    buildSignal(`${world}\u0000\u{1f600}`, { confidence_score: 0.35 }),
  ];
}

/** Fills worlds, by the definitions given: those of the version before, or those of now. */
async function fill(gate: Gate, isOld: boolean, count: number): Promise<void> {
  const put = <T extends { id: string }>(
    world: string,
    definition: CollectionDefinition<T>,
    records: T[],
  ) => createCollection({ gate, world, definition }).putMany(records);
  for (const world of ["live", "rec\u0000", "z"]) {
    await gate.run((kv) => kv.set(["worlds", world], true));
    const of = <D extends typeof collections.signals>(definition: D) =>
      isOld ? ofVersionOne(definition) : definition;
    await put(world, of(collections.signals), listSignals(world, count));
    await put(world, of(archives.signals), listSignals(`old-${world}`, Math.ceil(count / 2)));
    await put(
      world,
      isOld
        ? withIndexes(collections.gaps, {
          name: "symbol_status",
          entries: ({ symbol, status }) => [[symbol, status]],
        })
        : collections.gaps,
      [buildGap("a"), buildGap("b", { status: "repaired" })],
    );
    const { dexListings } = collections;
    const isPrice = ({ name }: { name: string }) => name === "price" || name === "price_rising";
    await put(
      world,
      isOld
        ? { ...dexListings, indexes: dexListings.indexes.filter((index) => !isPrice(index)) }
        : dexListings,
      [aListing(), aListing({ id: "b", price: null }), aListing({ id: "c", price: -2 })],
    );
    for (const definition of [collections.mentions, archives.mentions]) {
      await put(world, isOld ? oldMentions(definition) : definition, [aMention("m")]);
    }
  }
  await gate.run((kv) => kv.set(["schema"], isOld ? 1 : SCHEMA_VERSION));
}

/** Every key with its value. */
async function dump(gate: Gate): Promise<[Deno.KvKey, unknown][]> {
  return await gate.run(async (kv) => {
    const all: [Deno.KvKey, unknown][] = [];
    for await (const { key, value } of kv.list({ prefix: [] })) all.push([key, value]);
    return all;
  });
}

/** A gate that is lost for good after so many uses. */
function loseAfter(gate: Gate, uses: number): Gate {
  let left = uses;
  return {
    ...gate,
    run: (work) => left-- > 0 ? gate.run(work) : Promise.reject(new Error("power cut")),
  };
}

for (const count of [0, 1, 250]) {
  Deno.test(`${count + 1} signals of the old layout become, key by key, those of the new one`, () =>
    withMemoryGate((migrated) =>
      withMemoryGate(async (fresh) => {
        await fill(migrated, true, count);
        await fill(fresh, false, count);
        assert.notDeepEqual(await dump(migrated), await dump(fresh));
        assert.deepEqual(await migrate(migrated), { found: 1, now: SCHEMA_VERSION });
        assert.deepEqual(await dump(migrated), await dump(fresh));
      })
    ));
}

Deno.test("a migration that is cut off anywhere goes on where it was, and ends the same", () =>
  withMemoryGate(async (fresh) => {
    await fill(fresh, false, 120);
    const expected = await dump(fresh);
    await withMemoryGate(async (gate) => {
      await fill(gate, true, 120);
      let cuts = 0;
      // Each start gets a little further, until one comes through.
      for (let uses = 1; uses < 400; uses += 9) {
        try {
          await migrate(loseAfter(gate, uses));
          break;
        } catch (error) {
          assert.match(String(error), /power cut/);
          const version = Number((await gate.run((kv) => kv.get(["schema"]))).value);
          assert.ok(version >= 1 && version < SCHEMA_VERSION, `schema ${version}`);
          cuts++;
        }
      }
      assert.ok(cuts > 5, `was cut ${cuts} times`);
      assert.deepEqual(await dump(gate), expected);
    });
  }));

Deno.test("what was listed before the cut is not listed once more", () =>
  withMemoryGate(async (gate) => {
    await fill(gate, true, 250);
    const listed = async () =>
      (await dump(gate)).filter(([key]) => key[2] === "index" && key[4] === "confidence").length;
    await assert.rejects(migrate(loseAfter(gate, 4)), /power cut/);
    const before = await listed();
    assert.ok(before > 0 && before < 251, `${before} are listed`);
    // The marks of those that are through are gone, so that listing them again would bring them back.
    await gate.run(async (kv) => {
      for await (const { key } of kv.list({ prefix: ["world", "live", "index", "signals"] })) {
        if (key[4] === "confidence") await kv.delete(key);
      }
    });
    await migrate(gate);
    const live = (await dump(gate)).filter(([key]) =>
      key[1] === "live" && key[3] === "signals" && key[4] === "confidence"
    );
    assert.equal(live.length, 251 - before);
  }));

Deno.test("migrating what is migrated changes nothing", () =>
  withMemoryGate(async (gate) => {
    await fill(gate, true, 30);
    await migrate(gate);
    const once = await dump(gate);
    await gate.run((kv) => kv.set(["schema"], 1));
    await migrate(gate);
    assert.deepEqual(await dump(gate), once);
  }));

Deno.test("a signal that another process changes meanwhile is listed as it is now", () =>
  withMemoryGate(async (gate) => {
    await fill(gate, true, 150);
    let isChanged = false;
    const changing: Gate = {
      ...gate,
      run: (work) =>
        gate.run((kv) =>
          work(
            new Proxy(kv, {
              get(target, name) {
                if (name !== "atomic") return Reflect.get(target, name).bind(target);
                return () => {
                  const atomic = target.atomic();
                  const commit = atomic.commit.bind(atomic);
                  atomic.commit = async () => {
                    if (!isChanged) {
                      isChanged = true;
                      const definition = ofVersionOne(collections.signals);
                      await createCollection({ gate, world: "live", definition })
                        .put(buildSignal("live-0", { confidence_score: 0.9, timestamp: 0 }));
                    }
                    return await commit();
                  };
                  return atomic;
                };
              },
            }),
          )
        ),
    };
    await migrate(changing);
    assert.ok(isChanged);
    const { signals } = createWorld({ gate, world: "live", now: () => 0 });
    const listed = await signals.list({ index: "confidence", oneOf: [9], to: 1, limit: 1_000 });
    assert.deepEqual(listed.items.map(({ id }) => id), ["live-0"]);
    const { items } = await signals.list({ index: "confidence", oneOf: [0], to: 1, limit: 1_000 });
    assert.deepEqual(items.filter(({ id }) => id === "live-0"), []);
  }));
