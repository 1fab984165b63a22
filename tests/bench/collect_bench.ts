/** Measures collection: what batching saves, what limits cost, and the processor time of a cycle. */
import { cpuUsage } from "node:process";
import { pollSources } from "../../collectors/mod.ts";
import { startReplayServer } from "../../collectors/replay.ts";
import { startCollectors } from "../../collectors/run.ts";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { simulate } from "../support/simulated_day.ts";
import { createIntake } from "../support/exchange.ts";
import { createOwnQueue } from "../support/queues.ts";
import { createSimulatedClock } from "../support/simulation.ts";
import { root } from "../support/source_files.ts";
import { withMemoryStore } from "../support/store.ts";
import { visit } from "../support/visitors.ts";
import { type Figure, printFigures } from "./figure.ts";

const startMs = Date.UTC(2026, 10, 21);

/** Longest wait of a person's request while a source's queue never empties, ms. */
async function saturate(): Promise<number> {
  const clock = createSimulatedClock(startMs);
  const limits = { limit: 30 };
  const queue = createOwnQueue({ source: "one", limits, clock, log: silentLogger });
  for (let i = 0; i < 2_000; i++) void queue.enter({ weight: 1, urgency: i % 3 ? "low" : "high" });
  let longest = 0;
  for (let i = 0; i < 200; i++) {
    await clock.run(8_000 + clock.random() * 8_000);
    const sentMs = clock.now();
    void queue.enter({ weight: 1, urgency: "user" }).then(() => {
      longest = Math.max(longest, clock.now() - sentMs);
    });
  }
  await clock.run(60_000);
  return longest;
}

/** Seconds of processor time of a cycle of all polled sources over recorded answers. */
async function measureCycle(): Promise<{ seconds: number; sources: number }> {
  const replay = await startReplayServer({
    folder: `${root}tests/fixtures/recorded`,
    speed: 1,
    clock: systemClock,
    log: silentLogger,
  });
  let result = { seconds: 0, sources: 0 };
  await withMemoryStore(async (store) => {
    const world = store.world("bench");
    const symbols = Array.from({ length: 500 }, (_, i): MarketSymbol => ({
      symbol: `C${i}USDT`,
      id: `crypto:C${i}/USDT@binance`,
      exchange: "binance",
      kind: "crypto",
      base: `C${i}`,
      quote: "USDT",
      active: true,
    }));
    await world.symbols.putMany(symbols);
    const addresses = Object.fromEntries(
      pollSources.map(({ key }) => [key, { rest: [replay.address.of(key)] }]),
    );
    const before = cpuUsage();
    const collectors = startCollectors({
      store: world,
      leases: store.leases,
      intake: createIntake(),
      addresses,
      clock: systemClock,
      log: silentLogger,
      mode: "replay",
      onHealth: () => {},
      sources: { stream: [], poll: pollSources },
    });
    await collectors.ready;
    while (collectors.health().length < pollSources.length) await systemClock.wait(5);
    const run = await collectors.collect({ runId: "bench", trigger: "manual" });
    const { user, system } = cpuUsage(before);
    await collectors.stop();
    result = { seconds: (user + system) / 1e6, sources: Object.keys(run.sources).length };
  });
  await replay.close();
  return result;
}

/** Figures of collection. */
export async function runCollectBench(): Promise<Figure[]> {
  const single = await visit({ batch: { batchMs: 0, batchMax: 1 } });
  const merged = await visit({ batch: { batchMs: 25, batchMax: 250 } });
  const limited = await visit({ batch: { batchMs: 25, batchMax: 250 }, isLimited: true });
  const day = await simulate({ hours: 24, processes: 1 });
  const sum = (values: Record<string, number>) => Object.values(values).reduce((a, b) => a + b, 0);
  const cycle = await measureCycle();
  return [
    {
      name: "upstream calls saved by batching, same visits",
      value: (1 - merged.calls / single.calls) * 100,
      unit: "%",
      target: { least: 60 },
    },
    {
      name: "answers under limit from cache, alternative or queue",
      value: limited.share * 100,
      unit: "%",
      target: { least: 99.9 },
    },
    {
      name: "a person's request under saturation, longest wait",
      value: await saturate() / 1_000,
      unit: "s",
      target: { most: 5 },
    },
    {
      name: "refusals (429) in a simulated day",
      value: sum(day.refused),
      unit: "",
      target: { most: 0 },
    },
    {
      name: "oldest data of any source in a simulated day",
      value: Math.max(...Object.values(day.oldest)),
      unit: "s",
      target: { most: 300 },
    },
    {
      name: `a cycle of ${cycle.sources} polled sources, 500 symbols, processor time`,
      value: cycle.seconds,
      unit: "s",
      target: { most: 3 },
    },
  ];
}

if (import.meta.main) await printFigures(await runCollectBench());
