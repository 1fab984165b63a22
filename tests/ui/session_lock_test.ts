/** One lock for all that exchange the tokens of a browser: pages, the outbox and the worker. */
import { deepEqual } from "node:assert/strict";
import { askOwner, sessionLock } from "../../lib/outbox/session.ts";
import { renewSession, startSession } from "../../lib/ui/session_browser.ts";

Deno.test("AUT-02 PWA-04 pages and the outbox renew the session under one lock", async () => {
  const asked: string[] = [];
  const request = <R>(name: string, run: () => Promise<R>) => {
    asked.push(name);
    return run();
  };
  const before = Object.getOwnPropertyDescriptor(navigator, "locks");
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
  try {
    await startSession(() => 1_000);
    await renewSession(() => 0);
    const fetch = () => Promise.resolve(new Response(null, { status: 401 }));
    await askOwner({ fetch, withLock: request });
    deepEqual(asked, [sessionLock, sessionLock, sessionLock]);
  } finally {
    if (before) Object.defineProperty(navigator, "locks", before);
    else Reflect.deleteProperty(navigator, "locks");
    localStorage.clear();
  }
});
