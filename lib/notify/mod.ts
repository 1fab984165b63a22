/**
 * Telling people: channels, one a file, and the work of delivering to them.
 *
 * @module
 */
export { createResetMail, type MailedLink } from "./account_mail.ts";
export {
  createDelivery,
  type DeliveryOptions,
  deliveryTopics,
  type Sender,
  type SendJob,
} from "./deliver.ts";
export { createEgress, type Egress, EgressError, type ResolveName } from "./egress.ts";
export { createEmailChannel, isMailAddress, type MailServer } from "./email.ts";
export { createOwners, type OwnerNews, type Owners, ownerTopics } from "./owners.ts";
export { createPreferences, findQuietEnd, isTimeZone } from "./preferences.ts";
export {
  createPushChannel,
  createVapidKeys,
  isPushEndpoint,
  type PushTarget,
  type VapidKeys,
} from "./push.ts";
export { type Channels, createSenders } from "./senders.ts";
export { createSlackChannel, SLACK_HOST } from "./slack.ts";
export type { Channel, Message, Outcome } from "./types.ts";
export { createUnsubscribeTokens, type UnsubscribeTokens } from "./unsubscribe.ts";
export { createVault, type Vault } from "./vault.ts";
export { createWatch, type Watch, WATCH_TOPIC, type WatchedSignal } from "./watch.ts";
export { createWebhookChannel, createWebhookSecret } from "./webhook.ts";
