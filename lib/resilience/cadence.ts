/**
 * How often feeds can be asked so that a budget lasts: the paces of all feeds of a source together.
 *
 * @module
 */

/** What one feed costs, and how often it would be asked. */
export interface FeedCost {
  name: string;
  cadenceMs: number;
  /** 0 is served first. */
  rank: number;
  /** Of one round of all its requests. */
  weight: number;
  credits: number;
}

/** What may be spent from now on. */
export interface CadenceBudget {
  weightPerMinute: number;
  /** Credits left this month; Infinity where the source counts none. */
  credits: number;
  /** Until the month ends. */
  creditsForMs: number;
}

/** Parts of the weight and of the credits that the pacing of feeds leaves to people. */
const keptWeightShare = 0.1;
const keptCreditsShare = 0.05;
/** Part of what is left that a class may take while classes behind it want some. */
const classShare = 0.97;

/**
 * Returns how much longer than its cadence each feed has to wait, 1 for not at all. Higher ranks take
 * what they need first, but never all: what is behind them becomes slower, and never stops.
 */
export function planStretches(
  feeds: readonly FeedCost[],
  { weightPerMinute, credits, creditsForMs }: CadenceBudget,
): Map<string, number> {
  const byWeight = stretch(
    feeds,
    ({ weight }) => weight,
    weightPerMinute / 60_000 * (1 - keptWeightShare),
  );
  const perMs = Math.max(0, credits) / Math.max(1, creditsForMs) * (1 - keptCreditsShare);
  const byCredits = stretch(feeds, (feed) => feed.credits, perMs);
  return new Map(
    feeds.map(({ name }) => [name, Math.max(byWeight.get(name)!, byCredits.get(name)!)]),
  );
}

/** Shares out `perMs` of one kind of budget. */
function stretch(
  feeds: readonly FeedCost[],
  costOf: (feed: FeedCost) => number,
  perMs: number,
): Map<string, number> {
  const stretches = new Map(feeds.map(({ name }) => [name, 1]));
  const needOf = (feed: FeedCost) => costOf(feed) / feed.cadenceMs;
  const ranks = [...new Set(feeds.map(({ rank }) => rank))].sort((a, b) => a - b);
  let left = perMs;
  for (const rank of ranks) {
    const some = feeds.filter((feed) => feed.rank === rank);
    const need = some.reduce((total, feed) => total + needOf(feed), 0);
    if (need === 0) continue;
    const behind = feeds.filter((feed) => feed.rank > rank)
      .reduce((total, feed) => total + needOf(feed), 0);
    const most = behind > 0 ? Math.max(left * classShare, left - behind) : left;
    const got = Math.min(need, most);
    for (const feed of some) {
      if (needOf(feed) > 0) stretches.set(feed.name, got > 0 ? need / got : Infinity);
    }
    left -= got;
  }
  return stretches;
}

/**
 * Returns when a budget of credits runs out at the pace of late, epoch ms, or null when it lasts the
 * month.
 */
export function predictRunOut({ spent, limit, spentLately, latelyMs, nowMs, monthEndMs }: {
  /** Credits of this month, and allowed in it. */
  spent: number;
  limit: number;
  /** Credits of the last `latelyMs`. */
  spentLately: number;
  latelyMs: number;
  nowMs: number;
  monthEndMs: number;
}): number | null {
  if (spent >= limit) return nowMs;
  if (spentLately <= 0 || latelyMs <= 0) return null;
  const atMs = nowMs + (limit - spent) / (spentLately / latelyMs);
  return atMs < monthEndMs ? Math.floor(atMs) : null;
}
