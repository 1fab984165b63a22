/**
 * What a model of text answers, whether it is a list of rules or learned.
 *
 * @module
 */
import type { EntityType } from "../contracts/records.ts";

/** How a text speaks of its subject. */
export type SentimentLabel = "positive" | "neutral" | "negative";

/** What a model of sentiment says of one text. */
export interface Judgement {
  /** From -1 (bad news) to 1 (good news). */
  score: number;
  /** From 0 to 1: how sure the model is. */
  confidence: number;
  label: SentimentLabel;
  /** What it rests on, for people: `+1.6 surges`. At most eight. */
  reasons: string[];
}

/** Judges headlines. Pure, deterministic, never throws, whatever the text. */
export interface SentimentModel {
  /** Name and version, such as `rules/1`; raise it when answers change. */
  version: string;
  judge(title: string): Judgement;
}

/** One entity that a text names. */
export interface FoundEntity {
  type: EntityType;
  /** Canonical: `BTC`, `binance`, `aave`, or the address as written. */
  name: string;
  /** How often it is named. */
  count: number;
  /** Where it is named first, in UTF-16 units; `end` is one past it. */
  start: number;
  end: number;
}

/** A name by which something is called, and its canonical name. */
export interface KnownName {
  type: "token" | "exchange" | "protocol";
  /** As people write it: `Bitcoin`, `Aave V3`. */
  text: string;
  name: string;
}

/** What the world knows beyond the built-in names. */
export interface EntityContext {
  /** Codes of tokens, in capitals. */
  codes: ReadonlySet<string>;
  names: readonly KnownName[];
}

/** Finds entities in texts. Pure, deterministic, never throws, whatever the text. */
export interface EntityModel {
  version: string;
  /** Entities in the order of their first place; none twice. */
  find(text: string): FoundEntity[];
}
