/**
 * Telling people: channels, keys and secrets put together, one delivery for all worlds of a process.
 *
 * @module
 */
import { join } from "node:path";
import type { DeliveryDesk } from "../api/mod.ts";
import type { Clock } from "../clock.ts";
import { type Config, getListenAddress } from "../config.ts";
import type { NotificationRecord } from "../contracts/notification_records.ts";
import type { ChannelName } from "../contracts/owned.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import {
  type Channels,
  createDelivery,
  createEgress,
  createEmailChannel,
  createOwners,
  createPushChannel,
  createResetMail,
  createSenders,
  createSlackChannel,
  createUnsubscribeTokens,
  createVapidKeys,
  createVault,
  createWatch,
  createWebhookChannel,
  type Egress,
  isPushEndpoint,
  type MailedLink,
  type Message,
  type Outcome,
  type OwnerNews,
  type Sender,
  type SendJob,
  SLACK_HOST,
  type VapidKeys,
  WATCH_TOPIC,
  type WatchedSignal,
} from "../notify/mod.ts";
import { type JobHandler, openSecretFile, type Store } from "../store/mod.ts";

/** What delivery is made of. */
export interface DeliveryParts {
  config: Pick<
    Config,
    "dataDir" | "deliveryAllow" | "hostname" | "mail" | "port" | "publicUrl" | "secrets" | "vapid"
  >;
  store: Pick<Store, "owned" | "jobs">;
  /** Wall time. */
  clock: Clock;
  metrics?: Pick<Metrics, "count">;
  log: Logger;
}

/** The world whose pages are open. */
export interface ShownWorld {
  /** Tells the live connections of a person. */
  publish(userId: string, notification: NotificationRecord): void;
  isRecorded: boolean;
}

/** Delivery at work. */
export interface Delivery extends DeliveryDesk {
  /** For the queue's dispatcher. */
  handlers: Readonly<Record<string, JobHandler>>;
  /** Tells visitors who watch a symbol. */
  tellWatchers(signal: WatchedSignal): Promise<void>;
  tellOwners(news: OwnerNews): Promise<void>;
  /** Mails a link to a new password; null where no mail server is named. */
  sendResetMail: ((mail: MailedLink) => Promise<Outcome>) | null;
  /** Returns the text by which a person's mail is ended. */
  signUnsubscribe(userId: string): Promise<string>;
  /** From now on pages of this world are told; null when it ends. */
  show(world: ShownWorld | null): void;
  close(): void;
}

/**
 * Opens delivery. Secrets that nobody gave are made at the first start and kept beside the store.
 *
 * @throws {RangeError} For a secret that is too short, or half of a pair of keys.
 */
export async function openDelivery(parts: DeliveryParts): Promise<Delivery> {
  const { config, store: { owned, jobs: queue }, clock, log } = parts;
  const { now } = clock;
  let shown: ShownWorld | null = null;
  const publish: ShownWorld["publish"] = (...told) => shown?.publish(...told);
  const baseUrl = getBaseUrl(config);
  const secret = await openDeliverySecret(config);
  const keys = await openVapidKeys(config, baseUrl);
  const vault = await createVault(secret);
  const tokens = await createUnsubscribeTokens(secret);
  const allowed = config.deliveryAllow;
  const egress = createEgress({ clock, allowed });
  const email = config.mail && createEmailChannel(config.mail);
  const channels: Channels = { email, ...openHttpChannels(egress, keys, now) };
  const getUnsubscribeUrl = async (userId: string) =>
    `${baseUrl}/api/v1/unsubscribe?token=${await tokens.sign(userId)}`;
  const senders = createSenders({ owned, channels, vault, getUnsubscribeUrl });
  const count = meterSends(parts.metrics);
  const all = { owned, queue, senders, publish, baseUrl, now, log, count, random: clock.random };
  const owners = createOwners(all);
  const watch = createWatch({ ...all, push: channels.push });
  return {
    handlers: {
      ...createDelivery(all),
      ...owners.handlers,
      [WATCH_TOPIC]: watch.handler,
    },
    tellWatchers: watch.tell,
    tellOwners: owners.tell,
    vault,
    isMailOn: email !== null,
    sendResetMail: email && createResetMail({ email, baseUrl }),
    checkUrl: egress.check,
    isSlackUrl: (url) => isSlackUrl(url, allowed),
    isPushEndpoint: (endpoint) => isPushEndpoint(endpoint, allowed),
    pushKey: keys.publicKey,
    readUnsubscribe: tokens.read,
    signUnsubscribe: tokens.sign,
    show: (world) => void (shown = world),
    ...createTests({
      ...{ ...parts, senders, channels, baseUrl, publish },
      isRecorded: () => shown?.isRecorded ?? false,
    }),
    close() {
      egress.close();
      email?.close();
    },
  };
}

function openHttpChannels(egress: Egress, keys: VapidKeys, now: () => number) {
  return {
    webhook: createWebhookChannel({ egress, now }),
    slack: createSlackChannel({ egress, now }),
    push: createPushChannel({ egress, keys, now }),
  };
}

/** The address under which messages say that the product is found. */
function getBaseUrl(
  { publicUrl, hostname, port }: Pick<Config, "publicUrl" | "hostname" | "port">,
): string {
  const host = getListenAddress(hostname);
  return publicUrl ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function openDeliverySecret(
  { dataDir, secrets }: Pick<Config, "dataDir" | "secrets">,
): Promise<string> {
  const given = secrets.DELIVERY_SECRET;
  if (given === undefined) return await openSecretFile(dataDir, "delivery-secret");
  if (given.length >= 32) return given;
  throw new RangeError("Cannot use DELIVERY_SECRET: at least 32 characters are required");
}

/** Keys that were given, or those of the data folder, made where there are none. */
async function openVapidKeys(
  { dataDir, secrets, vapid }: Pick<Config, "dataDir" | "secrets" | "vapid">,
  baseUrl: string,
): Promise<VapidKeys> {
  // Push services want to know whom to tell of mischief; https or mail, never plain http.
  const found = baseUrl.startsWith("https:") ? baseUrl : "mailto:operator@localhost.localdomain";
  const subject = vapid.subject || found;
  const privateKey = secrets.VAPID_PRIVATE_KEY;
  if (vapid.publicKey && privateKey) return { publicKey: vapid.publicKey, privateKey, subject };
  if (vapid.publicKey || privateKey) {
    throw new RangeError("Cannot use VAPID keys: both the public and the private one are required");
  }
  const path = join(dataDir, "vapid-keys.json");
  const made = createVapidKeys(subject);
  const text = JSON.stringify({ publicKey: made.publicKey, privateKey: made.privateKey });
  try {
    await Deno.writeTextFile(path, text + "\n", { createNew: true, mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const kept = JSON.parse(await Deno.readTextFile(path)) as Partial<VapidKeys>;
  if (typeof kept.publicKey !== "string" || typeof kept.privateKey !== "string") {
    throw new RangeError(`Cannot use ${path}: it holds no keys; delete it to have new ones made`);
  }
  return { publicKey: kept.publicKey, privateKey: kept.privateKey, subject };
}

function isSlackUrl(url: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { host, protocol } = new URL(url);
  return protocol === "https:" && host === SLACK_HOST || allowed.includes(host);
}

function meterSends(metrics: Pick<Metrics, "count"> | undefined) {
  return (_name: string, n: number, labels: Record<string, string>) => {
    metrics?.count("notifications_sent_total", n, labels);
  };
}

/** Tests of channels: at once, past batches and quiet hours, as somebody waits for them. */
function createTests(
  { store, clock, publish, isRecorded, senders, channels, baseUrl }:
    & Pick<DeliveryParts, "store" | "clock">
    & {
      publish: ShownWorld["publish"];
      isRecorded(): boolean;
      senders: Readonly<Record<SendJob["channel"], Sender>>;
      channels: Channels;
      baseUrl: string;
    },
): Pick<DeliveryDesk, "sendTest" | "sendTestPush"> {
  const build = (): Message => ({
    id: `test-${crypto.randomUUID()}`,
    kind: "test",
    title: "Test of CryptoIntel",
    text: "This is how you will be told of your alerts.",
    url: `${baseUrl}/notifications`,
    timestamp: clock.now(),
    isRecorded: isRecorded(),
    topic: "test",
    parts: [],
  });
  const testLive = (userId: string) => {
    const { id, title, text: message, timestamp } = build();
    publish(userId, {
      ...{ id, userId, timestamp, title, message, kind: "test", link: "/notifications" },
      ...{ firingIds: [], isRead: true, isRecorded: isRecorded() },
    });
    return { status: "sent", detail: "told to the pages that are open" } as const;
  };
  const testOne = (
    userId: string,
    channel: Exclude<ChannelName, "WEBSOCKET">,
    to: string | null,
  ) => {
    const message = build();
    return senders[channel](message, {
      ...{ messageId: message.id, userId, channel, subscriptionId: to },
      ...{ firingIds: [], attempt: 1, sinceMs: message.timestamp },
    });
  };
  return {
    sendTestPush: (browser) => channels.push.send(build(), browser),
    async sendTest(userId, channel) {
      if (channel === "WEBSOCKET") return testLive(userId);
      if (channel !== "PUSH") return await testOne(userId, channel, null);
      const query = { index: "user", equals: [userId], limit: 50 };
      const { items } = await store.owned.pushSubscriptions.list(query);
      const outcomes = await Promise.all(items.map(({ id }) => testOne(userId, channel, id)));
      // One that was told is what they want to see; else why none was.
      return outcomes.find((outcome) => outcome?.status === "sent") ??
        outcomes.find((outcome) => outcome !== null) ?? null;
    },
  };
}
