/**
 * Reads records past one page of the store.
 *
 * @module
 */
import type { Collection, RecordQuery } from "../store/types.ts";

const pageRecords = 500;

/** Returns the newest records that a query finds, at most `most`. */
export async function listAll<T extends { id: string }>(
  collection: Collection<T>,
  query: RecordQuery,
  most: number,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page = await collection.list({
      ...query,
      limit: Math.min(pageRecords, most - found.length),
      ...(cursor ? { cursor } : {}),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor && found.length < most);
  return found;
}
