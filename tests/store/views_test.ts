import { deepEqual, equal } from "node:assert/strict";
import type {
  EntityMentionRecord,
  MarketDataRecord,
  TransactionRecord,
} from "../../lib/contracts/records.ts";
import {
  countSignalsBySource,
  joinEntities,
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

Deno.test("payments are summed up by currency and by day; money that failed is no revenue", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    await world.transactions.putMany([
      payment("a"),
      payment("b", { amount: "0.2", user_wallet: "0x2", timestamp: DAY_MS }),
      payment("c", { amount: "9", status: "failed", timestamp: DAY_MS }),
      payment("d", { amount: "7", status: "pending", timestamp: 2 * DAY_MS }),
      payment("e", { amount: "1", currency: "ETH", timestamp: DAY_MS }),
    ]);
    const [usdc, eth] = await summariseTransactions(world);
    deepEqual(usdc, {
      currency: "USDC",
      total_transactions: 4,
      total_revenue: "0.3",
      confirmed: 2,
      pending: 1,
      failed: 1,
      unique_users: 2,
    });
    equal(eth?.total_revenue, "1");
    const daily = await listTransactionsDaily(world, { from: DAY_MS });
    deepEqual(daily.map(({ date, currency, total_revenue }) => [date, currency, total_revenue]), [
      ["1970-01-03", "USDC", "0"],
      ["1970-01-02", "ETH", "1"],
      ["1970-01-02", "USDC", "0.2"],
    ]);
  }));

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
    const joined = await joinEntities(world, items);
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

Deno.test("the market is summed up without inventing a change where none is known", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const countBars = () => Promise.resolve(10);
    deepEqual(await summariseMarket({ ...world, countBars }), {
      symbols_tracked: 0,
      data_points: 10,
      avg_change: null,
    });
    const figures = (id: string, price_change_24h: number | null): MarketDataRecord => ({
      id,
      symbol: id,
      price: 1,
      volume_24h: null,
      market_cap: null,
      price_change_24h,
      timestamp: 1,
      source: "coingecko",
      created_at: 1,
    });
    await world.marketData.putMany([figures("a", 4), figures("b", -2), figures("c", null)]);
    const { data_points, avg_change } = await summariseMarket({ ...world, countBars });
    deepEqual([data_points, avg_change], [13, 1]);
  }));
