/**
 * The error budget of the API's availability, and how fast it is spent.
 *
 * Burn rates over several windows, as chapter 5 of Google's SRE Workbook has them: a long window says
 * that enough was spent to be woken for, a short one that it still goes on, so that what is over is
 * soon told as over. 14.4 times over an hour spends 2 % of a budget of 30 days, 6 times over six
 * hours 5 % of it.
 *
 * @module
 */
import { formatSpan } from "../format/dates.ts";
import type { Trouble } from "../jobs/mod.ts";
import type { Labels, Metrics } from "../metrics.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Share of answers that may fail, so that 99.9 % do not. */
const BUDGET = 0.001;
/**
 * With fewer answers within the long window the budget allows for less than a single failure, and
 * nothing can be said.
 */
const ANSWERS_MIN = 1_000;
/** The faster one first: where both burn, it is the one to be told. */
const rules = [
  { rate: 14.4, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  { rate: 6, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
] as const;
const longestMs = Math.max(...rules.map(({ longMs }) => longMs));

/** What was counted since the start at a moment. */
interface Look {
  timeMs: number;
  all: number;
  failed: number;
}

/** What was answered within a window; `spanMs` is shorter where the looks do not reach back so far. */
interface Window {
  all: number;
  failed: number;
  share: number;
  spanMs: number;
}

/**
 * Returns what looks at the counted answers at `nowMs` (wall time, epoch ms), and says whether they
 * spend the budget too fast. Answers before its first look count for nothing.
 */
export function createBudgetWatch(
  metrics: Pick<Metrics, "total">,
): (nowMs: number) => Promise<Trouble[]> {
  let looks: Look[] = [];
  return async (nowMs) => {
    const all = await metrics.total("http_requests_total", isCounted);
    const failed = await metrics.total(
      "http_requests_total",
      (labels) => isCounted(labels) && isFailed(labels),
    );
    const look = { timeMs: nowMs, all, failed };
    // Those ahead of now are of a clock that went back.
    const past = looks.filter(({ timeMs }) => timeMs <= nowMs);
    const base = past.findLastIndex(({ timeMs }) => timeMs <= nowMs - longestMs);
    looks = [...past.slice(Math.max(0, base)), look];
    for (const { rate, longMs, shortMs } of rules) {
      const long = measure(looks, look, longMs);
      const short = measure(looks, look, shortMs);
      const isBurning = long.all >= ANSWERS_MIN && long.share > rate * BUDGET &&
        short.share > rate * BUDGET;
      if (isBurning) return [describe(long, short)];
    }
    return [];
  };
}

/** Answers of the API, without those on its health: monitors ask often, and would thin out the rest. */
function isCounted({ route = "" }: Readonly<Labels>): boolean {
  return route.startsWith("/api/") && route !== "/api/v1/health";
}

function isFailed({ status = "" }: Readonly<Labels>): boolean {
  return status.startsWith("5");
}

function measure(looks: readonly Look[], now: Look, windowMs: number): Window {
  const from = now.timeMs - windowMs;
  const base = looks.findLast(({ timeMs }) => timeMs <= from) ?? looks[0] ?? now;
  const all = now.all - base.all;
  const failed = now.failed - base.failed;
  return {
    ...{ all, failed, share: failed / Math.max(1, all) },
    spanMs: now.timeMs - base.timeMs,
  };
}

function describe(long: Window, short: Window): Trouble {
  return {
    id: "slo:availability",
    title: "The API fails too often for its objective",
    titleOver: "The API keeps its objective again",
    message: `${long.failed} of ${long.all} answers of the API failed within ` +
      `${formatSpan(long.spanMs)} (${formatPercent(long.share)}), and ` +
      `${formatPercent(short.share)} within ${formatSpan(short.spanMs)}; the objective of ` +
      `${formatPercent(1 - BUDGET)} leaves a budget of ${formatPercent(BUDGET)}, which is spent ` +
      `${(long.share / BUDGET).toFixed(1)} times too fast`,
    link: "/sources",
  };
}

function formatPercent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
