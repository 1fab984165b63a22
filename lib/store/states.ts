/**
 * Small named values of a world: what is asked for in one turn is read, and written, together.
 *
 * @module
 */
import { serialize } from "node:v8";
import { createBatcher } from "./batcher.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { getStateKey } from "./keys.ts";
import {
  addCommitSize,
  type CommitSize,
  createCommitSize,
  hasRoom,
  MAX_VALUE_BYTES,
  measureKey,
} from "./limits.ts";
import { getAll } from "./listing.ts";

/** Values by name. */
export interface States {
  get<T>(name: string): Promise<T | null>;
  /** Throws `StoreError` (`too_large`) above 64 KiB. */
  put(name: string, value: unknown): Promise<void>;
  /** Resolves when no write is pending. */
  settled(): Promise<void>;
}

interface Read {
  name: string;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

interface Write {
  name: string;
  value: unknown;
  bytes: number;
}

/** Returns the named values of `world`. */
export function createStates({ gate, world }: { gate: Gate; world: string }): States {
  let asked: Read[] = [];
  const readAsked = async () => {
    await Promise.resolve(); // callers of the same turn join
    const reads = asked;
    asked = [];
    try {
      const found = await getAll(gate, reads.map(({ name }) => getStateKey(world, name)));
      for (const [i, { resolve }] of reads.entries()) resolve(found[i]!.value);
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  };
  const batcher = createBatcher<Write>(async (writes) => {
    let rest = [...new Map(writes.map((write) => [write.name, write])).values()];
    while (rest.length > 0) rest = await commitSome(gate, world, rest);
  });

  return {
    async get<T>(name: string) {
      const value = await new Promise<unknown>((resolve, reject) => {
        asked.push({ name, resolve, reject });
        if (asked.length === 1) readAsked();
      });
      return value as T | null;
    },
    async put(name, value) {
      // Here, so that a value too large fails its own caller and not the group.
      const bytes = serialize(value).byteLength;
      if (bytes > MAX_VALUE_BYTES) {
        throw new StoreError(
          "too_large",
          `Cannot store the value ${name}: ${bytes} bytes, at most ${MAX_VALUE_BYTES}`,
        );
      }
      await batcher.add([{ name, value, bytes }]);
    },
    settled: batcher.settled,
  };
}

/** Commits as many values as one commit takes, at least one; returns those that are left. */
async function commitSome(gate: Gate, world: string, writes: readonly Write[]): Promise<Write[]> {
  const size = createCommitSize();
  const taken: { key: Deno.KvKey; value: unknown }[] = [];
  for (const { name, value, bytes } of writes) {
    const key = getStateKey(world, name);
    const more: CommitSize = {
      mutations: 1,
      checks: 0,
      valueBytes: bytes,
      keyBytes: measureKey(key),
    };
    if (taken.length > 0 && !hasRoom(size, more)) break;
    addCommitSize(size, more);
    taken.push({ key, value });
  }
  await gate.run((kv) => {
    const atomic = kv.atomic();
    for (const { key, value } of taken) atomic.set(key, value);
    return atomic.commit();
  });
  return writes.slice(taken.length);
}
