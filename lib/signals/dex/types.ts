/**
 * What a detector on DEX pairs is: a sample and its history in, a find or null out.
 *
 * @module
 */
import type { DexPairRecord, DexSampleRecord, DexSignalType } from "../../contracts/dex_records.ts";
import type { Thresholds } from "../types.ts";

/** One point of a pair's past: time (epoch ms), price, volume of 24 h, liquidity; USD. */
export type DexPoint = [
  time: number,
  price: number | null,
  volume: number | null,
  liquidity: number | null,
];

/** What is remembered of one pair. Plain values. */
export interface DexHistory {
  /** Time of the newest folded sample, epoch ms; 0 before the first. */
  last: number;
  /** The last sample of each hour of some 30 hours, oldest first. */
  points: DexPoint[];
  /** By UTC day, oldest first: day number, sum of sampled 24 h volumes, samples with a volume. */
  days: [day: number, sum: number, count: number][];
  /** Newest signal of each type: time and magnitude. */
  fired: Partial<Record<DexSignalType, { atMs: number; magnitude: number; id: string }>>;
}

/** What a detector is given. */
export interface DexInput {
  pair: DexPairRecord;
  /** The sample that is looked at; newer than all of `history`. */
  sample: DexSampleRecord;
  history: DexHistory;
  /** Since when pairs are watched at all, epoch ms. */
  watchedSinceMs: number;
}

/** What a detector found. */
export interface DexFind {
  /** How far beyond its threshold: 1 is just at it. */
  magnitude: number;
  data: Record<string, number | string>;
}

/** Says whether a sample breaks with its pair's past. Pure, keeping no state. */
export interface DexDetector {
  type: DexSignalType;
  /** Raise it when the arithmetic changes. */
  version: number;
  defaults: Thresholds;
  detect(input: DexInput, thresholds: Thresholds): DexFind | null;
}
