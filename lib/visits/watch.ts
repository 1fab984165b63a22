/**
 * A page that counts: what it hears of its browser becomes counts, told when it is left.
 *
 * @module
 */
import {
  asksForPrivacy,
  isRefused,
  readVisits,
  type VisitStorage,
  type Wishes,
  writeVisits,
} from "./kept.ts";
import { sendReports, type SendVisits } from "./send.ts";
import {
  enterVisit,
  forgetReports,
  type Moment,
  noteCrash,
  noteInstall,
  noteSignalView,
  sealReport,
  stayOnVisit,
  type VisitState,
} from "./visit.ts";

/** Between two reports that only tell of time, ms: whoever walks through pages need not tell of each. */
export const reportEveryMs = 10_000;
/** How often an open page notes that it still is, ms. */
export const noteEveryMs = 60_000;

/** The page and its browser. */
export interface VisitPage {
  document: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;
  window: Pick<EventTarget, "addEventListener" | "removeEventListener">;
  storage: VisitStorage;
  wishes: Wishes;
  /** Path of the page. */
  path: string;
  /** It runs as an app, in a window of its own. */
  isApp: boolean;
  /** Something failed before anybody listened. */
  hasCrashed: boolean;
  send: SendVisits;
  /** Wall time, epoch ms. */
  now(): number;
  /** Returns a random UUID. */
  makeId(): string;
  /** Calls again and again; returns how to stop that. */
  every(ms: number, act: () => void): () => void;
}

/** Says whether this page may count at all. */
export function mayCount({ wishes, storage }: Pick<VisitPage, "wishes" | "storage">): boolean {
  return !asksForPrivacy(wishes) && !isRefused(storage);
}

/** Counts a page until it is gone; returns how to stop. Nothing is read or kept where it may not count. */
export function watchVisit(page: VisitPage): () => void {
  if (!mayCount(page)) return () => {};
  const counter = new PageCounter(page);
  const listeners: [
    Pick<EventTarget, "addEventListener" | "removeEventListener">,
    string,
    (event: Event) => void,
  ][] = [
    [page.document, "visibilitychange", () => counter.look()],
    [page.window, "pagehide", () => counter.leave()],
    [page.window, "pageshow", () => counter.look()],
    [page.window, "appinstalled", () => counter.change(noteInstall)],
    // What fails to load is told of too, without an error.
    [
      page.window,
      "error",
      (event) => (event as ErrorEvent).error != null && counter.change(noteCrash),
    ],
    [page.window, "unhandledrejection", () => counter.change(noteCrash)],
    [
      page.document,
      "toggle",
      (event) => isOpenedSignal(event.target) && counter.change(noteSignalView),
    ],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  const stopNotes = page.every(noteEveryMs, () => counter.stay());
  counter.start();
  return () => {
    stopNotes();
    for (const [target, name, listener] of listeners) {
      target.removeEventListener(name, listener, true);
    }
  };
}

/** A signal shows more of itself when its evidence is unfolded. */
function isOpenedSignal(target: EventTarget | null): boolean {
  const { open, closest } = (target ?? {}) as Partial<HTMLDetailsElement>;
  return open === true && closest?.call(target as Element, ".signal") != null;
}

/** Pages on which signals are looked at. */
const signalPages = /^\/explore\/signals(\/|$)/;

class PageCounter {
  /** Since when the page is to be seen, epoch ms; null while it is not. */
  #sinceMs: number | null = null;
  #isFirst = true;

  constructor(private readonly page: VisitPage) {}

  /** Tells what earlier pages could not, or do not know to have told: some browsers drop what is sent last. */
  start(): void {
    this.look();
    void this.#send(readVisits(this.page.storage));
  }

  /** The page came into view, or went. */
  look(): void {
    if (this.page.document.visibilityState !== "visible") return this.leave();
    if (this.#sinceMs !== null) return;
    this.#sinceMs = this.page.now();
    this.change(enterVisit);
    if (!this.#isFirst) return;
    this.#isFirst = false;
    if (signalPages.test(this.page.path)) this.change(noteSignalView);
    if (this.page.isApp) this.change(noteInstall);
    if (this.page.hasCrashed) this.change(noteCrash);
  }

  /** The page is still there. */
  stay(): void {
    const sinceMs = this.#sinceMs;
    if (sinceMs === null) return;
    this.change((state, moment) => stayOnVisit(state, sinceMs, moment));
    this.#sinceMs = this.page.now();
  }

  /** The page went out of view: what was counted is told, as nobody knows whether it comes back. */
  leave(): void {
    if (this.#sinceMs === null) return;
    this.stay();
    this.#sinceMs = null;
    if (!mayCount(this.page)) return;
    const { nowMs } = this.#moment();
    const state = readVisits(this.page.storage);
    const { sentMs, open } = state;
    const names = Object.keys(open?.counts ?? {});
    const isOnlyTime = names.every((name) => name === "visitSeconds");
    if (isOnlyTime && sentMs !== null && Math.abs(nowMs - sentMs) < reportEveryMs) return;
    const sealed = { ...sealReport(state, this.#moment()), sentMs: nowMs };
    writeVisits(this.page.storage, sealed);
    void this.#send(sealed);
  }

  async #send({ waiting }: VisitState): Promise<void> {
    const { done } = await sendReports(waiting, this.page.send);
    if (done.length === 0 || !mayCount(this.page)) return;
    writeVisits(this.page.storage, forgetReports(readVisits(this.page.storage), done));
  }

  /** Other pages of ours change the same state: it is read anew each time, and written at once. */
  change(work: (state: VisitState, moment: Moment) => VisitState): void {
    if (!mayCount(this.page)) return;
    const before = readVisits(this.page.storage);
    const after = work(before, this.#moment());
    if (after !== before) writeVisits(this.page.storage, after);
  }

  #moment(): Moment {
    return { nowMs: this.page.now(), makeId: this.page.makeId };
  }
}
