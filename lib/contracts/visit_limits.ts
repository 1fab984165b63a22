/**
 * What is counted of visits, with the most that one report brings; browsers load it too.
 *
 * @module
 */

/** Most reports that one request brings. */
export const visitReportsMax = 10;

/** Counters, and the most that one report may add to each. */
export const visitLimits = {
  /** Visits that began; a pause of 30 minutes ends one. */
  visits: 1,
  /** Time that a page of ours was to be seen, s. */
  visitSeconds: 14_400,
  /** Browsers that come for the first time of this UTC day. */
  activeBrowsers: 1,
  /** Browsers in which the app was installed. */
  installs: 1,
  /** Signals and pages of signals that were opened. */
  signalViews: 1_000,
  /** Push messages shown, and those that were opened. */
  pushShown: 100,
  pushOpened: 100,
  /** Visits in which something of ours failed unforeseen. */
  crashedVisits: 1,
  /** Answers to whether it helps. */
  feedbackYes: 1,
  feedbackNo: 1,
} as const;

/** Name of a counter. */
export type VisitCounter = keyof typeof visitLimits;
/** Names of all counters. */
export const visitCounters = Object.keys(visitLimits) as VisitCounter[];
