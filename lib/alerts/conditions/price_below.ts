/**
 * PRICE_BELOW: a trade below a level, or below a drawn line.
 *
 * @module
 */
import { createPriceCondition } from "../price_level.ts";

/** The price is below the level. */
export const priceBelow = createPriceCondition("PRICE_BELOW");
