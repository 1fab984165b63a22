/**
 * Models of text: what a headline says of whom. Rules live here; learned models fill the same
 * interfaces, and the rules take over where those are off, fail or are late.
 *
 * @module
 */
export * from "./entities_rules.ts";
export * from "./sentiment_rules.ts";
export * from "./service.ts";
export * from "./types.ts";
