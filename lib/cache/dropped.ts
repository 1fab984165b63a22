/**
 * What a write drops, and how the store and other processes come to know of it.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { KeptNotice, KeptText, KeptTexts, Written, WrittenRecords } from "../store/kept.ts";

/**
 * What answers are made of: true where any write drops all, else a function that says which names
 * the written records drop; null stands for all.
 */
export type MadeOf = {
  readonly [K in keyof WrittenRecords]?:
    | true
    | ((records: readonly WrittenRecords[K][]) => readonly string[] | null);
};

/** Returns the names of answers that a write drops; null for all of them. */
export function listTouched(
  madeOf: MadeOf | undefined,
  { to, records }: Written,
): readonly string[] | null {
  if (to === null) return null;
  // Records are those of `to`, as is the function; the types of the two are joined here only.
  const touch = madeOf?.[to] as true | ((records: unknown) => readonly string[] | null) | undefined;
  if (touch === undefined) return [];
  if (touch === true || records === null) return null;
  const names = touch(records);
  return names && [...new Set(names)];
}

/** Until when the texts of a family are gone. */
export interface DropMemory {
  /** These names, or with null all, were dropped at this time, epoch ms. */
  note(names: readonly string[] | null, atMs: number): void;
  /** Says whether what was made at `madeMs` was dropped since. */
  has(name: string, madeMs: number): boolean;
}

/** Dropped names that are remembered of a family; more are all names. */
const rememberedMax = 1_000;
/** Names dropped one by one in the store and told of; more of them at a time are all names. */
const namesMax = 32;

/** Returns one that remembers no drop. */
export function createDropMemory(): DropMemory {
  let allMs = -Infinity;
  const byName = new Map<string, number>();
  return {
    note(names, atMs) {
      for (const name of names ?? []) byName.set(name, atMs);
      if (names !== null && byName.size <= rememberedMax) return;
      byName.clear();
      allMs = Math.max(allMs, atMs);
    },
    has: (name, madeMs) => madeMs <= Math.max(allMs, byName.get(name) ?? -Infinity),
  };
}

/** Keeps the store and other processes in step with the memory of this one. */
export interface Dropper {
  /** Keeps a text, after all drops before it, unless `isDropped` by then. */
  keep(
    family: string,
    name: string,
    text: KeptText,
    ttlMs: number,
    isDropped: () => boolean,
  ): void;
  /** Removes texts of a lasting family (null: all), and tells other processes; never rejects. */
  drop(
    what: { family: string; names: readonly string[] | null; isLasting: boolean },
    options: { isTold: boolean },
  ): Promise<void>;
  /** Resolves when all is done and nothing is heard any more. */
  close(): Promise<void>;
}

/** Returns a dropper; `hear` is told what other processes drop. */
export function createDropper({ kept, log, hear }: {
  kept: KeptTexts;
  log: Logger;
  hear(notice: KeptNotice): void;
}): Dropper {
  const self = crypto.randomUUID();
  const closing = new AbortController();
  const listener = (notice: KeptNotice) => void (notice.by !== self && hear(notice));
  const watching = kept.watch(listener, closing.signal).catch((error) =>
    log.warn("dropped answers are not heard of", { error: String(error) })
  );
  /** Uses of the store one after the other: a text must not come after the drop that it precedes. */
  let last: Promise<void> = Promise.resolve();
  const line = (work: () => Promise<unknown>, trouble: string) =>
    last = last.then(work).then(() => {}, (error) => log.warn(trouble, { error: String(error) }));
  const tell = createTeller(kept, self, log);

  return {
    keep(family, name, text, ttlMs, isDropped) {
      void line(async () => {
        if (isDropped()) return;
        // A text that is too long, or not taken, costs another making after a restart.
        await kept.put(family, name, text, ttlMs);
      }, "an answer was not kept");
    },
    async drop({ family, names, isLasting }, { isTold }) {
      const all = names && names.length <= namesMax ? names : [null];
      const remove = async () => {
        for (const name of all) await kept.remove(family, name);
      };
      const removed = isLasting ? line(remove, "an answer was not dropped") : Promise.resolve();
      if (isTold) { for (const name of all) tell.add(family, name); }
      await removed;
    },
    async close() {
      await last;
      await tell.settled();
      closing.abort();
      await watching;
    },
  };
}

/** Tells other processes, all that came up meanwhile in one go. */
function createTeller(kept: KeptTexts, by: string, log: Logger) {
  const waiting = new Map<string, KeptNotice>();
  let telling: Promise<void> | null = null;
  const run = async () => {
    while (waiting.size > 0) {
      const notices = [...waiting.values()];
      waiting.clear();
      await kept.tell(notices).catch((error) =>
        log.warn("others were not told of a dropped answer", { error: String(error) })
      );
    }
    telling = null;
  };
  return {
    add(family: string, name: string | null) {
      waiting.set(JSON.stringify([family, name]), { family, name, by });
      telling ??= Promise.resolve().then(run);
    },
    settled: async () => await telling,
  };
}
