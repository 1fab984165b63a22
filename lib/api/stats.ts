/**
 * Sums over everything that is stored, from tallies that are kept beside the records.
 *
 * @module
 */
import {
  countSignalsBySource,
  listEntities,
  summariseMarket,
  summariseTransactions,
} from "../store/views.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";
import { getBorders, readUsage } from "./usage.ts";

const entitiesMax = 20;
const transactionsMax = 50_000;

/** Reads the sums; every figure is counted, none estimated. */
export async function readStats(deps: ApiDeps) {
  const [signals, transactions, market, entities, apiUsage] = await Promise.all([
    readSignals(deps),
    readTransactions(deps),
    readMarket(deps),
    listEntities(deps.store, { limit: entitiesMax }),
    readApiUsage(deps),
  ]);
  return { signals, transactions, market, entities, apiUsage, timestamp: getAnswerTime(deps) };
}

async function readSignals({ store }: ApiDeps) {
  const bySource = await countSignalsBySource(store);
  return { bySource, total: bySource.reduce((sum, { count }) => sum + count, 0) };
}

async function readTransactions({ store }: ApiDeps) {
  const query = { index: "status", equals: ["confirmed"] };
  const records = await listAll(store.transactions, query, transactionsMax);
  const [most] = summariseTransactions(records).sort((a, b) => b.count - a.count);
  return {
    total_transactions: records.length,
    total_revenue: most?.revenue ?? "0",
    currency: most?.currency ?? null,
    avg_transaction: most?.avg_transaction ?? null,
    unique_users: new Set(records.map(({ user_wallet }) => user_wallet)).size,
  };
}

async function readMarket(deps: ApiDeps) {
  const { symbols } = await deps.symbols.list();
  return summariseMarket({
    symbols: symbols.length,
    bars: await deps.countBars?.() ?? null,
    changes: deps.market.listPrices().map(({ price_change_24h }) => price_change_24h ?? null),
  });
}

async function readApiUsage(deps: ApiDeps) {
  const { bySource } = await readUsage(deps, getBorders(deps.now()).month);
  return [...bySource].map(([source, sums]) => ({
    source,
    request_count: sums.request_count,
    avg_response_time: sums.avg_response_time,
    success_count: sums.success_count,
  }));
}
