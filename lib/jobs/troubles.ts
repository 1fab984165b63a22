/**
 * Troubles of the product itself: told once when one begins, and once when it is over.
 *
 * @module
 */
import type { WorldStore } from "../store/types.ts";
import type { OperatorAlert } from "./types.ts";

const stateName = "operatorTroubles";
/** Those that are over are kept for so long, ms. */
const keptMs = 7 * 86_400_000;

/** Something that is wrong at the moment. */
export interface Trouble {
  /** The same for as long as it lasts. */
  id: string;
  title: string;
  titleOver: string;
  /** In plain words, without a full stop at the end. */
  message: string;
  link: string;
}

/** Returns troubles that last, and those that ended within a week. */
export async function listTroubles(
  store: Pick<WorldStore, "getState">,
): Promise<OperatorAlert[]> {
  return await store.getState<OperatorAlert[]>(stateName) ?? [];
}

/**
 * Takes all that is wrong at `nowMs` (wall time). One that was not wrong before is told as begun, one
 * that is not any more as over; after that it may begin anew. Told before it is written down, so that
 * a sudden end tells it again under the same id. Rejects when it cannot be told or written down: the
 * same troubles at the next look then are told.
 */
export async function noteTroubles(
  troubles: readonly Trouble[],
  { store, nowMs, tell }: {
    store: Pick<WorldStore, "getState" | "putState">;
    nowMs: number;
    tell(alert: OperatorAlert): Promise<void>;
  },
): Promise<void> {
  const known = await listTroubles(store);
  const wrong = new Map(troubles.map((trouble) => [trouble.id, trouble]));
  const open = new Set(known.filter(({ resolvedMs }) => resolvedMs === null).map(({ id }) => id));
  const begun = [...wrong.values()].filter(({ id }) => !open.has(id)).map((trouble) => ({
    ...trouble,
    ...{ failures: 1, sinceMs: nowMs, resolvedMs: null },
  }));
  const isOver = ({ id, resolvedMs }: OperatorAlert) => resolvedMs === null && !wrong.has(id);
  const over = known.filter(isOver).map((alert) => ({ ...alert, resolvedMs: nowMs }));
  if (begun.length + over.length === 0) return;
  for (const alert of [...begun, ...over]) await tell(alert);
  const kept = known.filter((alert) =>
    !isOver(alert) && (alert.resolvedMs === null || nowMs - alert.resolvedMs < keptMs)
  );
  await store.putState(stateName, [...kept, ...over, ...begun]);
}
