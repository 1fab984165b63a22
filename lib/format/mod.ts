/**
 * Numbers, times and texts as people read them.
 *
 * @module
 */
export * from "./cache_strings.ts";
export * from "./dates.ts";
export * from "./numbers.ts";
export * from "./overview_strings.ts";
export * from "./page_strings.ts";
export * from "./signal_strings.ts";
export * from "./strings.ts";
