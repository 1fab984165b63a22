/**
 * The browser that a page runs in, as far as counting its visits goes.
 *
 * @module
 */
import {
  asksForPrivacy,
  chooseCounting,
  isRefused,
  readVisits,
  type VisitStorage,
  writeVisits,
} from "./kept.ts";
import { mayAsk, noteAnswer } from "./visit.ts";
import { mayCount, type VisitPage, watchVisit } from "./watch.ts";

export { permitPushCount } from "./pushes.ts";

/** What of the browser is not the same everywhere. */
type Wishing = Navigator & { globalPrivacyControl?: boolean; standalone?: boolean };

/** What only the outer edge has: wall time (epoch ms) and repetition. */
export type VisitTimes = Pick<VisitPage, "now" | "every">;

/** Says whether the operator wants visits counted, by the page's own words. */
export const areCounted = (): boolean => document.documentElement.dataset.visits === "on";

/** Counts this page, unless nobody wants that; says whether anything is counted. */
export function countPage({ now, every }: VisitTimes): boolean {
  const found = openPage({ now, every });
  if (!found || !areCounted() || !mayCount(found)) return false;
  watchVisit(found);
  return true;
}

/** Null where the browser lets pages keep nothing. */
function openPage({ now, every }: VisitTimes): VisitPage | null {
  const storage = getStorage();
  if (!storage) return null;
  return {
    document,
    window: globalThis,
    storage,
    wishes: navigator as Wishing,
    path: location.pathname,
    isApp: matchMedia("(display-mode: standalone)").matches ||
      (navigator as Wishing).standalone === true,
    hasCrashed: document.documentElement.dataset.failed !== undefined,
    send: (path, init) => fetch(path, init),
    now,
    makeId: () => crypto.randomUUID(),
    every,
  };
}

function getStorage(): VisitStorage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/** What a person may choose here: it is on or off, or somebody else has decided. */
export type Choice = "on" | "off" | "private" | "closed";

/** Returns what is chosen in this browser. */
export function readChoice(): Choice {
  const storage = getStorage();
  if (!storage || !areCounted()) return "closed";
  if (asksForPrivacy(navigator as Wishing)) return "private";
  return isRefused(storage) ? "off" : "on";
}

/** Keeps the choice of the person, in this browser only. */
export function choose(isWanted: boolean): void {
  const storage = getStorage();
  if (storage) chooseCounting(storage, isWanted);
}

/** Says whether to ask the person whether it helps: counted, and not answered for 30 days. */
export function mayAskHere(nowMs: number): boolean {
  const storage = getStorage();
  return storage !== null && readChoice() === "on" && mayAsk(readVisits(storage), nowMs);
}

/** Takes the answer; it is sent with the next report. */
export function answerHere(isYes: boolean, nowMs: number): void {
  const storage = getStorage();
  if (!storage) return;
  const moment = { nowMs, makeId: () => crypto.randomUUID() };
  writeVisits(storage, noteAnswer(readVisits(storage), isYes, moment));
}
