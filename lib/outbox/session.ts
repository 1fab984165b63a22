/**
 * Who is signed in, as a page or the worker learns it: by the cookies, which no script can read.
 *
 * @module
 */

/** The lock under which pages, too, renew the session: its token is good once. */
export const sessionLock = "cryptointel.session";

/** The cookie has the token. */
const renewal: RequestInit = {
  method: "POST",
  cache: "no-store",
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** What asking takes. */
export interface SessionPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Runs `work` while nobody else of this browser holds the lock. */
  withLock<R>(name: string, work: () => Promise<R>): Promise<R>;
}

/** Returns the user's id; null for nobody, undefined where the server did not say. */
export async function askOwner({ fetch, withLock }: SessionPorts): Promise<
  string | null | undefined
> {
  const ask = () => readOwner(fetch);
  const owner = await ask();
  if (owner !== null) return owner;
  return await withLock(sessionLock, async () => {
    // Another tab may have renewed it meanwhile.
    const now = await ask();
    if (now !== null) return now;
    const renewed = await fetch("/api/v1/auth/refresh", renewal)
      .catch(() => null);
    if (!renewed || renewed.status >= 500) return undefined;
    return renewed.ok ? await ask() : null;
  });
}

async function readOwner(fetch: SessionPorts["fetch"]): Promise<string | null | undefined> {
  try {
    const answer = await fetch("/api/v1/auth/me", { cache: "no-store" });
    if (answer.status === 401) return null;
    if (!answer.ok) return undefined;
    const user: unknown = await answer.json();
    const id = (user as { id?: unknown } | null)?.id;
    return typeof id === "string" ? id : undefined;
  } catch {
    // No network, or an answer that is none of ours.
    return undefined;
  }
}
