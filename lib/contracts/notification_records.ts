/**
 * The records of telling a person something: what was sent and how it went, to which browsers, and
 * how they wish to be told.
 *
 * Like all records that belong to people (`owned.ts`) they are the same in every world.
 *
 * @module
 */
import type { ChannelName } from "./owned.ts";

/** What a channel did with a message. */
export interface DeliveryRecord {
  id: string;
  userId: string;
  firingId: string | null;
  channel: ChannelName;
  timestamp: number;
  status: "sent" | "retrying" | "failed" | "suppressed";
  attempts: number;
  /** What the receiver answered, or why it was not sent, in words without secrets. */
  detail: string;
}

/** What the notification centre lists. */
export interface NotificationRecord {
  id: string;
  userId: string;
  timestamp: number;
  kind: "alert" | "signal" | "digest" | "test" | "system";
  title: string;
  message: string;
  link: string;
  /** Firings that a digest merged. */
  firingIds: string[];
  isRead: boolean;
  isRecorded: boolean;
}

/** A browser that takes push messages; `id` is the hash of its endpoint. */
export interface PushSubscriptionRecord {
  id: string;
  /** Null for a visitor of a public watch page. */
  userId: string | null;
  endpoint: string;
  p256dh: string;
  auth: string;
  /** What the device called itself. */
  deviceName: string;
  /** Symbols an anonymous visitor watches. */
  symbols: string[];
  isEnabled: boolean;
  createdMs: number;
  usedMs: number | null;
  /** Tells which notifications this device wants: least urgency. */
  wants: "all" | "important";
}

/** How and when a person is told. */
export interface PreferencesRecord {
  /** The user's id. */
  id: string;
  revision: number;
  email: string | null;
  webhookUrl: string | null;
  /** Encrypted; `whsec_…` when decrypted. */
  webhookSecret: string | null;
  /** Encrypted; only the last characters are shown. */
  slackUrl: string | null;
  /** Minutes after midnight in `timeZone`, inclusive and exclusive; null for none. */
  quietHours: { fromMinute: number; toMinute: number } | null;
  /** An IANA name. */
  timeZone: string;
  /** Several firings within so long are one message, s; 0 sends each. */
  batchSeconds: number;
  channels: Partial<Record<ChannelName, boolean>>;
  toasts: boolean;
  sound: boolean;
  /** Signals of less confidence give no toast. */
  toastConfidence: number;
  updatedMs: number;
}
