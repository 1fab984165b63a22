/**
 * Answers kept in memory and behind it in the store: made once, served until they are old.
 *
 * What is asked for again and again is made anew shortly before it ends, and what usually follows is
 * made before it is asked for. An answer that keeps coming out the same lives longer.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { KeptNotice, KeptTexts } from "../store/mod.ts";
import { createSuccession } from "./succession.ts";

/** An answer, and where it came from. */
export interface Answer<T> {
  value: T;
  /** Wall time at which it was made, epoch ms. */
  madeMs: number;
  from: "memory" | "store" | "made";
  /** True unless it was made for this very request. */
  cached: boolean;
}

/** Answers of one kind. */
export interface AnswerFamily<T> {
  /** Returns what is kept under `name`, else what `make` resolves to; a failure is not kept. */
  get(name: string, make: () => Promise<T>): Promise<Answer<T>>;
  /** Drops one, or all: what they were made of changed. */
  invalidate(name?: string): void;
}

/** How answers of a kind are kept. */
export interface FamilyOptions {
  ttlMs: number;
  /** Kept in the store as well, so that they outlive a restart; they must survive JSON. */
  isLasting?: boolean;
}

/** What a family did since the start. */
export interface FamilyStats {
  family: string;
  hits: { memory: number; store: number };
  misses: number;
  /** Made ahead of a request, and of those how many were then asked for. */
  warmed: number;
  warmedUsed: number;
  evictions: number;
  entries: number;
  bytes: number;
  /** Lifetime in force, ms. */
  ttlMs: number;
}

/** All kept answers of a process. */
export interface AnswerCache {
  /** The same name is the same family, kept as it was first asked for. */
  family<T>(name: string, options: FamilyOptions): AnswerFamily<T>;
  /** Makes anew what is asked for often and about to end; call it every second or so. */
  warm(): Promise<void>;
  stats(): FamilyStats[];
  close(): Promise<void>;
}

interface Entry {
  value: unknown;
  bytes: number;
  madeMs: number;
  make: () => Promise<unknown>;
  /** Asked for since it was made. */
  asked: number;
  isWarmed: boolean;
}

/** Memory for all answers together; the ones used longest ago go first. */
const bytesMax = 64 * 1024 * 1024;
/** An answer is made anew ahead of time when it was asked for so often in its life. */
const warmAsked = 2;
/** … and so little of its life is left. */
const warmShare = 0.2;
/** Answers made ahead at a time. */
const warmAtOnce = 2;
/** How far a lifetime moves from what was configured. */
const ttlShareMin = 0.5;
const ttlShareMax = 4;

/** Returns an empty cache; `now` is wall time in epoch ms. */
export function createAnswerCache({ now, kept = null, log, memoryMax = bytesMax }: {
  now(): number;
  /** Where lasting answers lie; null keeps them in memory only. */
  kept?: KeptTexts | null;
  log: Logger;
  memoryMax?: number;
}): AnswerCache {
  const cache = new Answers({ now, kept, log, memoryMax });
  return {
    family: (name, options) => cache.family(name, options),
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

type Family = FamilyOptions & { stats: FamilyStats };

class Answers {
  readonly #parts: Parts;
  readonly #families = new Map<string, Family>();
  /** By family and name, the one used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  readonly #making = new Map<string, Promise<Answer<unknown>>>();
  readonly #succession = createSuccession();
  readonly #self = crypto.randomUUID();
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;
  #bytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#watching = parts.kept?.watch((notice) => this.#hear(notice), this.#closing.signal)
      .catch((error) =>
        parts.log.warn("dropped answers are not heard of", { error: String(error) })
      ) ??
      Promise.resolve();
  }

  family<T>(name: string, options: FamilyOptions): AnswerFamily<T> {
    const stats: FamilyStats = {
      family: name,
      hits: { memory: 0, store: 0 },
      misses: 0,
      warmed: 0,
      warmedUsed: 0,
      evictions: 0,
      entries: 0,
      bytes: 0,
      ttlMs: options.ttlMs,
    };
    const family = this.#families.get(name) ?? { ...options, stats };
    this.#families.set(name, family);
    return {
      get: (key, make) => this.#get(family, key, make) as Promise<Answer<T>>,
      invalidate: (key) => this.#invalidate(family, key ?? null),
    };
  }

  async #get(family: Family, name: string, make: () => Promise<unknown>): Promise<Answer<unknown>> {
    const id = `${family.stats.family} ${name}`;
    this.#succession.note(id);
    const entry = this.#entries.get(id);
    if (entry && this.#isFresh(family, entry.madeMs)) {
      this.#entries.delete(id);
      this.#entries.set(id, entry);
      if (entry.isWarmed && entry.asked === 0) family.stats.warmedUsed++;
      entry.asked++;
      entry.make = make;
      family.stats.hits.memory++;
      return { value: entry.value, madeMs: entry.madeMs, from: "memory", cached: true };
    }
    return await this.#find(family, name, make);
  }

  /** Those who ask while an answer is made share it. */
  #find(family: Family, name: string, make: () => Promise<unknown>): Promise<Answer<unknown>> {
    const id = `${family.stats.family} ${name}`;
    const begun = this.#making.get(id);
    if (begun) return begun;
    const run = (async () => {
      try {
        const stored = await this.#readStored(family, name);
        if (stored) {
          family.stats.hits.store++;
          this.#put(family, id, { ...stored, make, asked: 1, isWarmed: false });
          return {
            value: stored.value,
            madeMs: stored.madeMs,
            from: "store" as const,
            cached: true,
          };
        }
        family.stats.misses++;
        return await this.#make(family, name, make, false);
      } finally {
        this.#making.delete(id);
      }
    })();
    this.#making.set(id, run);
    return run;
  }

  async #make(
    family: Family,
    name: string,
    make: () => Promise<unknown>,
    isWarmed: boolean,
  ): Promise<Answer<unknown>> {
    const id = `${family.stats.family} ${name}`;
    const before = this.#entries.get(id);
    const value = await make();
    const madeMs = this.#parts.now();
    const text = JSON.stringify(value) ?? "";
    if (before) this.#tune(family, JSON.stringify(before.value) === text);
    this.#put(family, id, {
      value,
      bytes: text.length,
      madeMs,
      make,
      asked: isWarmed ? 0 : 1,
      isWarmed,
    });
    if (family.isLasting) {
      // A store that does not take it costs another making after a restart, nothing else.
      await this.#parts.kept?.put(family.stats.family, name, { text, madeMs }, family.stats.ttlMs)
        .catch((error) =>
          this.#parts.log.debug("an answer was not kept", { error: String(error) })
        );
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
      if (!stored || !this.#isFresh(family, stored.madeMs)) return null;
      const { text, madeMs } = stored;
      return { value: JSON.parse(text), madeMs, bytes: text.length };
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

  /** What comes out the same may live longer, what changes must live shorter. */
  #tune(family: Family, isSame: boolean): void {
    const wanted = family.stats.ttlMs * (isSame ? 1.1 : 0.8);
    const [least, most] = [family.ttlMs * ttlShareMin, family.ttlMs * ttlShareMax];
    family.stats.ttlMs = Math.min(most, Math.max(least, wanted));
  }

  #put(family: Family, id: string, entry: Entry): void {
    this.#remove(family, id);
    this.#entries.set(id, entry);
    this.#bytes += entry.bytes;
    family.stats.bytes += entry.bytes;
    family.stats.entries++;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#parts.memoryMax || oldest === id) break;
      const owner = this.#families.get(oldest.slice(0, oldest.indexOf(" ")))!;
      this.#remove(owner, oldest);
      owner.stats.evictions++;
    }
  }

  #remove(family: Family, id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#bytes -= entry.bytes;
    family.stats.bytes -= entry.bytes;
    family.stats.entries--;
  }

  #invalidate(family: Family, name: string | null): void {
    this.#drop(family, name);
    if (!family.isLasting) return;
    this.#parts.kept?.drop({ family: family.stats.family, name, by: this.#self })
      .catch((error) =>
        this.#parts.log.warn("an answer was not dropped", { error: String(error) })
      );
  }

  #drop(family: Family, name: string | null): void {
    const prefix = `${family.stats.family} `;
    if (name !== null) return this.#remove(family, prefix + name);
    for (const id of [...this.#entries.keys()]) if (id.startsWith(prefix)) this.#remove(family, id);
  }

  #hear({ family, name, by }: KeptNotice): void {
    const own = this.#families.get(family);
    if (own && by !== this.#self) this.#drop(own, name);
  }

  async warm(): Promise<void> {
    const due = this.#listDue().slice(0, 50);
    const work = async () => {
      for (let next = due.shift(); next; next = due.shift()) {
        const { family, name, make } = next;
        try {
          await this.#make(family, name, make, true);
          family.stats.warmed++;
        } catch (error) {
          this.#parts.log.debug("an answer was not made ahead", { error: String(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: warmAtOnce }, work));
  }

  /** What is asked for often and about to end, and what usually follows what was just asked for. */
  #listDue(): { family: Family; name: string; make: () => Promise<unknown> }[] {
    const now = this.#parts.now();
    const followers = new Set(this.#succession.listExpected());
    const due = [];
    for (const [id, { madeMs, asked, make }] of this.#entries) {
      const at = id.indexOf(" ");
      const family = this.#families.get(id.slice(0, at))!;
      const leftMs = madeMs + family.stats.ttlMs - now;
      const isEnding = leftMs < family.stats.ttlMs * warmShare;
      const isWanted = asked >= warmAsked || followers.has(id);
      if (isEnding && isWanted && leftMs > -family.stats.ttlMs) {
        due.push({ family, name: id.slice(at + 1), make });
      }
    }
    return due;
  }

  stats(): FamilyStats[] {
    return [...this.#families.values()].map(({ stats }) => ({ ...stats, hits: { ...stats.hits } }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }
}
