/**
 * What waits in the outbox, followed by a page; the outbox is brought once the page stands.
 *
 * @module
 */
import type { Outbox, Queue } from "../outbox/mod.ts";

let opened: Promise<Outbox> | null = null;

async function openOutbox(now: () => number): Promise<Outbox> {
  const outbox = await import("../outbox/mod.ts");
  return outbox.openOutbox({ now });
}

/** The outbox of this page. */
function getOutbox(now: () => number): Promise<Outbox> {
  opened ??= openOutbox(now).catch((error) => {
    // The chunk is out of reach for now; the next one who asks tries again.
    opened = null;
    throw error;
  });
  return opened;
}

/**
 * Calls `show` with the person's own edits, now and after each change; returns how to end it. `now`
 * is wall time, epoch ms.
 */
export function followEdits(now: () => number, show: (queue: Queue) => void): () => void {
  let end = () => {};
  let hasEnded = false;
  void getOutbox(now).then((outbox) => {
    const read = () =>
      void outbox.listOwn().then((queue) => {
        if (!hasEnded) show(queue);
      }, () => undefined);
    if (hasEnded) return;
    end = outbox.onChange(read);
    read();
  }, () => undefined);
  return () => {
    hasEnded = true;
    end();
  };
}

/** Takes back an edit that waits. `now` is wall time, epoch ms. */
export async function undoWaiting(id: string, now: () => number): Promise<void> {
  try {
    const outbox = await getOutbox(now);
    await outbox.undo(id);
    // Where its opposite has to be sent, that is done now.
    dispatchEvent(new Event("cryptointel:flush"));
  } catch {
    // Storage is refused: then nothing waits either.
  }
}
