/**
 * What operators have to know, told to the owners of the product by their own channels.
 *
 * @module
 */
import type { DeliveryRecord, NotificationRecord } from "../contracts/notification_records.ts";
import type { JobHandler, JobQueue, OwnedStore, Transaction } from "../store/mod.ts";
import type { Sender, SendJob } from "./deliver.ts";
import { createPreferences, isChannelOn } from "./preferences.ts";
import type { Message } from "./types.ts";

/** Topics of the work. */
export const ownerTopics = ["owners", "owner_send"] as const;
/** Owners that are told. */
const OWNERS_MAX = 100;
const BROWSERS_MAX = 50;
/** Whoever holds the token of the data folder; told where they have said how. */
const OPERATOR = "operator";
const channels = ["EMAIL", "WEBHOOK", "SLACK", "PUSH"] as const;

/** Something that owners have to know. */
export interface OwnerNews {
  /** The same for the same news. */
  id: string;
  title: string;
  message: string;
  /** Page that shows it, as a path. */
  link: string;
  isRecorded: boolean;
}

/** What telling owners needs. */
export interface OwnerOptions {
  owned: OwnedStore;
  queue: Pick<JobQueue, "enqueue">;
  senders: Readonly<Record<SendJob["channel"], Sender>>;
  publish(userId: string, notification: NotificationRecord): void;
  /** The product's own address, without a slash at the end. */
  baseUrl: string;
  /** Wall time, epoch ms. */
  now(): number;
}

interface OwnerSend {
  news: OwnerNews;
  job: SendJob;
}

/** Tells owners. */
export interface Owners {
  /** Queues the telling; the same news again is not queued again. */
  tell(news: OwnerNews): Promise<void>;
  handlers: Readonly<Record<typeof ownerTopics[number], JobHandler>>;
}

/** Returns what tells owners. */
export function createOwners(options: OwnerOptions): Owners {
  return {
    async tell(news) {
      await options.queue.enqueue("owners", news, { id: `owners:${news.id}` });
    },
    handlers: {
      owners: (body) => tellAll(options, body as OwnerNews),
      owner_send: (body) => send(options, body as OwnerSend),
    },
  };
}

async function tellAll(options: OwnerOptions, news: OwnerNews): Promise<void> {
  const { owned } = options;
  const query = { index: "role", equals: ["admin"], limit: OWNERS_MAX };
  const { items } = await owned.users.list(query);
  const ids = items.filter(({ isDisabled }) => !isDisabled).map(({ id }) => id);
  if (await owned.preferences.get(OPERATOR)) ids.push(OPERATOR);
  for (const id of ids) await tellOne(options, news, id);
}

async function tellOne(
  { owned, publish, now }: OwnerOptions,
  news: OwnerNews,
  userId: string,
): Promise<void> {
  const browsers = (await owned.pushSubscriptions.list({
    index: "user",
    equals: [userId],
    limit: BROWSERS_MAX,
  })).items.filter(({ isEnabled }) => isEnabled);
  const nowMs = now();
  const notification: NotificationRecord = {
    id: `o:${news.id}:${userId}`,
    userId,
    timestamp: nowMs,
    kind: "system",
    title: news.title,
    message: news.message,
    link: news.link,
    firingIds: [],
    isRead: false,
    isRecorded: news.isRecorded,
  };
  const isNew = await owned.transact(async (transaction) => {
    if (await transaction.get("notifications", notification.id)) return false;
    await transaction.put("notifications", notification);
    const preferences = await transaction.get("preferences", userId) ?? createPreferences(userId);
    for (const channel of channels) {
      if (!isChannelOn(preferences, channel)) continue;
      const targets = channel === "PUSH" ? browsers.map(({ id }) => id) : [null];
      for (const target of targets) {
        queueSend(transaction, news, { userId, channel, target, nowMs });
      }
    }
    return true;
  });
  if (isNew) publish(userId, notification);
}

function queueSend(
  transaction: Transaction,
  news: OwnerNews,
  { userId, channel, target, nowMs }: {
    userId: string;
    channel: SendJob["channel"];
    target: string | null;
    nowMs: number;
  },
): void {
  const job: SendJob = {
    messageId: `o:${news.id}`,
    userId,
    channel,
    subscriptionId: target,
    firingIds: [],
    attempt: 1,
    sinceMs: nowMs,
  };
  const body: OwnerSend = { news, job };
  transaction.enqueue("owner_send", body, {
    id: `owner_send:${news.id}:${userId}:${channel}:${target ?? ""}`,
  });
}

/** Sends once; a rejection has the queue try again, and park it in the end. */
async function send(
  { owned, senders, baseUrl, now }: OwnerOptions,
  { news, job }: OwnerSend,
): Promise<void> {
  const outcome = await senders[job.channel](describe(news, job, baseUrl), job);
  // No such receiver is set up: there is nothing to note.
  if (outcome === null) return;
  const status: DeliveryRecord["status"] = outcome.status === "sent"
    ? "sent"
    : outcome.status === "retry"
    ? "retrying"
    : "failed";
  await owned.deliveries.put({
    id: `${job.messageId} ${job.userId} ${job.channel} ${job.subscriptionId ?? ""}`,
    userId: job.userId,
    firingId: null,
    channel: job.channel,
    timestamp: now(),
    status,
    attempts: 1,
    detail: outcome.detail,
  });
  if (status === "retrying") throw new Error(`Cannot tell an owner now: ${outcome.detail}`);
  if (outcome.status === "gone" && job.subscriptionId !== null) {
    await owned.pushSubscriptions.delete(job.subscriptionId);
  }
}

function describe(news: OwnerNews, { messageId, sinceMs }: SendJob, baseUrl: string): Message {
  return {
    id: messageId,
    kind: "operator",
    title: news.title,
    text: news.message,
    url: `${baseUrl}${news.link}`,
    timestamp: sinceMs,
    isRecorded: news.isRecorded,
    topic: "operator",
    parts: [],
  };
}
