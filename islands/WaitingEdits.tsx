import { useSignal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { renewedEvent, renewParts } from "../lib/ui/renew_parts.ts";
import { listWaiting, type Waiting } from "../lib/ui/waiting.ts";
import { followEdits, undoWaiting } from "../lib/ui/waiting_browser.ts";
import { NewWaiting, WaitingMark } from "../lib/ui/WaitingMark.tsx";

const now = () => Date.now();
const undo = (id: string) => void undoWaiting(id, now);

/** Puts a mark into each row whose record waits, and takes it from the others. */
function markRows(waiting: ReadonlyMap<string, Waiting>): void {
  for (const slot of document.querySelectorAll<HTMLElement>("[data-record]")) {
    const one = waiting.get(slot.dataset.record!);
    const row = slot.closest<HTMLElement>("tr, li");
    if (row) {
      if (one) row.dataset.waiting = one.kind;
      else delete row.dataset.waiting;
    }
    render(one ? <WaitingMark waiting={one} onUndo={undo} /> : null, slot);
  }
}

/**
 * Shows in a list what waits on this device: marks in the rows, and what has no row yet. `prefix` is
 * where the records lie in the API, such as `/api/v1/alerts/`.
 */
export default function WaitingEdits({ prefix }: { prefix: string }) {
  const fresh = useSignal<Waiting[]>([]);
  useEffect(() => {
    let before = new Set<string>();
    let shown = new Map<string, Waiting>();
    const show = () => {
      markRows(shown);
      const rows = new Set(
        [...document.querySelectorAll<HTMLElement>("[data-record]")].map(({ dataset }) =>
          dataset.record
        ),
      );
      fresh.value = [...shown.values()].filter(({ record }) => !rows.has(record));
    };
    const stop = followEdits(now, (queue) => {
      shown = new Map(listWaiting(queue, prefix).map((one) => [one.record, one]));
      show();
      const hasLeft = [...before].some((record) => !shown.has(record));
      before = new Set(shown.keys());
      // What was sent is told by the server now; without an answer the list stays as it was kept.
      if (hasLeft) void renewParts("data-list").catch(() => {});
    });
    addEventListener(renewedEvent, show);
    return () => {
      stop();
      removeEventListener(renewedEvent, show);
    };
  }, []);
  return <NewWaiting waiting={fresh.value} onUndo={undo} />;
}
