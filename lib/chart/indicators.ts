/**
 * Which indicators a chart can show: their lines, the pane they stand in, and how each is told
 * apart without colour.
 *
 * @module
 */

/** Keys of the toggles, in the order of the panel. */
export const indicatorKeys = [
  "bb",
  "sma",
  "ema",
  "vwap",
  "levels",
  "profile",
  "volume",
  "rsi",
  "macd",
  "stoch",
] as const;

/** One toggle of the indicator panel. */
export type IndicatorKey = (typeof indicatorKeys)[number];

/** How a line is stroked; each line of one toggle differs by more than its colour. */
export type Stroke = "solid" | "dotted" | "dashed" | "large-dashed" | "sparse-dotted";

/** One drawn line or histogram. */
export interface IndicatorLine {
  /** Name of the values on the wire, such as `sma_20`. */
  name: string;
  label: string;
  /** Colours for the dark and the light theme. */
  dark: string;
  light: string;
  stroke: Stroke;
  kind: "line" | "histogram";
}

/** One toggle and what it draws. */
export interface IndicatorGroup {
  key: IndicatorKey;
  label: string;
  /** Over the price, or in a pane of its own below. */
  place: "overlay" | "pane";
  lines: IndicatorLine[];
  /** Horizontal guide lines of the pane. */
  guides?: number[];
}

function line(
  name: string,
  label: string,
  dark: string,
  light: string,
  stroke: Stroke = "solid",
): IndicatorLine {
  return { name, label, dark, light, stroke, kind: "line" };
}

/** Every toggle, in the order of the panel; panes appear below the price in this order. */
export const indicatorGroups: readonly IndicatorGroup[] = [
  {
    key: "bb",
    label: "Bollinger bands",
    place: "overlay",
    lines: [
      line("bb_upper", "BB upper", "rgba(122,162,247,.55)", "rgba(40,80,180,.55)"),
      line("bb_middle", "BB middle", "rgba(122,162,247,.55)", "rgba(40,80,180,.55)", "dashed"),
      line("bb_lower", "BB lower", "rgba(122,162,247,.55)", "rgba(40,80,180,.55)"),
    ],
  },
  {
    key: "sma",
    label: "SMA 20, 50, 100, 200",
    place: "overlay",
    lines: [
      line("sma_20", "SMA 20", "#f0c674", "#8a5a00"),
      line("sma_50", "SMA 50", "#e78a4e", "#b04a00", "dashed"),
      line("sma_100", "SMA 100", "#d3869b", "#96285a", "large-dashed"),
      line("sma_200", "SMA 200", "#b294f5", "#5b2fa8", "dotted"),
    ],
  },
  {
    key: "ema",
    label: "EMA 12, 26, 50",
    place: "overlay",
    lines: [
      line("ema_12", "EMA 12", "#7dcfff", "#00607f"),
      line("ema_26", "EMA 26", "#5fd7c0", "#00685a", "dashed"),
      line("ema_50", "EMA 50", "#a9d977", "#3f6b00", "dotted"),
    ],
  },
  {
    key: "vwap",
    label: "VWAP",
    place: "overlay",
    lines: [line("vwap", "VWAP", "#ffffff", "#111111", "sparse-dotted")],
  },
  { key: "levels", label: "High and low", place: "overlay", lines: [] },
  { key: "profile", label: "Volume profile", place: "overlay", lines: [] },
  { key: "volume", label: "Volume", place: "pane", lines: [] },
  {
    key: "rsi",
    label: "RSI 14",
    place: "pane",
    lines: [line("rsi_14", "RSI 14", "#b294f5", "#5b2fa8")],
    guides: [30, 70],
  },
  {
    key: "macd",
    label: "MACD",
    place: "pane",
    lines: [
      {
        name: "macd_histogram",
        label: "MACD histogram",
        dark: "#5c6a8a",
        light: "#8a94ab",
        stroke: "solid",
        kind: "histogram",
      },
      line("macd", "MACD", "#7dcfff", "#00607f"),
      line("macd_signal", "MACD signal", "#e78a4e", "#b04a00", "dashed"),
    ],
  },
  {
    key: "stoch",
    label: "Stochastic",
    place: "pane",
    lines: [
      line("stoch_k", "%K", "#7dcfff", "#00607f"),
      line("stoch_d", "%D", "#e78a4e", "#b04a00", "dashed"),
    ],
    guides: [20, 80],
  },
];

/** What is shown to someone who never chose. */
export const defaultIndicators: readonly IndicatorKey[] = ["sma", "volume", "rsi"];

/** Keeps the known toggles of a stored choice, each once, in panel order; else the given ones. */
export function parseIndicators(
  stored: unknown,
  otherwise: readonly IndicatorKey[] = defaultIndicators,
): IndicatorKey[] {
  if (!Array.isArray(stored)) return [...otherwise];
  return indicatorKeys.filter((key) => stored.includes(key));
}

/** Returns the names of the values that some toggles draw. */
export function listLineNames(keys: readonly IndicatorKey[]): string[] {
  return indicatorGroups.filter((group) => keys.includes(group.key))
    .flatMap((group) => group.lines.map(({ name }) => name));
}
