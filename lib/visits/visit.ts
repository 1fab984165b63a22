/**
 * A visit, as one browser counts it: begun by the first look, ended by a pause of 30 minutes, and
 * told in small reports, none of which says whose it is.
 *
 * What is kept in the browser is this state: times, a date, and counts that were not sent yet.
 *
 * @module
 */
import { type VisitCounter, visitLimits } from "../contracts/visit_limits.ts";
import type { VisitCounts, VisitReport } from "../contracts/visits.ts";
import { isTaken, nameDay } from "./days.ts";

/** A pause of so long ends a visit, ms. */
export const pauseMs = 30 * 60_000;
/** Time that one visit is counted for at most, ms. */
export const visitMaxMs = 4 * 3_600_000;
/** Longer steps are those of a machine that slept, ms. */
export const stepMaxMs = 120_000;
/** Nobody is asked again before, ms. */
export const askAgainMs = 30 * 86_400_000;
/** Reports that wait for a network at most; the oldest are lost first. */
const waitingMax = 10;

/** What a browser keeps of its visits. */
export interface VisitState {
  /** When a page of ours was last to be seen, epoch ms; null before the first visit. */
  seenMs: number | null;
  /** Time counted for this visit, and what is left of a second, ms. */
  countedMs: number;
  restMs: number;
  isCrashed: boolean;
  /** The UTC day on which this browser was last counted. */
  activeDay: string | null;
  isInstalled: boolean;
  /** When the person said whether it helps, and when reports were last sent, epoch ms. */
  answeredMs: number | null;
  sentMs: number | null;
  /** What was counted since the last report. */
  open: { day: string; counts: VisitCounts } | null;
  /** Reports that are not known to have arrived. */
  waiting: VisitReport[];
}

/** When something happens, and where ids of reports come from. */
export interface Moment {
  /** Wall time, epoch ms. */
  nowMs: number;
  /** Returns a random UUID. */
  makeId(): string;
}

/** The state of a browser that was never here. */
export const noVisit: VisitState = {
  seenMs: null,
  countedMs: 0,
  restMs: 0,
  isCrashed: false,
  activeDay: null,
  isInstalled: false,
  answeredMs: null,
  sentMs: null,
  open: null,
  waiting: [],
};

/** A page is to be seen: the visit goes on, or a new one begins. */
export function enterVisit(state: VisitState, moment: Moment): VisitState {
  const { nowMs } = moment;
  const isNew = state.seenMs === null || nowMs - state.seenMs >= pauseMs;
  const next: VisitState = isNew
    ? addCount(
      { ...state, countedMs: 0, restMs: 0, isCrashed: false },
      "visits",
      1,
      moment,
    )
    : state;
  return markActive({ ...next, seenMs: nowMs }, moment);
}

/**
 * A page that was to be seen since `sinceMs` still is. Of several pages that are, each moment counts
 * once; a clock that was put back counts nothing.
 */
export function stayOnVisit(state: VisitState, sinceMs: number, moment: Moment): VisitState {
  const { nowMs } = moment;
  const fromMs = Math.max(sinceMs, state.seenMs ?? sinceMs);
  if (nowMs - fromMs >= pauseMs) return enterVisit(state, moment);
  const stepMs = Math.max(0, Math.min(nowMs - fromMs, stepMaxMs, visitMaxMs - state.countedMs));
  const allMs = state.restMs + stepMs;
  const seconds = Math.floor(allMs / 1_000);
  const next = {
    ...state,
    seenMs: nowMs,
    countedMs: state.countedMs + stepMs,
    restMs: allMs - seconds * 1_000,
  };
  return markActive(addCount(next, "visitSeconds", seconds, moment), moment);
}

/** A browser counts once a day, by the date that it keeps. */
function markActive(state: VisitState, moment: Moment): VisitState {
  const day = nameDay(moment.nowMs);
  if (state.activeDay === day) return state;
  return addCount({ ...state, activeDay: day }, "activeBrowsers", 1, moment);
}

/** Something failed unforeseen: this visit was no good one, however often it happens. */
export function noteCrash(state: VisitState, moment: Moment): VisitState {
  if (state.isCrashed) return state;
  return addCount({ ...state, isCrashed: true }, "crashedVisits", 1, moment);
}

/** The app is installed here; counted once. */
export function noteInstall(state: VisitState, moment: Moment): VisitState {
  if (state.isInstalled) return state;
  return addCount({ ...state, isInstalled: true }, "installs", 1, moment);
}

/** A signal, or a page of signals, was opened. */
export function noteSignalView(state: VisitState, moment: Moment): VisitState {
  return addCount(state, "signalViews", 1, moment);
}

/** Says whether the person may be asked whether it helps. */
export function mayAsk({ answeredMs }: VisitState, nowMs: number): boolean {
  return answeredMs === null || Math.abs(nowMs - answeredMs) >= askAgainMs;
}

/** The person said whether it helps; once in 30 days. */
export function noteAnswer(state: VisitState, isYes: boolean, moment: Moment): VisitState {
  if (!mayAsk(state, moment.nowMs)) return state;
  const next = { ...state, answeredMs: moment.nowMs };
  return addCount(next, isYes ? "feedbackYes" : "feedbackNo", 1, moment);
}

/** Adds to what is not told yet; a new day, and what would be too much for a report, begin another. */
function addCount(
  state: VisitState,
  name: VisitCounter,
  by: number,
  moment: Moment,
): VisitState {
  if (by <= 0) return state;
  const day = nameDay(moment.nowMs);
  const before = state.open?.counts[name] ?? 0;
  const isOver = state.open !== null &&
    (state.open.day !== day || before + by > visitLimits[name]);
  const next = isOver ? sealReport(state, moment) : state;
  const counts = next.open?.counts ?? {};
  return { ...next, open: { day, counts: { ...counts, [name]: (counts[name] ?? 0) + by } } };
}

/** Makes a report of what was counted. From here on it never changes, so that it can be sent again. */
export function sealReport(state: VisitState, { nowMs, makeId }: Moment): VisitState {
  const fresh = state.waiting.filter(({ day }) => isTaken(day, nowMs));
  if (state.open === null) return { ...state, waiting: fresh };
  const report: VisitReport = { id: makeId(), ...state.open };
  return { ...state, open: null, waiting: [...fresh, report].slice(-waitingMax) };
}

/** Takes away reports that need not be sent again. */
export function forgetReports(state: VisitState, ids: readonly string[]): VisitState {
  return { ...state, waiting: state.waiting.filter(({ id }) => !ids.includes(id)) };
}
