/**
 * What pages are given of payments, locked value, relations, and of what keeps failing.
 *
 * @module
 */

/** Confirmed payments of one day in one currency. */
export interface PaymentDay {
  /** `2024-01-31`, UTC. */
  date: string;
  currency: string;
  count: number;
  /** Exact decimal text. */
  revenue: string;
}

/** Confirmed payments of the last days. */
export interface PaymentsView {
  /** How many days are looked back on, by the wall's time. */
  spanDays: number;
  /** Start of the newest day, epoch ms. */
  todayMs: number;
  /** Newest day first; only days on which something was paid. */
  days: PaymentDay[];
  /** Sums of all days, one of each currency. */
  sums: { currency: string; count: number; revenue: string; unique_users: number }[];
}

/** The newest sample of what a protocol or chain holds. */
export interface TvlView {
  entity: string;
  kind: "protocol" | "chain";
  name: string;
  /** The chain that holds most of a protocol. */
  chain: string | null;
  category: string | null;
  /** USD. */
  tvl: number;
  /** Percent against the sample a day before: 5 means 5 %; null without one. */
  change: number | null;
  timestamp: number;
  source: string;
}

/** All protocols and chains, the largest first. */
export interface TvlOverview {
  rows: TvlView[];
  /** Why there is nothing, in plain words; only where nothing at all is stored. */
  reason?: string;
}

/** Something that is related to something. */
export interface RelationThing {
  type: "token" | "exchange" | "wallet" | "protocol" | "chain" | "cluster";
  name: string;
}

/** How two things are related. */
export interface RelationRow {
  kind: "traded_on" | "mentioned_with" | "runs_on" | "member_of";
  from: RelationThing;
  to: RelationThing;
  /** From 0 to 1 within its kind. */
  weight: number;
}

/** What has failed again and again, and still does. */
export interface FailingView {
  id: string;
  message: string;
  sinceMs: number;
}

/** How much of a time a source was up. */
export interface UptimeView {
  /** From 0 to 1; null while nothing is known. */
  share: number | null;
  /** Since when it was watched, epoch ms of the wall. */
  sinceMs: number | null;
}

/** Readers of these. */
export interface AnalysisData {
  getPayments(): Promise<PaymentsView>;
  getTvl(): Promise<TvlOverview>;
  /** The strongest of each kind first. */
  listRelations(): Promise<RelationRow[]>;
  listFailing(): Promise<FailingView[]>;
}
