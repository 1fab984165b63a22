/**
 * A drawing of what belongs together: things at the left, what they belong to at the right.
 *
 * @module
 */

/** A thing with its place. */
export interface PlacedName {
  name: string;
  y: number;
}

/** A line between the two sides; `share` is from 0 to 1. */
export interface PlacedEdge {
  from: number;
  to: number;
  share: number;
}

/** Both sides and the lines between them. */
export interface PlacedRelations {
  left: PlacedName[];
  right: PlacedName[];
  edges: PlacedEdge[];
  height: number;
}

/** Places at most `most` things a side, in the order in which they come, `rowHeight` apart. */
export function placeRelations(
  rows: readonly { from: string; to: string; weight: number }[],
  { most, rowHeight }: { most: number; rowHeight: number },
): PlacedRelations {
  const left = new Set<string>();
  const right = new Set<string>();
  const drawn = rows.filter(({ from, to }) => {
    const isFull = (!left.has(from) && left.size >= most) || (!right.has(to) && right.size >= most);
    if (!isFull) left.add(from), right.add(to);
    return !isFull;
  });
  const height = Math.max(left.size, right.size) * rowHeight;
  const place = (names: ReadonlySet<string>): PlacedName[] =>
    [...names].map((name, i) => ({ name, y: (i + 0.5) * (height / names.size) }));
  const [leftNames, rightNames] = [place(left), place(right)];
  const find = (names: readonly PlacedName[], name: string) =>
    names.find((each) => each.name === name)!.y;
  return {
    left: leftNames,
    right: rightNames,
    height,
    edges: drawn.map(({ from, to, weight }) => ({
      from: find(leftNames, from),
      to: find(rightNames, to),
      share: weight > 0 ? Math.min(1, weight) : 0,
    })),
  };
}
