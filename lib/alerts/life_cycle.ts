/**
 * The life of an alert: armed, pending, firing, cooling; and beside it snoozed, expired, inactive.
 *
 * ```
 * armed ──holds──▶ pending ──for long enough──▶ firing ──no longer──▶ cooling ──rested──▶ armed
 *                     │ no longer                  │ rested, still holds: fires again
 *                     ▼                            ▼
 *                   armed                        firing
 * ```
 *
 * What comes true while it rests is not told later: the rest is there to suppress it.
 *
 * @module
 */
import type { AlertPhase, AlertRecord } from "../contracts/owned.ts";
import type { Rule, Verdict } from "./types.ts";

/** Where an alert stands. Market times, epoch ms. */
export interface AlertState {
  phase: "armed" | "pending" | "firing" | "cooling";
  sinceMs: number;
  /** Since when the condition has held; null while it does not. */
  heldSinceMs: number | null;
  lastFiredMs: number | null;
}

/** What one moment made of an alert. */
export interface Step {
  state: AlertState;
  isFiring: boolean;
}

/** An alert that is watched. */
export interface Entry {
  readonly rule: Rule;
  state: AlertState;
  /** Market time at which it has to be tried even when nothing moves, epoch ms. */
  wakeMs: number;
  /** Its phase has changed since it was last taken. */
  isChanged: boolean;
  /** Number of the moment at which it was tried last, so that one moment tries it once. */
  triedAt: number;
}

/** Returns the state of an alert that has seen nothing yet. */
export function createAlertState(nowMs: number): AlertState {
  return { phase: "armed", sinceMs: nowMs, heldSinceMs: null, lastFiredMs: null };
}

/** Returns why an alert does not fire at all at a wall time, or null when it may. */
export function getRest(
  { is_active, expiresMs, snoozedUntilMs }: AlertRecord,
  wallMs: number,
): "inactive" | "expired" | "snoozed" | null {
  if (!is_active) return "inactive";
  if (expiresMs !== null && wallMs >= expiresMs) return "expired";
  return snoozedUntilMs !== null && wallMs < snoozedUntilMs ? "snoozed" : null;
}

/** Returns the phase that is shown. */
export function getPhase(alert: AlertRecord, state: AlertState | null, wallMs: number): AlertPhase {
  return getRest(alert, wallMs) ?? state?.phase ?? "armed";
}

/**
 * Returns what a verdict at market time `timeMs` makes of a state; the same object when nothing
 * changes. `mayFire` is false while the alert is snoozed or the data is unsure: it then only learns
 * that its condition ended.
 */
export function stepAlert(
  state: AlertState,
  rule: Rule,
  verdict: Verdict,
  timeMs: number,
  mayFire = true,
): Step {
  if (verdict === -1) return { state, isFiring: false };
  const isRested = isOver(state, rule, timeMs);
  if (verdict === 0) return { state: release(state, isRested, timeMs), isFiring: false };
  if (!mayFire) return { state, isFiring: false };
  if (isEventRule(rule)) {
    return isRested ? fire("cooling", timeMs, timeMs) : { state, isFiring: false };
  }
  const heldSinceMs = state.heldSinceMs ?? timeMs;
  switch (state.phase) {
    case "armed":
    case "pending":
      if (timeMs - heldSinceMs >= rule.holdMs) return fire("firing", timeMs, heldSinceMs);
      return state.phase === "pending"
        ? { state, isFiring: false }
        : { state: { ...state, phase: "pending", sinceMs: timeMs, heldSinceMs }, isFiring: false };
    case "cooling":
      if (isRested) return stepAlert(arm(state, timeMs), rule, verdict, timeMs);
      return {
        state: { ...state, phase: "firing", sinceMs: timeMs, heldSinceMs },
        isFiring: false,
      };
    case "firing":
      return rule.repeats && isRested
        ? fire("firing", timeMs, heldSinceMs)
        : { state, isFiring: false };
  }
}

/**
 * Returns from which market time on a rule has to be tried again although its condition has not
 * changed (epoch ms): -Infinity at once, Infinity never.
 */
export function getWakeMs(
  { phase, heldSinceMs, lastFiredMs }: AlertState,
  { holdMs, cooldownMs, repeats }: Rule,
  verdict: Verdict,
  mayFire: boolean,
): number {
  if (verdict === -1 || !mayFire) return -Infinity;
  if (verdict === 0) return phase === "cooling" ? lastFiredMs! + cooldownMs : Infinity;
  if (phase === "pending") return heldSinceMs! + holdMs;
  return phase === "firing" && repeats ? lastFiredMs! + cooldownMs : Infinity;
}

/** The rest is over. No event is told of twice, and none that is older than the last one. */
function isOver({ lastFiredMs }: AlertState, rule: Rule, timeMs: number): boolean {
  if (lastFiredMs === null) return true;
  const restedMs = timeMs - lastFiredMs;
  return restedMs >= rule.cooldownMs && (restedMs > 0 || isEventRule(rule));
}

/** Returns whether a rule holds at single moments, so that each one is an event of its own. */
export function isEventRule({ condition, alert }: Rule): boolean {
  // Of many symbols each has its own course, which one state cannot follow.
  return condition.isEvent || alert.symbol === "*";
}

function fire(phase: "firing" | "cooling", timeMs: number, heldSinceMs: number): Step {
  const state: AlertState = { phase, sinceMs: timeMs, heldSinceMs, lastFiredMs: timeMs };
  return { state: phase === "cooling" ? { ...state, heldSinceMs: null } : state, isFiring: true };
}

function arm(state: AlertState, timeMs: number): AlertState {
  return { ...state, phase: "armed", sinceMs: timeMs, heldSinceMs: null };
}

/** The condition does not hold (any more). */
function release(state: AlertState, isRested: boolean, timeMs: number): AlertState {
  switch (state.phase) {
    case "armed":
      return state;
    case "pending":
      return arm(state, timeMs);
    case "firing":
      return isRested
        ? arm(state, timeMs)
        : { ...state, phase: "cooling", sinceMs: timeMs, heldSinceMs: null };
    case "cooling":
      return isRested ? arm(state, timeMs) : state;
  }
}
