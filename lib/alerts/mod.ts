/**
 * Alerts: what they wait for, when they fire, and what they would have done.
 *
 * @module
 */
export { type BarCourse, type BarCourseOptions, createBarCourse } from "./bar_course.ts";
export { type AlertBook, createAlertBook, type Hit } from "./book.ts";
export { customFields } from "./conditions/custom.ts";
export { conditions, getCondition } from "./conditions/mod.ts";
export {
  foresee,
  foreseeInSlices,
  foreseeMoments,
  type Foresight,
  FORESIGHT_LEAD_BARS,
  foresightAfterMs,
  foresightDays,
} from "./foresight.ts";
export {
  type AlertState,
  createAlertState,
  type Entry,
  getPhase,
  getRest,
  stepAlert,
} from "./life_cycle.ts";
export { type AlertDraft, type AlertFault, checkAlert, createRule } from "./rule.ts";
export type {
  BarMoment,
  Condition,
  FigureMoment,
  FigureName,
  Finding,
  Moment,
  PriceMoment,
  Rule,
  SignalMoment,
} from "./types.ts";
