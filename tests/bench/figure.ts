/** The shape of a figure, and how durations become one. */

/** One figure; `target` is what it has to reach. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  target: { least?: number; most?: number };
}

/** Returns the value below which `share` of the values lie; NaN for none. */
export function pickShare(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Writes figures as lines, for a file that is run by itself. */
export async function printFigures(figures: readonly Figure[]): Promise<void> {
  for (const { name, value, unit, target } of figures) {
    const line = `${name}: ${value.toPrecision(4)} ${unit} ${JSON.stringify(target)}\n`;
    await Deno.stdout.write(new TextEncoder().encode(line));
  }
}
