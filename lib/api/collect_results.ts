/**
 * The record of a collection cycle as an answer: what each source brought, read back from the store.
 *
 * @module
 */
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { WorldStore } from "../store/types.ts";
import type { CollectedSource, CollectResult } from "./public_deps.ts";

/** Records shown of each kind and source. */
const shownMax = 50;

/** Tells what a cycle brought; of a source of which nothing was due, what is stored. */
export async function describeRun(
  store: Pick<WorldStore, "marketData" | "news">,
  { sources, signals, timestamp }: CollectionRunRecord,
): Promise<CollectResult> {
  const described = await Promise.all(
    Object.entries(sources).map(async ([source, result]) => {
      const { status, records, error } = result;
      // Nothing was due: what was told before is fresh enough.
      const isFresh = status === "ok" && records === 0;
      const data = status === "ok" ? await readBrought(store, source, isFresh ? 0 : timestamp) : [];
      const collected: CollectedSource = {
        data,
        records,
        status,
        cached: isFresh && data.length > 0,
        ...(status === "failed" ? { error: error ?? "it did not answer" } : {}),
      };
      return [source, collected] as const;
    }),
  );
  return { signals, sources: Object.fromEntries(described) };
}

/** The newest figures and headlines of a source that were stored since `sinceMs` (wall time). */
async function readBrought(
  { marketData, news }: Pick<WorldStore, "marketData" | "news">,
  source: string,
  sinceMs: number,
): Promise<unknown[]> {
  const query = { index: "source", equals: [source], limit: shownMax };
  const [figures, headlines] = await Promise.all([marketData.list(query), news.list(query)]);
  return [...figures.items, ...headlines.items].filter(({ created_at }) => created_at >= sinceMs);
}
