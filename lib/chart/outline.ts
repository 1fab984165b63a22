/**
 * A chart as a few paths: what stands on the page before the chart library does, and without scripts.
 *
 * @module
 */
import type { ChartSeries } from "./series.ts";

/** The size that paths are drawn in; whoever shows them stretches it. */
export const outlineSize = { width: 1000, height: 600 };

/** How much of the height prices take; volume stands below. */
const PRICE_SHARE = 0.78;
/** Room above and below, so that the highest wick is not cut. */
const MARGIN = 8;
/** Width of a body, as a share of the room of a bar. */
const BODY_SHARE = 0.7;

/** Paths in SVG's own language, in a box of `outlineSize`; empty where there is nothing to draw. */
export interface ChartOutline {
  up: string;
  down: string;
  upVolume: string;
  downVolume: string;
  lines: { name: string; path: string }[];
  /** Prices at the top and at the bottom of the box. */
  high: number;
  low: number;
}

/** Draws the newest `count` bars, with the indicator lines of `names` that share the price's axis. */
export function outlineChart(
  { bars: all, indicators }: ChartSeries,
  { count, names }: { count: number; names: readonly string[] },
): ChartOutline | null {
  const skipped = Math.max(0, all.length - count);
  const bars = all.slice(skipped);
  if (bars.length === 0) return null;
  const high = Math.max(...bars.map((bar) => bar.high));
  const low = Math.min(...bars.map((bar) => bar.low));
  if (!Number.isFinite(high - low)) return null;
  const { width, height } = outlineSize;
  const priceHeight = height * PRICE_SHARE;
  const step = width / Math.max(bars.length, 2);
  const most = Math.max(...bars.map((bar) => bar.volume));
  const toY = (price: number) => {
    const share = high === low ? 0.5 : (high - price) / (high - low);
    return round(MARGIN + share * (priceHeight - 2 * MARGIN));
  };
  const paths = { up: "", down: "", upVolume: "", downVolume: "" };
  bars.forEach((bar, i) => {
    const middle = round((i + 0.5) * step);
    const half = Math.max(1, round(step * BODY_SHARE / 2));
    const [top, bottom] = [toY(Math.max(bar.open, bar.close)), toY(Math.min(bar.open, bar.close))];
    const isUp = bar.close >= bar.open;
    const body = drawBox(middle, half, top, Math.max(bottom, top + 1));
    // The body hides the middle of the wick.
    paths[isUp ? "up" : "down"] += `M${middle} ${toY(bar.high)}V${toY(bar.low)}${body}`;
    const share = most > 0 && bar.volume > 0 ? bar.volume / most : 0;
    const volumeTop = round(height - share * (height - priceHeight));
    if (share > 0) {
      paths[isUp ? "upVolume" : "downVolume"] += drawBox(middle, half, volumeTop, height);
    }
  });
  const lines = names.flatMap((name) => {
    const values = indicators[name]?.slice(skipped) ?? [];
    const path = drawLine(values.map((value) => inside(value, low, high)), step, toY);
    return path === "" ? [] : [{ name, path }];
  });
  return { ...paths, lines, high, low };
}

/** What lies outside the box is not drawn: the library shows it when it comes. */
function inside(value: number | null, low: number, high: number): number | null {
  return value !== null && value >= low && value <= high ? value : null;
}

function drawBox(middle: number, half: number, top: number, bottom: number): string {
  return `M${middle - half} ${top}h${2 * half}V${bottom}h${-2 * half}Z`;
}

/** A line through the values, broken where there is none; steps are shorter to write than places. */
function drawLine(
  values: readonly (number | null)[],
  step: number,
  toY: (value: number) => number,
): string {
  let path = "";
  let last: [x: number, y: number] | null = null;
  values.forEach((value, i) => {
    if (value === null) return last = null;
    const [x, y] = [round((i + 0.5) * step), toY(value)];
    path += last ? `l${x - last[0]} ${y - last[1]}` : `M${x} ${y}`;
    last = [x, y];
  });
  return path;
}

/** A thousandth of the width is a pixel or less, and whole numbers are short. */
function round(value: number): number {
  return Math.round(value);
}
