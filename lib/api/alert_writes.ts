/**
 * Writes of alerts: each decided within one transaction, so that what two devices send at once, or
 * one device twice, is done once and in an order.
 *
 * @module
 */
import { requireOwn } from "../accounts/mod.ts";
import { alertsMax } from "../contracts/alerts.ts";
import { BadRequestError } from "../contracts/errors.ts";
import type { AlertParameters, AlertRecord } from "../contracts/owned.ts";
import { getStateId } from "../pipeline/firing.ts";
import type { OwnedStore, Transaction } from "../store/mod.ts";
import {
  type AlertContent,
  createAlert,
  isSameCondition,
  isSameContent,
  readContent,
} from "./alert_content.ts";
import { isAsExpected, type Precondition } from "./preconditions.ts";
import { deleteRevised, readFirstRevision } from "./revisions.ts";

/** What became of a write. */
export type AlertWritten =
  | { kind: "made" | "changed" | "same"; alert: AlertRecord }
  /** It is another one by now than its writer thought; null where there is none. */
  | { kind: "stale"; alert: AlertRecord | null }
  /** The very request was answered before. */
  | { kind: "answered"; status: number; body: string };

/** What became of an alert that was to be deleted. */
export type AlertRemoved =
  | { kind: "removed" }
  /** See `AlertWritten`. */
  | { kind: "stale"; alert: AlertRecord }
  /** There is none, or it is somebody else's: both are answered alike. */
  | { kind: "gone" };

/** One write. */
export interface AlertWrite {
  id: string;
  userId: string;
  precondition: Precondition;
  /**
   * Returns the content that is wanted, from what is there; throws what is wrong with it. Null where
   * there has to be one.
   */
  build(current: AlertContent | null): AlertContent | null;
  /** The key of the request, the hash of its body, and the answer that is kept for it. */
  request?: { key: string; hash: string; answer(alert: AlertRecord): string };
}

/** How long the answer to a request is kept for its repetition, ms. */
export const ANSWERED_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;
/** How long a count of a person's alerts is believed, ms: other processes write as well. */
const COUNTED_MS = 60_000;
const COUNTS_KEPT = 10_000;

/** Writes alerts. */
export interface AlertWriter {
  /**
   * @throws {NotFoundError} For an alert of somebody else, or one that has to be there.
   * @throws {BadRequestError} When the person has as many as one may have.
   */
  put(write: AlertWrite): Promise<AlertWritten>;
  remove(write: Pick<AlertWrite, "id" | "userId" | "precondition">): Promise<AlertRemoved>;
}

/** What writers need. */
export interface AlertWriterOptions {
  owned: OwnedStore;
  world: string;
  /** Wall time, epoch ms. */
  now(): number;
}

/** Returns a writer; `world` is where states are kept. */
export function createAlertWriter(options: AlertWriterOptions): AlertWriter {
  const { owned, world, now } = options;
  const room = createRoom(options);
  const forget = createForgetting(options);
  const put = async (write: AlertWrite): Promise<AlertWritten> => {
    const isThere = await owned.alerts.get(write.id) !== null;
    if (!isThere) await room.take(write.userId);
    let written: AlertWritten | null = null;
    try {
      written = await owned.transact((transaction) => decide(transaction, write, { world, now }));
      if (write.request) await forget();
      return written;
    } finally {
      // Room was taken for what came to nothing.
      if (!isThere && written?.kind !== "made") room.give(write.userId);
    }
  };
  return {
    put,
    async remove({ id, userId, precondition }) {
      const removed = await owned.transact<AlertRemoved>(async (transaction) => {
        const alert = await transaction.get("alerts", id);
        if (alert?.user_id !== userId) return { kind: "gone" };
        if (!isAsExpected(precondition, alert)) return { kind: "stale", alert };
        await deleteRevised(transaction, "alerts", userId, [alert]);
        await transaction.delete("alertStates", getStateId(world, id));
        return { kind: "removed" };
      });
      if (removed.kind === "removed") room.give(userId);
      return removed;
    },
  };
}

async function decide(
  transaction: Transaction,
  write: AlertWrite,
  { world, now }: Pick<AlertWriterOptions, "world" | "now">,
): Promise<AlertWritten> {
  const { id, userId, precondition, build, request } = write;
  const answered = request && await readAnswered(transaction, userId, request, now());
  if (answered) return answered;
  const stored = await transaction.get("alerts", id);
  const getOwner = ({ user_id }: AlertRecord) => user_id;
  const current = stored && requireOwn(stored, getOwner, { userId }, "such an alert");
  const before = current && readContent(current);
  if (!current && precondition.revisions !== null) return { kind: "stale", alert: null };
  const content = build(before) ?? requireOwn<never>(null, () => null, { userId }, "such an alert");
  // What is as it was wished for needs no write: the answer to the first try was lost.
  if (current && before && isSameContent(before, content)) return { kind: "same", alert: current };
  if (!isAsExpected(precondition, current)) return { kind: "stale", alert: current };
  const nowMs = now();
  const alert: AlertRecord = current
    ? {
      ...current,
      ...content,
      parameters: content.parameters as AlertParameters,
      revision: current.revision + 1,
      updated_at: nowMs,
    }
    : {
      ...createAlert(content, { id, userId, nowMs }),
      revision: await readFirstRevision(transaction, "alerts", userId),
    };
  await transaction.put("alerts", alert);
  if (before && isSameCondition(before, content)) await carryState(transaction, world, alert);
  if (request) {
    await transaction.put("answered", {
      id: nameRequest(userId, request.key),
      timestamp: nowMs,
      requestHash: request.hash,
      status: 201,
      body: request.answer(alert),
      etag: null,
    });
  }
  return { kind: current ? "changed" : "made", alert };
}

const nameRequest = (userId: string, key: string) => `${userId} ${key}`;

async function readAnswered(
  transaction: Transaction,
  userId: string,
  { key, hash }: { key: string; hash: string },
  nowMs: number,
): Promise<AlertWritten | null> {
  const known = await transaction.get("answered", nameRequest(userId, key));
  if (!known || nowMs - known.timestamp > ANSWERED_MS) return null;
  if (known.requestHash === hash) {
    return { kind: "answered", status: known.status, body: known.body };
  }
  throw new BadRequestError("The key was used for another request", [
    { pointer: "/header/idempotency-key", detail: "each request has a key of its own" },
  ]);
}

/** What was learnt of an alert holds on, such as that it rests. */
async function carryState(transaction: Transaction, world: string, alert: AlertRecord) {
  const state = await transaction.get("alertStates", getStateId(world, alert.id));
  if (state?.revision !== alert.revision - 1) return;
  await transaction.put("alertStates", { ...state, revision: alert.revision });
}

/** Returns what deletes answers that are kept for nobody any more, once an hour. */
function createForgetting({ owned, now }: AlertWriterOptions): () => Promise<void> {
  let doneMs = -Infinity;
  return async () => {
    const nowMs = now();
    if (nowMs - doneMs < FORGET_EVERY_MS) return;
    doneMs = nowMs;
    for (;;) {
      const { items } = await owned.answered.list({ to: nowMs - ANSWERED_MS, limit: 200 });
      if (items.length === 0) return;
      for (const { id } of items) await owned.answered.delete(id);
    }
  };
}

/** Counts the alerts of people, so that none has more than one may have. */
function createRoom({ owned, now }: Pick<AlertWriterOptions, "owned" | "now">) {
  const counts = new Map<string, { count: Promise<number>; taken: number; untilMs: number }>();
  const open = (userId: string) => {
    const known = counts.get(userId);
    if (known && now() < known.untilMs) return known;
    const query = { index: "user", equals: [userId], limit: alertsMax };
    const count = owned.alerts.list(query).then(({ items }) => items.length);
    const counted = { count, taken: 0, untilMs: now() + COUNTED_MS };
    counts.delete(userId);
    counts.set(userId, counted);
    if (counts.size > COUNTS_KEPT) counts.delete(counts.keys().next().value!);
    return counted;
  };
  return {
    async take(userId: string): Promise<void> {
      const counted = open(userId);
      const count = await counted.count.catch((error) => {
        counts.delete(userId);
        throw error;
      });
      // Looked at and taken in one step, so that of many at once none is refused for nothing.
      if (count + counted.taken < alertsMax) return void counted.taken++;
      throw new BadRequestError(
        `Cannot make another alert: one person has at most ${alertsMax}; delete some first`,
        [{ pointer: "/json", detail: `at most ${alertsMax} alerts` }],
      );
    },
    give(userId: string): void {
      const counted = counts.get(userId);
      if (counted) counted.taken--;
    },
  };
}
