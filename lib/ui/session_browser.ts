/**
 * Keeps a browser signed in: its access token lives an hour, and is exchanged before that.
 *
 * @module
 */

import { sessionLock } from "../outbox/session.ts";

/** Where a browser remembers that it has a session, and when it was last renewed. */
const key = "cryptointel.session";
/** A token that is older is exchanged. */
export const renewAfterMs = 25 * 60_000;

/** What keeping signed in needs of its browser. */
export interface SessionParts {
  read(): string | null;
  /** Null forgets. */
  write(text: string | null): void;
  now(): number;
  /** Runs while no other tab does. */
  alone<T>(run: () => Promise<T>): Promise<T>;
  /** Asks for new tokens; the status of the answer, 0 for none. */
  exchange(): Promise<number>;
}

/**
 * Exchanges the tokens when they are due, and says whether the browser is signed in afterwards. Tabs
 * do it one after the other: a refresh token is good once, and showing it twice ends the session.
 */
export async function keepSession(
  parts: SessionParts,
  { isForced }: { isForced: boolean },
): Promise<boolean> {
  const startMs = parts.now();
  return await parts.alone(async () => {
    const text = parts.read();
    if (text === null) return false;
    const renewedMs = Number(text);
    // Another tab did it while this one waited.
    if (isForced ? renewedMs >= startMs : parts.now() - renewedMs < renewAfterMs) return true;
    const status = await parts.exchange();
    if (status === 200) parts.write(String(parts.now()));
    // Only a refusal ends it; a network that is gone may come back.
    else if (status === 400 || status === 401 || status === 403) parts.write(null);
    return status === 200;
  });
}

/** What a browser brings along; `now` is wall time, epoch ms. */
const openBrowser = (now: () => number): SessionParts => ({
  read: () => use((storage) => storage.getItem(key)),
  write: (text) =>
    use((storage) => text === null ? storage.removeItem(key) : storage.setItem(key, text)),
  now,
  alone: async (run) => {
    // Without locks (no TLS) the moment between two tabs is left to chance, which the server forgives.
    if (!navigator.locks) return await run();
    return await navigator.locks.request(sessionLock, run) as never;
  },
  exchange: () =>
    fetch("/api/v1/auth/refresh", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    }).then(({ status }) => status, () => 0),
});

function use<T>(run: (storage: Storage) => T): T | null {
  try {
    return run(localStorage);
  } catch {
    return null;
  }
}

/** Notes that this browser is signed in; then keeps it so. `now` is wall time, epoch ms. */
export async function startSession(now: () => number): Promise<void> {
  const browser = openBrowser(now);
  if (browser.read() === null) browser.write(String(now()));
  await keepSession(browser, { isForced: false });
}

/** Tries to wake a session that has gone to sleep. */
export function renewSession(now: () => number): Promise<boolean> {
  return keepSession(openBrowser(now), { isForced: true });
}

/** Forgets that there was a session. */
export function forgetSession(): void {
  use((storage) => storage.removeItem(key));
}
