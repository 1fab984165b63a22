/**
 * Opens the store: lock, check, migrations, worlds, queue and leases.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { type Buckets, createBucketCells, createBuckets } from "./buckets.ts";
import { measureStoreFile } from "./disk.ts";
import { createGate, type Gate, type GateMetrics } from "./gate.ts";
import type { JobQueue } from "./job_queue.ts";
import { getWorldNameKey, settingsPrefix, worldNamesPrefix } from "./keys.ts";
import { createKvJobQueue } from "./kv_job_queue.ts";
import { createLeases, type Leases } from "./lease.ts";
import { lockStoreFile } from "./lock_file.ts";
import { migrateStore } from "./migrations.ts";
import { createOwnedStore, type OwnedStore } from "./owned.ts";
import { createPollingJobQueue } from "./polling_job_queue.ts";
import { prepareStoreFile } from "./precheck.ts";
import { createQuotaCells, createQuotas, type Quotas } from "./quotas.ts";
import { createVisitBook, type VisitBook } from "./visits.ts";
import { createWorld, type OpenWorld } from "./world.ts";

/** All that is kept. */
export interface Store {
  /** The world of this name; the same object every time. */
  world(id: string): OpenWorld;
  /** Names of the worlds that were ever opened and not cleared. */
  worlds(): Promise<string[]>;
  /** What belongs to people, the same in every world. */
  owned: OwnedStore;
  jobs: JobQueue;
  leases: Leases;
  /** What sources allow, shared by all processes. */
  quotas: Quotas;
  /** What clients may ask of us, shared by all processes. */
  buckets: Buckets;
  /** Sums of visits by day. */
  visits: VisitBook;
  /** Of the gate: permits, waiting work, reopenings. */
  metrics(): GateMetrics;
  /** Bytes on disk with the journal; 0 for storage that is not a local file. */
  sizeBytes(): Promise<number>;
  /** Small values shared by all worlds. */
  getSetting<T>(name: string): Promise<T | null>;
  putSetting(name: string, value: unknown): Promise<void>;
  /** Version of the layout that was found, 0 for a fresh store, and that of now. */
  schema: { found: number; now: number };
  /** Where a damaged file was put when the store was opened, or null. */
  damagedFile: string | null;
  /** Ends pending writes and jobs, and lets go of the file. */
  close(): Promise<void>;
}

/** How to open a store. */
export interface StoreOptions {
  /** `:memory:`, a file (its folder is made), or the address of a KV Connect server. */
  path: string;
  clock: Clock;
  log: Logger;
  /** False leaves out the check of the file in a child process. */
  check?: boolean;
  /** Told of each piece of work at the storage: how long it took, ms. */
  onRun?: (ms: number) => void;
}

const isMemory = (path: string) => path === ":memory:";
const isRemote = (path: string) => /^https?:/.test(path);

/**
 * Opens the store. Throws `StoreError`: `in_use` when another process has the file, `newer_schema`
 * when a later release wrote it.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path, clock, log, check = true } = options;
  if (isMemory(path) || isRemote(path)) return await openKvStore(options, null, () => {});
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/") + 1) || ".", { recursive: true });
  const unlock = await lockStoreFile(path);
  try {
    const aside = check ? await prepareStoreFile({ path, nowMs: clock.now(), log }) : null;
    return await openKvStore(options, aside, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openKvStore(
  { path, clock, log, onRun }: StoreOptions,
  damagedFile: string | null,
  unlock: () => void,
): Promise<Store> {
  const isLocalFile = !isMemory(path) && !isRemote(path);
  const openKv = () => Deno.openKv(path);
  const gate = await createGate({ open: openKv, clock, log, canReopen: !isMemory(path), onRun });
  const leases = createLeases({ gate, clock });
  let schema: Store["schema"];
  try {
    schema = await migrateStore({ gate, log, path });
    if (isLocalFile) await leases.voidAll(); // their holders died with the process that had the file
  } catch (error) {
    await gate.close();
    throw error;
  }
  const jobs = isLocalFile
    ? createKvJobQueue({ gate, openKv, clock, log })
    : createPollingJobQueue({ gate, clock, log });
  const worlds = createWorlds(gate, clock, log);
  const owned = createOwnedStore({ gate, jobs });
  return {
    owned,
    jobs,
    leases,
    quotas: createQuotas({ openCell: createQuotaCells(gate), now: clock.now }),
    buckets: createBuckets({ openCell: createBucketCells(gate), now: clock.now }),
    visits: createVisitBook(gate),
    damagedFile,
    schema,
    world: worlds.open,
    worlds: worlds.list,
    metrics: gate.metrics,
    sizeBytes: async () => isLocalFile ? await measureStoreFile(path) : 0,
    async getSetting<T>(name: string) {
      return (await gate.run((kv) => kv.get<T>([...settingsPrefix, name]))).value;
    },
    async putSetting(name, value) {
      await gate.run((kv) => kv.set([...settingsPrefix, name], value));
    },
    async close() {
      await jobs.stop();
      await Promise.all([worlds.settled(), owned.settled()]);
      await gate.close();
      unlock();
    },
  };
}

/** Opens worlds once each, and notes their names. */
function createWorlds(gate: Gate, clock: Clock, log: Logger) {
  const opened = new Map<string, OpenWorld>();
  const noting = new Set<Promise<void>>();

  const note = (id: string) => {
    const done: Promise<void> = gate.run((kv) => kv.set(getWorldNameKey(id), true))
      .then(() => {}, (error) => log.error("world not noted", { id, error: String(error) }))
      .finally(() => noting.delete(done));
    noting.add(done);
  };

  return {
    open(id: string): OpenWorld {
      let world = opened.get(id);
      if (!world) {
        const made = createWorld({ gate, world: id, now: clock.now });
        world = {
          ...made,
          async clear() {
            await Promise.all(noting);
            await made.clear();
            note(id); // it stays open, and may be filled again
          },
        };
        opened.set(id, world);
        note(id);
      }
      return world;
    },
    async list(): Promise<string[]> {
      await Promise.all(noting);
      return await gate.run(async (kv) => {
        const names: string[] = [];
        for await (const { key } of kv.list({ prefix: worldNamesPrefix })) {
          names.push(key[1] as string);
        }
        return names;
      });
    },
    async settled() {
      await Promise.all([...noting, ...[...opened.values()].map((world) => world.settled())]);
    },
  };
}
