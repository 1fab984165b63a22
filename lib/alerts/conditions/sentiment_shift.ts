/**
 * SENTIMENT_SHIFT: the mood of what is said of an entity has turned.
 *
 * @module
 */
import { createShift } from "../shift.ts";

/** The mood of what is said of an entity has changed by so many points. */
export const sentimentShift = createShift({
  name: "SENTIMENT_SHIFT",
  figure: "sentiment",
  unit: "points",
  max: 2,
  fallback: 0.3,
  describe: ({ symbol, value, change }, { threshold }) =>
    `Sentiment of ${symbol} moved by ${change.toFixed(2)} to ${value.toFixed(2)} ` +
    `on a scale from -1 to 1 (asked for: ${threshold}).`,
});
