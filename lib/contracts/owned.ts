/**
 * The records that belong to people: accounts, alerts and what came of them, portfolios, shares.
 *
 * They are the same in every world: a person who plays a recording keeps the alerts of the live
 * market. Times are wall time in epoch ms unless a field says otherwise.
 *
 * @module
 */
import type { Timeframe } from "../market/mod.ts";

/** What a person may do. */
export type Role = "user" | "admin";

/** Somebody with an account. */
export interface UserRecord {
  id: string;
  /** As given, trimmed; `emailKey` is its lower case, under which it is looked up. */
  email: string;
  emailKey: string;
  /** bcrypt; null where only passkeys sign in. */
  passwordHash: string | null;
  role: Role;
  isDisabled: boolean;
  createdMs: number;
  /** Counts up when all tokens of the user have to end at once. */
  tokenVersion: number;
}

/** One signed-in device: a family of refresh tokens of which only the newest is good. */
export interface SessionRecord {
  id: string;
  userId: string;
  /** SHA-256 (hex) of the newest refresh token. */
  refreshHash: string;
  /** How often it was renewed; an older token than this one is a stolen one. */
  generation: number;
  createdMs: number;
  usedMs: number;
  expiresMs: number;
  /** What the device called itself, and where it came from, as shown to its owner. */
  userAgent: string;
  ip: string;
  endedMs: number | null;
  endedBecause: "signed_out" | "revoked" | "reused" | "expired" | null;
}

/** What an API key may do. */
export const scopes = ["read", "alerts", "portfolio", "export", "live", "admin"] as const;
/** See `scopes`. */
export type Scope = typeof scopes[number];

/** A key for programs; the key itself is shown once and only its hash is kept. */
export interface ApiKeyRecord {
  id: string;
  userId: string;
  name: string;
  /** SHA-256 (hex) of the key. */
  hash: string;
  /** Its first characters, by which the owner knows it. */
  start: string;
  scopes: Scope[];
  createdMs: number;
  /** To the minute, so that use does not write at every request. */
  usedMs: number | null;
  expiresMs: number | null;
  revokedMs: number | null;
}

/** A passkey; `id` is the credential's, base64url. */
export interface PasskeyRecord {
  id: string;
  userId: string;
  name: string;
  /** COSE key, base64url. */
  publicKey: string;
  counter: number;
  transports: string[];
  createdMs: number;
  usedMs: number | null;
}

/** Something that an auditor will ask for; never changed. */
export interface AuditRecord {
  id: string;
  timestamp: number;
  /** A user's id, `operator`, `anonymous` or `system`. */
  actor: string;
  /** Such as `auth.sign_in` or `config.change`. */
  act: string;
  /** What it was done to. */
  target: string;
  ip: string;
  isDone: boolean;
  /** In words, without secrets. */
  detail: string;
}

/** Everything that an alert can wait for. */
export const alertConditions = [
  "PRICE_ABOVE",
  "PRICE_BELOW",
  "PERCENT_CHANGE",
  "RSI_ABOVE",
  "RSI_BELOW",
  "MACD_CROSSOVER",
  "VOLUME_SPIKE",
  "SENTIMENT_SHIFT",
  "TVL_CHANGE",
  "SIGNAL_CONFIDENCE",
  "LIQUIDITY_SHIFT",
  "NEW_PAIR",
  "ARBITRAGE_SPREAD",
  "CUSTOM",
] as const;
/** See `alertConditions`. */
export type AlertConditionName = typeof alertConditions[number];

/** Where a firing is sent. */
export const channelNames = ["WEBSOCKET", "EMAIL", "WEBHOOK", "SLACK", "PUSH"] as const;
/** See `channelNames`. */
export type ChannelName = typeof channelNames[number];

/** A line on a chart: two points, epoch ms and price; prices between and beyond lie on it. */
export interface AlertLine {
  fromMs: number;
  fromPrice: number;
  toMs: number;
  toPrice: number;
}

/** How CUSTOM may compare. */
export const alertComparisons = ["above", "below", "crosses_above", "crosses_below"] as const;

/** A comparison of CUSTOM; fields are those that `lib/alerts` lists. */
export interface AlertComparison {
  field: string;
  is: typeof alertComparisons[number];
  value: number;
}

/** CUSTOM: all or any of some comparisons or further groups, at most three deep. */
export interface AlertGroup {
  match: "all" | "any";
  rules: (AlertComparison | AlertGroup)[];
}

/** What some conditions need beside the threshold. */
export interface AlertParameters {
  /** Bars that indicators, volume and changes are looked at in; 1m unless said. */
  timeframe?: Timeframe;
  /** MACD_CROSSOVER, PERCENT_CHANGE and shifts: which way; both unless said. */
  direction?: "up" | "down" | "both";
  /** PERCENT_CHANGE: over how long, ms. */
  windowMs?: number;
  /** SIGNAL_CONFIDENCE: only signals of this type. */
  signalType?: string;
  /** PRICE_ABOVE, PRICE_BELOW: a drawn line in place of the threshold. */
  line?: AlertLine;
  /** CUSTOM. */
  group?: AlertGroup;
  /**
   * Fires again after each cooldown while the condition holds; else only when it has come true
   * anew. True unless said.
   */
  repeats?: boolean;
}

/** A person's standing order; prescribed fields keep their spelling. */
export interface AlertRecord {
  /** The same as `alert_id`. */
  id: string;
  alert_id: string;
  user_id: string;
  /** Symbol, entity or pair in the spelling its signals and bars use; `*` for any. */
  symbol: string;
  condition: AlertConditionName;
  /** In the condition's own unit; see `lib/alerts`. Null where a line or a group says it. */
  threshold: number | null;
  parameters: AlertParameters;
  channels: ChannelName[];
  /** Seconds in which it does not fire again. */
  cooldown: number;
  one_time: boolean;
  is_active: boolean;
  name: string;
  note: string;
  /** The condition has to hold for so long before it fires, ms; 0 fires at once. */
  holdMs: number;
  /** Fires on stale, repaired or filled data too. */
  allowsUnsure: boolean;
  expiresMs: number | null;
  snoozedUntilMs: number | null;
  /** Counts changes, for `If-Match`. */
  revision: number;
  created_at: number;
  updated_at: number;
}

/** Where an alert stands in its life. */
export const alertPhases = [
  "armed",
  "pending",
  "firing",
  "cooling",
  "snoozed",
  "expired",
  "inactive",
] as const;
/** See `alertPhases`. */
export type AlertPhase = typeof alertPhases[number];

/** That an alert came true, once for one event; never changed. */
export interface FiringRecord {
  /** Made of the alert, its revision and the event, so that one event fires once. */
  id: string;
  alert_id: string;
  user_id: string;
  symbol: string;
  condition: AlertConditionName;
  threshold: number | null;
  /** What was found, in the threshold's unit. */
  value: number | null;
  /** Market time of the event, epoch ms. */
  timestamp: number;
  /** When the event reached us and when it was decided, wall time. */
  receivedMs: number;
  decidedMs: number;
  /** Which market it happened in. */
  world: string;
  isRecorded: boolean;
  title: string;
  /** One sentence that says why it fired, with its numbers. */
  message: string;
  /** The numbers it was decided by. */
  figures: Record<string, number | string | null>;
  /** Page that shows it, as a path. */
  link: string;
  channels: ChannelName[];
}

/** A list of symbols to keep an eye on. */
export interface WatchlistRecord {
  id: string;
  userId: string;
  name: string;
  symbols: string[];
  /** Anybody with its address may see it. */
  isPublic: boolean;
  revision: number;
  created_at: number;
  updated_at: number;
}

/** That a file was imported into a portfolio. */
export interface ImportNote {
  id: string;
  name: string;
  timestamp: number;
  /** SHA-256 (hex) of the file and how it was read, so that an id stands for one import only. */
  hash: string;
  written: number;
  duplicates: number;
  errors: number;
  /** False until the last of it was written. */
  isDone: boolean;
}

/** A set of holdings that is valued together. */
export interface PortfolioRecord {
  id: string;
  userId: string;
  name: string;
  /** Currency that it is valued in. */
  currency: string;
  revision: number;
  /** Counts changes of its activities, apart from those of its name; 0 unless said. */
  bookRevision?: number;
  /** The newest imports, last one first. */
  imports?: ImportNote[];
  created_at: number;
  updated_at: number;
}

/** What happens to a portfolio. */
export const activityTypes = [
  "buy",
  "sell",
  "deposit",
  "withdrawal",
  "transfer_in",
  "transfer_out",
  "dividend",
  "interest",
  "fee",
  "split",
] as const;
/** See `activityTypes`. */
export type ActivityType = typeof activityTypes[number];

/** One entry in a portfolio's book; amounts are exact decimal texts such as `0.00012`. */
export interface ActivityRecord {
  id: string;
  portfolioId: string;
  userId: string;
  type: ActivityType;
  /** What moved: a symbol as exchanges spell it, or a currency. */
  symbol: string;
  exchange: string;
  /** Units that moved; for a split new units for each old one. */
  quantity: string;
  /** Price of one unit in `currency`. */
  price: string;
  currency: string;
  fee: string;
  feeCurrency: string;
  /** When it happened, epoch ms. */
  timestamp: number;
  note: string;
  /** The import it came with, by which it can be undone. */
  importId: string | null;
  /** Raised by each write; absent in those that were stored before there was one, which are 1. */
  revision?: number;
  /** Its own number at the exchange, or a hash of its fields: the same is imported once. */
  reference: string;
  /** Its key when it was imported, where a correction gave it another one. */
  importKey?: string;
}

/** An address under which something may be read for a while. */
export interface ShareRecord {
  /** SHA-256 (hex) of the token in the address. */
  id: string;
  userId: string;
  kind: "dashboard" | "watchlist" | "portfolio";
  /** What is shown: query of the page, or the id of the record. */
  target: string;
  title: string;
  createdMs: number;
  expiresMs: number | null;
  revokedMs: number | null;
}
