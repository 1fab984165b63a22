/**
 * A request quota that several processes share: weight in a sliding window, credits in a month.
 *
 * The state is a small plain value; every function takes it with a time and returns the next one, so
 * that whoever keeps it can commit each step with a check. Weight is counted by slots of one second,
 * each for somewhat longer than the window: no stretch of 60 s, seen from the source, holds more
 * than the limit, although requests travel for different times.
 *
 *     paced request    leaves a reserve, and comes when its turn in an even spacing has come
 *     urgent request   may use the reserve, and may come some turns early
 *
 * @module
 */

/** What a source allows. */
export interface QuotaLimits {
  /** Weight allowed within one window; Infinity for no limit. */
  limit: number;
  /** Credits a calendar month (UTC); absent where the source counts none. */
  creditsPerMonth?: number;
  windowMs?: number;
  /** How it is spent; what is absent is as in `defaultQuotaTuning`. */
  tuning?: Partial<QuotaTuning>;
}

/** How a quota is spent, and how it follows what the source tells. */
export interface QuotaTuning {
  /** Part of the limit that paced requests fill; the rest is for people and for clocks that differ. */
  pacedShare: number;
  /** How much earlier than its turn an urgent request may come. */
  urgentEarlyMs: number;
  /** Part of a month's credits that only urgent requests may spend. */
  urgentCreditsShare: number;
  /** Least part of the limit in use after refusals; how much it grows again, and how often. */
  shareMin: number;
  shareStep: number;
  shareEveryMs: number;
  /** Slower answers than this mean that we ask too much; down to that part of the limit. */
  slowMs: number;
  slowShareMin: number;
  /** Nothing is held back for longer on our own account. */
  blockMaxMs: number;
}

/** What holds where nobody says otherwise. */
export const defaultQuotaTuning: Readonly<QuotaTuning> = Object.freeze({
  pacedShare: 0.9,
  urgentEarlyMs: 15_000,
  urgentCreditsShare: 0.05,
  shareMin: 0.1,
  shareStep: 0.02,
  shareEveryMs: 10_000,
  slowMs: 2_000,
  slowShareMin: 0.5,
  blockMaxMs: 3_600_000,
});

const getTuning = ({ tuning }: QuotaLimits): QuotaTuning =>
  tuning ? { ...defaultQuotaTuning, ...tuning } : defaultQuotaTuning;

/** What is kept; safe to store as JSON. All times are epoch ms. */
export interface QuotaState {
  /** Weight by slot: start and weight, oldest first. */
  slots: [number, number][];
  /** The newest time that anybody told. */
  clockMs: number;
  /** When the next paced request has its turn. */
  nextMs: number;
  /** Nothing is sent before. */
  blockedUntilMs: number;
  refusalsInRow: number;
  /** Ever. */
  refusals: number;
  /** The part of the limit in use, 0.1 to 1: falls with refusals and slowness, recovers slowly. */
  share: number;
  shareChangedMs: number;
  /** Smoothed time to an answer. */
  latencyMs: number;
  /** Calendar month of `credits`: `2026-11`. */
  month: string;
  credits: number;
}

/** One request that wants to be sent. */
export interface QuotaAsk {
  weight: number;
  credits?: number;
  /** A person waits for it. */
  isUrgent?: boolean;
}

/** How many of the requests may be sent now, and when to ask for the rest. */
export interface QuotaGrant {
  granted: number;
  /** 0 when all were granted. */
  waitMs: number;
  /** Why the first one that was not granted has to wait. */
  reason: "granted" | "window" | "refused" | "credits";
}

/** What answers told, for the quota. */
export interface AnswerFacts {
  answers?: number;
  /** Mean time to an answer. */
  latencyMs?: number;
  /** Weight that the source itself counted in its current minute. */
  usedWeight?: number;
  /** What the source says is left, of how much, and when its window ends. */
  remaining?: number;
  advertisedLimit?: number;
  resetMs?: number;
}

const defaultWindowMs = 60_000;
const slotMs = 1_000;
/** Requests of one second reach the source in different ones. */
const travelMs = 1_000;
/**
 * How much earlier than its turn a request may come. Where the limit is small, a burst would leave
 * nothing for a person who comes after it; where it is large, history is fetched sooner.
 */
const pacedEarlyMs = (limit: number) => 2_000 + 8_000 * Math.min(1, limit / 1_000);
/** A clock that is behind by less waits for the others; by more, it was set back. */
const skewMaxMs = 60_000;

/** Returns the state of a quota of which nothing was used. */
export function createQuotaState(): QuotaState {
  return {
    slots: [],
    clockMs: 0,
    nextMs: 0,
    blockedUntilMs: 0,
    refusalsInRow: 0,
    refusals: 0,
    share: 1,
    shareChangedMs: 0,
    latencyMs: 0,
    month: "",
    credits: 0,
  };
}

/** Returns the calendar month of a time, in UTC: `2026-11`. */
export function getMonth(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7);
}

/** Returns when the month of `timeMs` ends, in UTC, epoch ms. */
export function getMonthEnd(timeMs: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/**
 * Grants the first requests of a list, as many as may be sent now. One that is heavier than the
 * whole limit is granted when the window is empty.
 */
export function grantQuota(
  state: QuotaState,
  limits: QuotaLimits,
  asks: readonly QuotaAsk[],
  nowMs: number,
): { state: QuotaState; grant: QuotaGrant } {
  const next = settleQuota(state, limits, nowMs);
  let granted = 0;
  let stop: Omit<QuotaGrant, "granted"> = { waitMs: 0, reason: "granted" };
  for (const ask of asks) {
    stop = judgeAsk(next, limits, ask);
    if (stop.reason !== "granted") break;
    spend(next, limits, ask);
    granted++;
  }
  return { state: next, grant: { granted, ...stop } };
}

/** Takes over what answers told: usage counted by the source, and how fast it is. */
export function noteQuotaAnswers(
  state: QuotaState,
  limits: QuotaLimits,
  facts: AnswerFacts,
  nowMs: number,
): QuotaState {
  const next = settleQuota(state, limits, nowMs);
  const { shareEveryMs, slowMs, slowShareMin, shareStep } = getTuning(limits);
  if (facts.answers) next.refusalsInRow = 0;
  if (facts.latencyMs !== undefined) {
    next.latencyMs = next.latencyMs === 0
      ? facts.latencyMs
      : next.latencyMs * 0.8 + facts.latencyMs * 0.2;
  }
  if (facts.answers && next.clockMs - next.shareChangedMs >= shareEveryMs) {
    const isSlow = next.latencyMs > slowMs;
    next.share = isSlow
      ? Math.max(Math.min(next.share, slowShareMin), next.share * 0.9)
      : Math.min(1, next.share + shareStep);
    next.shareChangedMs = next.clockMs;
  }
  noteHeaders(next, limits, facts);
  return next;
}

/**
 * The source refused a request: nothing is sent for `retryAfterMs`, twice as long with each further
 * refusal in a row, and half of the limit is used from then on.
 */
export function refuseQuota(
  state: QuotaState,
  limits: QuotaLimits,
  retryAfterMs: number,
  nowMs: number,
): QuotaState {
  const next = settleQuota(state, limits, nowMs);
  const { shareMin, blockMaxMs } = getTuning(limits);
  // Requests that were on their way together are refused together: that is one refusal.
  const isSame = next.clockMs < next.blockedUntilMs;
  const wait = isSame
    ? retryAfterMs
    : Math.min(Math.max(retryAfterMs, blockMaxMs), retryAfterMs * 2 ** next.refusalsInRow);
  next.blockedUntilMs = Math.max(next.blockedUntilMs, next.clockMs + wait);
  next.refusals++;
  if (isSame) return next;
  next.refusalsInRow = Math.min(20, next.refusalsInRow + 1);
  next.share = Math.max(shareMin, next.share / 2);
  next.shareChangedMs = next.clockMs;
  return next;
}

/** Sends nothing for a whole window, as after a jump of the clock, which hides what was sent. */
export function holdQuota(state: QuotaState, limits: QuotaLimits, nowMs: number): QuotaState {
  const next = settleQuota(state, limits, nowMs);
  next.blockedUntilMs = Math.max(next.blockedUntilMs, next.clockMs + getKeptMs(limits));
  return next;
}

/** Returns the weight used within the window, and the weight allowed now. */
export function getQuotaUse(
  state: QuotaState,
  limits: QuotaLimits,
  nowMs: number,
): { used: number; limit: number; credits: number } {
  const settled = settleQuota(state, limits, nowMs);
  return {
    used: sum(settled),
    limit: getEffectiveLimit(settled, limits),
    credits: settled.credits,
  };
}

/** How long a slot counts, from its start. */
const getKeptMs = ({ windowMs = defaultWindowMs }: QuotaLimits) => windowMs + slotMs + travelMs;

/** Brings a copy of the state to `nowMs`. */
function settleQuota(state: QuotaState, limits: QuotaLimits, nowMs: number): QuotaState {
  const keptMs = getKeptMs(limits);
  const isSetBack = nowMs < state.clockMs - skewMaxMs;
  const clockMs = isSetBack ? nowMs : Math.max(nowMs, state.clockMs);
  const next = { ...state, clockMs };
  if (isSetBack) {
    next.slots = [];
    next.nextMs = nowMs;
    next.shareChangedMs = nowMs;
    const { blockMaxMs } = getTuning(limits);
    const blockedMs = Math.max(keptMs, Math.min(blockMaxMs, state.blockedUntilMs - state.clockMs));
    next.blockedUntilMs = nowMs + blockedMs;
  } else {
    next.slots = state.slots.filter(([start]) => start + keptMs > clockMs);
  }
  const month = getMonth(clockMs);
  if (month > next.month) {
    next.month = month;
    next.credits = 0;
  }
  return next;
}

const getEffectiveLimit = ({ share }: QuotaState, { limit }: QuotaLimits) =>
  Math.max(1, Math.floor(limit * share));

const sum = ({ slots }: QuotaState) => slots.reduce((total, [, weight]) => total + weight, 0);

function judgeAsk(
  state: QuotaState,
  limits: QuotaLimits,
  { weight, credits = 0, isUrgent = false }: QuotaAsk,
): Omit<QuotaGrant, "granted"> {
  const { creditsPerMonth = Infinity } = limits;
  const { urgentCreditsShare, urgentEarlyMs } = getTuning(limits);
  const now = state.clockMs;
  const creditsMax = creditsPerMonth * (isUrgent ? 1 : 1 - urgentCreditsShare);
  if (credits > 0 && state.credits + credits > creditsMax) {
    return { waitMs: getMonthEnd(now) - now, reason: "credits" };
  }
  if (now < state.blockedUntilMs) {
    return { waitMs: state.blockedUntilMs - now, reason: "refused" };
  }
  const limit = getEffectiveLimit(state, limits);
  if (limit === Infinity) return { waitMs: 0, reason: "granted" };
  const turnMs = state.nextMs - pacedEarlyMs(limit) - (isUrgent ? urgentEarlyMs : 0);
  if (now < turnMs) return { waitMs: turnMs - now, reason: "window" };
  const room = isUrgent || limit < 5 ? limit : limit - Math.max(1, Math.floor(limit * 0.1));
  const needed = Math.min(weight, room);
  let used = sum(state);
  if (used + needed <= room) return { waitMs: 0, reason: "granted" };
  for (const [start, spent] of state.slots) {
    used -= spent;
    if (used + needed <= room) {
      return { waitMs: Math.max(1, start + getKeptMs(limits) - now), reason: "window" };
    }
  }
  return { waitMs: getKeptMs(limits), reason: "window" };
}

function spend(state: QuotaState, limits: QuotaLimits, { weight, credits = 0 }: QuotaAsk): void {
  state.credits += credits;
  const limit = getEffectiveLimit(state, limits);
  if (limit === Infinity) return;
  addWeight(state, weight);
  const { windowMs = defaultWindowMs } = limits;
  const turnMs = weight * windowMs / (limit * getTuning(limits).pacedShare);
  state.nextMs = Math.min(
    Math.max(state.nextMs, state.clockMs) + turnMs,
    state.clockMs + getKeptMs(limits),
  );
}

function addWeight(state: QuotaState, weight: number): void {
  const start = Math.floor(state.clockMs / slotMs) * slotMs;
  const last = state.slots.at(-1);
  state.slots = last?.[0] === start
    ? [...state.slots.slice(0, -1), [start, last[1] + weight]]
    : [...state.slots, [start, weight]];
}

function noteHeaders(state: QuotaState, limits: QuotaLimits, facts: AnswerFacts): void {
  const { windowMs = defaultWindowMs } = limits;
  const { shareMin, blockMaxMs } = getTuning(limits);
  const { usedWeight = 0, remaining, advertisedLimit, resetMs } = facts;
  if (limits.limit === Infinity) return;
  // Without an end of the window, a number of our size is taken for one of a minute, not of a day.
  const isOurWindow = resetMs !== undefined
    ? resetMs <= windowMs
    : advertisedLimit !== undefined && advertisedLimit <= limits.limit * 2;
  if (advertisedLimit !== undefined && advertisedLimit > 0 && isOurWindow) {
    state.share = Math.max(shareMin, Math.min(state.share, advertisedLimit / limits.limit));
  }
  // Others may share our address or key, so the source's count may be higher than ours.
  const whole = advertisedLimit ?? getEffectiveLimit(state, limits);
  const left = remaining !== undefined && isOurWindow ? whole - remaining : 0;
  const more = Math.max(usedWeight, left) - sum(state);
  if (more > 0) addWeight(state, more);
  if (remaining === 0 && resetMs !== undefined && resetMs > 0) {
    const until = state.clockMs + Math.min(blockMaxMs, resetMs);
    state.blockedUntilMs = Math.max(state.blockedUntilMs, until);
  }
}
