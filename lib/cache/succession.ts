/**
 * What is usually asked for next: how often one name followed another.
 *
 * @module
 */

/** Learns from a stream of names. */
export interface Succession {
  /** A name was asked for. */
  note(name: string): void;
  /** Names that followed the last ones at least half of the time, most likely first. */
  listExpected(): string[];
}

/** Names that are remembered, and followers of each. */
const namesMax = 2_000;
const followersMax = 16;
/** A guess needs so many observations, and so large a share of them. */
const observedMin = 3;
const shareMin = 0.5;
/** How many of the last names are looked at. */
const recentMax = 20;

/** Returns a succession that has seen nothing. */
export function createSuccession(): Succession {
  const followers = new Map<string, { total: number; counts: Map<string, number> }>();
  const recent: string[] = [];
  return {
    note(name) {
      const before = recent.at(-1);
      recent.push(name);
      if (recent.length > recentMax) recent.shift();
      if (before === undefined || before === name) return;
      const known = followers.get(before) ?? { total: 0, counts: new Map<string, number>() };
      followers.delete(before);
      followers.set(before, known);
      if (followers.size > namesMax) followers.delete(followers.keys().next().value!);
      known.total++;
      if (known.counts.has(name) || known.counts.size < followersMax) {
        known.counts.set(name, (known.counts.get(name) ?? 0) + 1);
      }
    },
    listExpected() {
      const shares = new Map<string, number>();
      for (const name of new Set(recent)) {
        const known = followers.get(name);
        if (!known || known.total < observedMin) continue;
        for (const [next, count] of known.counts) {
          const share = count / known.total;
          if (share >= shareMin) shares.set(next, Math.max(share, shares.get(next) ?? 0));
        }
      }
      return [...shares].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    },
  };
}
