/**
 * What the cache of answers gives, and what it is told.
 *
 * @module
 */
import type { MadeOf } from "./dropped.ts";

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
  /**
   * What the answers are made of. A write to it drops them: all, or those whose names are told.
   * Where writes are not told, such answers live shortly.
   */
  madeOf?: MadeOf;
}

/** What a family did since the start. */
export interface FamilyStats {
  family: string;
  hits: { memory: number; store: number };
  /** Requests that waited for an answer to be made, each of those that shared one too. */
  misses: number;
  /** Made ahead of a request, and of those how many were then asked for. */
  warmed: number;
  warmedUsed: number;
  /** Left memory because it was full. */
  evictions: number;
  /** Left memory, or were no longer wanted while being made, because what they were made of changed. */
  dropped: number;
  entries: number;
  bytes: number;
  /** Lifetime in force, ms. */
  ttlMs: number;
}

/** All kept answers of a process. */
export interface AnswerCache {
  /** The same name is the same family, kept as it was first asked for. */
  family<T>(name: string, options: FamilyOptions): AnswerFamily<T>;
  /** Calls back when what `madeOf` names is written, here or in another process. */
  follow(name: string, madeOf: MadeOf, onDropped: () => void): void;
  /** Makes anew what is asked for often and about to end or dropped; call it every second or so. */
  warm(): Promise<void>;
  stats(): FamilyStats[];
  close(): Promise<void>;
}
