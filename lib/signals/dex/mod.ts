/**
 * Signals on DEX pairs. A detector is one file here and one line in `dexDetectors`: a sample and its
 * pair's past in, a find or null out.
 *
 * @module
 */
import { liquidityRisk } from "./liquidity_risk.ts";
import { liquidityShift } from "./liquidity_shift.ts";
import { newPair } from "./new_pair.ts";
import { priceVolatility } from "./price_volatility.ts";
import type { DexDetector } from "./types.ts";
import { dexVolumeAnomaly } from "./volume_anomaly.ts";

export * from "./fold.ts";
export { createDexHistory, findDayBefore } from "./history.ts";
export * from "./types.ts";

/** Every detector on pairs, in the order in which they run. */
export const dexDetectors: readonly DexDetector[] = [
  dexVolumeAnomaly,
  newPair,
  liquidityShift,
  priceVolatility,
  liquidityRisk,
];
