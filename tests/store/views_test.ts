import { deepEqual, equal } from "node:assert/strict";
import type { EntityMentionRecord, TransactionRecord } from "../../lib/contracts/records.ts";
import {
  countSignalsBySource,
  joinEntity,
  listEntities,
  listTransactionsDaily,
  summariseMarket,
  summariseTransactions,
} from "../../lib/store/mod.ts";
import { buildSignal, withMemoryStore } from "../support/store.ts";

const DAY_MS = 86_400_000;

const payment = (id: string, fields: Partial<TransactionRecord> = {}): TransactionRecord => ({
  id,
  tool_id: "report",
  user_wallet: "0x1",
  amount: "0.1",
  currency: "USDC",
  status: "confirmed",
  metadata: {},
  timestamp: 0,
  created_at: 0,
  updated_at: 0,
  ...fields,
});

const mention = (id: string, fields: Partial<EntityMentionRecord> = {}): EntityMentionRecord => ({
  id,
  signal_id: null,
  news_id: null,
  entity_type: "token",
  entity_name: "BTC",
  mention_count: 1,
  sentiment_score: 0.5,
  timestamp: 0,
  created_at: 0,
  ...fields,
});

Deno.test("payments are summed up by currency and by day", () => {
  const payments = [
    payment("a"),
    payment("b", { amount: "0.2", user_wallet: "0x2", timestamp: DAY_MS }),
    payment("c", { amount: "1", currency: "ETH", timestamp: DAY_MS }),
  ];
  const [eth, usdc] = summariseTransactions(payments);
  deepEqual(usdc, {
    currency: "USDC",
    count: 2,
    revenue: "0.3",
    avg_transaction: "0.15",
    unique_users: 2,
  });
  equal(eth?.revenue, "1");
  for (const given of [payments, payments.toReversed()]) {
    deepEqual(
      listTransactionsDaily(given).map(({ date, currency, revenue }) => [date, currency, revenue]),
      [
        ["1970-01-02", "ETH", "1"],
        ["1970-01-02", "USDC", "0.2"],
        ["1970-01-01", "USDC", "0.1"],
      ],
    );
  }
});

Deno.test("payments in different currencies are never added up, and none make no sums", () => {
  const rows = summariseTransactions([
    payment("a", { amount: "1", currency: "USDC" }),
    payment("b", { amount: "2", currency: "EURC" }),
    payment("c", { amount: "0.5", currency: "USDC", user_wallet: "other" }),
  ]);
  deepEqual(rows.map(({ currency, revenue, unique_users }) => [currency, revenue, unique_users]), [
    ["EURC", "2", 1],
    ["USDC", "1.5", 2],
  ]);
  deepEqual([summariseTransactions([]), listTransactionsDaily([])], [[], []]);
});

Deno.test("signals are counted by source, and carry the entity that is mentioned most", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    await world.signals.putMany([
      buildSignal("a", { source: "x", confidence_score: 0.5 }),
      buildSignal("b", { source: "x", confidence_score: 1 }),
      buildSignal("c", { source: "y" }),
    ]);
    deepEqual(await countSignalsBySource(world), [
      { source: "x", type: "price_alert", count: 2, avg_confidence: 0.75 },
      { source: "y", type: "price_alert", count: 1, avg_confidence: 0.75 },
    ]);
    await world.mentions.putMany([
      mention("1", { signal_id: "a", entity_name: "ETH" }),
      mention("2", { signal_id: "a", entity_name: "BTC", mention_count: 3, sentiment_score: -1 }),
    ]);
    const { items } = await world.signals.list();
    const joined = await Promise.all(items.map((item) => joinEntity(world, item)));
    deepEqual(
      joined.map(({ id, entity_name, entity_sentiment }) => [id, entity_name, entity_sentiment]),
      [
        ["c", undefined, undefined],
        ["b", undefined, undefined],
        ["a", "BTC", -1],
      ],
    );
  }));

Deno.test("entities are listed by mentions, with sentiment weighted by them", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    await world.mentions.putMany([
      mention("1", { mention_count: 3, sentiment_score: 1 }),
      mention("2", { sentiment_score: -1 }),
      mention("3", { entity_type: "exchange", entity_name: "binance" }),
    ]);
    deepEqual(await listEntities(world), [
      { entity_name: "BTC", entity_type: "token", mention_count: 4, avg_sentiment: 0.5 },
      { entity_name: "binance", entity_type: "exchange", mention_count: 1, avg_sentiment: 0.5 },
    ]);
    equal((await listEntities(world, { type: "exchange" })).length, 1);
    equal((await listEntities(world, { limit: 1 })).length, 1);
  }));

Deno.test("the market is summed up without inventing a change where none is known", () => {
  deepEqual(summariseMarket({ symbols: 0, bars: 10, changes: [] }), {
    symbols_tracked: 0,
    data_points: 10,
    avg_change: null,
  });
  deepEqual(summariseMarket({ symbols: 3, bars: null, changes: [4, -2, null] }), {
    symbols_tracked: 3,
    data_points: null,
    avg_change: 1,
  });
});
