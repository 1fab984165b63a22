/**
 * How long answers are kept, as the settings say at that moment.
 *
 * @module
 */
import type { AnswerCache, AnswerFamily, FamilyOptions, FamilyStats } from "../cache/answers.ts";

/** Stands between a family's name and the lifetime it was given while everything runs, s. */
const MARK = "~";

/**
 * Returns a cache whose families live as long as the settings say. A lifetime belongs to a family
 * for good, so with another one it begins anew, and what it had is dropped.
 */
export function followLifetimes(
  answers: AnswerCache,
  getSettings: () => { answerSeconds: Readonly<Record<string, number>> },
): AnswerCache {
  /** Lifetime with which each family goes by its plain name, s. */
  const first = new Map<string, number>();
  const getSeconds = (name: string, { ttlMs }: FamilyOptions): number => {
    const lifetimes = getSettings().answerSeconds;
    return (Object.hasOwn(lifetimes, name) ? lifetimes[name] : undefined) ?? ttlMs / 1_000;
  };
  const open = <T>(name: string, options: FamilyOptions, seconds: number): AnswerFamily<T> => {
    if (!first.has(name)) first.set(name, seconds);
    const own = first.get(name) === seconds ? name : `${name}${MARK}${seconds}`;
    return answers.family<T>(own, { ...options, ttlMs: seconds * 1_000 });
  };
  return {
    ...answers,
    family<T>(name: string, options: FamilyOptions): AnswerFamily<T> {
      let seconds = getSeconds(name, options);
      let family = open<T>(name, options, seconds);
      const follow = () => {
        const wanted = getSeconds(name, options);
        if (wanted === seconds) return family;
        family.invalidate();
        seconds = wanted;
        return family = open<T>(name, options, seconds);
      };
      return {
        get: (key, make) => follow().get(key, make),
        invalidate: (key) => follow().invalidate(key),
      };
    },
    stats: () => mergeStats(answers.stats()),
  };
}

/** One entry a family: counts of all its lifetimes together, and the lifetime of the newest. */
function mergeStats(all: readonly FamilyStats[]): FamilyStats[] {
  const merged = new Map<string, FamilyStats>();
  for (const one of all) {
    const family = one.family.split(MARK)[0]!;
    const before = merged.get(family);
    merged.set(family, before ? addStats(before, one) : { ...one, family });
  }
  return [...merged.values()];
}

function addStats(a: FamilyStats, b: FamilyStats): FamilyStats {
  return {
    ...a,
    hits: { memory: a.hits.memory + b.hits.memory, store: a.hits.store + b.hits.store },
    misses: a.misses + b.misses,
    warmed: a.warmed + b.warmed,
    warmedUsed: a.warmedUsed + b.warmedUsed,
    evictions: a.evictions + b.evictions,
    dropped: a.dropped + b.dropped,
    entries: a.entries + b.entries,
    bytes: a.bytes + b.bytes,
    ttlMs: b.ttlMs,
  };
}
