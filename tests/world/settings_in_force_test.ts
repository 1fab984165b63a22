/** Each setting that is changed in its file changes what is done, within the next pass. */
import { deepEqual, equal, match, notDeepEqual } from "node:assert/strict";
import { Connection } from "../../collectors/connection.ts";
import type { ConnectionHandlers } from "../../collectors/connection_options.ts";
import { createPoller } from "../../collectors/poll.ts";
import { createSourceHttp } from "../../collectors/source_http.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { runNotify } from "../../lib/jobs/notify.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Store } from "../../lib/store/mod.ts";
import { createCycle } from "../../lib/world/cycle.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { anHttp, aSource } from "../support/exchange.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { followSymbol } from "../support/pipeline.ts";
import { silentPublisher } from "../support/pipelines.ts";
import { aPollSource } from "../support/polled.ts";
import { aStageContext } from "../support/stage_context.ts";
import { runRetention } from "../../lib/jobs/mod.ts";
import {
  addToHistory,
  checkTrade,
  createQuarantine,
  createTradeHistory,
} from "../../lib/quality/mod.ts";
import { Breaker } from "../../lib/resilience/mod.ts";
import { getSetting } from "../../lib/settings.ts";
import { createMemoryQuotaCells, createQuotas } from "../../lib/store/mod.ts";
import {
  followStream,
  followTradeLimits,
  readBreakerLimits,
  readTuning,
  tuneQuotas,
} from "../../lib/world/live_limits.ts";
import { aTrade, DAY_MS } from "../support/market.ts";
import { aWatch } from "../support/settings.ts";
import { buildSignal, withMemoryStore } from "../support/store.ts";

type World = Awaited<ReturnType<typeof aWatch>>;
/** Something at work, made before the change, and what it does now. */
type Probe = (world: World) => () => unknown | Promise<unknown>;

/** A breaker made before the change; each look fails and succeeds it as told. */
const aBreaker =
  (act: (breaker: Breaker, nowMs: number) => unknown): Probe => ({ watch, clock }) => {
    const getLimits = () => readBreakerLimits(watch.get());
    const all: Breaker[] = Array.from({ length: 2 }, () => new Breaker("x", { getLimits }));
    return () => act(all.pop()!, clock.now());
  };
const fail = (breaker: Breaker, times: number, nowMs: number) => {
  for (let i = 0; i < times; i++) breaker.fail(nowMs, "down");
};

/** The breaker of a stream's connection, made before the change. */
const aConnectionsBreaker =
  (act: (breaker: Breaker, nowMs: number) => unknown): Probe => ({ watch, clock }) => {
    const all = Array.from({ length: 2 }, () =>
      new Connection([], {
        source: aSource(),
        addresses: ["ws://one"],
        clock,
        log: silentLogger,
        open: () => Promise.reject(new Error("down")),
        handlers: {} as ConnectionHandlers,
        getTuning: () => readTuning(watch.get()),
      }).breaker);
    return () => act(all.pop()!, clock.now());
  };

/** Cycles of a world, made anew before each look; the clock is their own. */
const aCycle =
  (act: (jobs: ReturnType<typeof createCycle>, clock: ManualClock) => Promise<unknown>): Probe =>
  ({ watch }) =>
  async () => {
    const clock = createManualClock(Date.UTC(2026, 10, 21, 12, 1));
    const ids: string[] = [];
    const jobs = createCycle({
      settings: watch,
      queue: {
        enqueue: (_topic: string, _body: unknown, { id }: { id: string }) =>
          Promise.resolve(!ids.includes(id) && ids.push(id) > 0),
      } as Store["jobs"],
      log: silentLogger,
      world: createMemoryStore(),
      hub: silentPublisher,
      collect: () => Promise.reject(new Error("not asked")),
      marketNow: clock.now,
      clock,
    });
    return await act(jobs, clock);
  };

/** Operators' alerts after one cycle that failed. */
const anAlert: Probe = ({ watch }) => async () => {
  const store = createMemoryStore();
  const clock = createManualClock(Date.UTC(2026, 10, 21));
  const { context } = aStageContext(store, clock);
  await store.collectionRuns.put({
    ...{ id: "r", trigger: "cron", timestamp: clock.now(), duration_ms: 1, status: "failed" },
    ...{ sources: {}, records: 0, signals: 0 },
  });
  const getAlertFailures = () => watch.get().collection.alertFailures;
  return (await runNotify({ ...context, getAlertFailures }, "r")).records;
};

/** Whether a list of symbols that is two minutes old is still kept. */
const aSymbolList: Probe = ({ watch }) => async () => {
  const store = createMemoryStore();
  await followSymbol(store);
  let nowMs = 0;
  const getTtlMs = () => watch.get().collection.symbolsSeconds * 1_000;
  const list = createSymbolCache({ symbols: store.symbols, now: () => nowMs, getTtlMs });
  await list.list();
  nowMs = 120_000;
  return (await list.list()).cached;
};

/** How long a feed waits after an answer that fails. */
const aPoll = (answer: number | "no"): Probe => ({ watch }) => async () => {
  const clock = createManualClock(Date.UTC(2026, 10, 21));
  const poller = createPoller(aPollSource(), {
    readContext: () =>
      Promise.resolve({ symbols: [], nowMs: 0, getLastBarTime: () => null, dexPairs: [] }),
    http: anHttp(
      clock,
      () => answer === "no" ? new Response("no") : new Response("no", { status: answer }),
    ),
    put: () => Promise.resolve(0),
    clock,
    log: silentLogger,
    onHealth: () => {},
    getTuning: () => readTuning(watch.get()),
  });
  await poller.collect(new AbortController().signal);
  return poller.health().feeds![0]!.nextMs! - clock.now();
};

/** A symbol's trades around 100, made before the change. */
const aHistory = (act: (judge: (part: object) => string) => unknown): Probe => ({ watch }) => {
  const { limits } = followTradeLimits(watch, "live");
  const all = Array.from({ length: 2 }, () => createTradeHistory({ limits }));
  return () => {
    const history = all.pop()!;
    for (let i = 0; i < 25; i++) addToHistory(history, 100 + (i % 2 ? 0.5 : -0.5), 1);
    return act((part) => checkTrade(history, aTrade(part), DAY_MS).verdict);
  };
};

/** The quota of a source as its HTTP uses it, opened before the change. */
const aQuota =
  (act: (quota: ReturnType<typeof openQuota>, clock: World["clock"]) => unknown): Probe =>
  (world) => {
    const all = Array.from({ length: 2 }, () => openQuota(world));
    return () => act(all.pop()!, world.clock);
  };

function openQuota({ watch, clock, log }: World) {
  const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: clock.now });
  const http = createSourceHttp("coingecko", ["http://one"], { limitPerMinute: 1 }, {
    clock,
    log,
    mode: "live",
    signal: new AbortController().signal,
    quotas: tuneQuotas(quotas, watch.get),
    getSettings: (source) => watch.get().sources[source],
  });
  return http.queue.quota;
}

const many = (count: number, part: object = {}) =>
  Array.from({ length: count }, () => ({ weight: 1, ...part }));

const rows: { name: string; to: unknown; probe: Probe; was: unknown; is: unknown }[] = [
  {
    name: "sources.coingecko.limitPerMinute",
    to: 60,
    probe: aQuota(async (quota) => (await quota.read()).limitConfigured),
    was: 30,
    is: 60,
  },
  {
    name: "sources.coingecko.creditsPerMonth",
    to: 10,
    probe: aQuota(async (quota) => (await quota.take([{ weight: 1, credits: 11 }])).reason),
    was: "granted",
    is: "credits",
  },
  {
    name: "budget.urgentCreditsShare",
    to: 0.9,
    probe: aQuota(async (quota) => (await quota.take([{ weight: 1, credits: 2_000 }])).reason),
    was: "granted",
    is: "credits",
  },
  {
    name: "budget.windowSeconds",
    to: 600,
    probe: aQuota(async (quota, clock) => {
      await quota.take(many(1));
      await clock.advance(120_000);
      return (await quota.read()).used;
    }),
    was: 0,
    is: 1,
  },
  {
    name: "budget.blockSecondsMax",
    to: 60,
    probe: aQuota(async (quota, clock) => {
      for (let i = 0; i < 2; i++) {
        await quota.refuse(20_000);
        await clock.advance(41_000);
      }
      return await quota.refuse(20_000) - clock.now();
    }),
    was: 80_000,
    is: 60_000,
  },
  ...[
    ["failureThreshold", 2, "CLOSED", "OPEN"],
    ["failureThreshold", 3, "CLOSED", "CLOSED"],
  ].map(([key, to, was, is]) => ({
    name: `breaker.${key}`,
    to,
    probe: aBreaker((breaker, now) => (fail(breaker, 2, now), breaker.getState(now))),
    was,
    is,
  })),
  {
    name: "streamBreaker.failureThreshold",
    to: 2,
    probe: aConnectionsBreaker((breaker, now) => (fail(breaker, 2, now), breaker.getState(now))),
    was: "CLOSED",
    is: "OPEN",
  },
  {
    name: "streamBreaker.timeoutSeconds",
    to: 30,
    probe: aConnectionsBreaker((breaker, now) => {
      fail(breaker, 7, now);
      return breaker.getRetryAfterMs(now);
    }),
    was: 60_000,
    is: 30_000,
  },
  { name: "collection.alertFailures", to: 1, probe: anAlert, was: 0, is: 1 },
  {
    name: "collection.cycleMinutes",
    to: 5,
    probe: aCycle(async (jobs, clock) => {
      await clock.advance(60_000 - clock.now() % 60_000);
      while (new Date(clock.now()).getUTCMinutes() % 15 !== 5) await clock.advance(60_000);
      return await jobs.tick();
    }),
    was: false,
    is: true,
  },
  {
    name: "collection.standbyMinutes",
    to: 30,
    probe: aCycle(async (jobs, clock) => {
      await clock.advance(17 * 60_000);
      return await jobs.runStandby();
    }),
    was: true,
    is: false,
  },
  { name: "collection.symbolsSeconds", to: 60, probe: aSymbolList, was: true, is: false },
  ...([
    ["retrySeconds", 3, 1_000, 3_000, "no"],
    ["blockedRetrySeconds", 120, 900_000, 120_000, 403],
  ] as const).map(([key, to, was, is, answer]) => ({
    name: `collection.${key}`,
    to,
    probe: aPoll(answer),
    was,
    is,
  })),
  {
    name: "collection.retrySecondsMax",
    to: 7_200,
    probe: ({ watch }: World) => () => readTuning(watch.get()).retryMaxMs,
    was: 60_000,
    is: 7_200_000,
  },
  {
    name: "collection.demandSeconds",
    to: 2,
    probe: ({ watch }: World) => () => readTuning(watch.get()).demandWithinMs,
    was: 5_000,
    is: 2_000,
  },
  {
    name: "breaker.timeoutSeconds",
    to: 10,
    probe: aBreaker((breaker, now) => (fail(breaker, 5, now), breaker.getRetryAfterMs(now))),
    was: 60_000,
    is: 10_000,
  },
  {
    name: "breaker.timeoutSecondsMax",
    to: 90,
    probe: aBreaker((breaker, now) => {
      fail(breaker, 5, now);
      breaker.fail(now + 60_000, "down");
      return breaker.getRetryAfterMs(now + 60_000);
    }),
    was: 120_000,
    is: 90_000,
  },
  {
    name: "breaker.successThreshold",
    to: 1,
    probe: aBreaker((breaker, now) => {
      fail(breaker, 5, now);
      breaker.succeed(now + 60_000);
      return breaker.getState(now + 60_000);
    }),
    was: "HALF_OPEN",
    is: "CLOSED",
  },
  {
    name: "quality.freshnessSeconds",
    to: 4,
    probe: aHistory((judge) => judge({ eventMs: DAY_MS - 5_000 })),
    was: "pass",
    is: "fail",
  },
  {
    name: "quality.zScore",
    to: 20,
    probe: aHistory((judge) => judge({ price: 105 })),
    was: "suspect",
    is: "pass",
  },
  {
    name: "quality.priceChangePercent",
    to: 4,
    probe: aHistory((judge) => judge({ price: 105 })),
    was: "suspect",
    is: "fail",
  },
  {
    name: "quality.judgedTrades",
    to: 50,
    probe: aHistory((judge) => judge({ price: 120 })),
    was: "fail",
    is: "pass",
  },
  {
    name: "quality.volumeFactor",
    to: 10,
    probe: aHistory((judge) => judge({ size: 50 })),
    was: "pass",
    is: "fail",
  },
  {
    name: "quality.rebaseTrades",
    to: 2,
    probe: aHistory((judge) => [1, 2].map(() => judge({ price: 200 }))),
    was: ["fail", "fail"],
    is: ["fail", "suspect"],
  },
  {
    name: "quality.rebasePercent",
    to: 50,
    probe: aHistory((judge) => [150, 200, 150, 200, 150].map((price) => judge({ price })).at(-1)),
    was: "fail",
    is: "suspect",
  },
  {
    name: "quality.quarantineTrades",
    to: 1,
    probe: ({ watch }) => {
      const quarantine = createQuarantine({
        tradesMax: () => watch.get().quality.quarantineTrades,
      });
      return () => {
        for (let i = 0; i < 3; i++) quarantine.add(aTrade(), ["freshness"]);
        return quarantine.list().length;
      };
    },
    was: 3,
    is: 1,
  },
  ...[["silenceSeconds", 9, 60_000, 9_000], ["symbolsPerConnection", 7, 50, 7]].map((
    [key, to, was, is],
  ) => ({
    name: `sources.binance.${key}`,
    to,
    probe: ({ watch }: World) => {
      const own = { key: "binance", silenceMs: 1, symbolsPerConnection: 1 };
      const source = followStream(own, watch.get);
      return () => key === "silenceSeconds" ? source.silenceMs : source.symbolsPerConnection;
    },
    was,
    is,
  })),
];

for (const { name, to, probe, was, is } of rows) {
  Deno.test(`${name} set to ${to} is in force with the next pass`, async () => {
    const world = await aWatch();
    const look = probe(world);
    deepEqual(await look(), was);
    await world.set(name, to);
    equal(world.watch.refusal(), null);
    deepEqual(await look(), is);
    await world.watch.stop();
  });
}

/** Whatever the budget's numbers do, all of it shows in what a source is granted and when. */
async function traceQuota(quota: ReturnType<typeof openQuota>, clock: World["clock"]) {
  const told: unknown[] = [await quota.take(many(40))];
  told.push(await quota.take(many(20, { isUrgent: true })));
  const answer = async (times: number, { everyMs, latencyMs }: Record<string, number>) => {
    for (let i = 0; i < times; i++) {
      await clock.advance(everyMs!);
      quota.note({ answers: 1, latencyMs: latencyMs! });
      told.push(await quota.take(many(1)), (await quota.read()).limit);
    }
  };
  await clock.advance(120_000);
  await answer(15, { everyMs: 61_000, latencyMs: 9_000 });
  for (let i = 0; i < 6; i++) {
    told.push(await quota.refuse(1_000) - clock.now());
    await clock.advance(61_000);
  }
  await answer(20, { everyMs: 30_000, latencyMs: 10 });
  return told;
}

const budget = {
  windowSeconds: 120,
  pacedShare: 0.5,
  urgentEarlySeconds: 40,
  shareMin: 0.5,
  shareStep: 0.1,
  shareEverySeconds: 120,
  slowSeconds: 10,
  slowShareMin: 0.2,
};
for (const [key, to] of Object.entries(budget)) {
  Deno.test(`budget.${key} changes how a quota that is open already is spent`, async () => {
    const same = await aWatch();
    const changed = await aWatch();
    const quotas = [openQuota(same), openQuota(changed)];
    await same.clock.advance(2_000);
    await changed.set(`budget.${key}`, to);
    equal(getSetting(changed.watch.get(), `budget.${key}`), to);
    const [before, after] = [
      await traceQuota(quotas[0]!, same.clock),
      await traceQuota(quotas[1]!, changed.clock),
    ];
    notDeepEqual(after, before);
    await Promise.all([same.watch.stop(), changed.watch.stop()]);
  });
}

Deno.test("a window of trades that is made smaller keeps the newest, and one made larger fills", async () => {
  const world = await aWatch();
  const { limits } = followTradeLimits(world.watch, "live");
  const history = createTradeHistory({ limits });
  for (let i = 1; i <= 100; i++) addToHistory(history, i, 1);
  await world.set("quality.windowTrades", 30);
  addToHistory(history, 101, 1);
  deepEqual([history.count, history.priceMean], [30, (72 + 101) / 2]);
  await world.set("quality.windowTrades", 31);
  addToHistory(history, 102, 1);
  deepEqual([history.count, history.priceMean], [31, (72 + 102) / 2]);
  await world.watch.stop();
});

Deno.test("a score that looks back less moves faster", async () => {
  const world = await aWatch();
  const { limits } = followTradeLimits(world.watch, "live");
  const history = createTradeHistory({ limits });
  checkTrade(history, aTrade({ price: 0 }), DAY_MS);
  equal(Math.round(history.score * 1e6), 999_000);
  await world.set("quality.scoreTrades", 10);
  checkTrade(history, aTrade({ price: 0 }), DAY_MS);
  equal(Math.round(history.score * 1e6), 899_100);
  await world.watch.stop();
});

Deno.test("limits that are no longer followed stay as they were", async () => {
  const world = await aWatch();
  const { limits, stop } = followTradeLimits(world.watch, "live");
  stop();
  await world.set("quality.zScore", 9);
  equal(limits.zScore, 3);
  await world.watch.stop();
});

Deno.test("in a recording nothing is ahead of its time, whatever is set", async () => {
  const world = await aWatch();
  const { limits } = followTradeLimits(world.watch, "replay");
  equal(limits.aheadMs, Infinity);
  await world.set("quality.freshnessSeconds", 5);
  deepEqual([limits.aheadMs, limits.freshnessMs], [Infinity, 5_000]);
  await world.watch.stop();
});

Deno.test("retention that is set shorter is that of the next round", () =>
  withMemoryStore(async (store) => {
    const world = await aWatch();
    const kept = store.world("live");
    const nowMs = 1_000 * 86_400_000;
    await kept.signals.create(buildSignal("old", { timestamp: nowMs - 40 * 86_400_000 }));
    const run = () =>
      runRetention({
        world: kept,
        settings: world.watch.get(),
        nowMs,
        log: world.log,
        signal: new AbortController().signal,
      });
    await run();
    equal((await kept.signals.list({})).items.length, 1);
    await world.set("retentionDays.signals", 30);
    match(
      world.watch.refusal() ?? "",
      /retentionDays.signals: must be at least archiveAfter, was 30/,
    );
    await world.set("retentionDays.archiveAfter", 20);
    equal(world.watch.refusal(), null);
    await run();
    equal((await kept.signals.list({})).items.length, 0);
    await world.watch.stop();
  }));
