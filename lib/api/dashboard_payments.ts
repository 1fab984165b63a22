/**
 * Confirmed payments by day and currency, for the endpoint and the page.
 *
 * @module
 */
import { timeRangeMs } from "../contracts/signals.ts";
import { listTransactionsDaily, summariseTransactions } from "../store/views.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";

/** Payments read at most for one answer. */
const transactionsMax = 20_000;

/** Reads the payments of a range of time; they happen in our time, whatever the market's is. */
export async function readPayments(
  { store, now }: Pick<ApiDeps, "store" | "now">,
  range: keyof typeof timeRangeMs,
) {
  const records = await listAll(store.transactions, {
    index: "status",
    equals: ["confirmed"],
    from: now() - timeRangeMs[range],
  }, transactionsMax);
  return {
    transactions: listTransactionsDaily(records).map(({ avg_transaction: _mean, ...sums }) => sums),
    summary: summariseTransactions(records),
    truncated: records.length >= transactionsMax,
  };
}
