/**
 * PRICE_ABOVE: a trade above a level, or above a drawn line.
 *
 * @module
 */
import { createPriceCondition } from "../price_level.ts";

/** The price is above the level. */
export const priceAbove = createPriceCondition("PRICE_ABOVE");
