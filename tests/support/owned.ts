/** Builders for records that belong to people. */
import type {
  AlertRecord,
  SessionRecord,
  UserRecord,
  WatchlistRecord,
} from "../../lib/contracts/owned.ts";

/** A user named `id`. */
export function buildUser(id: string, fields: Partial<UserRecord> = {}): UserRecord {
  return {
    id,
    email: `${id}@example.org`,
    emailKey: `${id}@example.org`,
    passwordHash: null,
    role: "user",
    isDisabled: false,
    createdMs: 1_000,
    tokenVersion: 0,
    ...fields,
  };
}

/** A session named `id` of user `u`. */
export function buildSession(id: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    userId: "u",
    refreshHash: "00",
    generation: 0,
    createdMs: 1_000,
    usedMs: 1_000,
    expiresMs: 2_000_000,
    userAgent: "a browser",
    ip: "127.0.0.1",
    endedMs: null,
    endedBecause: null,
    ...fields,
  };
}

/** An alert named `id` of user `u`: the price of BTCUSDT above 100. */
export function buildAlert(id: string, fields: Partial<AlertRecord> = {}): AlertRecord {
  return {
    id,
    alert_id: id,
    user_id: "u",
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 100,
    parameters: {},
    channels: ["WEBSOCKET"],
    cooldown: 300,
    one_time: false,
    is_active: true,
    name: "BTC above 100",
    note: "",
    holdMs: 0,
    allowsUnsure: false,
    expiresMs: null,
    snoozedUntilMs: null,
    revision: 1,
    created_at: 1_000,
    updated_at: 1_000,
    ...fields,
  };
}

/** A watchlist named `id` of user `u`. */
export function buildWatchlist(id: string, fields: Partial<WatchlistRecord> = {}): WatchlistRecord {
  return {
    id,
    userId: "u",
    name: "Mine",
    symbols: ["BTCUSDT"],
    isPublic: false,
    revision: 1,
    created_at: 1_000,
    updated_at: 1_000,
    ...fields,
  };
}
