/**
 * Derived views: what several collections say together, read by index or from sums.
 *
 * @module
 */
import type {
  EntityMentionRecord,
  EntityType,
  SignalRecord,
  TransactionRecord,
} from "../contracts/records.ts";
import { addMoney } from "../market/mod.ts";
import { MILLIONTHS } from "./indexes.ts";
import type { Page, RecordQuery, WorldStore } from "./types.ts";

const DAY_MS = 86_400_000;
const PAGE_RECORDS = 500;

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

/** Adds to each signal the most mentioned of its entities. */
export async function joinEntities(
  { mentions }: Pick<WorldStore, "mentions">,
  signals: readonly SignalRecord[],
): Promise<SignalWithEntity[]> {
  return await Promise.all(signals.map(async (signal) => {
    const { items } = await mentions.list({ index: "signal", equals: [signal.id], limit: 20 });
    const most = items.reduce<EntityMentionRecord | null>(
      (best, item) => best && best.mention_count >= item.mention_count ? best : item,
      null,
    );
    if (!most) return signal;
    const { entity_name, entity_type, sentiment_score } = most;
    return { ...signal, entity_name, entity_type, entity_sentiment: sentiment_score };
  }));
}

/** Payments in one currency over some time. Amounts are exact decimal texts. */
export interface TransactionSummary {
  currency: string;
  total_transactions: number;
  /** Of confirmed ones. */
  total_revenue: string;
  confirmed: number;
  pending: number;
  failed: number;
  unique_users: number;
}

/** Sums up payments by currency, the most used first. */
export async function summariseTransactions(
  { transactions }: Pick<WorldStore, "transactions">,
  range: { from?: number; to?: number } = {},
): Promise<TransactionSummary[]> {
  const groups = new Map<string, TransactionRecord[]>();
  for (const record of await readAll((query) => transactions.list(query), range)) {
    groups.set(record.currency, [...groups.get(record.currency) ?? [], record]);
  }
  return [...groups].map(([currency, records]) => summarise(currency, records))
    .sort((a, b) => b.total_transactions - a.total_transactions);
}

/** Sums up payments by UTC day and currency, the newest day first. */
export async function listTransactionsDaily(
  { transactions }: Pick<WorldStore, "transactions">,
  range: { from?: number; to?: number } = {},
): Promise<(TransactionSummary & { date: string })[]> {
  const groups = new Map<string, TransactionRecord[]>();
  for (const record of await readAll((query) => transactions.list(query), range)) {
    const dayMs = Math.floor(record.timestamp / DAY_MS) * DAY_MS;
    const key = `${new Date(dayMs).toISOString().slice(0, 10)} ${record.currency}`;
    groups.set(key, [...groups.get(key) ?? [], record]);
  }
  return [...groups].map(([key, records]) => ({
    date: key.slice(0, 10),
    ...summarise(key.slice(11), records),
  })).sort((a, b) => a.date < b.date ? 1 : a.date > b.date ? -1 : 0);
}

function summarise(currency: string, records: readonly TransactionRecord[]): TransactionSummary {
  const count = (status: TransactionRecord["status"]) =>
    records.filter((record) => record.status === status).length;
  const confirmed = records.filter(({ status }) => status === "confirmed");
  return {
    currency,
    total_transactions: records.length,
    total_revenue: addMoney(confirmed.map(({ amount }) => amount)),
    confirmed: confirmed.length,
    pending: count("pending"),
    failed: count("failed"),
    unique_users: new Set(records.map(({ user_wallet }) => user_wallet)).size,
  };
}

/** The market as a whole. */
export interface MarketSummary {
  /** Followed symbols. */
  symbols_tracked: number;
  /** Stored bars and market figures. */
  data_points: number;
  /** Mean 24 h change of all assets that have one, percent; null without any. */
  avg_change: number | null;
}

/** Sums up the market figures of all assets and sources. */
export async function summariseMarket(
  world: Pick<WorldStore, "symbols" | "marketData"> & { countBars(): Promise<number> },
): Promise<MarketSummary> {
  const active = { index: "active", equals: [true] };
  const [symbols, figures, bars] = await Promise.all([
    readAll((query) => world.symbols.list({ ...query, ...active }), {}),
    readAll((query) => world.marketData.list(query), {}),
    world.countBars(),
  ]);
  const changes = figures.flatMap(({ price_change_24h }) =>
    price_change_24h === null ? [] : [price_change_24h]
  );
  return {
    symbols_tracked: symbols.length,
    data_points: bars + figures.length,
    avg_change: changes.length === 0
      ? null
      : changes.reduce((sum, change) => sum + change, 0) / changes.length,
  };
}

async function readAll<T>(
  list: (query: RecordQuery) => Promise<Page<T>>,
  range: { from?: number; to?: number },
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await list({
      ...range,
      limit: PAGE_RECORDS,
      ...(cursor !== null && { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}
