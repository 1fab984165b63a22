/**
 * Confirmed payments by day and currency, for the endpoint and the page.
 *
 * @module
 */
import { timeRangeMs } from "../contracts/signals.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";
import { sumTransactions } from "./stats.ts";

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
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return {
    transactions: sumTransactions(records, ({ timestamp }) => day(timestamp)).map(
      ({ name, avg_transaction: _mean, ...sums }) => ({ date: name, ...sums }),
    ),
    summary: sumTransactions(records, () => "").map(({ name: _name, ...sums }) => sums),
    truncated: records.length >= transactionsMax,
  };
}
