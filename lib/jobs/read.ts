/**
 * Reading many records of a collection, page by page, up to a limit.
 *
 * @module
 */
import type { Collection, RecordQuery } from "../store/types.ts";

const PAGE_RECORDS = 1_000;

/** Returns the records of a query in its order (newest first), at most `max`. */
export async function listUpTo<T extends { id: string }>(
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
  max: number,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof collection.list>> = await collection.list({
      ...query,
      limit: Math.min(PAGE_RECORDS, max - found.length),
      ...(cursor !== null && { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null && found.length < max);
  return found;
}

/** What a collection looked like: how many records, and the time of the newest up to market time. */
export interface Look {
  count: number;
  newest: number;
}

/** Looks at a collection, at the price of two reads whatever its size. */
export async function lookAt<T extends { id: string; timestamp: number }>(
  collection: Pick<Collection<T>, "list" | "count">,
  nowMs: number,
): Promise<Look> {
  const { items } = await collection.list({ to: nowMs + 1, limit: 1 });
  return { count: await collection.count(), newest: items[0]?.timestamp ?? 0 };
}

/** Says whether nothing came since `seen`. */
export function isSame(look: Look, seen: Look | null): boolean {
  return seen !== null && seen.count === look.count && seen.newest === look.newest;
}
