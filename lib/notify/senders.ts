/**
 * From a person to their receivers: looks up where to, opens what is locked, and hands over.
 *
 * @module
 */
import type { OwnedStore } from "../store/mod.ts";
import type { Sender, SendJob } from "./deliver.ts";
import type { EmailTarget } from "./email.ts";
import { createPreferences } from "./preferences.ts";
import type { PushTarget } from "./push.ts";
import type { SlackTarget } from "./slack.ts";
import type { Channel } from "./types.ts";
import type { Vault } from "./vault.ts";
import type { WebhookTarget } from "./webhook.ts";

/** The channels of this process; mail is null where no mail server is named. */
export interface Channels {
  email: Channel<EmailTarget> | null;
  webhook: Channel<WebhookTarget>;
  slack: Channel<SlackTarget>;
  push: Channel<PushTarget>;
}

/** What senders are made of. */
export interface SenderOptions {
  owned: OwnedStore;
  channels: Channels;
  vault: Vault;
  /** Address at which mail is ended by one click; null where there is none. */
  getUnsubscribeUrl(userId: string): Promise<string | null>;
}

/** Returns a sender for each channel that leaves the process. */
export function createSenders(
  { owned, channels, vault, getUnsubscribeUrl }: SenderOptions,
): Record<SendJob["channel"], Sender> {
  const { email, webhook, slack, push } = channels;
  const read = async (userId: string) =>
    await owned.preferences.get(userId) ?? createPreferences(userId);
  return {
    async EMAIL(message, { userId }) {
      const preferences = await read(userId);
      const address = preferences.email ?? (await owned.users.get(userId))?.email ?? null;
      if (!email || address === null) return null;
      return email.send(message, { address, unsubscribeUrl: await getUnsubscribeUrl(userId) });
    },
    async WEBHOOK(message, { userId }) {
      const { webhookUrl: url, webhookSecret } = await read(userId);
      const secret = webhookSecret === null ? null : await vault.unlock(webhookSecret);
      return url === null || secret === null ? null : webhook.send(message, { url, secret });
    },
    async SLACK(message, { userId }) {
      const { slackUrl } = await read(userId);
      const url = slackUrl === null ? null : await vault.unlock(slackUrl);
      return url === null ? null : slack.send(message, { url });
    },
    async PUSH(message, { subscriptionId }) {
      if (subscriptionId === null) return null;
      const browser = await owned.pushSubscriptions.get(subscriptionId);
      return browser && browser.isEnabled ? push.send(message, browser) : null;
    },
  };
}
