/** What is left of an account that was removed: nothing, and of the others everything. */
import { deepEqual, equal } from "node:assert/strict";
import { removeRecords } from "../../lib/accounts/removal.ts";
import { ownedPlace, schemaKey } from "../../lib/store/keys.ts";
import { migrateStore, SCHEMA_VERSION } from "../../lib/store/migrations.ts";
import { createCollection } from "../../lib/store/collection.ts";
import { ownedCollections } from "../../lib/store/owned_indexes.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Store } from "../../lib/store/mod.ts";
import { buildAlert } from "../support/owned.ts";
import { withMemoryGate, withMemoryStore } from "../support/store.ts";

const aState = (world: string, alertId: string) => ({
  ...{ id: `${world} ${alertId}`, alertId, phase: "armed" as const, sinceMs: 1 },
  ...{ heldSinceMs: null, lastFiredMs: null, revision: 1 },
});
const anAnswer = (id: string) => ({
  ...{ id, timestamp: 5, requestHash: "h", status: 200, body: "{}", etag: null },
});

async function fill({ owned }: Store, userId: string): Promise<void> {
  for (let i = 0; i < 205; i++) {
    const id = `${userId}-${i}`;
    await owned.alerts.put(buildAlert(id, { user_id: userId }));
    await owned.alertStates.put(aState("live", id));
  }
  await owned.alertStates.put(aState("recording", `${userId}-0`));
  await owned.answered.put(anAnswer(`${userId} request 12345678`));
  await owned.answered.put(anAnswer(`${userId} 12345678`));
  await owned.batches.put({ id: userId, untilMs: 9, firingIds: ["f"] });
}

Deno.test("states of alerts, kept answers and waiting news go with the account, those of others stay", () =>
  withMemoryStore(async (store) => {
    const { owned } = store;
    await fill(store, "ada");
    await fill(store, "ada2");
    await removeRecords({ owned }, "ada");
    await removeRecords({ owned }, "ada");
    deepEqual(
      [
        await owned.alerts.count(),
        await owned.alertStates.count(),
        await owned.answered.count(),
        await owned.batches.count(),
      ],
      [205, 206, 2, 1],
    );
    equal((await owned.batches.get("ada2"))?.id, "ada2");
    const { items } = await owned.answered.list();
    deepEqual(items.map(({ id }) => id.split(" ")[0]), ["ada2", "ada2"]);
  }));

Deno.test("what was stored before it was listed by its owner is listed after an update", () =>
  withMemoryGate(async (gate) => {
    const unlisted = <T extends { id: string }>(definition: T) => ({ ...definition, indexes: [] });
    const open = (definition: never) =>
      createCollection<{ id: string }>({ gate, world: ownedPlace, definition });
    const { alertStates, answered } = ownedCollections;
    await open(unlisted(alertStates as never) as never).put(aState("live", "a"));
    await open(unlisted(answered as never) as never).put(anAnswer("ada request 12345678"));
    await gate.run((kv) => kv.set(schemaKey, 3));
    const list = async (
      definition: typeof alertStates | typeof answered,
      index: string,
      key: string,
    ) => (await open(definition as never).list({ index, equals: [key] })).items.length;
    deepEqual([await list(alertStates, "alert", "a"), await list(answered, "user", "ada")], [0, 0]);
    const migrate = () => migrateStore({ gate, log: silentLogger, path: "memory" });
    deepEqual(await migrate(), { found: 3, now: SCHEMA_VERSION });
    deepEqual(await migrate(), { found: SCHEMA_VERSION, now: SCHEMA_VERSION });
    deepEqual([await list(alertStates, "alert", "a"), await list(answered, "user", "ada")], [1, 1]);
  }));
