/**
 * Our bar against the exchange's own: the exchange is the authority on a closed bar.
 *
 * @module
 */
import type { Bar } from "../market/mod.ts";

/** How far figures may be apart and still be the same, as a fraction. */
const TOLERANCE = 1e-9;

/** What is to be kept, and whether ours was right. */
export interface Reconciled {
  /** The bar to store. */
  bar: Bar;
  /** True when ours said the same before it was compared. */
  isEqual: boolean;
  /** True when the stored bar has to be written again. */
  isChanged: boolean;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

/** What of two bars is compared. */
export interface Comparison {
  /** The exchange counts volume that its trades do not tell, such as odd lots: prices decide. */
  isVolumeApart?: boolean | undefined;
}

/** Says whether two bars of the same bucket tell the same, but for rounding. */
export function isSameBar(a: Bar, b: Bar, { isVolumeApart }: Comparison = {}): boolean {
  return a.time === b.time && isNear(a.open, b.open) && isNear(a.high, b.high) &&
    isNear(a.low, b.low) && isNear(a.close, b.close) &&
    (isVolumeApart === true || isNear(a.volume, b.volume));
}

/** Says whether the figures of two bars are the same to the last digit. */
export function isIdenticalBar(a: Bar, b: Bar): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close &&
    a.volume === b.volume;
}

/**
 * Compares our closed bar with the exchange's. Equal: it is confirmed, a filled one becomes
 * observed, and the exchange's last digits are taken. Different: the exchange's figures are taken
 * and marked repaired.
 */
export function reconcileBar(ours: Bar, exchange: Bar, comparison: Comparison = {}): Reconciled {
  const isEqual = isSameBar(ours, exchange, comparison);
  const confirmed = ours.quality === "filled" ? "observed" : ours.quality;
  const quality = isEqual ? confirmed : "repaired";
  return {
    bar: { ...exchange, closed: true, quality },
    isEqual,
    isChanged: !isIdenticalBar(ours, exchange) || quality !== ours.quality,
  };
}
