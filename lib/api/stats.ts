/**
 * Sums over everything that is stored, from tallies that are kept beside the records.
 *
 * @module
 */
import type { TransactionRecord } from "../contracts/records.ts";
import { addMoney, divideMoney } from "../market/mod.ts";
import { countSignalsBySource, listEntities } from "../store/views.ts";
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
  const [most] = sumTransactions(records, () => "").sort((a, b) => b.count - a.count);
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
  const changes = deps.market.listPrices().flatMap(({ price_change_24h }) =>
    price_change_24h ?? []
  );
  return {
    symbols_tracked: symbols.length,
    data_points: await deps.countBars?.() ?? null,
    avg_change: changes.length === 0
      ? null
      : changes.reduce((sum, change) => sum + change, 0) / changes.length,
  };
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

/** Sums payments up by `name` and currency, in descending order of the name; money is exact. */
export function sumTransactions(
  records: readonly TransactionRecord[],
  name: (record: TransactionRecord) => string,
) {
  const groups = Map.groupBy(records, (record) => `${name(record)}\n${record.currency}`);
  return [...groups.values()].map((rows) => {
    const revenue = addMoney(rows.map(({ amount }) => amount));
    return {
      name: name(rows[0]!),
      currency: rows[0]!.currency,
      count: rows.length,
      revenue,
      avg_transaction: divideMoney(revenue, rows.length),
      unique_users: new Set(rows.map(({ user_wallet }) => user_wallet)).size,
    };
  }).sort((a, b) => a.name < b.name ? 1 : a.name > b.name ? -1 : a.currency < b.currency ? -1 : 1);
}
