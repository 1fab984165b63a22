/**
 * Reads records past one page of the store.
 *
 * @module
 */
import type { Collection, RecordQuery } from "../store/types.ts";
import type { ApiDeps } from "./deps.ts";

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

/** Says in plain words why a collection is empty that the sources of `isOf` would fill. */
export function explainNothing(
  { getMode, listCollectors }: Pick<ApiDeps, "getMode" | "listCollectors">,
  isOf: (source: string) => boolean,
): string {
  if (getMode().mode === "replay") {
    return "None came so far from the recording that is played; a recording may hold none.";
  }
  const failing = listCollectors()
    .filter(({ source, status }) => status === "down" && isOf(source))
    .map(({ source, detail }) => `${source}: ${detail ?? "not answering"}`);
  return failing.length > 0
    ? `Sources that do not answer: ${failing.join("; ").slice(0, 400)}`
    : "No source in use has told any yet.";
}
