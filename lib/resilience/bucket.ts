/**
 * A token bucket that several processes share, by lending each of them a few tokens at a time.
 *
 * The state is a small plain value; every function takes it with a time and returns the next one, so
 * that whoever keeps it can commit each step with a check. What is lent is taken out at once, and
 * room for it is kept: what lies in the bucket and what is lent are together never more than its
 * capacity. So no stretch of time T sees more than capacity + T · capacity / window, whatever the
 * number of processes. What one of them has borrowed and not used, at most a tenth of what there
 * was, is not there for the others until its loan ends.
 *
 * @module
 */

/** How many at once, and how soon an empty bucket is full again. */
export interface BucketLimits {
  capacity: number;
  windowMs: number;
}

/** What is kept; safe to store as JSON. All times are epoch ms. */
export interface BucketState {
  /** Tokens that nobody has, as of `atMs`. */
  tokens: number;
  atMs: number;
  /** By holder: the tokens of its newest loan, and when it ends. */
  loans: Record<string, [tokens: number, untilMs: number]>;
}

/** What a holder was lent. */
export interface BucketLoan {
  /** 0 when there is none; whole. */
  lent: number;
  /** Unused tokens of the loan must not be used from then on, epoch ms. */
  untilMs: number;
  /** Whole tokens that are left in the bucket. */
  left: number;
  /** When there will be one, ms from now; 0 when something was lent. */
  waitMs: number;
}

/** Part of what is there that one loan takes, rounded down, but one token at least. */
const loanShare = 0.1;

/** Returns a full bucket. */
export function createBucketState({ capacity }: BucketLimits, nowMs: number): BucketState {
  return { tokens: capacity, atMs: nowMs, loans: {} };
}

/** Lends tokens to `holder`; its loan before counts as used up. */
export function lendTokens(
  state: BucketState,
  limits: BucketLimits,
  holder: string,
  nowMs: number,
): { state: BucketState; loan: BucketLoan } {
  const { windowMs, capacity } = limits;
  const { tokens, atMs, loans } = settle(state, limits, holder, nowMs);
  if (tokens < 1) {
    const waitMs = Math.max(1, Math.ceil((1 - tokens) * windowMs / capacity));
    const loan = { lent: 0, untilMs: nowMs, left: 0, waitMs };
    return { state: { tokens, atMs, loans }, loan };
  }
  const lent = Math.max(1, Math.floor(tokens * loanShare));
  const untilMs = nowMs + windowMs;
  return {
    state: { tokens: tokens - lent, atMs, loans: { ...loans, [holder]: [lent, untilMs] } },
    loan: { lent, untilMs, left: Math.floor(tokens - lent), waitMs: 0 },
  };
}

/**
 * Brings the bucket to `nowMs`: loans that ended make room, and time fills what room there is. What
 * `holder` was lent it may have spent just now, so room for it was kept until now as well.
 */
function settle(
  { tokens, atMs, loans }: BucketState,
  { capacity, windowMs }: BucketLimits,
  holder: string,
  nowMs: number,
): BucketState {
  const open = Object.entries(loans).filter(([, [, untilMs]]) =>
    untilMs > nowMs && untilMs <= nowMs + 2 * windowMs
  );
  const lent = open.reduce((sum, [, [tokens]]) => sum + tokens, 0);
  const passedMs = Math.max(0, nowMs - atMs);
  const filled = tokens + passedMs * capacity / windowMs;
  // Clocks of processes differ a little; one that is far behind was set back.
  const isSetBack = nowMs < atMs - windowMs;
  return {
    tokens: Math.max(0, Math.min(capacity - lent, filled)),
    atMs: isSetBack ? nowMs : Math.max(atMs, nowMs),
    loans: Object.fromEntries(open.filter(([name]) => name !== holder)),
  };
}
