/**
 * Sends what waits, one edit after the other, until all is done or the server is not to be had.
 *
 * @module
 */
import { findNext, markSending, type Queue, settleEdit } from "./queue.ts";
import type { Edit, Verdict } from "./types.ts";
import { type Answer, judgeAnswer } from "./verdict.ts";

/** A queue that is kept. */
export interface OutboxStore {
  read(): Promise<Queue>;
  /** Changes the queue as one step that happens or does not; resolves when it is kept. */
  change<R>(work: (queue: Queue) => { queue: Queue; result: R }): Promise<R>;
}

/** A request that carries an edit. */
export interface EditRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** What sending takes. */
export interface FlushPorts {
  store: OutboxStore;
  /** Resolves to null where no answer came. */
  send(request: EditRequest): Promise<Answer>;
  /** Who is signed in; null for nobody, undefined where that is not to be had. */
  getOwner(): Promise<string | null | undefined>;
  createId(): string;
  /** Is told what became of each edit that was sent. */
  onVerdict?(edit: Edit, verdict: Verdict): void;
}

/** How far sending came. */
export interface Flushed {
  /** Why it stopped. */
  stopped: "empty" | "offline" | "signed_out" | "failing";
  sent: number;
  /** How long the server wants to be left alone, ms; null where it did not say. */
  afterMs: number | null;
}

/** Sends all edits of whoever is signed in. Two at once must not run: hold a lock. */
export async function flushEdits(ports: FlushPorts): Promise<Flushed> {
  const { store, send, getOwner, createId } = ports;
  const end = (stopped: Flushed["stopped"], sent = 0, afterMs: number | null = null) => ({
    stopped,
    sent,
    afterMs,
  });
  if ((await store.read()).length === 0) return end("empty");
  const owner = await getOwner();
  if (owner === undefined) return end("offline");
  if (owner === null) return end("signed_out");
  const skipped = new Set<string>();
  for (let sent = 0;; sent++) {
    const edit = await store.change((queue) => {
      const next = findNext(queue, owner, skipped);
      return { queue: next ? markSending(queue, next.id, owner) : queue, result: next };
    });
    if (!edit) return end(skipped.size > 0 ? "failing" : "empty", sent);
    const verdict = judgeAnswer(edit, await send(describeRequest(edit)));
    await store.change((queue) => ({
      queue: settleEdit(queue, edit.id, verdict, createId()),
      result: null,
    }));
    ports.onVerdict?.(edit, verdict);
    if (verdict.kind !== "later") continue;
    if (verdict.isAlone) {
      // One edit that the server fails at holds up its own record only.
      skipped.add(edit.record);
      continue;
    }
    return end(verdict.isSignedOut ? "signed_out" : "offline", sent, verdict.afterMs);
  }
}

/**
 * The request of an edit: on the revision that it was made on, under its own key. What is not known to
 * have one is only made, so that nothing is replaced unseen: what is there already is merged.
 */
export function describeRequest({ id, method, path, body, baseRevision }: Edit): EditRequest {
  const headers: Record<string, string> = { "idempotency-key": id };
  if (body !== null) headers["content-type"] = "application/json";
  if (method !== "POST") {
    if (baseRevision !== null) headers["if-match"] = `"${baseRevision}"`;
    else if (method === "PUT") headers["if-none-match"] = "*";
  }
  return { method, path, headers, body: body === null ? null : JSON.stringify(body) };
}
