/**
 * What a check of a trade is, and what it may answer.
 *
 * @module
 */
import type { Trade } from "../market/mod.ts";
import type { TradeHistory } from "./history.ts";

/** 0 passes, 1 is suspect but stays in, 2 fails and stays out. */
export type CheckResult = 0 | 1 | 2;
export const PASS = 0;
export const SUSPECT = 1;
export const FAIL = 2;

/** One check of a trade against its symbol's history. Pure and free of allocation. */
export interface TradeCheck {
  name: string;
  /** True when repeated failures may mean that the market moved, so that they count for a re-base. */
  isStatistical: boolean;
  check(history: TradeHistory, trade: Trade, nowMs: number): CheckResult;
}
