/**
 * Places on a drawn chart for alerts: where the crosshair stands, what lies under the pointer, and the
 * levels of alerts that there are. Comes after the chart and brings no library.
 *
 * @module
 */

/** A place on the chart: market time, epoch ms (null beyond the bars), and price. */
export interface ChartPlace {
  timeMs: number | null;
  price: number;
}

/** The chart library, as far as it is used; times are seconds. */
export interface ChartBox {
  chart?: {
    timeScale(): { coordinateToTime(x: number): unknown };
    subscribeCrosshairMove(
      listener: (event: { point?: { x: number; y: number } | undefined; time?: unknown }) => void,
    ): void;
  };
  candles?: {
    coordinateToPrice(y: number): number | null;
    createPriceLine(options: Record<string, unknown>): unknown;
    removePriceLine(line: unknown): void;
  };
}

/** Reads a point of the box, px from its corner; null where there is no price. */
export function readPlace(box: ChartBox, x: number, y: number): ChartPlace | null {
  const price = box.candles?.coordinateToPrice(y);
  if (price === null || price === undefined || !Number.isFinite(price) || price <= 0) return null;
  const time = box.chart?.timeScale().coordinateToTime(x);
  return { timeMs: typeof time === "number" ? time * 1_000 : null, price };
}

/** Follows the crosshair, by pointer or keys; returns where it stands, or stood last. */
export function followCrosshair(box: ChartBox): () => ChartPlace | null {
  let place: ChartPlace | null = null;
  box.chart?.subscribeCrosshairMove(({ point }) => {
    if (point) place = readPlace(box, point.x, point.y) ?? place;
  });
  return () => place;
}

/** Rounds a price to five significant digits: a pointer is no more exact. */
export function roundPrice(price: number): number {
  return Number(price.toPrecision(5));
}

/** Where a page for a new alert lies, with what the chart knows. */
export function linkAlert(
  symbol: string,
  condition: "PRICE_ABOVE" | "PRICE_BELOW",
  what: { price: number } | { from: ChartPlace; to: ChartPlace },
): string {
  const query = new URLSearchParams({ symbol, condition });
  if ("price" in what) query.set("price", String(what.price));
  else {
    const [first, second] = [what.from, what.to].toSorted((a, b) =>
      (a.timeMs ?? 0) - (b.timeMs ?? 0)
    ) as [ChartPlace, ChartPlace];
    const parts = [first.timeMs, first.price, second.timeMs, second.price];
    query.set("line", parts.join(","));
  }
  return `/alerts/new?${query}`;
}

/** An alert on a price, as far as a chart shows it. */
export interface LevelAlert {
  name: string;
  condition: string;
  threshold: number | null;
  is_active: boolean;
}

/** Draws the levels of alerts; returns how to take them away. */
export function drawLevels(
  box: ChartBox,
  alerts: readonly LevelAlert[],
  color: string,
): () => void {
  const { candles } = box;
  if (!candles) return () => {};
  const lines = alerts.flatMap(({ name, condition, threshold, is_active }) => {
    if (!is_active || threshold === null || !condition.startsWith("PRICE_")) return [];
    const title = `${condition === "PRICE_ABOVE" ? "▲" : "▼"} ${name.slice(0, 24)}`;
    const look = { color, lineWidth: 1, lineStyle: 2, axisLabelVisible: true };
    return [candles.createPriceLine({ price: threshold, title, ...look })];
  });
  return () => lines.forEach((line) => candles.removePriceLine(line));
}
