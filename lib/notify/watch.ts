/**
 * Signals on watched symbols, pushed to visitors who subscribed on a public page.
 *
 * Many may watch one symbol, so the work is cut into chunks, each a job that queues the next; what a
 * browser's service could not take now is tried again by itself, and dead subscriptions are removed.
 *
 * @module
 */
import type { PushSubscriptionRecord } from "../contracts/notification_records.ts";
import { fingerprint } from "../format/fingerprint.ts";
import type { Logger } from "../log.ts";
import type { JobHandler, JobQueue, OwnedStore } from "../store/mod.ts";
import type { PushTarget } from "./push.ts";
import { type Channel, IMPORTANT_CONFIDENCE, type Message } from "./types.ts";

/** Topic of the work. */
export const WATCH_TOPIC = "watch";
/** Subscriptions of one job, and how many are sent to at the same time. */
export const WATCH_CHUNK = 200;
const LANES = 16;
/** Waits before what could not be taken is sent again, ms. */
const RETRY_MS = [5_000, 60_000] as const;

/** A signal as visitors are told of it. */
export interface WatchedSignal {
  id: string;
  symbol: string;
  type: string;
  /** From 0 to 1. */
  confidence: number;
  /** Market time, epoch ms. */
  timestamp: number;
  isRecorded: boolean;
}

interface WatchJob {
  signal: WatchedSignal;
  cursor: string | null;
  /** Those that are tried again; null for a chunk of the list. */
  ids: string[] | null;
  attempt: number;
}

/** What telling visitors needs. */
export interface WatchOptions {
  owned: Pick<OwnedStore, "pushSubscriptions">;
  queue: Pick<JobQueue, "enqueue">;
  push: Channel<PushTarget>;
  /** The product's own address, without a slash at the end. */
  baseUrl: string;
  /** Wall time, epoch ms. */
  now(): number;
  log: Logger;
  count?: (name: string, n: number, labels: Record<string, string>) => void;
}

/** Tells visitors of signals. */
export interface Watch {
  /** Queues the telling of a signal; the same one again is not queued again. */
  tell(signal: WatchedSignal): Promise<void>;
  handler: JobHandler;
}

/** Returns what tells visitors. */
export function createWatch(options: WatchOptions): Watch {
  const { queue } = options;
  return {
    async tell(signal) {
      const job: WatchJob = { signal, cursor: null, ids: null, attempt: 1 };
      await queue.enqueue(WATCH_TOPIC, job, { id: `watch:${signal.id}:` });
    },
    handler: (body) => runChunk(options, body as WatchJob),
  };
}

async function runChunk(options: WatchOptions, job: WatchJob): Promise<void> {
  const { owned, queue } = options;
  const { signal, cursor, ids, attempt } = job;
  const { items, cursor: next } = ids
    ? { items: await readAll(options, ids), cursor: null }
    : await owned.pushSubscriptions.list({
      index: "watched",
      equals: [signal.symbol],
      limit: WATCH_CHUNK,
      ...(cursor !== null && { cursor }),
    });
  // Queued first: should this process end here, nobody behind is forgotten.
  if (next !== null) {
    const rest: WatchJob = { ...job, cursor: next };
    await queue.enqueue(WATCH_TOPIC, rest, { id: `watch:${signal.id}:${next}` });
  }
  const left = await sendAll(options, signal, items.filter((one) => wants(one, signal)));
  const waitMs = RETRY_MS[attempt - 1];
  if (left.length === 0 || waitMs === undefined) return;
  const again: WatchJob = { signal, cursor: null, ids: left, attempt: attempt + 1 };
  const id = `watch:${signal.id}:${cursor ?? ids?.[0] ?? ""}:${attempt + 1}`;
  await queue.enqueue(WATCH_TOPIC, again, { id, delayMs: waitMs });
}

async function readAll({ owned }: WatchOptions, ids: readonly string[]) {
  const found = await Promise.all(ids.map((id) => owned.pushSubscriptions.get(id)));
  return found.filter((record) => record !== null);
}

function wants(
  { isEnabled, userId, symbols, wants: least }: PushSubscriptionRecord,
  { symbol, confidence }: WatchedSignal,
): boolean {
  if (!isEnabled || userId !== null || !symbols.includes(symbol)) return false;
  return least === "all" || confidence >= IMPORTANT_CONFIDENCE;
}

/** Sends to all, some at a time, removes the dead ones, and returns those to be tried again. */
async function sendAll(
  { owned, push, baseUrl, now, log, count }: WatchOptions,
  signal: WatchedSignal,
  browsers: readonly PushSubscriptionRecord[],
): Promise<string[]> {
  const message = describeSignal(signal, { baseUrl, nowMs: now() });
  const left: string[] = [];
  let dead = 0;
  let place = 0;
  const work = async () => {
    for (let at = place++; at < browsers.length; at = place++) {
      const browser = browsers[at]!;
      const outcome = await push.send(message, browser);
      count?.("notifications_sent", 1, { channel: "PUSH", outcome: outcome.status });
      if (outcome.status === "retry") left.push(browser.id);
      if (outcome.status !== "gone") continue;
      dead++;
      await owned.pushSubscriptions.delete(browser.id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  if (dead > 0) log.info("Dead push subscriptions were removed", { dead });
  return left;
}

/** Returns what visitors are shown of a signal. */
export function describeSignal(
  { id, symbol, type, confidence, timestamp, isRecorded }: WatchedSignal,
  { baseUrl, nowMs }: { baseUrl: string; nowMs: number },
): Message {
  const words = type.replaceAll("_", " ");
  const text = `A signal (${words}) with a confidence of ${Math.round(confidence * 100)} %, ` +
    `${new Date(timestamp).toISOString().slice(0, 16).replace("T", " ")} UTC.`;
  return {
    id,
    kind: "signal",
    title: `${isRecorded ? "[recorded] " : ""}${symbol}: ${words}`,
    text,
    url: `${baseUrl}/explore/signals?entity=${encodeURIComponent(symbol)}`,
    timestamp: nowMs,
    isRecorded,
    topic: `signal-${fingerprint(`${symbol} ${type}`).toString(36)}`,
    parts: [],
  };
}
