/**
 * What the worker keeps of answers, with the time at which it was kept.
 *
 * @module
 */

/** Header of a kept answer: when it was kept, wall time, epoch ms. */
export const keptHeader = "x-kept-ms";

/** The part of a cache that is used. */
export interface PageCache {
  match(path: string, options?: { ignoreSearch?: boolean }): Promise<Response | undefined>;
  put(path: string, answer: Response): Promise<void>;
  delete(path: string): Promise<boolean>;
}

/** Returns an answer to keep, stamped; null for one that is not worth keeping. */
export function stampAnswer(answer: Response, nowMs: number): Response | null {
  // A redirected answer cannot be shown as a page, and says something of another address.
  if (answer.status !== 200 || answer.redirected) return null;
  const headers = new Headers(answer.headers);
  headers.set(keptHeader, String(nowMs));
  return new Response(answer.body, { status: 200, headers });
}

/** What one request remembers on its way; the strategies give each plugin its own. */
interface OnItsWay {
  state?: Record<string, unknown>;
}

/** Stamps answers to be kept, and leaves out those that somebody else asked for. */
export interface Stamp {
  plugin: {
    requestWillFetch(given: OnItsWay & { request: Request }): Promise<Request>;
    cacheWillUpdate(given: OnItsWay & { response: Response }): Promise<Response | null>;
  };
  /** Somebody signs in or out: nothing that is under way is kept. */
  forget(): void;
}

/** Returns the stamp of a worker. `now` is wall time, epoch ms. */
export function createStamp(now: () => number): Stamp {
  let session = 0;
  return {
    plugin: {
      requestWillFetch({ request, state }) {
        if (state) state.session = session;
        return Promise.resolve(request);
      },
      cacheWillUpdate: ({ response, state }) =>
        Promise.resolve(state?.session === session ? stampAnswer(response, now()) : null),
    },
    forget: () => void session++,
  };
}

/** Returns when an answer was kept; null for one that was not. */
export function readKeptMs(headers: { get(name: string): string | null }): number | null {
  const value = Number(headers.get(keptHeader) ?? NaN);
  return Number.isFinite(value) ? value : null;
}

/** Pages fetched at a time: the person's own requests go first. */
const atOnce = 3;

/** How pages are kept ahead of being asked for. */
export interface WarmPorts {
  cache: PageCache;
  fetch(path: string): Promise<Response>;
  /** Wall time, epoch ms. */
  now(): number;
}

/**
 * Keeps pages that are not kept yet, or longer than `maxAgeMs`; one that fails stops no other.
 * Resolves to how many were fetched.
 */
export async function warmPages(
  paths: readonly string[],
  maxAgeMs: number,
  { cache, fetch, now }: WarmPorts,
): Promise<number> {
  const left = [...paths];
  let kept = 0;
  const work = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const known = await cache.match(path);
      const keptMs = known ? readKeptMs(known.headers) : null;
      if (keptMs !== null && now() - keptMs < maxAgeMs) continue;
      const answer = await fetch(path).catch(() => null);
      const stamped = answer && stampAnswer(answer, now());
      if (!stamped) continue;
      await cache.put(path, stamped);
      kept++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return kept;
}

/**
 * Returns what fetches a kept page anew by `warm`. However often it is told while one is fetched, it is
 * fetched once more: fifty edits are no fifty pages.
 */
export function createRefresh(
  warm: (path: string) => Promise<unknown>,
): (path: string) => Promise<void> {
  const isDue = new Map<string, boolean>();
  return async (path) => {
    if (isDue.has(path)) return void isDue.set(path, true);
    do {
      isDue.set(path, false);
      await warm(path);
    } while (isDue.get(path));
    isDue.delete(path);
  };
}

/** Returns the kept page of an address: itself, else the same page with other choices, else `last`. */
export async function findKeptPage(
  cache: PageCache,
  { pathname, search }: { pathname: string; search: string },
  last: string,
): Promise<Response | undefined> {
  return await cache.match(pathname + search) ??
    await cache.match(pathname, { ignoreSearch: true }) ?? await cache.match(last);
}
