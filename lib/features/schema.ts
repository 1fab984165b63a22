/**
 * The columns of the feature table, their kinds and their version.
 *
 * @module
 */

/** Version of the schema, stored with each row. Raise it when a definition changes. */
export const featureVersion = "v1.0";

/** How a cell is read: a number, yes or no, or the name of an RSI zone. */
export type FeatureKind = "number" | "boolean" | "zone";

/** Names of the RSI zones in the order of their stored number. */
export const rsiZones = ["oversold", "neutral", "overbought"] as const;

/** Every feature with its kind, in the order of the columns. */
export const featureKinds = {
  returns_1: "number",
  returns_5: "number",
  returns_10: "number",
  log_returns: "number",
  price_momentum: "number",
  rolling_std_5: "number",
  rolling_std_10: "number",
  rolling_std_20: "number",
  high_low_ratio: "number",
  volume_change: "number",
  volume_momentum: "number",
  volume_ratio: "number",
  volume_price_trend: "number",
  rsi_zone: "zone",
  macd_crossover: "number",
  bollinger_position: "number",
  bollinger_squeeze: "boolean",
  hour: "number",
  day_of_week: "number",
  is_market_open: "boolean",
  sma_20_distance: "number",
  sma_50_distance: "number",
  sma_100_distance: "number",
  sma_200_distance: "number",
  price_above_sma_20: "boolean",
  price_above_sma_50: "boolean",
  price_above_sma_100: "boolean",
  price_above_sma_200: "boolean",
} as const satisfies Record<string, FeatureKind>;

/** The name of one feature. */
export type FeatureName = keyof typeof featureKinds;

/** Every feature name, in the order of the columns. */
export const featureNames = Object.keys(featureKinds) as FeatureName[];

/** One column per feature; NaN where no value exists. */
export type FeatureColumns = Record<FeatureName, Float64Array>;

/** Features of many bars, oldest first. */
export interface FeatureTable {
  version: typeof featureVersion;
  length: number;
  /** Start of each bar, epoch ms. */
  time: Float64Array;
  /** Booleans are 0 and 1, zones the index into `rsiZones`, NaN is none. */
  columns: FeatureColumns;
  /** 1 where a cell was filled from a later row; training leaves those out. */
  backfilled: Record<FeatureName, Uint8Array>;
}

/** Returns a cell as records hold it: null where there is no value. */
export function readFeature(name: FeatureName, cell: number): number | string | boolean | null {
  if (Number.isNaN(cell)) return null;
  const kind: FeatureKind = featureKinds[name];
  if (kind === "boolean") return cell === 1;
  if (kind === "zone") return rsiZones[cell] ?? null;
  return cell;
}
