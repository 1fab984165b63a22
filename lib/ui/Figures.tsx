/**
 * Small drawings with their words: gauge, bars, candles, line and timeline. None carries colour alone.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { drawArc, drawBars, drawCandles, drawTimeline, pointGauge } from "../chart/figures.ts";
import { drawSparkline } from "../chart/sparkline.ts";
import { formatDateTime } from "../format/dates.ts";
import { formatPrice, formatShare, formatVolume } from "../format/numbers.ts";
import { pageStrings } from "../format/page_strings.ts";

/** A table that scrolls within itself and can be reached by keys. */
export function ScrollTable({ label, class: classes, children }: {
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={classes}>
        <caption>{label}</caption>
        {children}
      </table>
    </div>
  );
}

/** The table twin of a drawing, folded away beside it. */
export function Twin(
  { children, isOpen = false }: { children: ComponentChildren; isOpen?: boolean },
) {
  return (
    <details class="twin" open={isOpen}>
      <summary>{pageStrings.table.show}</summary>
      {children}
    </details>
  );
}

/** How a market speaks, from -1 to 1. */
export function Gauge({ score, label }: { score: number; label: string }) {
  const centre = { x: 110, y: 104 };
  const tip = pointGauge(score, centre, 76);
  return (
    <svg class="figure gauge" viewBox="0 0 220 122" role="img" aria-label={label}>
      <path class="down" d={drawArc(-1, -0.25, centre, 90)} />
      <path class="flat" d={drawArc(-0.25, 0.25, centre, 90)} />
      <path class="up" d={drawArc(0.25, 1, centre, 90)} />
      <path class="needle" d={`M${centre.x} ${centre.y}L${tip.x} ${tip.y}`} />
      <circle class="hub" cx={centre.x} cy={centre.y} r="6" />
      <text x="8" y="120">−1</text>
      <text x="212" y="120" text-anchor="end">+1</text>
    </svg>
  );
}

/** Lying bars with their names and figures. */
export function Bars(
  { rows, label }: { rows: readonly { name: string; value: number }[]; label: string },
) {
  const rowHeight = 34;
  const bars = drawBars(rows.map(({ value }) => value), 320);
  return (
    <svg
      class="figure bars"
      viewBox={`0 0 320 ${rows.length * rowHeight}`}
      role="img"
      aria-label={label}
    >
      {rows.map(({ name, value }, i) => (
        <g key={name} transform={`translate(0 ${i * rowHeight})`}>
          <text x="0" y="13">{name.slice(0, 28)}</text>
          <text x="320" y="13" text-anchor="end">
            {formatVolume(value)} · {formatShare(bars[i]!.share)}
          </text>
          <rect x="0" y="19" width="320" height="8" rx="2" class="track" />
          <rect x="0" y="19" width={bars[i]!.length} height="8" rx="2" class="bar" />
        </g>
      ))}
    </svg>
  );
}

/** Candles side by side: hollow ones rose, full ones fell. */
export function Candles({ rows }: {
  rows: readonly { time: number; open: number; high: number; low: number; close: number }[];
}) {
  const drawing = drawCandles(rows, { width: 640, height: 220, padding: 8 });
  if (!drawing) return null;
  const { candles, width, lowest, highest } = drawing;
  const label = pageStrings.dex.candlesAlt(
    formatDateTime(rows[0]!.time),
    formatDateTime(rows.at(-1)!.time),
    formatPrice(lowest),
    formatPrice(highest),
  );
  return (
    <svg class="figure candles" viewBox="0 0 640 220" role="img" aria-label={label}>
      {candles.map(({ x, high, low, top, height, isUp }) => (
        <g key={x} class={isUp ? "up" : "down"}>
          <path d={`M${x} ${high}V${top}M${x} ${top + height}V${low}`} />
          <rect x={x - width / 2} y={top} width={width} height={height} />
        </g>
      ))}
    </svg>
  );
}

/** A line over time between two bounds that are named. */
export function Line({ values, label, high, low }: {
  values: readonly number[];
  label: string;
  high: string;
  low: string;
}) {
  const path = drawSparkline(values, 420, 160, 18);
  if (!path) return null;
  return (
    <svg class="figure line" viewBox="0 0 420 160" role="img" aria-label={label}>
      <path class="grid" d="M18 18H402M18 142H402" />
      <path class="curve" d={path} />
      <text x="18" y="13">{high}</text>
      <text x="18" y="157">{low}</text>
    </svg>
  );
}

/** Marks over time, one row for each kind. */
export function Timeline({ marks, kinds, label }: {
  marks: readonly { id: string; timestamp: number; type: string }[];
  /** Kinds and their names, from top to bottom. */
  kinds: readonly (readonly [string, string])[];
  label: string;
}) {
  const rowHeight = 44;
  const box = { width: 420, rowHeight, padding: 8 };
  const placed = drawTimeline(marks, kinds.map(([kind]) => kind), box);
  if (placed.length === 0) return null;
  const times = placed.map(({ mark }) => mark.timestamp);
  const bottom = kinds.length * rowHeight;
  return (
    <svg class="figure timeline" viewBox={`0 0 420 ${bottom + 20}`} role="img" aria-label={label}>
      {kinds.map(([kind, name], i) => (
        <g key={kind}>
          <path class="grid" d={`M0 ${(i + 0.5) * rowHeight}H420`} />
          <text x="0" y={i * rowHeight + 12}>{name}</text>
        </g>
      ))}
      {placed.map(({ mark, x, y }) => (
        <rect key={mark.id} class="mark" x={x - 4} y={y - 4} width="8" height="8" />
      ))}
      <text x="0" y={bottom + 15}>{formatDateTime(Math.min(...times))}</text>
      <text x="420" y={bottom + 15} text-anchor="end">{formatDateTime(Math.max(...times))}</text>
    </svg>
  );
}
