/**
 * Figures that alerts wait for, as cycles find them: TVL, liquidity, new pairs, sentiment, spreads.
 *
 * @module
 */
import type { FigureMoment } from "../alerts/mod.ts";
import type { Spread } from "../analytics/mod.ts";
import type { DexSampleRecord, DexSignalRecord } from "../contracts/dex_records.ts";
import type { TvlRecord } from "../contracts/records.ts";
import { type DexHistory, findDayBefore } from "../signals/dex/mod.ts";
import type { MentionSummary } from "../signals/mentions.ts";
import { findTvlPoint, type TvlHistory } from "../signals/tvl_anomaly.ts";

const DAY_MS = 86_400_000;

/** Change in percent; NaN where it has no past. */
function toChange(now: number, before: number | null | undefined): number {
  return typeof before === "number" && before > 0 ? (now / before - 1) * 100 : NaN;
}

/** Returns a sample of TVL, with its change against the day before; `history` is the one before it. */
export function describeTvl(
  { entity, tvl_usd, timestamp }: TvlRecord,
  history: TvlHistory,
  receivedMs: number,
): FigureMoment {
  return {
    ...{ kind: "figure", name: "tvl", symbol: entity, timeMs: timestamp, receivedMs },
    isUnsure: false,
    value: tvl_usd,
    change: toChange(tvl_usd, findTvlPoint(history, timestamp - DAY_MS)?.[1]),
    link: `/explore/signals?entity=${encodeURIComponent(entity)}`,
  };
}

/** The same of a pair's liquidity; null where the sample has none. */
export function describeLiquidity(
  { pair_id, liquidity, timestamp }: DexSampleRecord,
  history: DexHistory | null,
  receivedMs: number,
): FigureMoment | null {
  if (liquidity === null) return null;
  const before = history && findDayBefore(history, timestamp);
  return {
    ...{ kind: "figure", name: "liquidity", symbol: pair_id, timeMs: timestamp, receivedMs },
    isUnsure: false,
    value: liquidity,
    change: toChange(liquidity, before?.[3]),
    link: `/explore/dex/${encodeURIComponent(pair_id)}`,
  };
}

/** Returns a pair that was not there before; null for a signal of another kind. */
export function describeNewPair(
  { type, pair_id, timestamp }: DexSignalRecord,
  liquidity: number | null,
  receivedMs: number,
): FigureMoment | null {
  if (type !== "new_pair") return null;
  return {
    ...{ kind: "figure", name: "new_pair", symbol: pair_id, timeMs: timestamp, receivedMs },
    isUnsure: false,
    value: liquidity ?? 0,
    change: NaN,
    link: `/explore/dex/${encodeURIComponent(pair_id)}`,
  };
}

/** Returns what the news of a day say of an entity, in points against the day before. */
export function describeSentiment(
  { sentiment }: MentionSummary,
  before: MentionSummary | null,
  { entity, timeMs, receivedMs }: { entity: string; timeMs: number; receivedMs: number },
): FigureMoment {
  return {
    ...{ kind: "figure", name: "sentiment", symbol: entity, timeMs, receivedMs },
    isUnsure: false,
    value: sentiment,
    change: before === null ? NaN : sentiment - before.sentiment,
    link: `/explore/signals?entity=${encodeURIComponent(entity)}`,
  };
}

/** Returns how far apart an asset's prices lie; its value is NaN where that cannot be told. */
export function describeSpread(
  asset: string,
  { percent, low, high, timeMs }: Spread,
  receivedMs: number,
): FigureMoment {
  return {
    ...{ kind: "figure", name: "spread", symbol: asset, timeMs, receivedMs, isUnsure: false },
    value: percent,
    change: NaN,
    link: `/explore/market/${encodeURIComponent(asset)}`,
    ...(low && high && {
      details: {
        ...{ lowPlace: low.place, lowPrice: low.price },
        ...{ highPlace: high.place, highPrice: high.price },
      },
    }),
  };
}
