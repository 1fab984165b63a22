/**
 * The outbox of a browser, for pages and for the service worker: what is edited is kept first and
 * sent then, so that it survives whatever happens to the network, the server and the browser.
 *
 * @module
 */
import { type Flushed, flushEdits } from "./flush.ts";
import { type KeptOutbox, openKeptOutbox } from "./kept.ts";
import {
  addEdit,
  type Choice,
  countEdits,
  dropEdit,
  listOwn,
  type Queue,
  type QueueCounts,
  resolveConflict,
  retryEdit,
  undoEdit,
} from "./queue.ts";
import { askOwner } from "./session.ts";
import type { Edit, EditDraft, Fields, Verdict } from "./types.ts";
import type { Answer } from "./verdict.ts";

/** A server that says nothing for so long is taken for gone, ms. */
const answerWithinMs = 15_000;
const lockName = "cryptointel.outbox";
const channelName = "cryptointel-outbox";
/** Name under which the browser wakes the worker once there is a network. */
export const syncTag = "outbox";

/** What became of an edit that a page saved. */
export type Saved =
  /** `record` is what is there now, where that was told. */
  | { kind: "done"; record: Fields | null }
  /** It waits on this device. */
  | { kind: "kept" }
  /** Changed there too, differently; it waits for the person, `current` is null where it is gone. */
  | { kind: "stale"; current: Fields | null }
  /** It can never be done, and is not kept. */
  | { kind: "refused"; problem: string };

/** The outbox. */
export interface Outbox {
  /** Keeps an edit and tries to send it. */
  save(draft: EditDraft): Promise<Saved>;
  /** Sends what waits. */
  flush(): Promise<Flushed>;
  /** All edits of this device, in their order. */
  list(): Promise<Queue>;
  /** Those that whoever uses it now may see. */
  listOwn(): Promise<Queue>;
  /** Learns who is signed in, where that is not known: what is made offline is then theirs. */
  learnOwner(): Promise<void>;
  count(): Promise<QueueCounts>;
  resolve(id: string, choice: Choice): Promise<void>;
  /** Gives up a refused edit or one in conflict. */
  drop(id: string): Promise<void>;
  retry(id: string): Promise<void>;
  /** Takes back an edit that waits. */
  undo(id: string): Promise<void>;
  /** Calls `listener` after each change, of other tabs and the worker too; returns how to end it. */
  onChange(listener: () => void): () => void;
  kept: KeptOutbox;
}

/** Opens the outbox. `now` is wall time, epoch ms. */
export function openOutbox(
  { now, kept = openKeptOutbox() }: { now(): number; kept?: KeptOutbox },
): Outbox {
  const createId = () => crypto.randomUUID();
  const news = createNews();
  const change = async (work: (queue: Queue) => Queue) => {
    await kept.change((queue) => ({ queue: work(queue), result: null }));
    news.tell();
  };
  const getOwner = async () => {
    const owner = await askOwner({ fetch: (path, init) => fetch(path, init), withLock });
    if (owner) await kept.putValue("owner", owner);
    return owner;
  };
  const flush = (onVerdict?: (edit: Edit, verdict: Verdict) => void) =>
    withLock(lockName, async () => {
      const flushed = await flushEdits({
        store: kept,
        send: sendEdit,
        getOwner,
        createId,
        ...(onVerdict ? { onVerdict } : {}),
      });
      news.tell();
      return flushed;
    });
  return {
    kept,
    flush: () => flush(),
    async save(draft) {
      const owner = await kept.getValue("owner");
      const id = createId();
      await change((queue) => addEdit(queue, draft, { id, owner, nowMs: now() }));
      await askForSync();
      return await followEdit(draft.record ?? draft.path, { kept, flush, change });
    },
    list: kept.read,
    listOwn: async () => listOwn(await kept.read(), await kept.getValue("owner")),
    async learnOwner() {
      if (await kept.getValue("owner") === null && await getOwner()) news.tell();
    },
    count: async () => countEdits(await kept.read(), await kept.getValue("owner")),
    resolve: (id, choice) => change((queue) => resolveConflict(queue, id, choice, createId())),
    drop: (id) => change((queue) => dropEdit(queue, id)),
    retry: (id) => change((queue) => retryEdit(queue, id, createId())),
    async undo(id) {
      const owner = await kept.getValue("owner");
      await change((queue) => undoEdit(queue, id, { id: createId(), owner, nowMs: now() }));
    },
    onChange: news.listen,
  };
}

/** Sends, and says what became of the last edit of a record. */
async function followEdit(record: string, { kept, flush, change }: {
  kept: KeptOutbox;
  flush(onVerdict: (edit: Edit, verdict: Verdict) => void): Promise<unknown>;
  change(work: (queue: Queue) => Queue): Promise<void>;
}): Promise<Saved> {
  let told: Fields | null = null;
  await flush((edit, verdict) => {
    if (edit.record === record && verdict.kind === "done") told = verdict.record;
  });
  const left = (await kept.read()).findLast((edit) => edit.record === record);
  if (!left) return { kind: "done", record: told };
  if (left.state === "conflict") return { kind: "stale", current: left.theirs };
  if (left.state !== "refused") return { kind: "kept" };
  // The page still has the form, and shows what is wrong with it.
  await change((queue) => dropEdit(queue, left.id));
  return { kind: "refused", problem: left.problem ?? "" };
}

async function sendEdit(
  { path, ...request }: {
    path: string;
    method: string;
    headers: Record<string, string>;
    body: string | null;
  },
): Promise<Answer> {
  try {
    const answer = await fetch(path, {
      ...request,
      cache: "no-store",
      credentials: "same-origin",
      // A redirect is some network's own page, never ours.
      redirect: "error",
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return {
      status: answer.status,
      type: answer.headers.get("content-type") ?? "",
      retryAfter: answer.headers.get("retry-after"),
      text: await answer.text(),
    };
  } catch {
    // No answer, or half of one: nobody knows whether it was done.
    return null;
  }
}

/** One at a time in all tabs and the worker; browsers let a lock go when its holder ends. */
function withLock<R>(name: string, work: () => Promise<R>): Promise<R> {
  return navigator.locks.request(name, work) as Promise<R>;
}

/** Lets the browser wake the worker later; where it cannot, the next page sends. */
async function askForSync(): Promise<void> {
  try {
    const scope = globalThis as unknown as { registration?: object };
    const registration = scope.registration ?? await navigator.serviceWorker.getRegistration();
    const { sync } = (registration ?? {}) as { sync?: { register(tag: string): Promise<void> } };
    await sync?.register(syncTag);
  } catch {
    // Refused in private windows.
  }
}

/** Tells all tabs and the worker that the queue changed. */
function createNews() {
  const channel = new BroadcastChannel(channelName);
  const listeners = new Set<() => void>();
  const tellOwn = () => listeners.forEach((listener) => listener());
  channel.addEventListener("message", tellOwn);
  return {
    tell() {
      channel.postMessage(null);
      tellOwn();
    },
    listen(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
