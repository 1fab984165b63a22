/**
 * Which prices moved most.
 *
 * @module
 */
import type { PriceView } from "./state.ts";

/** A price whose change over 24 h is known. */
export type Mover = PriceView & { price_change_24h: number };

/** Returns the `most` that rose and the `most` that fell furthest in percent, the furthest first. */
export function listMovers(
  rows: readonly PriceView[],
  most: number,
): { risen: Mover[]; fallen: Mover[] } {
  const known = rows.filter((row): row is Mover =>
    row.price_change_24h !== null && Number.isFinite(row.price_change_24h)
  );
  const sorted = known.toSorted((a, b) =>
    b.price_change_24h - a.price_change_24h || (a.symbol < b.symbol ? -1 : 1)
  );
  return {
    risen: sorted.filter(({ price_change_24h: change }) => change > 0).slice(0, most),
    fallen: sorted.filter(({ price_change_24h: change }) => change < 0).reverse().slice(0, most),
  };
}
