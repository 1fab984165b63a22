/**
 * Pages of stored records: cursors that are checked before the store sees them, and the Link header.
 *
 * @module
 */
import type { Context } from "hono";
import { BadRequestError } from "../contracts/errors.ts";
import { parseCursor } from "../store/cursor.ts";
import { StoreError } from "../store/errors.ts";
import type { Collection, Page, RecordQuery } from "../store/types.ts";
import type { ApiEnv } from "./deps.ts";

/**
 * Reads one page. `valuesLeft` is how many values of the index stand before the time in its order:
 * 0 where `equals` names them all.
 *
 * @throws {BadRequestError} If the cursor was not given out for such a list.
 */
export async function readPage<T extends { id: string }>(
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
  { valuesLeft = 0 }: { valuesLeft?: number } = {},
): Promise<Page<T>> {
  if (query.cursor !== undefined) {
    const tail = readCursor(query.cursor, valuesLeft);
    // A time range may have moved past the end of the page before: there is nothing left.
    const isPast = query.from !== undefined && (tail[0] as number) < query.from;
    if (valuesLeft === 0 && isPast) return { items: [], cursor: null };
  }
  try {
    return await collection.list(query);
  } catch (error) {
    if (error instanceof StoreError && error.code === "invalid_cursor") throw refuseCursor();
    throw error;
  }
}

/** Returns where in the order the page before ended. */
function readCursor(cursor: string, valuesLeft: number) {
  try {
    const tail = parseCursor(cursor);
    const isOurs = tail.length === valuesLeft + 2 && typeof tail.at(-1) === "string" &&
      tail.slice(0, -1).every((part) => typeof part === "number");
    if (isOurs) return tail;
  } catch { /* not ours: refused below */ }
  throw refuseCursor();
}

function refuseCursor(): BadRequestError {
  return new BadRequestError("The request does not fit its contract", [
    { detail: "The cursor is not one that this list gave out", pointer: "/query/cursor" },
  ]);
}

/** Says in the Link header where the next page is (RFC 8288); call it before the answer is made. */
export function linkNext(c: Context<ApiEnv>, cursor: string | null): void {
  if (cursor === null) return;
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.set("cursor", cursor);
  c.header("link", `<${pathname}?${searchParams}>; rel="next"`, { append: true });
}
