import { deepEqual, equal, ok } from "node:assert/strict";
import { createBatch } from "../../collectors/batch.ts";
import { createDemand, type DemandOptions } from "../../collectors/demand.ts";
import type { Urgency } from "../../collectors/queue.ts";
import { silentLogger } from "../../lib/log.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { turn } from "../support/exchange.ts";
import { aFigure, anAskedFeed, aPoller, aPollSource } from "../support/polled.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21);

const aSymbol = (base: string, change: Partial<MarketSymbol> = {}): MarketSymbol => ({
  symbol: `${base}USDT`,
  id: `crypto:${base}/USDT@binance`,
  exchange: "binance",
  kind: "crypto",
  base,
  quote: "USDT",
  active: true,
  ...change,
});

/** A demand on two sources; `respond` answers for both, told apart by host. */
async function withDemand(
  respond: (url: URL) => Response,
  test: (world: ReturnType<typeof createWorld>) => Promise<void>,
  change: Partial<DemandOptions> = {},
) {
  await withMemoryStore(async (store) => {
    const world = createWorld(store.world("live"), respond, change);
    await world.store.symbols.putMany([aSymbol("BTC"), aSymbol("ETH")]);
    await test(world);
    world.demand.stop();
  });
}

function createWorld(
  store: DemandOptions["store"],
  respond: (url: URL) => Response,
  change: Partial<DemandOptions>,
) {
  const clock = createManualClock(startMs);
  const create = (key: string) =>
    aPoller(clock, {
      respond,
      source: aPollSource({
        key,
        addresses: { rest: [`http://${key}`] },
        feeds: [{
          ...anAskedFeed(),
          parse: (body, { receivedMs }) => ({
            marketData: (body as string[]).map((symbol) => aFigure(symbol, receivedMs, key)),
          }),
        }],
      }),
    });
  const [one, two] = [create("one"), create("two")];
  const demand = createDemand({
    pollers: [one.poller, two.poller],
    store,
    clock,
    log: silentLogger,
    ...change,
  });
  /** Asks and lets what it takes pass. */
  const get = async (name: string, priority?: Urgency) => {
    const answer = demand.getMarketData(name, priority ? { priority } : {});
    let isDone = false;
    void answer.then(() => isDone = true);
    for (let i = 0; i < 60 && !isDone; i++) {
      await turn(3);
      await clock.advance(25);
    }
    return await answer;
  };
  return { clock, store, one, two, demand, get };
}

const echo = (url: URL) => Response.json(url.searchParams.get("of")!.split(","));

Deno.test("figures come from a source, then from what is known, until they are old", async () => {
  await withDemand(echo, async ({ get, clock, one }) => {
    const first = await get("BTCUSDT");
    deepEqual([first.from, first.record?.symbol, first.record?.source], ["source", "BTC", "one"]);
    await clock.advance(60_000);
    for (const name of ["BTC", "BTCUSDT", "crypto:BTC/USDT@binance"]) {
      const { from, ageMs } = await get(name);
      equal(from, "cache");
      ok(ageMs! >= 60_000 && ageMs! < 62_000);
    }
    equal(one.asked.length, 1);
    await clock.advance(300_000);
    equal((await get("BTC")).from, "source");
    equal(one.asked.length, 2);
  });
});

Deno.test("an asset is known by its id once a source has named it", async () => {
  await withDemand(echo, async ({ get, store, one }) => {
    await store.marketData.put(aFigure("BTC", startMs - 400_000, "coingecko"));
    await store.marketData.put({
      ...aFigure("BTC", startMs - 400_000),
      id: "asset:bitcoin@coingecko",
    });
    equal((await get("asset:bitcoin")).record?.symbol, "BTC");
    equal((await get("bitcoin")).from, "cache");
    equal(one.asked.length, 1);
  });
});

Deno.test("what many ask within a moment is one request, each gets its own", async () => {
  await withDemand(echo, async ({ demand, clock, one }) => {
    const names = ["BTC", "ETH", "BTC", "SOL", "BTCUSDT", "ETHUSDT"];
    const answers = Promise.all(names.map((name) => demand.getMarketData(name)));
    await turn(100); // all have looked into the store, and gather
    for (let i = 0; i < 10; i++) {
      await turn(3);
      await clock.advance(25);
    }
    deepEqual((await answers).map(({ record }) => record?.symbol), [
      "BTC",
      "ETH",
      "BTC",
      "SOL",
      "BTC",
      "ETH",
    ]);
    const [path] = one.asked.map(({ path }) =>
      decodeURIComponent(path).slice("/quotes?of=".length)
    );
    deepEqual([one.asked.length, path!.split(",").sort()], [1, ["BTC", "ETH", "SOL"]]);
  });
});

Deno.test("a request takes along what was asked for of late and will soon be old", async () => {
  await withDemand(echo, async ({ get, clock, one }) => {
    await get("BTC");
    await get("ETH");
    await clock.advance(200_000);
    equal((await get("SOL")).from, "source");
    await clock.advance(200_000);
    equal((await get("ETH")).from, "cache");
    await clock.advance(1_000_000);
    await get("ADA");
    deepEqual(one.asked.map(({ path }) => decodeURIComponent(path).slice("/quotes?of=".length)), [
      "BTC",
      "ETH",
      "SOL,ETH,BTC",
      "ADA",
    ]);
  });
});

Deno.test("a source that refuses is replaced by the other one", async () => {
  const respond = (url: URL) =>
    url.hostname === "one" ? new Response("{}", { status: 429 }) : echo(url);
  await withDemand(respond, async ({ get, one, two }) => {
    const { from, record } = await get("BTC");
    deepEqual([from, record?.source], ["alternative", "two"]);
    equal((await get("ETH")).from, "alternative");
    deepEqual([one.asked.length, two.asked.length], [1, 2]);
  });
});

Deno.test("an exchange's own price stands in when no source answers", async () => {
  const getPrice = (symbol: string) =>
    symbol === "BTCUSDT" ? { price: 42, receivedMs: startMs, source: "binance" } : null;
  await withDemand(() => new Response("", { status: 500 }), async ({ get }) => {
    const { from, record } = await get("BTC");
    deepEqual([from, record?.price, record?.source], ["alternative", 42, "binance"]);
    equal((await get("ETH")).from, "queued");
  }, { getPrice });
});

Deno.test("what nobody can answer now is queued, with the last known figures, and fetched later", async () => {
  let isDown = true;
  const respond = (url: URL) => isDown ? new Response("", { status: 503 }) : echo(url);
  await withDemand(respond, async ({ get, store, clock, demand }) => {
    await store.marketData.put(aFigure("BTC", startMs - 3_600_000));
    const { from, record, ageMs } = await get("BTC");
    deepEqual([from, record?.symbol], ["queued", "BTC"]);
    ok(ageMs! >= 3_600_000);
    isDown = false;
    for (let i = 0; i < 20; i++) {
      await clock.advance(1_000);
      await turn(3);
    }
    equal((await get("BTC")).from, "cache");
    deepEqual(demand.counts(), { cache: 1, source: 0, alternative: 0, queued: 1 });
  });
});

Deno.test("what no source knows is not asked again for a while", async () => {
  await withDemand(() => Response.json([]), async ({ get, one, two }) => {
    deepEqual([(await get("NOBODY")).record, (await get("NOBODY")).from], [null, "cache"]);
    deepEqual([one.asked.length, two.asked.length], [1, 1]);
  });
});

Deno.test("a stock is not looked for among coins", async () => {
  await withDemand(echo, async ({ get, store, one }) => {
    await store.symbols.put(aSymbol("AAPL", { symbol: "AAPL", id: "stock:AAPL@x", kind: "stock" }));
    deepEqual((await get("AAPL")).from, "queued");
    equal(one.asked.length, 0);
  });
});

Deno.test("a batch that is full goes at once; who comes later joins what is under way", async () => {
  const clock = createManualClock();
  const loads: string[][] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const batch = createBatch<string>({
    clock,
    windowMs: 1_000,
    sizeMax: 2,
    async load(keys) {
      loads.push([...keys]);
      await promise;
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    },
  });
  const answers = [batch.get("a", "low"), batch.get("b", "low"), batch.get("c", "user")];
  await turn(1);
  deepEqual(loads, [["a", "b"]]);
  answers.push(batch.get("a", "user"));
  resolve();
  await clock.advance(1_000);
  deepEqual(await Promise.all(answers), ["A", "B", "C", "A"]);
  deepEqual(loads, [["a", "b"], ["c"]]);
});

Deno.test("a batch goes as urgently as its most urgent asker, and fails for all together", async () => {
  const clock = createManualClock();
  const seen: Urgency[] = [];
  const batch = createBatch<string>({
    clock,
    windowMs: 10,
    sizeMax: 10,
    load(_keys, urgency) {
      seen.push(urgency);
      return Promise.reject(new Error("away"));
    },
  });
  const answers = Promise.allSettled([batch.get("a", "low"), batch.get("b", "user")]);
  await clock.advance(10);
  deepEqual((await answers).map(({ status }) => status), ["rejected", "rejected"]);
  deepEqual(seen, ["user"]);
});
