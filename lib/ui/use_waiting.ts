/**
 * What waits in the outbox, as an island follows it.
 *
 * @module
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { listWaiting, type Waiting } from "./waiting.ts";
import { followEdits } from "./waiting_browser.ts";

/**
 * Returns what waits right below `prefix`; empty until the outbox is there. `onFirst` is called once,
 * with what waited when the page was opened: a kept page was written before it. `now` is wall time.
 */
export function useWaiting(
  { prefix, now }: { prefix: string; now(): number },
  onFirst: (waiting: readonly Waiting[]) => void = () => {},
): ReadonlySignal<readonly Waiting[]> {
  const waiting = useSignal<readonly Waiting[]>([]);
  useEffect(() => {
    let isFirst = true;
    return followEdits(now, (queue) => {
      waiting.value = listWaiting(queue, prefix);
      if (isFirst) onFirst(waiting.peek());
      isFirst = false;
    });
  }, []);
  return waiting;
}

/** The same for one record; null while nothing of it waits. */
export function useWaitingRecord(
  { path, now }: { path: string | null; now(): number },
  onFirst: (waiting: Waiting) => void,
): ReadonlySignal<Waiting | null> {
  const found = useSignal<Waiting | null>(null);
  useEffect(() => {
    if (path === null) return;
    let isFirst = true;
    const prefix = path.slice(0, path.lastIndexOf("/") + 1);
    return followEdits(now, (queue) => {
      const one = listWaiting(queue, prefix).find(({ record }) => record === path) ?? null;
      found.value = one;
      if (isFirst && one) onFirst(one);
      isFirst = false;
    });
  }, []);
  return found;
}
