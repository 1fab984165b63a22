/** The browser that a page runs in: who decides whether it counts, and what the person may choose. */
import { deepEqual, equal } from "node:assert/strict";
import {
  answerHere,
  areCounted,
  choose,
  countPage,
  mayAskHere,
  readChoice,
} from "../../lib/visits/browser.ts";
import { readVisits } from "../../lib/visits/kept.ts";
import { askAgainMs } from "../../lib/visits/visit.ts";
import { aStorage, MINUTE_MS } from "../support/visits.ts";

const nowMs = Date.UTC(2024, 0, 2, 12);

interface Parts {
  /** What the page says of the operator's wish. */
  visits?: string;
  failed?: string;
  wishes?: object;
  isStandalone?: boolean;
  /** The browser lets pages keep nothing. */
  isClosed?: boolean;
}

/** Runs `test` as a page does: with a document, a storage and a browser around it. */
function inBrowser(
  { visits = "on", failed, wishes = {}, isStandalone = false, isClosed = false }: Parts,
  test: (storage: ReturnType<typeof aStorage>, document: EventTarget) => void,
): void {
  const storage = aStorage();
  const dataset = { visits, ...(failed === undefined ? {} : { failed }) };
  const document = Object.assign(new EventTarget(), {
    visibilityState: "visible",
    documentElement: { dataset },
  });
  const given: Record<string, PropertyDescriptor> = {
    document: { value: document },
    navigator: { value: wishes },
    location: { value: { pathname: "/explore/signals" } },
    matchMedia: { value: () => ({ matches: isStandalone }) },
    localStorage: {
      get() {
        if (isClosed) throw new DOMException("The operation is insecure", "SecurityError");
        return storage;
      },
    },
  };
  const before = Object.keys(given).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  for (const [name, descriptor] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { ...descriptor, configurable: true });
  }
  try {
    test(storage, document);
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
}

/** Times of a page that nobody leaves. */
const times = () => {
  const notes: number[] = [];
  return {
    notes,
    now: () => nowMs,
    every(ms: number) {
      notes.push(ms);
      return () => {};
    },
  };
};

Deno.test("PWA-10 a page counts with what the browser knows of it", () =>
  inBrowser({ failed: "", isStandalone: true }, (storage) => {
    const { notes, now, every } = times();
    equal(countPage({ now, every }), true);
    deepEqual(notes, [MINUTE_MS]);
    deepEqual(readVisits(storage).open?.counts, {
      visits: 1,
      activeBrowsers: 1,
      signalViews: 1,
      installs: 1,
      crashedVisits: 1,
    });
  }));

Deno.test("an app on a telephone of Apple is one too", () =>
  inBrowser({ wishes: { standalone: true } }, (storage) => {
    countPage(times());
    equal(readVisits(storage).isInstalled, true);
  }));

const cases: { name: string; parts: Parts; choice: ReturnType<typeof readChoice> }[] = [
  { name: "the operator does not want it", parts: { visits: "" }, choice: "closed" },
  { name: "pages may keep nothing", parts: { isClosed: true }, choice: "closed" },
  {
    name: "the browser asks for privacy",
    parts: { wishes: { globalPrivacyControl: true } },
    choice: "private",
  },
  { name: "it asks not to be tracked", parts: { wishes: { doNotTrack: "1" } }, choice: "private" },
];
for (const { name, parts, choice } of cases) {
  Deno.test(`PWA-10 where ${name} nothing is counted, and nobody is asked`, () =>
    inBrowser(parts, (storage) => {
      const { notes, now, every } = times();
      deepEqual([countPage({ now, every }), notes, storage.kept.size], [false, [], 0]);
      equal(readChoice(), choice);
      equal(mayAskHere(nowMs), false);
    }));
}

Deno.test("PWA-10 the person's choice holds, and can be taken back", () =>
  inBrowser({}, (storage) => {
    equal(areCounted(), true);
    equal(readChoice(), "on");
    countPage(times());
    choose(false);
    deepEqual([readChoice(), countPage(times()), mayAskHere(nowMs)], ["off", false, false]);
    equal(storage.kept.has("cryptointel.visits"), false);
    choose(true);
    deepEqual([readChoice(), countPage(times())], ["on", true]);
  }));

Deno.test("where pages may keep nothing a choice and an answer are lost without harm", () =>
  inBrowser({ isClosed: true }, () => {
    choose(true);
    choose(false);
    answerHere(true, nowMs);
    equal(readChoice(), "closed");
  }));

Deno.test("PWA-10 an answer waits for the next report, and the question for 30 days", () =>
  inBrowser({}, (storage) => {
    equal(mayAskHere(nowMs), true);
    answerHere(false, nowMs);
    deepEqual(readVisits(storage).open?.counts, { feedbackNo: 1 });
    equal(mayAskHere(nowMs + askAgainMs - 1), false);
    equal(mayAskHere(nowMs + askAgainMs), true);
  }));
