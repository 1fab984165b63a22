/**
 * Data quality: each trade is checked against its symbol's history before it may shape a bar.
 *
 * A check is one file that exports a `TradeCheck`, and one line in `tradeChecks` below.
 *
 * @module
 */
import type { Trade } from "../market/mod.ts";
import { FAIL, SUSPECT, type TradeCheck } from "./check.ts";
import { freshness } from "./freshness.ts";
import { addToHistory, noteRefusal, noteScore, type TradeHistory } from "./history.ts";
import { priceAnomaly } from "./price_anomaly.ts";
import { validValues } from "./valid_values.ts";
import { volumeSanity } from "./volume_sanity.ts";

export * from "./check.ts";
export * from "./history.ts";
export * from "./limits.ts";
export * from "./ohlc.ts";
export * from "./quarantine.ts";
export { VALID_VALUES_CHECK } from "./valid_values.ts";

/** Every check of a trade, in the order in which they run. */
export const tradeChecks = [
  validValues,
  freshness,
  priceAnomaly,
  volumeSanity,
] as const satisfies readonly TradeCheck[];

/** What became of a trade, and the names of the checks that were not simply passed. */
export interface Verdict {
  verdict: "pass" | "suspect" | "fail";
  failed: readonly string[];
}

const passed: Verdict = Object.freeze({ verdict: "pass", failed: [] });
const suspects: readonly Verdict[] = tradeChecks.map((check) =>
  Object.freeze({ verdict: "suspect", failed: [check.name] })
);

/**
 * Judges a trade and remembers it: accepted ones enter the window, refused ones count for a re-base
 * (the last of enough consistent ones in a row is accepted). Allocates nothing unless the trade fails.
 */
export function checkTrade(history: TradeHistory, trade: Trade, nowMs: number): Verdict {
  let failures = 0;
  let suspect = -1;
  let isStatistical = true;
  for (let i = 0; i < tradeChecks.length; i++) {
    const check = tradeChecks[i]!;
    const result = check.check(history, trade, nowMs);
    if (result === FAIL) {
      failures |= 1 << i;
      isStatistical &&= check.isStatistical;
      history.failed[i]!++;
      // What is not a number cannot be judged any further.
      if (check === validValues) break;
    } else {
      if (result === SUSPECT) suspect = i;
      history.passed[i]!++;
    }
  }
  if (failures !== 0) return refuse(history, trade, failures, isStatistical);
  history.refusedCount = 0;
  addToHistory(history, trade.price, trade.size);
  noteScore(history, suspect < 0 ? 1 : 0.5);
  return suspect < 0 ? passed : suspects[suspect]!;
}

function refuse(
  history: TradeHistory,
  trade: Trade,
  failures: number,
  isStatistical: boolean,
): Verdict {
  const failed = tradeChecks.filter((_, i) => failures & (1 << i)).map((check) => check.name);
  // Stale or broken trades say nothing about where the market is.
  if (isStatistical && noteRefusal(history, trade.price, trade.size)) {
    noteScore(history, 0.5);
    return { verdict: "suspect", failed };
  }
  noteScore(history, 0);
  return { verdict: "fail", failed };
}

/** Returns how often each check passed and failed, by name. */
export function getCheckCounts(
  history: TradeHistory,
): Record<string, { passed: number; failed: number }> {
  return Object.fromEntries(
    tradeChecks.map((check, i) => [
      check.name,
      { passed: history.passed[i]!, failed: history.failed[i]! },
    ]),
  );
}
