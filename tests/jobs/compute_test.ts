/** The stage that judges headlines and notes whom they speak of (COL-08, STO-03, SIG-04). */
import { deepEqual, equal, ok } from "node:assert/strict";
import { findMentions, judgeHeadline, runCompute } from "../../lib/jobs/compute.ts";
import { isTokenCode } from "../../lib/jobs/entity_names.ts";
import { createRuleEntities, ruleSentiment } from "../../lib/ml/mod.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { aHeadline, aTvl, DAY_MS, HOUR_MS, NOW_MS } from "../support/signals.ts";
import { type StageWorld, withStageWorld } from "../support/stages.ts";

const listMentions = async ({ store }: StageWorld) =>
  (await store.mentions.list({ limit: 1_000 })).items;

Deno.test("headlines are judged and their entities stored", () =>
  withStageWorld(async (world) => {
    await world.store.news.put(aHeadline({ title: "Bitcoin surges on Binance" }));
    deepEqual(await runCompute(world, "r1"), { records: 3, signals: 0 });
    const headline = (await world.store.news.get("n1"))!;
    equal(headline.sentiment_model, "rules/1");
    ok(headline.sentiment_score! > 0.25 && headline.sentiment_confidence! > 0);
    const mentions = await listMentions(world);
    deepEqual(mentions.map(({ entity_name }) => entity_name).sort(), ["BTC", "binance"]);
    for (const mention of mentions) {
      equal(mention.news_id, "n1");
      equal(mention.signal_id, null);
      equal(mention.sentiment_score, headline.sentiment_score);
      equal(mention.timestamp, headline.timestamp);
      equal(mention.created_at, 42);
    }
  }));

Deno.test("the same run again does nothing and says zeros", () =>
  withStageWorld(async (world) => {
    await world.store.news.put(aHeadline());
    await runCompute(world, "r1");
    const before = await listMentions(world);
    deepEqual(await runCompute(world, "r1"), { records: 0, signals: 0 });
    deepEqual(await listMentions(world), before);
  }));

Deno.test("an empty store is no trouble", () =>
  withStageWorld(async (world) => {
    deepEqual(await runCompute(world, "r1"), { records: 0, signals: 0 });
  }));

Deno.test("a headline that comes two days late is judged all the same", () =>
  withStageWorld(async (world) => {
    await world.store.news.put(aHeadline());
    await runCompute(world, "r1");
    await world.store.news.put(aHeadline({ id: "late", timestamp: NOW_MS - 2 * DAY_MS }));
    ok((await runCompute(world, "r2")).records > 0);
    ok((await world.store.news.get("late"))!.sentiment_model);
  }));

Deno.test("one that comes six days late is judged at the next day's sweep", () =>
  withStageWorld(async (world) => {
    await world.store.news.put(aHeadline());
    await runCompute(world, "r1");
    await world.store.news.put(aHeadline({ id: "late", timestamp: NOW_MS - 6 * DAY_MS }));
    await runCompute(world, "r2");
    equal((await world.store.news.get("late"))!.sentiment_model, null);
    world.marketMs += DAY_MS;
    await runCompute(world, "r3");
    ok((await world.store.news.get("late"))!.sentiment_model);
  }));

Deno.test("more headlines than one run takes are done over several", () =>
  withStageWorld(async (world) => {
    await world.store.news.putMany(
      Array.from(
        { length: 7 },
        (_, i) => aHeadline({ id: `n${i}`, title: "Nothing", timestamp: NOW_MS - i * 1_000 }),
      ),
    );
    equal((await runCompute(world, "r1", { judgedMax: 5 })).records, 5);
    equal((await runCompute(world, "r2", { judgedMax: 5 })).records, 2);
    equal((await runCompute(world, "r3", { judgedMax: 5 })).records, 0);
  }));

Deno.test("names of followed symbols and of known protocols are found", () =>
  withStageWorld(async (world) => {
    const widget: MarketSymbol = {
      symbol: "WDGTUSDT",
      id: "crypto:WDGT/USDT@binance",
      exchange: "binance",
      kind: "crypto",
      base: "WDGT",
      quote: "USDT",
      name: "Widget Coin",
      active: true,
    };
    await world.store.symbols.put(widget);
    const timestamp = NOW_MS - HOUR_MS;
    await world.store.tvl.putMany([
      aTvl({ entity: "protocol:lendit-v2", name: "Lendit V2", timestamp }),
      aTvl({ entity: "protocol:lendit-v3", name: "Lendit V3", timestamp, tvl_usd: 1 }),
      aTvl({ entity: "chain:solana", name: "Someplace", timestamp }),
    ]);
    await world.store.news.put(aHeadline({ title: "Widget Coin and WDGT on Lendit at Someplace" }));
    await runCompute(world, "r1");
    deepEqual(
      (await listMentions(world)).map(({ entity_type, entity_name, mention_count }) =>
        `${entity_type} ${entity_name} ${mention_count}`
      ).sort(),
      ["protocol lendit 1", "token WDGT 2"],
    );
  }));

Deno.test("another model can judge, and its name stays", () =>
  withStageWorld(async (world) => {
    await world.store.news.put(aHeadline());
    const judge = () => ({ score: -1, confidence: 1, label: "negative" as const, reasons: [] });
    await runCompute(world, "r1", { sentiment: { version: "learned/3", judge } });
    equal((await world.store.news.get("n1"))!.sentiment_model, "learned/3");
  }));

const entities = createRuleEntities();
const tags: { title: string; currencies: string[]; tokens: string[] }[] = [
  { title: "Bitcoin up", currencies: ["BTC"], tokens: ["BTC"] },
  { title: "Market up", currencies: ["BTC", "BTC", "ETH"], tokens: ["BTC", "ETH"] },
  { title: "Market up", currencies: ["A", "US", "IN", "4", "", "ONE", "btc"], tokens: [] },
  { title: "Market up", currencies: ["X".repeat(500)], tokens: [] },
];
for (const { title, currencies, tokens } of tags) {
  Deno.test(`tags ${currencies.join(",").slice(0, 30)} of "${title}" give ${tokens}`, () => {
    const judged = judgeHeadline(aHeadline({ title, currencies }), ruleSentiment);
    const found = findMentions(judged, entities, 0);
    deepEqual(found.map(({ entity_name }) => entity_name), tokens);
    equal(new Set(found.map(({ id }) => id)).size, found.length);
  });
}

Deno.test("a code is no noise", () => {
  for (const code of ["BTC", "USDT"]) equal(isTokenCode(code), true);
  for (const code of ["A", "IN", "4", "PM", "", "ONE", "doge"]) equal(isTokenCode(code), false);
});
