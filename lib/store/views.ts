/**
 * Derived views: what records say together, read by index, from sums, or of records at hand.
 *
 * @module
 */
import type {
  EntityMentionRecord,
  EntityType,
  SignalRecord,
  TransactionRecord,
} from "../contracts/records.ts";
import { addMoney, divideMoney } from "../market/mod.ts";
import { MILLIONTHS } from "./indexes.ts";
import type { WorldStore } from "./types.ts";

/** Signals of one source and type. */
export interface SignalsBySource {
  source: string;
  type: string;
  count: number;
  /** 0 to 1. */
  avg_confidence: number;
}

/** Counts signals by source and type, archived ones too; most first. */
export async function countSignalsBySource(
  { signals }: Pick<WorldStore, "signals">,
): Promise<SignalsBySource[]> {
  const rows = await signals.readTally("source_type");
  return rows.map(({ parts, count, amounts }) => ({
    source: String(parts[0]),
    type: String(parts[1]),
    count,
    avg_confidence: (amounts.confidence ?? 0) / MILLIONTHS / count,
  })).sort((a, b) => b.count - a.count);
}

/** How often an entity was mentioned, and how it was spoken of. */
export interface EntityView {
  entity_name: string;
  entity_type: EntityType;
  mention_count: number;
  /** -1 to 1, weighted by mentions. */
  avg_sentiment: number;
}

/** Lists entities by their mentions, archived ones too; most first. */
export async function listEntities(
  { mentions }: Pick<WorldStore, "mentions">,
  { type, limit = 50 }: { type?: EntityType; limit?: number } = {},
): Promise<EntityView[]> {
  const rows = await mentions.readTally("entity", type === undefined ? [] : [type]);
  return rows.map(({ parts, amounts }) => {
    const mention_count = amounts.mentions ?? 0;
    return {
      entity_name: String(parts[1]),
      entity_type: parts[0] as EntityType,
      mention_count,
      avg_sentiment: mention_count === 0
        ? 0
        : (amounts.sentiment ?? 0) / MILLIONTHS / mention_count,
    };
  }).sort((a, b) => b.mention_count - a.mention_count).slice(0, limit);
}

/** A signal with the entity that it speaks of most; the three are absent where none is known. */
export type SignalWithEntity = SignalRecord & {
  entity_name?: string;
  entity_type?: EntityType;
  entity_sentiment?: number;
};

/** Adds to a signal the most mentioned of its entities. */
export async function joinEntity(
  { mentions }: Pick<WorldStore, "mentions">,
  signal: SignalRecord,
): Promise<SignalWithEntity> {
  const { items } = await mentions.list({ index: "signal", equals: [signal.id], limit: 20 });
  const most = items.reduce<EntityMentionRecord | null>(
    (best, item) => best && best.mention_count >= item.mention_count ? best : item,
    null,
  );
  if (!most) return signal;
  const { entity_name, entity_type, sentiment_score } = most;
  return { ...signal, entity_name, entity_type, entity_sentiment: sentiment_score };
}

/** Payments in one currency. Amounts are exact decimal texts. */
export interface TransactionSummary {
  currency: string;
  count: number;
  revenue: string;
  /** Mean of a payment. */
  avg_transaction: string;
  unique_users: number;
}

/** Sums payments up by currency, in its order; different currencies are never added up. */
export function summariseTransactions(
  records: readonly TransactionRecord[],
): TransactionSummary[] {
  return [...Map.groupBy(records, ({ currency }) => currency)]
    .map(([currency, rows]) => summarise(currency, rows))
    .sort((a, b) => a.currency < b.currency ? -1 : 1);
}

/** Sums payments up by UTC day and currency, the newest day first. */
export function listTransactionsDaily(
  records: readonly TransactionRecord[],
): (TransactionSummary & { date: string })[] {
  const byDay = Map.groupBy(
    records,
    ({ timestamp }) => new Date(timestamp).toISOString().slice(0, 10),
  );
  return [...byDay].sort(([a], [b]) => a < b ? 1 : -1).flatMap(([date, rows]) =>
    summariseTransactions(rows).map((summary) => ({ date, ...summary }))
  );
}

function summarise(currency: string, rows: readonly TransactionRecord[]): TransactionSummary {
  const revenue = addMoney(rows.map(({ amount }) => amount));
  return {
    currency,
    count: rows.length,
    revenue,
    avg_transaction: divideMoney(revenue, rows.length),
    unique_users: new Set(rows.map(({ user_wallet }) => user_wallet)).size,
  };
}

/** The market as a whole. */
export interface MarketSummary {
  /** Followed symbols. */
  symbols_tracked: number;
  /** Stored closed bars; null where they are not counted. */
  data_points: number | null;
  /** Mean 24 h change of all that have one, percent; null without any. */
  avg_change: number | null;
}

/** Sums up the market; a change that is not known is left out of the mean. */
export function summariseMarket(
  { symbols, bars, changes }: {
    symbols: number;
    bars: number | null;
    changes: readonly (number | null)[];
  },
): MarketSummary {
  const known = changes.filter((change) => change !== null);
  return {
    symbols_tracked: symbols,
    data_points: bars,
    avg_change: known.length === 0
      ? null
      : known.reduce((sum, change) => sum + change, 0) / known.length,
  };
}
