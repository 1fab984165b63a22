/**
 * What is likely to be asked for next, and how it is made: from what was asked for, what was
 * dropped although it was wanted, and what usually follows.
 *
 * @module
 */
import { createSuccession } from "./succession.ts";

/** How an answer is made. */
export interface Maker {
  /** Family and name in one. */
  id: string;
  family: string;
  name: string;
  make: () => Promise<unknown>;
}

/** Learns from requests. */
export interface Upcoming {
  /** An answer was asked for. */
  note(maker: Maker): void;
  /** An answer was dropped, and is wanted again if it was asked for oftener than made ahead. */
  noteDropped(id: string): void;
  /** An answer was made ahead. */
  noteAhead(id: string): void;
  /** An answer was made. */
  settle(id: string): void;
  /** An answer could not be made ahead, at this time. */
  noteFailed(id: string, atMs: number): void;
  /** Says whether one could not be made ahead after `sinceMs`, and was not made since. */
  hasFailed(id: string, sinceMs: number): boolean;
  /** Dropped ones first, then followers, then those asked for often; `countAsked` of their life. */
  listWanted(countAsked: (id: string) => number): Maker[];
}

/** Makers that are remembered, those asked for longest ago forgotten first. */
const makersMax = 1_000;
/** An answer is wanted again when it was asked for so often in its life. */
const askedMin = 2;
/** Each request pays for one making ahead after a drop; so many are saved up. */
const savedMax = 3;

/** Returns one that has learnt nothing. */
export function createUpcoming(): Upcoming {
  const makers = new Map<string, Maker>();
  const dropped = new Set<string>();
  const failed = new Map<string, number>();
  const saved = new Map<string, number>();
  const succession = createSuccession();
  return {
    note(maker) {
      succession.note(maker.id);
      makers.delete(maker.id);
      makers.set(maker.id, maker);
      saved.set(maker.id, Math.min(savedMax, (saved.get(maker.id) ?? 0) + 1));
      if (makers.size <= makersMax) return;
      const oldest = makers.keys().next().value!;
      makers.delete(oldest);
      dropped.delete(oldest);
      failed.delete(oldest);
      saved.delete(oldest);
    },
    noteDropped(id) {
      if ((saved.get(id) ?? 0) > 0) dropped.add(id);
    },
    noteAhead: (id) => void saved.set(id, Math.max(0, (saved.get(id) ?? 0) - 1)),
    settle(id) {
      dropped.delete(id);
      failed.delete(id);
    },
    noteFailed: (id, atMs) => void failed.set(id, atMs),
    hasFailed: (id, sinceMs) => (failed.get(id) ?? -Infinity) > sinceMs,
    listWanted(countAsked) {
      const often = [...makers.keys()].filter((id) => countAsked(id) >= askedMin);
      const ids = new Set([...dropped, ...succession.listExpected(), ...often]);
      return [...ids].flatMap((id) => makers.get(id) ?? []);
    },
  };
}
