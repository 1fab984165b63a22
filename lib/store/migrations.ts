/**
 * The versions of the layout of the store, and the steps from each to the next.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { archives, type CollectionDefinition, collections } from "./indexes.ts";
import { getWorldNameKey, ownedPlace, schemaKey, worldsPrefix } from "./keys.ts";
import { ownedCollections } from "./owned_indexes.ts";
import { changeIndexes, forgetProgress } from "./reindex.ts";

/** One step; running it twice must do no more than running it once. */
export interface Migration {
  /** The version that the store has afterwards, one more than before. */
  version: number;
  name: string;
  run(gate: Gate): Promise<void>;
}

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "names every world that holds something",
    run: nameWorlds,
  },
  {
    version: 2,
    name: "lists signals by their own confidence only, and nothing by what is never asked for",
    run: listByOwnConfidence,
  },
  {
    version: 3,
    name: "lists tokens of decentralised exchanges by their price",
    run: listByPrice,
  },
  {
    version: 4,
    name:
      "lists states of alerts and kept answers by whose they are, so that they go with the account",
    run: listByOwner,
  },
];

/** The version of the layout that this release writes. */
export const SCHEMA_VERSION = migrations.length;

async function nameWorlds(gate: Gate): Promise<void> {
  for await (const world of findWorlds(gate)) {
    await gate.run((kv) => kv.set(getWorldNameKey(world), true));
  }
}

/** Hops from world to world by their first key, so that not all keys are read. */
async function* findWorlds(gate: Gate): AsyncGenerator<string> {
  let start: Deno.KvKey = worldsPrefix;
  for (;;) {
    const after = start;
    const next = await gate.run(async (kv) => {
      const selector = { start: after, end: [...worldsPrefix, true] };
      for await (const entry of kv.list(selector, { limit: 1 })) return entry.key[1] as string;
      return null;
    });
    if (next === null) return;
    yield next;
    start = [...worldsPrefix, `${next}\u0000`];
  }
}

/** A signal was listed under every bucket that it reached; and some indexes served no query. */
async function listByOwnConfidence(gate: Gate): Promise<void> {
  const version = 2;
  const added = ["confidence", "type_confidence", "entity_confidence", "type_entity_confidence"];
  const reached = added.map((name) => name.replace("confidence", "min_confidence"));
  for await (const world of findWorlds(gate)) {
    const change = <T extends { id: string }>(
      definition: CollectionDefinition<T>,
      dropped: readonly string[],
      added: readonly string[] = [],
    ) => changeIndexes(gate, { world, version }, { definition, added, dropped });
    await change(collections.signals, reached, added);
    await change(archives.signals, reached, added);
    await change(collections.symbols, ["exchange", "exchange_active", "symbol"]);
    await change(collections.outcomes, ["entity"]);
    await change(collections.gaps, ["symbol_status"]);
    await change(collections.features, ["symbol", "symbol_version"]);
    await change(collections.mentions, ["entity_type"]);
    await change(archives.mentions, ["entity_type"]);
    await change(collections.assetPrices, ["entity"]);
    await change(collections.marketTotals, ["market"]);
    await change(collections.transactions, ["tool"]);
    await change(archives.transactions, ["tool"]);
    await change(collections.apiUsage, ["source"]);
    await change(archives.apiUsage, ["source"]);
  }
  await forgetProgress(gate, version);
}

async function listByPrice(gate: Gate): Promise<void> {
  const version = 3;
  for await (const world of findWorlds(gate)) {
    await changeIndexes(gate, { world, version }, {
      definition: collections.dexListings,
      added: ["price", "price_rising"],
      dropped: [],
    });
  }
  await forgetProgress(gate, version);
}

async function listByOwner(gate: Gate): Promise<void> {
  const version = 4;
  const at = { world: ownedPlace, version };
  const { alertStates, answered } = ownedCollections;
  await changeIndexes(gate, at, { definition: alertStates, added: ["alert"], dropped: [] });
  await changeIndexes(gate, at, { definition: answered, added: ["user"], dropped: [] });
  await forgetProgress(gate, version);
}

/**
 * Brings the store to the newest version. Throws `StoreError` (`newer_schema`) when a later release
 * has written it. Returns the version that was found, 0 for a fresh store, and that of now.
 */
export async function migrateStore(
  { gate, log, path, steps = migrations }: {
    gate: Gate;
    log: Logger;
    path: string;
    steps?: readonly Migration[];
  },
): Promise<{ found: number; now: number }> {
  const stored = (await gate.run((kv) => kv.get<number>(schemaKey))).value ?? 0;
  if (stored > steps.length) {
    throw new StoreError(
      "newer_schema",
      `The store ${path} has schema ${stored}, this release knows up to ${steps.length}: ` +
        "start the newer release, or another data folder",
    );
  }
  for (const step of steps.slice(stored)) {
    await step.run(gate);
    await gate.run((kv) => kv.set(schemaKey, step.version));
    log.info("store migrated", { version: step.version, name: step.name });
  }
  return { found: stored, now: steps.length };
}
