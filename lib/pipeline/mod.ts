/**
 * The live path from a trade to a stored bar, its indicators, signals and live messages.
 *
 * @module
 */
export * from "./options.ts";
export * from "./parity.ts";
export * from "./pipeline.ts";
export * from "./types.ts";
