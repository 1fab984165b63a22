/** Visits for tests: a book in memory, counts of days, and a browser that does as it is told. */
import type { VisitReport } from "../../lib/contracts/visits.ts";
import type { VisitBook } from "../../lib/store/mod.ts";
import type { VisitStorage } from "../../lib/visits/kept.ts";
import type { VisitState } from "../../lib/visits/visit.ts";
import { parseVisits } from "../../lib/visits/kept.ts";
import { type VisitPage, watchVisit } from "../../lib/visits/watch.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Returns a book in memory. */
export function aVisitBook(): VisitBook & { reports: VisitReport[] } {
  const reports: VisitReport[] = [];
  const sum = (day: string) => {
    const counts: Record<string, number> = {};
    for (const report of reports.filter((each) => each.day === day)) {
      for (const [name, count] of Object.entries(report.counts)) {
        counts[name] = (counts[name] ?? 0) + count!;
      }
    }
    return { day, counts };
  };
  const listDays = () => [...new Set(reports.map(({ day }) => day))].toSorted();
  return {
    reports,
    add(report) {
      const isNew = reports.every(({ id }) => id !== report.id);
      if (isNew) reports.push(report);
      return Promise.resolve(isNew);
    },
    list: ({ from, to }) =>
      Promise.resolve(listDays().filter((day) => day >= from && day <= to).map(sum)),
    getFirstDay: () => Promise.resolve(listDays()[0] ?? null),
  };
}

/** Ids that are different, and UUIDs. */
export function countIds(): () => string {
  let last = 0;
  return () => `00000000-0000-4000-8000-${String(++last).padStart(12, "0")}`;
}

/** A storage in memory; it may refuse everything. */
export function aStorage(): VisitStorage & { kept: Map<string, string>; isBroken: boolean } {
  const kept = new Map<string, string>();
  const storage = {
    kept,
    isBroken: false,
    getItem: (name: string) => run(() => kept.get(name) ?? null),
    setItem: (name: string, text: string) => run(() => void kept.set(name, text)),
    removeItem: (name: string) => run(() => void kept.delete(name)),
  };
  const run = <T>(act: () => T): T => {
    if (storage.isBroken) throw new DOMException("The storage is full", "QuotaExceededError");
    return act();
  };
  return storage;
}

/** A page in a browser of which everything is decided by the test. */
export interface FakePage extends VisitPage {
  storage: ReturnType<typeof aStorage>;
  time: { nowMs: number };
  /** What was sent, report by report, in the order of sending. */
  sent: VisitReport[];
  requests: RequestInit[];
  /** What the server answers; null when it cannot be reached. */
  answer: { status: number | null };
  stop(): void;
  /** Time goes on, and the page's notes with it. */
  wait(ms: number): void;
  show(): void;
  hide(): Promise<void>;
  tell(name: string, event?: object): void;
  state(): VisitState;
}

/** Opens a page that is to be seen; another one of the same browser shares `storage` and `time`. */
export function openPage(part: Partial<FakePage> = {}): FakePage {
  const time = part.time ?? { nowMs: Date.UTC(2024, 0, 2, 12) };
  const storage = part.storage ?? aStorage();
  const target = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const window = new EventTarget();
  const notes = new Set<{ ms: number; leftMs: number; act: () => void }>();
  const page: FakePage = {
    document: target as unknown as VisitPage["document"],
    window,
    storage,
    time,
    wishes: {},
    path: "/",
    isApp: false,
    hasCrashed: false,
    sent: [],
    requests: [],
    answer: { status: 200 },
    send(_path, init) {
      page.requests.push(init);
      const { status } = page.answer;
      if (status === null) return Promise.reject(new TypeError("Failed to fetch"));
      page.sent.push(...JSON.parse(init.body as string).reports);
      return Promise.resolve({ status });
    },
    now: () => time.nowMs,
    makeId: part.makeId ?? countIds(),
    every(ms, act) {
      const note = { ms, leftMs: ms, act };
      notes.add(note);
      return () => notes.delete(note);
    },
    stop: () => {},
    wait(ms) {
      for (let left = ms; left > 0;) {
        const step = Math.min(left, ...[...notes].map(({ leftMs }) => leftMs));
        time.nowMs += step;
        left -= step;
        for (const note of notes) {
          note.leftMs -= step;
          if (note.leftMs > 0) continue;
          note.leftMs = note.ms;
          note.act();
        }
      }
    },
    show() {
      target.visibilityState = "visible";
      target.dispatchEvent(new Event("visibilitychange"));
    },
    async hide() {
      target.visibilityState = "hidden";
      target.dispatchEvent(new Event("visibilitychange"));
      // What was sent is answered.
      await new Promise((done) => setTimeout(done, 0));
    },
    tell(name, event = {}) {
      window.dispatchEvent(Object.assign(new Event(name), event));
    },
    state: () => parseVisits(JSON.parse(storage.kept.get("cryptointel.visits") ?? "null")),
    ...part,
  };
  page.stop = watchVisit(page);
  return page;
}

/** Adds up what reports say. */
export function addReports(reports: readonly VisitReport[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts } of reports) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count!;
  }
  return sums;
}
