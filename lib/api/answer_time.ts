/**
 * The time that answers are given for: so coarse that an unchanged list is an unchanged answer.
 *
 * @module
 */
import type { ApiDeps } from "./deps.ts";

const minuteMs = 60_000;

/** Returns the market's minute, or the time of the newest record (epoch ms) where that is later. */
export function getAnswerTime({ marketNow }: Pick<ApiDeps, "marketNow">, newestMs = 0): number {
  return Math.max(Math.floor(marketNow() / minuteMs) * minuteMs, newestMs);
}
