/**
 * RSI_BELOW: the relative strength index of a closed bar below a level.
 *
 * @module
 */
import { createRsiCondition } from "../rsi_level.ts";

/** The index is below the level. */
export const rsiBelow = createRsiCondition("RSI_BELOW");
