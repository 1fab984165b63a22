/**
 * A ring of shares, and the colours of its parts for the table that names them.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { divideRing } from "../chart/plots.ts";

/** A ring whose parts are told by a table beside it, clockwise from the top; text stands within. */
export function Ring({ values, label, children }: {
  values: readonly number[];
  /** What it shows, in words. */
  label: string;
  children?: ComponentChildren;
}) {
  return (
    <svg class="figure ring" viewBox="0 0 120 120" role="img" aria-label={label}>
      {divideRing(values).map(({ start, share }, i) => (
        <circle
          key={i}
          class={`part-${i}`}
          cx="60"
          cy="60"
          r="46"
          pathLength={1}
          stroke-dasharray={`${share.toFixed(5)} 1`}
          stroke-dashoffset={(-start).toFixed(5)}
          transform="rotate(-90 60 60)"
        />
      ))}
      {children}
    </svg>
  );
}

/** The colour of a ring's part, counted from 0, beside its name. */
export function Swatch({ part }: { part: number }) {
  return (
    <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
      <rect class={`part-${part}`} width="10" height="10" rx="2" />
    </svg>
  );
}
