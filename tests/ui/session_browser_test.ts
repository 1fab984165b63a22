import { deepEqual, equal } from "node:assert/strict";
import { keepSession, renewAfterMs, type SessionParts } from "../../lib/ui/session_browser.ts";

/** A browser of several tabs: one store, one lock. */
function createBrowser(kept: string | null, statuses: number[]) {
  const state = { kept, nowMs: 1_000_000_000, exchanges: 0 };
  let last: Promise<unknown> = Promise.resolve();
  const parts: SessionParts = {
    read: () => state.kept,
    write: (text) => void (state.kept = text),
    now: () => state.nowMs,
    alone(run) {
      const done = last.then(run);
      last = done.catch(() => {});
      return done;
    },
    exchange: () => {
      const status = statuses[state.exchanges++] ?? 200;
      state.nowMs += 10;
      return Promise.resolve(status);
    },
  };
  return { parts, state };
}

Deno.test("AUT-02 tokens are exchanged when they are due, and not before", async () => {
  for (const [age, exchanges] of [[0, 0], [renewAfterMs - 1, 0], [renewAfterMs, 1]] as const) {
    const { parts, state } = createBrowser(String(1_000_000_000 - age), [200]);
    equal(await keepSession(parts, { isForced: false }), true);
    equal(state.exchanges, exchanges, `${age} ms`);
  }
});

Deno.test("AUT-02 of tabs that wake together one exchanges, as a token is good once", async () => {
  for (const isForced of [false, true]) {
    const { parts, state } = createBrowser("0", [200, 401]);
    const done = await Promise.all([1, 2, 3].map(() => keepSession(parts, { isForced })));
    deepEqual(done, [true, true, true]);
    equal(state.exchanges, 1);
  }
});

Deno.test("a browser that never signed in asks for nothing", async () => {
  const { parts, state } = createBrowser(null, [200]);
  equal(await keepSession(parts, { isForced: true }), false);
  equal(state.exchanges, 0);
});

Deno.test("a refusal ends the session; a network or server that is away does not", async () => {
  for (
    const [status, isKept] of [[401, false], [400, false], [0, true], [503, true], [429, true]]
  ) {
    const { parts, state } = createBrowser("0", [status as number]);
    equal(await keepSession(parts, { isForced: false }), false);
    equal(state.kept !== null, isKept, String(status));
  }
});
