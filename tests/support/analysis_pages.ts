/** What pages are given of payments, locked value and relations, full, empty and hostile. */
import type {
  AnalysisData,
  PaymentsView,
  RelationRow,
  TvlView,
} from "../../lib/ui/analysis_views.ts";
import type { JobsView } from "../../lib/ui/page_views.ts";

const PAGE_MS = Date.UTC(2024, 0, 2);
const HOUR_MS = 3_600_000;

/** A day of collection that misses one of its targets. */
export const someDay: JobsView["day"] = {
  expected: 96,
  ran: 96,
  asked: 200,
  answered: 180,
  cronShare: 1,
  collectionShare: 0.9,
};

/** A day on which nothing ran yet. */
export const noDay: JobsView["day"] = {
  expected: 0,
  ran: 0,
  asked: 0,
  answered: 0,
  cronShare: null,
  collectionShare: null,
};

/** Payments in two currencies. */
export const somePayments: PaymentsView = {
  spanDays: 30,
  todayMs: PAGE_MS,
  days: [
    { date: "2024-01-02", currency: "USDC", count: 2, revenue: "1.50" },
    { date: "2023-12-31", currency: "USDC", count: 1, revenue: "12345678901234.25" },
    { date: "2023-12-31", currency: "EURC", count: 1, revenue: "3" },
  ],
  sums: [
    { currency: "EURC", count: 1, revenue: "3", unique_users: 1 },
    { currency: "USDC", count: 3, revenue: "12345678901235.75", unique_users: 2 },
  ],
};

/** What a protocol holds. */
export const aTvlRow = (part: Partial<TvlView> = {}): TvlView => ({
  entity: "protocol:lendit",
  kind: "protocol",
  name: "Lendit",
  chain: "ethereum",
  category: "Lending",
  tvl: 2.5e9,
  change: -12.5,
  timestamp: PAGE_MS - HOUR_MS,
  source: "defillama",
  ...part,
});

/** A relation between two things. */
export const aRelation = (part: Partial<RelationRow> = {}): RelationRow => ({
  kind: "runs_on",
  from: { type: "protocol", name: "lendit" },
  to: { type: "chain", name: "ethereum" },
  weight: 1,
  ...part,
});

/** Something of everything. */
export const analysisPages: AnalysisData = {
  getPayments: () => Promise.resolve(somePayments),
  getTvl: () =>
    Promise.resolve({
      rows: [
        aTvlRow(),
        aTvlRow({ entity: "chain:ethereum", kind: "chain", name: "Ethereum", tvl: 5e10 }),
        aTvlRow({ entity: "protocol:new", name: "Newcomer", change: null, tvl: 1e6 }),
      ],
    }),
  listRelations: () =>
    Promise.resolve([
      aRelation(),
      aRelation({
        kind: "traded_on",
        from: { type: "token", name: "BTC" },
        to: { type: "exchange", name: "binance" },
      }),
      aRelation({ from: { type: "protocol", name: "a small one" }, weight: 0.25 }),
    ]),
  listFailing: () =>
    Promise.resolve([{ id: "defillama", message: "defillama: no answer", sinceMs: PAGE_MS }]),
};

/** Nothing of anything. */
export const emptyAnalysis: AnalysisData = {
  getPayments: () => Promise.resolve({ ...somePayments, days: [], sums: [] }),
  getTvl: () => Promise.resolve({ rows: [], reason: "None came so far." }),
  listRelations: () => Promise.resolve([]),
  listFailing: () => Promise.resolve([]),
};

/** Names and numbers that nobody sane would send; `text` would be markup. */
export function makeHostileAnalysis(text: string): AnalysisData {
  const thing = { type: "token" as const, name: text };
  return {
    getPayments: () =>
      Promise.resolve({
        spanDays: 30,
        todayMs: PAGE_MS,
        days: [{ date: text, currency: text, count: NaN, revenue: text }],
        sums: [{ currency: text, count: NaN, revenue: text, unique_users: -1 }],
      }),
    getTvl: () =>
      Promise.resolve({
        rows: [
          aTvlRow({
            entity: text,
            name: text,
            chain: text,
            category: text,
            tvl: NaN,
            change: Infinity,
            timestamp: NaN,
            source: text,
          }),
        ],
      }),
    listRelations: () => Promise.resolve([aRelation({ from: thing, to: thing, weight: NaN })]),
    listFailing: () => Promise.resolve([{ id: text, message: text.repeat(9), sinceMs: NaN }]),
  };
}
