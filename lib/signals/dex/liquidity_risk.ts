/**
 * Liquidity risk: much is traded on little liquidity.
 *
 * @module
 */
import { getThreshold } from "../thresholds.ts";
import { cleanFigure } from "./history.ts";
import type { DexDetector } from "./types.ts";

/**
 * Fires when the 24 h volume is `ratio` times or more the liquidity. A liquidity of 0 is taken for
 * unknown, as sources write it so.
 */
export const liquidityRisk: DexDetector = {
  type: "liquidity_risk",
  version: 1,
  defaults: { ratio: 5 },
  detect({ sample }, thresholds) {
    const threshold = getThreshold("ratio", thresholds, liquidityRisk.defaults);
    const volume = cleanFigure(sample.volume_24h);
    const liquidity = cleanFigure(sample.liquidity);
    if (volume === null || liquidity === null || liquidity === 0) return null;
    const ratio = volume / liquidity;
    if (!Number.isFinite(ratio) || ratio < threshold) return null;
    return {
      magnitude: ratio / threshold,
      data: { volume_24h: volume, liquidity, ratio, threshold },
    };
  },
};
