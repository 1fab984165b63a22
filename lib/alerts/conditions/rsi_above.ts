/**
 * RSI_ABOVE: the relative strength index of a closed bar above a level.
 *
 * @module
 */
import { createRsiCondition } from "../rsi_level.ts";

/** The index is above the level. */
export const rsiAbove = createRsiCondition("RSI_ABOVE");
