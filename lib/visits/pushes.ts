/**
 * Push messages that were shown and opened, counted by the service worker while no page is open.
 *
 * @module
 */
import type { VisitReport } from "../contracts/visits.ts";
import { isTaken, nameDay } from "./days.ts";
import { parseReports } from "./kept.ts";
import { sendReports, type SendVisits } from "./send.ts";

/** Reports that wait for a network at most; the oldest are lost first. */
const waitingMax = 10;

/** What a worker counts with. */
export interface PushCountParts {
  /** What was kept: null unless a page has found that it may count. */
  read(): Promise<unknown>;
  write(value: { waiting: VisitReport[] } | null): Promise<void>;
  send: SendVisits;
  /** Wall time, epoch ms. */
  now(): number;
  /** Returns a random UUID. */
  makeId(): string;
}

/** Returns what a page leaves for the worker, given what is there. */
export function permitPushCount(kept: unknown, isOn: boolean): { waiting: VisitReport[] } | null {
  return isOn ? { waiting: readWaiting(kept) ?? [] } : null;
}

/** Returns how to count a message. It never rejects: that it was shown matters more. */
export function createPushCount(
  { read, write, send, now, makeId }: PushCountParts,
): (name: "pushShown" | "pushOpened") => Promise<void> {
  const add = async (name: "pushShown" | "pushOpened") => {
    const waiting = readWaiting(await read());
    if (waiting === null) return;
    const report = { id: makeId(), day: nameDay(now()), counts: { [name]: 1 } };
    const all = [...waiting, report].filter(({ day }) => isTaken(day, now())).slice(-waitingMax);
    await write({ waiting: all });
    const { done, isOff } = await sendReports(all, send);
    // A page may have found in the meantime that nothing is to be counted.
    const still = isOff ? null : readWaiting(await read());
    await write(still && { waiting: still.filter(({ id }) => !done.includes(id)) });
  };
  let last: Promise<void> = Promise.resolve();
  return (name) =>
    last = last.then(() => add(name)).catch(() => {
      // The browser's storage refuses: the message goes uncounted.
    });
}

function readWaiting(kept: unknown): VisitReport[] | null {
  if (typeof kept !== "object" || kept === null) return null;
  return parseReports((kept as { waiting?: unknown }).waiting);
}
