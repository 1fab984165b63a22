/**
 * Answers kept in memory and behind it in the store: made once, served until they are old.
 *
 * An answer is dropped when what it was made of is written, here or in another process, so that its
 * life may be long. What is asked for again and again is made anew shortly before it ends or after
 * it was dropped, and what usually follows is made before it is asked for. An answer that is never
 * told of changes lives longer while it keeps coming out the same.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { KeptNotice, KeptTexts, Written } from "../store/kept.ts";
import {
  createDropMemory,
  createDropper,
  type DropMemory,
  type Dropper,
  listTouched,
  type MadeOf,
} from "./dropped.ts";
import { createShelf, type Shelf, type Shelved } from "./shelf.ts";
import type { Answer, AnswerCache, AnswerFamily, FamilyOptions, FamilyStats } from "./types.ts";
import { createUpcoming, type Maker } from "./upcoming.ts";

export type { Answer, AnswerCache, AnswerFamily, FamilyOptions, FamilyStats } from "./types.ts";

interface Entry extends Shelved {
  value: unknown;
  madeMs: number;
  /** Asked for since it was made. */
  asked: number;
  isWarmed: boolean;
}

/** An answer that is being made; once dropped, it is not kept and nobody joins. */
interface Making {
  isDropped: boolean;
  answer: Promise<Answer<unknown>>;
}

interface Family extends FamilyOptions {
  stats: FamilyStats;
  /** Until when texts in the store are gone, or about to be. */
  dropped: DropMemory;
  /** Told of drops, in place of answers: it keeps none and counts nothing. */
  onDropped?: () => void;
}

/** Memory for all answers together, bytes. */
export const answerBytesMax = 64 * 1024 * 1024;
/** An answer is made anew ahead of time when so little of its life is left. */
const warmShare = 0.2;
/** Answers made ahead at a time, and in one round. */
const warmAtOnce = 2;
const warmMax = 50;
/** How far a lifetime moves from what was configured; one that is told of changes never rises. */
const ttlShareMin = 0.5;
const ttlShareMax = 4;
/** Life of answers that should be dropped by writes while these are not told, ms. */
const untoldMs = 15_000;
/** What an entry takes beside its text and name: objects, the closure that makes it, its slots. */
const entryBytes = 256;
/** What could not be made ahead is left to those who ask for it, for so long, ms. */
const failedMs = 60_000;

/** Returns an empty cache; `now` is wall time in epoch ms. */
export function createAnswerCache({ now, kept = null, log, memoryMax = answerBytesMax }: {
  now(): number;
  /** Where lasting answers lie, and who tells of writes; null keeps them in memory only. */
  kept?: KeptTexts | null;
  log: Logger;
  memoryMax?: number;
}): AnswerCache {
  const cache = new Answers({ now, kept, log, memoryMax });
  return {
    family: (name, options) => cache.family(name, options),
    follow: (name, madeOf, onDropped) => cache.follow(name, madeOf, onDropped),
    warm: () => cache.warm(),
    stats: () => cache.stats(),
    close: () => cache.close(),
  };
}

interface Parts {
  now(): number;
  kept: KeptTexts | null;
  log: Logger;
  memoryMax: number;
}

class Answers {
  readonly #parts: Parts;
  readonly #families = new Map<string, Family>();
  readonly #shelf: Shelf<Entry>;
  readonly #making = new Map<string, Making>();
  readonly #upcoming = createUpcoming();
  readonly #dropper: Dropper | null;
  readonly #isTold: boolean;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#shelf = createShelf(parts.memoryMax);
    const { kept, log } = parts;
    this.#dropper = kept && createDropper({ kept, log, hear: (notice) => this.#hear(notice) });
    this.#isTold = kept?.onWritten !== undefined;
    kept?.onWritten?.((written) => this.#noteWritten(written));
  }

  follow(name: string, madeOf: MadeOf, onDropped: () => void): void {
    this.#families.set(name, { ...createFamily(name, { ttlMs: 0, madeOf }), onDropped });
  }

  family<T>(name: string, options: FamilyOptions): AnswerFamily<T> {
    const isUntold = options.madeOf !== undefined && !this.#isTold;
    const ttlMs = isUntold ? Math.min(options.ttlMs, untoldMs) : options.ttlMs;
    const family = this.#families.get(name) ?? createFamily(name, { ...options, ttlMs });
    this.#families.set(name, family);
    return {
      get: (key, make) =>
        this.#get(family, { id: `${name} ${key}`, family: name, name: key, make }),
      invalidate: (key) => void this.#invalidate(family, key === undefined ? null : [key], true),
    } as AnswerFamily<T>;
  }

  async #get(family: Family, maker: Maker): Promise<Answer<unknown>> {
    const { id } = maker;
    this.#upcoming.note(maker);
    const entry = this.#shelf.peek(id);
    if (entry && this.#isFresh(family, entry.madeMs)) {
      this.#shelf.use(id);
      this.#countUse(family, entry);
      family.stats.hits.memory++;
      return { value: entry.value, madeMs: entry.madeMs, from: "memory", cached: true };
    }
    // Those who ask while an answer is made share it.
    const making = this.#making.get(id);
    const answer = await (making?.answer ??
      this.#begin(id, (making) => this.#find(family, maker, making)));
    if (answer.from === "store") family.stats.hits.store++;
    else family.stats.misses++;
    return answer;
  }

  #countUse(family: Family, entry: Entry): void {
    if (entry.isWarmed && entry.asked === 0) family.stats.warmedUsed++;
    entry.asked++;
  }

  #begin(
    id: string,
    run: (making: Making) => Promise<Answer<unknown>>,
  ): Promise<Answer<unknown>> {
    const result = Promise.withResolvers<Answer<unknown>>();
    const making: Making = { isDropped: false, answer: result.promise };
    this.#making.set(id, making);
    run(making).finally(() => {
      if (this.#making.get(id) === making) this.#making.delete(id);
    }).then(result.resolve, result.reject);
    return result.promise;
  }

  async #find(family: Family, maker: Maker, making: Making): Promise<Answer<unknown>> {
    const stored = await this.#readStored(family, maker.name);
    if (stored && !making.isDropped) {
      const { value, madeMs, bytes } = stored;
      this.#put(family, maker.id, { value, madeMs, bytes, asked: 1, isWarmed: false });
      return { value, madeMs, from: "store", cached: true };
    }
    return await this.#make(family, maker, making, false);
  }

  async #make(
    family: Family,
    { id, name, make }: Maker,
    making: Making,
    isWarmed: boolean,
  ): Promise<Answer<unknown>> {
    const before = this.#shelf.peek(id);
    const madeMs = this.#parts.now();
    const value = await make();
    // What it was made of changed meanwhile: those who wait get it, nobody after them.
    if (!making.isDropped) {
      const text = JSON.stringify(value) ?? "";
      if (before) this.#tune(family, JSON.stringify(before.value) === text);
      const asked = isWarmed ? 0 : 1;
      const bytes = countBytes(id, text);
      this.#put(family, id, { value, bytes, madeMs, asked, isWarmed });
      if (family.isLasting) {
        const { ttlMs } = family.stats;
        this.#dropper?.keep(
          family.stats.family,
          name,
          { text, madeMs },
          ttlMs,
          () => making.isDropped,
        );
      }
    }
    return { value, madeMs, from: "made", cached: false };
  }

  async #readStored(
    family: Family,
    name: string,
  ): Promise<{ value: unknown; madeMs: number; bytes: number } | null> {
    if (!family.isLasting || !this.#parts.kept) return null;
    try {
      const stored = await this.#parts.kept.get(family.stats.family, name);
      if (
        !stored || family.dropped.has(name, stored.madeMs) || !this.#isFresh(family, stored.madeMs)
      ) {
        return null;
      }
      const { text, madeMs } = stored;
      return { value: JSON.parse(text), madeMs, bytes: countBytes(name, text) };
    } catch (error) {
      this.#parts.log.debug("a kept answer was not read", { error: String(error) });
      return null;
    }
  }

  /** A clock that went back makes the age unknown. */
  #isFresh(family: Family, madeMs: number): boolean {
    const ageMs = this.#parts.now() - madeMs;
    return ageMs >= 0 && ageMs < family.stats.ttlMs;
  }

  /** What comes out the same may live longer, what changes untold must live shorter. */
  #tune(family: Family, isSame: boolean): void {
    if (family.madeOf && this.#isTold) return;
    const wanted = family.stats.ttlMs * (isSame ? 1.1 : 0.8);
    const most = family.ttlMs * (family.madeOf ? 1 : ttlShareMax);
    family.stats.ttlMs = Math.min(most, Math.max(family.ttlMs * ttlShareMin, wanted));
  }

  #put({ stats }: Family, id: string, entry: Omit<Entry, "onLeave">): void {
    const onLeave = (isEvicted: boolean) => {
      stats.bytes -= entry.bytes;
      stats.entries--;
      if (isEvicted) stats.evictions++;
    };
    if (!this.#shelf.put(id, { ...entry, onLeave })) return;
    stats.bytes += entry.bytes;
    stats.entries++;
    this.#upcoming.settle(id);
  }

  /**
   * Before this returns, nobody gets what was made until now; texts are gone when it resolves. Null
   * drops the whole family.
   */
  async #invalidate(
    family: Family,
    names: readonly string[] | null,
    isToldOthers: boolean,
  ): Promise<void> {
    if (names?.length === 0) return;
    family.onDropped?.();
    for (const id of this.#listIds(family, names)) this.#drop(family, id);
    if (!this.#dropper) return;
    family.dropped.note(names, this.#parts.now());
    const { family: own } = family.stats;
    await this.#dropper.drop({ family: own, names, isLasting: family.isLasting === true }, {
      isTold: isToldOthers,
    });
  }

  /** What is kept or being made of a family. */
  #listIds({ stats }: Family, names: readonly string[] | null): string[] {
    const prefix = `${stats.family} `;
    if (names) return names.map((name) => prefix + name);
    return [...this.#making.keys(), ...this.#shelf.list().map(([id]) => id)]
      .filter((id) => id.startsWith(prefix));
  }

  #drop({ stats }: Family, id: string): void {
    const making = this.#making.get(id);
    if (!making && !this.#shelf.peek(id)) return;
    if (making) making.isDropped = true;
    this.#making.delete(id);
    this.#shelf.remove(id);
    this.#upcoming.noteDropped(id);
    stats.dropped++;
  }

  async #noteWritten(written: Written): Promise<void> {
    await Promise.all(
      [...this.#families.values()].map((family) =>
        this.#invalidate(family, listTouched(family.madeOf, written), true)
      ),
    );
  }

  /** Another process dropped it, maybe while a text of ours was on its way to the store. */
  #hear({ family: name, name: key }: KeptNotice): void {
    for (const family of this.#families.values()) {
      if (name !== null && family.stats.family !== name) continue;
      void this.#invalidate(family, key === null ? null : [key], false);
    }
  }

  async warm(): Promise<void> {
    const due = this.#upcoming.listWanted((id) => this.#shelf.peek(id)?.asked ?? 0)
      .filter((maker) => this.#isDue(maker)).slice(0, warmMax);
    const work = async () => {
      for (let next = due.shift(); next; next = due.shift()) {
        const maker = next;
        // Somebody may have asked for it meanwhile, and two makings could not both hear of a drop.
        if (!this.#isDue(maker)) continue;
        const family = this.#families.get(maker.family)!;
        try {
          await this.#begin(maker.id, (making) => this.#make(family, maker, making, true));
          family.stats.warmed++;
          this.#upcoming.noteAhead(maker.id);
        } catch (error) {
          this.#upcoming.noteFailed(maker.id, this.#parts.now());
          this.#parts.log.debug("an answer was not made ahead", { error: String(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: warmAtOnce }, work));
  }

  /** Says whether an answer is about to end, was dropped, or is gone, and nobody makes it now. */
  #isDue({ id, family }: Maker): boolean {
    const now = this.#parts.now();
    if (this.#making.has(id) || this.#upcoming.hasFailed(id, now - failedMs)) return false;
    const entry = this.#shelf.peek(id);
    if (!entry) return true;
    const { ttlMs } = this.#families.get(family)!.stats;
    return entry.madeMs + ttlMs - now < ttlMs * warmShare;
  }

  stats(): FamilyStats[] {
    const shown = [...this.#families.values()].filter(({ onDropped }) => !onDropped);
    return shown.map(({ stats }) => ({ ...stats, hits: { ...stats.hits } }));
  }

  async close(): Promise<void> {
    await this.#dropper?.close();
  }
}

function createFamily(name: string, options: FamilyOptions): Family {
  const stats: FamilyStats = {
    family: name,
    hits: { memory: 0, store: 0 },
    misses: 0,
    warmed: 0,
    warmedUsed: 0,
    evictions: 0,
    dropped: 0,
    entries: 0,
    bytes: 0,
    ttlMs: options.ttlMs,
  };
  return { ...options, stats, dropped: createDropMemory() };
}

/** About what an answer takes in memory: text beside the value it stands for, name, and upkeep. */
function countBytes(id: string, text: string): number {
  return text.length + id.length + entryBytes;
}
