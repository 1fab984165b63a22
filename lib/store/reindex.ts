/**
 * Bringing what is stored under the indexes of now: entries are added, and those of indexes that are
 * no more are deleted, in small commits that can be interrupted anywhere.
 *
 * @module
 */
import { listIndexEntries } from "./collection.ts";
import type { Gate } from "./gate.ts";
import type { Place } from "./indexes.ts";
import { getIndexPrefix, getMigrationKey, getMigrationPrefix, getRecordPrefix } from "./keys.ts";
import { addCommitSize, createCommitSize, hasRoom, measureKey } from "./limits.ts";
import { WEIGHT_BYTES } from "./weight.ts";
import { deletePrefix } from "./world.ts";

/** Records read at once; one commit checks at most as many. */
const READ_RECORDS = 100;

/** How the indexes of one collection change. */
export interface IndexChange<T extends { id: string }> {
  definition: Place<T>["definition"];
  /** Names of declared indexes under which nothing is listed yet. */
  added: readonly string[];
  /** Names of indexes that were declared before. */
  dropped: readonly string[];
}

/**
 * Changes the indexes of a collection in one world. The place it has come to is kept under
 * `version` and is committed together with what was done, until `forgetProgress`.
 */
export async function changeIndexes<T extends { id: string }>(
  gate: Gate,
  { world, version }: { world: string; version: number },
  { definition, added, dropped }: IndexChange<T>,
): Promise<void> {
  const place = { world, definition };
  const progressKey = getMigrationKey(version, world, definition.name);
  const stored = await gate.run((kv) => kv.get<string>(progressKey));
  let last = added.length === 0 ? null : stored.value ?? "";
  while (last !== null) last = await listSome(gate, place, { after: last, added, progressKey });
  for (const name of dropped) {
    await deletePrefix(gate, getIndexPrefix(world, definition.name, name));
  }
}

/** Forgets how far the migration to `version` came, once it is through. */
export async function forgetProgress(gate: Gate, version: number): Promise<void> {
  await deletePrefix(gate, getMigrationPrefix(version));
}

/**
 * Lists some records behind the id `after` in one commit. Returns the last one's id; null when none
 * is left, and `after` when another writer came in between.
 */
async function listSome<T extends { id: string }>(
  gate: Gate,
  place: Place<T>,
  { after, added, progressKey }: {
    after: string;
    added: readonly string[];
    progressKey: Deno.KvKey;
  },
): Promise<string | null> {
  const prefix = getRecordPrefix(place.world, place.definition.name);
  const prefixes = added.map((name) => getIndexPrefix(place.world, place.definition.name, name));
  const isAdded = (key: Deno.KvKey) =>
    prefixes.some((prefix) => prefix.every((p, i) => p === key[i]));
  return await gate.run(async (kv) => {
    const size = createCommitSize();
    const atomic = kv.atomic();
    let last = after;
    const options = { limit: READ_RECORDS, batchSize: READ_RECORDS };
    for await (const entry of kv.list<T>({ prefix, start: [...prefix, after, ""] }, options)) {
      const { id } = entry.value;
      const entries = listIndexEntries(place, entry.value).filter(({ key }) => isAdded(key));
      const keys = [entry.key, ...entries.map(({ key }) => key)];
      const more = {
        mutations: entries.length + 1,
        checks: 1,
        // With the progress, though that is written once.
        valueBytes: WEIGHT_BYTES * entries.length + 3 * id.length + 16,
        keyBytes: keys.reduce((sum, key) => sum + measureKey(key), 2 * measureKey(progressKey)),
      };
      if (last !== after && !hasRoom(size, more)) break;
      addCommitSize(size, more);
      atomic.check(entry);
      for (const { key, value } of entries) atomic.set(key, value);
      last = id;
    }
    if (last === after) return null;
    const { ok } = await atomic.set(progressKey, last).commit();
    return ok ? last : after;
  });
}
