/**
 * Every condition. A new one is one file here and one line below.
 *
 * @module
 */
import type { AlertConditionName } from "../../contracts/owned.ts";
import type { Condition } from "../types.ts";
import { arbitrageSpread } from "./arbitrage_spread.ts";
import { custom } from "./custom.ts";
import { liquidityShift } from "./liquidity_shift.ts";
import { macdCrossover } from "./macd_crossover.ts";
import { newPair } from "./new_pair.ts";
import { percentChange } from "./percent_change.ts";
import { priceAbove } from "./price_above.ts";
import { priceBelow } from "./price_below.ts";
import { rsiAbove } from "./rsi_above.ts";
import { rsiBelow } from "./rsi_below.ts";
import { sentimentShift } from "./sentiment_shift.ts";
import { signalConfidence } from "./signal_confidence.ts";
import { tvlChange } from "./tvl_change.ts";
import { volumeSpike } from "./volume_spike.ts";

/** In the order in which a form lists them. */
export const conditions: readonly Condition[] = [
  priceAbove,
  priceBelow,
  percentChange,
  rsiAbove,
  rsiBelow,
  macdCrossover,
  volumeSpike,
  sentimentShift,
  tvlChange,
  signalConfidence,
  liquidityShift,
  newPair,
  arbitrageSpread,
  custom,
];

const byName = new Map(conditions.map((condition) => [condition.name, condition]));

/** Returns the condition of a name. */
export function getCondition(name: AlertConditionName): Condition {
  const condition = byName.get(name);
  if (!condition) throw new RangeError(`Cannot find the condition ${name}`);
  return condition;
}
