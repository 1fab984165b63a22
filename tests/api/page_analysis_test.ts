/** What pages read of payments, locked value, relations, what keeps failing, and uptime. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createHealthFeed, createPageData } from "../../lib/api/mod.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { describeSources } from "../../lib/api/page_operations.ts";
import type { TvlRecord } from "../../lib/contracts/records.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import type { PageData } from "../../lib/ui/state.ts";
import { aSymbol, NOW_MS } from "../support/api.ts";
import { aMention, aTransaction, DAY_MS, HOUR_MS, withPublicApi } from "../support/public_api.ts";

async function withPages(
  test: (pages: PageData, world: WorldStore) => Promise<void>,
  part: Partial<ApiDeps> = {},
) {
  await withPublicApi(
    async ({ deps, world }) => {
      deps.listCollectors = part.listCollectors ?? deps.listCollectors;
      await test(createPageData(deps, () => []), world);
    },
    { part, filled: false },
  );
}

const aTvl = (part: Partial<TvlRecord> = {}): TvlRecord => {
  const { entity = "protocol:lendit", timestamp = NOW_MS } = part;
  return {
    id: `${entity} ${timestamp}`,
    entity,
    name: "Lendit",
    tvl_usd: 2e9,
    token: null,
    chain: "chain:ethereum",
    category: "Lending",
    timestamp,
    source: "defillama",
    created_at: 0,
    ...part,
  };
};

Deno.test("UI-12 payments are those that were confirmed in 30 days, exact, by day and currency", async () => {
  await withPages(async (pages, world) => {
    deepEqual((await pages.getPayments()).sums, []);
    await world.transactions.putMany([
      aTransaction({ id: "a", amount: "0.10", timestamp: NOW_MS }),
      aTransaction({ id: "b", amount: "0.20", timestamp: NOW_MS, user_wallet: "0xother" }),
      aTransaction({ id: "c", amount: "5", status: "pending", timestamp: NOW_MS }),
      aTransaction({ id: "e", amount: "9", status: "failed", timestamp: NOW_MS }),
      aTransaction({ id: "d", amount: "7", timestamp: NOW_MS - 31 * DAY_MS }),
    ]);
    const { days, sums, todayMs, spanDays } = await pages.getPayments();
    deepEqual([spanDays, todayMs % DAY_MS], [30, 0]);
    deepEqual(days, [{ date: "2024-01-03", currency: "USDC", count: 2, revenue: "0.3" }]);
    equal(sums[0]!.unique_users, 2);
  });
});

Deno.test("COL-07 each protocol and chain is told by its newest sample and the one of a day before", async () => {
  await withPages(async (pages, world) => {
    await world.tvl.putMany([
      aTvl(),
      aTvl({ timestamp: NOW_MS - HOUR_MS, tvl_usd: 9 }),
      aTvl({ timestamp: NOW_MS - DAY_MS, tvl_usd: 4e9 }),
      aTvl({ timestamp: NOW_MS - DAY_MS - HOUR_MS, tvl_usd: 1 }),
      aTvl({ entity: "chain:ethereum", name: "Ethereum", chain: null, tvl_usd: 5e10 }),
      // Told long ago, as a recording does; its own day before is missing.
      aTvl({ entity: "protocol:old", timestamp: NOW_MS - 400 * DAY_MS, tvl_usd: 5 }),
      aTvl({ entity: "protocol:zero", tvl_usd: 1 }),
      aTvl({ entity: "protocol:zero", timestamp: NOW_MS - DAY_MS, tvl_usd: 0 }),
    ]);
    const { rows, reason } = await pages.getTvl();
    equal(reason, undefined);
    deepEqual(
      rows.map(({ entity, kind, chain, tvl, change }) => [entity, kind, chain, tvl, change]),
      [
        ["chain:ethereum", "chain", null, 5e10, null],
        ["protocol:lendit", "protocol", "ethereum", 2e9, -50],
        ["protocol:old", "protocol", "ethereum", 5, null],
        ["protocol:zero", "protocol", "ethereum", 1, null],
      ],
    );
  });
});

Deno.test("COL-07 where many are told together, what was told long ago is left out", async () => {
  await withPages(async (pages, world) => {
    const many = Array.from({ length: 60 }, (_, i) => aTvl({ entity: `protocol:p${i}` }));
    await world.tvl.putMany([
      ...many,
      aTvl({ entity: "protocol:p0", timestamp: NOW_MS - DAY_MS, tvl_usd: 1e9 }),
      aTvl({ entity: "protocol:gone", timestamp: NOW_MS - 3 * HOUR_MS }),
    ]);
    const { rows } = await pages.getTvl();
    equal(rows.length, 60);
    equal(rows.find(({ entity }) => entity === "protocol:p0")!.change, 100);
  });
});

Deno.test("SIG-05 protocols, wallets, tokens and exchanges are all related", async () => {
  await withPages(async (pages, world) => {
    await world.tvl.put(aTvl());
    await world.symbols.put(aSymbol());
    const acts = ["A", "B"].flatMap((wallet) =>
      [1, 2].flatMap((hour) => {
        const part = { news_id: `${wallet}${hour}`, timestamp: NOW_MS - hour * HOUR_MS };
        return [
          aMention({
            id: `w${wallet}${hour}`,
            entity_type: "wallet",
            entity_name: wallet,
            ...part,
          }),
          aMention({ id: `t${wallet}${hour}`, ...part }),
          aMention({
            id: `e${wallet}${hour}`,
            entity_type: "exchange",
            entity_name: "kraken",
            ...part,
          }),
        ];
      })
    );
    await world.mentions.putMany(acts);
    const relations = await pages.listRelations();
    deepEqual(
      [...new Set(relations.map(({ kind }) => kind))].sort(),
      ["member_of", "mentioned_with", "runs_on", "traded_on"],
    );
    const runs = relations.find(({ kind }) => kind === "runs_on")!;
    deepEqual([runs.from, runs.to], [
      { type: "protocol", name: "lendit" },
      { type: "chain", name: "ethereum" },
    ]);
  });
});

Deno.test("COL-03 what still fails is told, without addresses, and what is mended is not", async () => {
  await withPages(async (pages, world) => {
    deepEqual(await pages.listFailing(), []);
    const alert = { failures: 3, sinceMs: 5, resolvedMs: null };
    await world.putState("operatorAlerts", {
      runMs: 1,
      alerts: [
        { ...alert, id: "a", message: "a: no answer from https://secret.example/key" },
        { ...alert, id: "b", message: "b: gone", resolvedMs: 9 },
      ],
    });
    const failing = await pages.listFailing();
    deepEqual(failing.map(({ id, sinceMs }) => [id, sinceMs]), [["a", 5]]);
    equal(failing[0]!.message.includes("secret.example"), false);
  });
});

for (
  const { mode, status, says } of [
    {
      mode: "replay" as const,
      status: "down" as const,
      says: /None came so far from the recording/,
    },
    { mode: "live" as const, status: "down" as const, says: /do not answer: defillama: why/ },
    { mode: "live" as const, status: "healthy" as const, says: /No source in use has told any/ },
  ]
) {
  Deno.test(`in ${mode}, no locked value beside a source that is ${status} has its own reason`, async () => {
    await withPages(async (pages) => {
      const { rows, reason } = await pages.getTvl();
      deepEqual(rows, []);
      match(reason!, says);
      // Who tells something else is no reason.
      equal(reason!.includes("binance"), false);
    }, {
      getMode: () => ({ mode }),
      listCollectors: () => [
        { source: "defillama", status, lastMessageMs: null, detail: "why" },
        { source: "binance", status: "down", lastMessageMs: null, detail: "elsewhere" },
      ],
    });
  });
}

Deno.test("COL-04 uptime is counted from the first answer or failure, by the state of each time", () => {
  let nowMs = 1_000;
  const feed = createHealthFeed({ publish: () => {} }, undefined, () => nowMs);
  const note = (state: string, atMs: number) => {
    nowMs = atMs;
    feed.note({ source: "binance", state, lastMessageMs: null });
  };
  deepEqual(feed.getUptime("binance"), { share: null, sinceMs: null });
  note("connecting", 1_000);
  equal(feed.getUptime("binance").share, null);
  note("live", 2_000);
  deepEqual(feed.getUptime("binance"), { share: 1, sinceMs: 2_000 });
  note("live", 5_000);
  note("reconnecting", 8_000);
  nowMs = 10_000;
  deepEqual(feed.getUptime("binance"), { share: 0.75, sinceMs: 2_000 });
  note("market_closed", 10_000);
  nowMs = 18_000;
  deepEqual(feed.getUptime("binance"), { share: 0.875, sinceMs: 2_000 });
  // A clock that goes back neither adds nor takes.
  note("live", 3_000);
  note("live", 3_500);
  const { share } = feed.getUptime("binance");
  equal(share! >= 0 && share! <= 1, true);
  note("disabled", 20_000);
  deepEqual(feed.getUptime("binance"), { share: null, sinceMs: null });
});

Deno.test("COL-01 a feed shows the cadence that is set, and its source how long it was up", () => {
  const usage = {
    request_count: 0,
    success_count: 0,
    refused_count: 0,
    avg_response_time: null,
    credits: 0,
  };
  const report = {
    source: "coingecko",
    name: "CoinGecko",
    enabled: true,
    status: "healthy" as const,
    lastMessageMs: null,
    ageMs: null,
    today: usage,
    month: usage,
    budget: {
      limitPerMinute: null,
      creditsPerMonth: null,
      creditsLeft: null,
      creditsExpected: null,
      runsOutOn: null,
    },
    feeds: [{
      name: "prices",
      cadenceMs: 300_000,
      lastSuccessMs: null,
      ageMs: null,
      today: usage,
      month: usage,
    }],
  };
  const feeds = [{ name: "prices", cadenceMs: 291_000 }, { name: "other", cadenceMs: 5_000 }];
  const [told] = describeSources({
    listCollectors: () => [{ source: "coingecko", status: "healthy", lastMessageMs: 1, feeds }],
    getUptime: () => ({ share: 0.5, sinceMs: 1 }),
  }, [report]);
  deepEqual(told!.feeds.map(({ name, cadenceMs }) => [name, cadenceMs]), [
    ["prices", 300_000],
    ["other", 5_000],
  ]);
  deepEqual(told!.uptime, { share: 0.5, sinceMs: 1 });
});
