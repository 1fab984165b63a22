/**
 * From a firing to its receivers: who is told at once, who later, and what came of it.
 *
 * Every receiver is work of its own, so that a dead one delays no other. Machines (live stream,
 * webhook) are told of each firing; people (mail, Slack, push) are told of the first one at once and
 * of those that follow it closely, or come in their quiet hours, together.
 *
 * @module
 */
import type {
  DeliveryRecord,
  NotificationRecord,
  PreferencesRecord,
  PushSubscriptionRecord,
} from "../contracts/notification_records.ts";
import type { ChannelName, FiringRecord } from "../contracts/owned.ts";
import type { Logger } from "../log.ts";
import type { JobHandler, OwnedStore, Transaction } from "../store/mod.ts";
import { buildFiringMessage, toNotification } from "./messages.ts";
import { createPreferences, findQuietEnd, isChannelOn } from "./preferences.ts";
import { IMPORTANT_CONFIDENCE, type Message, type Outcome } from "./types.ts";

/** Firings of one digest; more than anybody reads, and less than a commit holds. */
const DIGEST_MAX = 200;
/** Waits between tries, ms; a receiver may ask for other ones. */
const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const;
/** What could not be told for so long is no news any more, ms. */
const GIVE_UP_MS = 6 * 3_600_000;
/** Browsers of one person that are told. */
const BROWSERS_MAX = 50;

/** Channels that tell people. */
const personal = ["EMAIL", "SLACK", "PUSH"] as const;

/** One receiver's work. */
export interface SendJob {
  messageId: string;
  userId: string;
  channel: Exclude<ChannelName, "WEBSOCKET">;
  /** A browser's subscription, for PUSH. */
  subscriptionId: string | null;
  firingIds: string[];
  attempt: number;
  /** Wall time of the first try, epoch ms. */
  sinceMs: number;
}

/** Sends to a person's receiver; null where the person has none (any more). */
export type Sender = (message: Message, job: SendJob) => Promise<Outcome | null>;

/** What delivery is made of. */
export interface DeliveryOptions {
  owned: OwnedStore;
  /** One for each channel that leaves the process. */
  senders: Readonly<Record<SendJob["channel"], Sender>>;
  /** Tells the live connections of a person. */
  publish(userId: string, notification: NotificationRecord): void;
  /** The product's own address, such as `https://intel.example.org`, without a slash at the end. */
  baseUrl: string;
  /** Wall time, epoch ms, and a number from 0 to 1, for jitter. */
  now: () => number;
  random: () => number;
  log: Logger;
  count?: (name: string, n: number, labels: Record<string, string>) => void;
}

/** Topics of the work. */
export const deliveryTopics = ["deliver", "digest", "send"] as const;

/** Returns the handlers of the work of telling people. Each is idempotent. */
export function createDelivery(
  options: DeliveryOptions,
): Readonly<Record<typeof deliveryTopics[number], JobHandler>> {
  return {
    deliver: (body) => deliver(options, (body as { firingId: string }).firingId),
    digest: (body) => tellDigest(options, (body as { userId: string }).userId),
    send: (body) => send(options, body as SendJob),
  };
}

async function deliver(options: DeliveryOptions, firingId: string): Promise<void> {
  const { owned, publish, now } = options;
  const firing = await owned.firings.get(firingId);
  if (!firing) return;
  const browsers = await listBrowsers(owned, firing.user_id);
  const nowMs = now();
  const notification = toNotification(firing, nowMs);
  const isNew = await owned.transact(async (transaction) => {
    if (await transaction.get("notifications", notification.id)) return false;
    const preferences = await readPreferences(transaction, firing.user_id);
    const wanted = firing.channels.filter((channel) => isChannelOn(preferences, channel));
    await transaction.put("notifications", notification);
    const message = { messageId: firing.id, firingIds: [firing.id], userId: firing.user_id };
    if (wanted.includes("WEBHOOK")) queueSend(transaction, "WEBHOOK", message, nowMs);
    if (!personal.some((channel) => wanted.includes(channel))) return true;
    if (await joinBatch(transaction, firing, preferences, nowMs)) return true;
    queuePersonal(transaction, { wanted, browsers, message, firings: [firing], nowMs });
    return true;
  });
  if (isNew && firing.channels.includes("WEBSOCKET")) publish(firing.user_id, notification);
}

/** Lets a firing wait for others; false when it is to be told at once, which begins a batch. */
async function joinBatch(
  transaction: Transaction,
  { id, user_id: userId }: FiringRecord,
  preferences: PreferencesRecord,
  nowMs: number,
): Promise<boolean> {
  const quietMs = findQuietEnd(preferences, nowMs);
  const batch = await transaction.get("batches", userId);
  const isOpen = batch !== null && (nowMs < batch.untilMs || batch.firingIds.length > 0);
  if (quietMs === null && !isOpen) {
    if (preferences.batchSeconds > 0) {
      const untilMs = nowMs + preferences.batchSeconds * 1_000;
      await transaction.put("batches", { id: userId, untilMs, firingIds: [] });
    }
    return false;
  }
  const untilMs = Math.max(quietMs ?? 0, batch?.untilMs ?? 0, nowMs);
  const firingIds = [...batch?.firingIds ?? [], id].slice(-DIGEST_MAX);
  await transaction.put("batches", { id: userId, untilMs, firingIds });
  const delayMs = untilMs - nowMs;
  transaction.enqueue("digest", { userId }, { id: `digest:${userId}:${untilMs}`, delayMs });
  return true;
}

/** Tells of what has waited. Should quiet hours have been set meanwhile, it waits on. */
async function tellDigest({ owned, now }: DeliveryOptions, userId: string): Promise<void> {
  const browsers = await listBrowsers(owned, userId);
  const nowMs = now();
  await owned.transact(async (transaction) => {
    const batch = await transaction.get("batches", userId);
    if (!batch || batch.firingIds.length === 0) return;
    const preferences = await readPreferences(transaction, userId);
    const laterMs = findQuietEnd(preferences, nowMs) ??
      (nowMs < batch.untilMs ? batch.untilMs : null);
    if (laterMs !== null) {
      await transaction.put("batches", { ...batch, untilMs: laterMs });
      const id = `digest:${userId}:${laterMs}`;
      transaction.enqueue("digest", { userId }, { id, delayMs: laterMs - nowMs });
      return;
    }
    const firings: FiringRecord[] = [];
    for (const id of batch.firingIds) {
      const firing = await owned.firings.get(id);
      if (firing) firings.push(firing);
    }
    const untilMs = nowMs + preferences.batchSeconds * 1_000;
    await transaction.put("batches", { id: userId, untilMs, firingIds: [] });
    if (firings.length === 0) return;
    for (const channel of personal) {
      // Each channel tells of those alerts that ask for it.
      const own = firings.filter(({ channels }) => channels.includes(channel));
      if (own.length === 0 || !isChannelOn(preferences, channel)) continue;
      const firingIds = own.map(({ id }) => id);
      const messageId = firingIds.length === 1
        ? firingIds[0]!
        : `digest:${userId}:${nowMs}:${channel}`;
      const message = { messageId, firingIds, userId };
      queuePersonal(transaction, { wanted: [channel], browsers, message, firings: own, nowMs });
    }
  });
}

type MessageRef = Pick<SendJob, "messageId" | "firingIds" | "userId">;

function queuePersonal(
  transaction: Transaction,
  { wanted, browsers, message, firings, nowMs }: {
    wanted: readonly ChannelName[];
    browsers: readonly Browser[];
    message: MessageRef;
    /** What the message tells of. */
    firings: readonly FiringRecord[];
    nowMs: number;
  },
): void {
  if (wanted.includes("EMAIL")) queueSend(transaction, "EMAIL", message, nowMs);
  if (wanted.includes("SLACK")) queueSend(transaction, "SLACK", message, nowMs);
  if (!wanted.includes("PUSH")) return;
  const important = firings.filter(isImportant).map(({ id }) => id);
  for (const { id, wants } of browsers) {
    if (wants === "all" || important.length === firings.length) {
      queueSend(transaction, "PUSH", message, nowMs, id);
    } else if (important.length > 0) {
      const own = { ...message, firingIds: important };
      queueSend(transaction, "PUSH", own, nowMs, id);
    }
  }
}

function queueSend(
  transaction: Transaction,
  channel: SendJob["channel"],
  message: MessageRef,
  sinceMs: number,
  subscriptionId: string | null = null,
): void {
  const job: SendJob = { ...message, channel, subscriptionId, attempt: 1, sinceMs };
  transaction.enqueue("send", job, { id: `send:${getDeliveryId(job)}:1` });
}

const getDeliveryId = ({ messageId, channel, subscriptionId }: SendJob) =>
  `${messageId} ${channel}${subscriptionId ? ` ${subscriptionId}` : ""}`;

/** One try at one receiver, and what follows from it. */
async function send(options: DeliveryOptions, job: SendJob): Promise<void> {
  const { owned, senders, baseUrl, now, log, count } = options;
  const id = getDeliveryId(job);
  const known = await owned.deliveries.get(id);
  if (known && (known.status !== "retrying" || known.attempts >= job.attempt)) return;
  const firings = (await Promise.all(job.firingIds.map((firing) => owned.firings.get(firing))))
    .filter((firing) => firing !== null);
  if (firings.length === 0) return;
  const message = buildFiringMessage(job.messageId, firings, { baseUrl, nowMs: job.sinceMs });
  const outcome = await senders[job.channel](message, job);
  if (outcome === null) return await note(options, job, "suppressed", "no receiver is set up");
  count?.("notifications_sent", 1, { channel: job.channel, outcome: outcome.status });
  const waitMs = outcome.status === "retry"
    ? getWaitMs(options, job, outcome.afterMs, now())
    : null;
  if (waitMs !== null) {
    await note(options, job, "retrying", outcome.detail, waitMs);
    return;
  }
  if (outcome.status !== "sent") {
    log.warn("A message was not delivered", { channel: job.channel, detail: outcome.detail });
  }
  await note(options, job, outcome.status === "sent" ? "sent" : "failed", outcome.detail);
  if (outcome.status === "gone") await dropReceiver(options, job, outcome.detail);
}

/** Returns the wait before the next try, ms; null when there is to be none. */
function getWaitMs(
  { random }: DeliveryOptions,
  { attempt, sinceMs }: SendJob,
  askedMs: number | null,
  nowMs: number,
): number | null {
  const planned = RETRY_MS[attempt - 1];
  if (planned === undefined) return null;
  const waitMs = Math.max(askedMs ?? 0, Math.round(planned * (0.75 + random() / 2)));
  return nowMs + waitMs - sinceMs > GIVE_UP_MS ? null : waitMs;
}

/** Writes down what came of a try; with `waitMs` the next one is queued in the same commit. */
async function note(
  { owned, now }: DeliveryOptions,
  job: SendJob,
  status: DeliveryRecord["status"],
  detail: string,
  waitMs?: number,
): Promise<void> {
  const id = getDeliveryId(job);
  await owned.transact(async (transaction) => {
    await transaction.put("deliveries", {
      id,
      userId: job.userId,
      firingId: job.firingIds[0] ?? null,
      channel: job.channel,
      timestamp: now(),
      status,
      attempts: job.attempt,
      detail: job.firingIds.length > 1 ? `${detail} (${job.firingIds.length} alerts)` : detail,
    });
    if (waitMs === undefined) return;
    const next: SendJob = { ...job, attempt: job.attempt + 1 };
    transaction.enqueue("send", next, { id: `send:${id}:${next.attempt}`, delayMs: waitMs });
  });
}

const names: Record<SendJob["channel"], string> = {
  EMAIL: "mail address",
  WEBHOOK: "webhook",
  SLACK: "Slack channel",
  PUSH: "browser",
};

/** A receiver that is gone is not asked again, and its owner is told, in the product. */
async function dropReceiver(
  { owned, now, publish }: DeliveryOptions,
  { userId, channel, subscriptionId }: SendJob,
  detail: string,
): Promise<void> {
  if (channel === "PUSH") {
    if (subscriptionId !== null) await owned.pushSubscriptions.delete(subscriptionId);
    return;
  }
  const nowMs = now();
  const notification: NotificationRecord = {
    id: `gone:${userId}:${channel}:${nowMs}`,
    userId,
    timestamp: nowMs,
    kind: "system",
    title: `Your ${names[channel]} was switched off`,
    message: `It does not exist any more (it ${detail}). Set it anew in the settings.`,
    link: "/settings",
    firingIds: [],
    isRead: false,
    isRecorded: false,
  };
  const isOff = await owned.transact(async (transaction) => {
    const preferences = await readPreferences(transaction, userId);
    if (!isChannelOn(preferences, channel)) return false;
    await transaction.put("preferences", {
      ...preferences,
      revision: preferences.revision + 1,
      channels: { ...preferences.channels, [channel]: false },
      updatedMs: nowMs,
    });
    await transaction.put("notifications", notification);
    return true;
  });
  if (isOff) publish(userId, notification);
}

async function readPreferences(
  transaction: Transaction,
  userId: string,
): Promise<PreferencesRecord> {
  return await transaction.get("preferences", userId) ?? createPreferences(userId);
}

/** A person's browser that is to be told. */
type Browser = Pick<PushSubscriptionRecord, "id" | "wants">;

/**
 * Says whether a browser that wants important news only is told of a firing. Whoever has set an
 * alert on a level meant it; a signal has to be as sure as one that visitors are told of.
 */
export function isImportant(
  { condition, value }: Pick<FiringRecord, "condition" | "value">,
): boolean {
  return condition !== "SIGNAL_CONFIDENCE" || (value ?? 0) >= IMPORTANT_CONFIDENCE;
}

/** A person's browsers that want to be told. */
async function listBrowsers(owned: OwnedStore, userId: string): Promise<Browser[]> {
  const { items } = await owned.pushSubscriptions.list({
    index: "user",
    equals: [userId],
    limit: BROWSERS_MAX,
  });
  return items.filter(({ isEnabled }) => isEnabled);
}
