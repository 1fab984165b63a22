/**
 * Where a browser keeps what it counted, and whether it may count at all.
 *
 * @module
 */
import type { VisitReport } from "../contracts/visits.ts";
import { noVisit, type VisitState } from "./visit.ts";

const stateKey = "cryptointel.visits";
/** Holds something while the person does not want to be counted. */
const refusedKey = "cryptointel.visits.refused";

/** The part of localStorage that is used. */
export type VisitStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What a browser says of being counted, for its person. */
export interface Wishes {
  /** Global Privacy Control. */
  globalPrivacyControl?: boolean | undefined;
  /** Do Not Track; `1` for no. */
  doNotTrack?: string | null | undefined;
}

/** Says whether a browser asks of all sites not to count its person. */
export function asksForPrivacy({ globalPrivacyControl, doNotTrack }: Wishes): boolean {
  return globalPrivacyControl === true || doNotTrack === "1";
}

/** Says whether the person has refused to be counted; also where nothing can be kept. */
export function isRefused(storage: VisitStorage): boolean {
  try {
    return storage.getItem(refusedKey) !== null;
  } catch {
    return true;
  }
}

/** Keeps the choice; whoever refuses leaves nothing behind that was counted. */
export function chooseCounting(storage: VisitStorage, isWanted: boolean): void {
  try {
    if (isWanted) return storage.removeItem(refusedKey);
    storage.setItem(refusedKey, "1");
    storage.removeItem(stateKey);
  } catch {
    // Where nothing can be kept nothing is counted either.
  }
}

/** Reads what was kept; anything else than that is as if nothing were. */
export function readVisits(storage: VisitStorage): VisitState {
  try {
    return parseVisits(JSON.parse(storage.getItem(stateKey) ?? "null"));
  } catch {
    return noVisit;
  }
}

/** Keeps the state. */
export function writeVisits(storage: VisitStorage, state: VisitState): void {
  try {
    storage.setItem(stateKey, JSON.stringify(state));
  } catch {
    // A browser that is full keeps no count: lost is better than twice.
    dropVisits(storage);
  }
}

function dropVisits(storage: VisitStorage): void {
  try {
    storage.removeItem(stateKey);
  } catch {
    // It refuses that as well; there is nothing left to do.
  }
}

/** Returns what a value says of visits, field by field; what cannot be right is as at first. */
export function parseVisits(value: unknown): VisitState {
  if (!isRecord(value)) return noVisit;
  const time = (name: string) => isTime(value[name]) ? value[name] : null;
  const span = (name: string) => isTime(value[name]) ? value[name] : 0;
  const { activeDay, open, waiting } = value;
  return {
    seenMs: time("seenMs"),
    countedMs: span("countedMs"),
    restMs: span("restMs") % 1_000,
    isCrashed: value.isCrashed === true,
    activeDay: isDay(activeDay) ? activeDay : null,
    isInstalled: value.isInstalled === true,
    answeredMs: time("answeredMs"),
    sentMs: time("sentMs"),
    open: isPart(open) ? open : null,
    waiting: parseReports(waiting),
  };
}

/** Returns the reports in a list; none in anything else. */
export function parseReports(value: unknown): VisitReport[] {
  return Array.isArray(value) ? value.filter(isReport) : [];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;
const isDay = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value);
const isPart = (value: unknown): value is NonNullable<VisitState["open"]> =>
  isRecord(value) && isDay(value.day) && isRecord(value.counts) &&
  Object.values(value.counts).every((count) => Number.isSafeInteger(count));
const isReport = (value: unknown): value is VisitReport =>
  isPart(value) && typeof (value as { id?: unknown }).id === "string";
