/**
 * The registry of the collections that belong to people, with their indexes beside them.
 *
 * They are shared by all worlds. Each index serves a query of the API or of a job.
 *
 * @module
 */
import type {
  DeliveryRecord,
  NotificationRecord,
  PreferencesRecord,
  PushSubscriptionRecord,
} from "../contracts/notification_records.ts";
import type {
  ActivityRecord,
  AlertPhase,
  AlertRecord,
  ApiKeyRecord,
  AuditRecord,
  FiringRecord,
  PasskeyRecord,
  PortfolioRecord,
  SessionRecord,
  ShareRecord,
  UserRecord,
  WatchlistRecord,
} from "../contracts/owned.ts";
import { defineCollection } from "./indexes.ts";

/** An address that somebody signs in with; there is one record for each, so it is taken once. */
export interface EmailRecord {
  /** Lower case. */
  id: string;
  userId: string;
}

/** Where an alert stands, in one world. */
export interface AlertStateRecord {
  /** World and alert. */
  id: string;
  alertId: string;
  phase: AlertPhase;
  /** Market time since which it does, epoch ms. */
  sinceMs: number;
  /** Since when the condition has held, market time; null while it does not. */
  heldSinceMs: number | null;
  lastFiredMs: number | null;
  /** Revision of the alert that this state belongs to. */
  revision: number;
}

/** Firings of one person that wait to be told of together. */
export interface BatchRecord {
  /** The user's id. */
  id: string;
  /** When they are told, wall time, epoch ms; before it nothing more is told at once. */
  untilMs: number;
  firingIds: string[];
}

/** Answers that were given, by the key that the client chose for its request. */
export interface AnsweredRecord {
  /** User and key. */
  id: string;
  timestamp: number;
  /** SHA-256 (hex) of the request, so that a key is not used for another one. */
  requestHash: string;
  status: number;
  body: string;
  etag: string | null;
}

/**
 * What a packed copy of a portfolio's activities is of. The copy lies in pieces, and counts as long
 * as the portfolio's book is at this revision and the pieces have this hash.
 */
export interface BookCopyRecord {
  /** The portfolio's id. */
  id: string;
  userId: string;
  /** Of the packing. */
  format: number;
  /** When the portfolio was made, so that another one under its id is told apart. */
  createdMs: number;
  bookRevision: number;
  pieces: number;
  /** SHA-256 (hex) of all pieces in their order. */
  hash: string;
}

/** One piece of such a copy. */
export interface BookPieceRecord {
  /** Portfolio and number. */
  id: string;
  portfolioId: string;
  userId: string;
  bytes: Uint8Array;
}

/** What is counted of a person's records of a kind; two processes that make one at once conflict. */
export interface RoomRecord {
  /** User and kind. */
  id: string;
  userId: string;
  /** Records that were ever made, of kinds that have a most. */
  made: number;
  /** The highest revision of those that were deleted; without it none was. */
  ended?: number;
}

/** Every collection that belongs to people. */
export const ownedCollections = {
  users: defineCollection<UserRecord>({
    name: "users",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [{ name: "role", entries: ({ role }) => [[role]] }],
  }),
  emails: defineCollection<EmailRecord>({ name: "emails", timestamp: () => 0, indexes: [] }),
  sessions: defineCollection<SessionRecord>({
    name: "sessions",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  apiKeys: defineCollection<ApiKeyRecord>({
    name: "api_keys",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [
      { name: "user", entries: ({ userId }) => [[userId]] },
      { name: "hash", entries: ({ hash }) => [[hash]] },
    ],
  }),
  passkeys: defineCollection<PasskeyRecord>({
    name: "passkeys",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  audit: defineCollection<AuditRecord>({
    name: "audit_log",
    timestamp: ({ timestamp }) => timestamp,
    indexes: [
      { name: "actor", entries: ({ actor }) => [[actor]] },
      { name: "act", entries: ({ act }) => [[act]] },
    ],
  }),
  alerts: defineCollection<AlertRecord>({
    name: "alerts",
    timestamp: ({ created_at }) => created_at,
    indexes: [
      { name: "user", entries: ({ user_id }) => [[user_id]] },
      { name: "user_symbol", entries: ({ user_id, symbol }) => [[user_id, symbol]] },
      { name: "active", entries: ({ is_active }) => is_active ? [[true]] : [] },
      // By the minute of its last change, so that other processes find what was changed.
      { name: "changed", entries: ({ updated_at }) => [[Math.floor(updated_at / 60_000)]] },
    ],
  }),
  alertStates: defineCollection<AlertStateRecord>({
    name: "alert_states",
    timestamp: () => 0,
    // An alert has one state in each world.
    indexes: [{ name: "alert", entries: ({ alertId }) => [[alertId]] }],
  }),
  firings: defineCollection<FiringRecord>({
    name: "firings",
    timestamp: ({ decidedMs }) => decidedMs,
    indexes: [
      { name: "user", entries: ({ user_id }) => [[user_id]] },
      { name: "alert", entries: ({ alert_id }) => [[alert_id]] },
    ],
  }),
  batches: defineCollection<BatchRecord>({ name: "batches", timestamp: () => 0, indexes: [] }),
  deliveries: defineCollection<DeliveryRecord>({
    name: "deliveries",
    timestamp: ({ timestamp }) => timestamp,
    indexes: [
      { name: "user", entries: ({ userId }) => [[userId]] },
      { name: "firing", entries: ({ firingId }) => firingId === null ? [] : [[firingId]] },
    ],
  }),
  notifications: defineCollection<NotificationRecord>({
    name: "notifications",
    timestamp: ({ timestamp }) => timestamp,
    indexes: [
      { name: "user", entries: ({ userId }) => [[userId]] },
      { name: "unread", entries: ({ userId, isRead }) => isRead ? [] : [[userId]] },
    ],
  }),
  pushSubscriptions: defineCollection<PushSubscriptionRecord>({
    name: "push_subscriptions",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [
      { name: "user", entries: ({ userId }) => userId === null ? [] : [[userId]] },
      {
        name: "watched",
        entries: ({ userId, symbols }) => userId === null ? symbols.map((symbol) => [symbol]) : [],
      },
    ],
  }),
  preferences: defineCollection<PreferencesRecord>({
    name: "preferences",
    timestamp: () => 0,
    indexes: [],
  }),
  watchlists: defineCollection<WatchlistRecord>({
    name: "watchlists",
    timestamp: ({ created_at }) => created_at,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  portfolios: defineCollection<PortfolioRecord>({
    name: "portfolios",
    timestamp: ({ created_at }) => created_at,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  activities: defineCollection<ActivityRecord>({
    name: "activities",
    timestamp: ({ timestamp }) => timestamp,
    indexes: [
      { name: "portfolio", entries: ({ portfolioId }) => [[portfolioId]] },
      {
        name: "import",
        entries: ({ importId }) => importId === null ? [] : [[importId]],
      },
      {
        name: "reference",
        entries: ({ portfolioId, reference }) => [[portfolioId, reference]],
      },
    ],
  }),
  bookCopies: defineCollection<BookCopyRecord>({
    name: "book_copies",
    timestamp: () => 0,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  bookPieces: defineCollection<BookPieceRecord>({
    name: "book_pieces",
    timestamp: () => 0,
    indexes: [
      { name: "user", entries: ({ userId }) => [[userId]] },
      { name: "portfolio", entries: ({ portfolioId }) => [[portfolioId]] },
    ],
  }),
  rooms: defineCollection<RoomRecord>({
    name: "rooms",
    timestamp: () => 0,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  shares: defineCollection<ShareRecord>({
    name: "shares",
    timestamp: ({ createdMs }) => createdMs,
    indexes: [{ name: "user", entries: ({ userId }) => [[userId]] }],
  }),
  answered: defineCollection<AnsweredRecord>({
    name: "answered",
    timestamp: ({ timestamp }) => timestamp,
    // Their ids begin with the user, who has no space in it.
    indexes: [{ name: "user", entries: ({ id }) => [[id.split(" ", 1)[0]!]] }],
  }),
};
