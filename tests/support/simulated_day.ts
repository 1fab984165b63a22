/** A day of all sources at their stated limits: real queues, quotas and polling on a made clock. */
import { createClockWatch } from "../../collectors/clock_watch.ts";
import { createPoller, type Poller } from "../../collectors/poll.ts";
import type { Feed, PollSource, Priority } from "../../collectors/source.ts";
import { createSourceHttp } from "../../collectors/source_http.ts";
import { silentLogger } from "../../lib/log.ts";
import { createQuotaCells, createQuotas } from "../../lib/store/quotas.ts";
import type { Gate } from "../../lib/store/gate.ts";
import {
  type CountingSource,
  createCountingSource,
  createSimulatedClock,
  type SimulatedClock,
} from "./simulation.ts";
import { withMemoryGate } from "./store.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A month of 31 days, the longest that credits have to last. */
const startMs = Date.UTC(2026, 11, 1);

/** Feeds as the sources have them: name, cadence in minutes, priority, requests a round. */
type FeedRow = readonly [name: string, minutes: number, priority: Priority, requests: number];

/** The stated limits a minute, and credits a month where a source counts them. */
export const simulatedSources: {
  key: string;
  limit: number;
  credits?: number;
  feeds: readonly FeedRow[];
}[] = [
  {
    key: "coingecko",
    limit: 30,
    credits: 10_000,
    feeds: [["markets", 5, "high", 1], ["followed", 120, "normal", 1], [
      "history",
      1440,
      "low",
      10,
    ]],
  },
  {
    key: "coinmarketcap",
    limit: 30,
    credits: 10_000,
    feeds: [["listings", 5, "high", 1], ["quotes", 120, "normal", 2]],
  },
  {
    key: "coinmarketcap_dex",
    limit: 300,
    feeds: [["pairs", 5, "high", 5], ["quotes", 5, "normal", 10], ["trades", 10, "low", 10]],
  },
  {
    key: "defillama",
    limit: 100,
    feeds: [["chains", 5, "high", 1], ["protocols", 15, "high", 1], ["history", 1440, "low", 25]],
  },
  { key: "cryptopanic", limit: 60, feeds: [["rss", 5, "normal", 1], ["posts", 5, "normal", 3]] },
  { key: "binance", limit: 1200, feeds: [["klines", 5, "normal", 10]] },
  { key: "yahoo", limit: 30, feeds: [["bars", 5, "normal", 5]] },
];

function createSource(
  { key, limit, credits, feeds }: (typeof simulatedSources)[number],
): PollSource {
  return {
    key,
    name: key,
    addresses: { rest: [`http://${key}`] },
    limitPerMinute: limit,
    ...(credits !== undefined && { creditsPerMonth: credits }),
    feeds: feeds.map(([name, minutes, priority, requests]): Feed => ({
      name,
      cadenceMs: minutes * minuteMs,
      priority,
      requests: () =>
        Array.from({ length: requests }, (_, i) => ({
          path: `/${name}/${i}?w=1`,
          weight: 1,
          ...(credits !== undefined && { credits: 1 }),
        })),
      parse: () => ({}),
    })),
  };
}

interface World {
  clock: SimulatedClock;
  servers: Map<string, CountingSource>;
  stop: AbortController;
}

/** Starts one process: pollers of all sources, and backlogs that want all there is. */
function startProcess(gate: Gate, { clock, servers, stop }: World): Poller[] {
  const openCell = createQuotaCells(gate);
  const quotas = createQuotas({ openCell: (key) => clock.wrap(openCell(key)), now: clock.now });
  const watch = createClockWatch(clock);
  const parts = {
    clock,
    log: silentLogger,
    mode: "live" as const,
    signal: stop.signal,
    quotas,
    watch,
    // Requests take different times to get there, and answers to come back.
    fetch: async (input: string | URL | Request) => {
      const url = new URL(String(input));
      await clock.wait(20 + clock.random() * 500);
      const answer = servers.get(url.hostname)!.ask(Number(url.searchParams.get("w")));
      await clock.wait(20 + clock.random() * 200);
      return answer;
    },
  };
  void watch.run(stop.signal);
  return simulatedSources.map((row) => {
    const source = createSource(row);
    const http = createSourceHttp(row.key, source.addresses.rest, source, parts);
    const poller = createPoller(source, {
      readContext: () =>
        Promise.resolve({
          symbols: [],
          nowMs: clock.now(),
          getLastBarTime: () => null,
          dexPairs: [],
        }),
      http,
      put: () => Promise.resolve(1),
      clock,
      log: silentLogger,
      onHealth: () => {},
    });
    void poller.run(stop.signal);
    return poller;
  });
}

/** Every third hour wants more of each source than there is, in few heavy requests. */
async function saturate(pollers: readonly Poller[], { clock, servers, stop }: World) {
  for (let hour = 0; !stop.signal.aborted; hour++) {
    const { source, http } = pollers[hour % pollers.length]!;
    const weight = Math.max(1, Math.round(source.limitPerMinute / 10));
    const server = servers.get(source.key)!;
    const end = clock.trueNow() + hourMs;
    const send = async () => {
      while (clock.trueNow() < end && !stop.signal.aborted) {
        await http.queue.enter({ weight, urgency: "low", signal: stop.signal });
        await clock.wait(clock.random() * 500);
        server.ask(weight);
      }
    };
    await Promise.all(Array.from({ length: 5 }, () => send().catch(() => {})));
  }
}

/** What came of it. */
export interface Outcome {
  refused: Record<string, number>;
  requests: Record<string, number>;
  /** Oldest data of each source at any minute after the first five, in seconds. */
  oldest: Record<string, number>;
  /** Longest wait of a person's request, ms. */
  waitMaxMs: number;
  credits: Record<string, number>;
}

/** Lives through `hours`; `onMinute` may disturb them. */
export async function simulate(
  { hours, processes, onMinute = () => {} }: {
    hours: number;
    processes: number;
    onMinute?: (minute: number, clock: SimulatedClock) => void;
  },
): Promise<Outcome> {
  const outcome: Outcome = { refused: {}, requests: {}, oldest: {}, waitMaxMs: 0, credits: {} };
  await withMemoryGate(async (gate) => {
    const clock = createSimulatedClock(startMs);
    const servers = new Map(
      simulatedSources.map(({ key, limit }) => [key, createCountingSource(limit, clock.trueNow)]),
    );
    const world: World = { clock, servers, stop: new AbortController() };
    const all = Array.from({ length: processes }, () => startProcess(gate, world));
    void saturate(all[0]!, world);
    const people = async (minute: number) => {
      const { http, source } = all[minute % processes]![minute % simulatedSources.length]!;
      const sentMs = clock.trueNow();
      await http.queue.enter({ weight: 1, urgency: "user" });
      outcome.waitMaxMs = Math.max(outcome.waitMaxMs, clock.trueNow() - sentMs);
      servers.get(source.key)!.ask(1);
    };
    for (let minute = 0; minute < hours * 60; minute++) {
      onMinute(minute, clock);
      void people(minute);
      await clock.run(minuteMs);
      if (minute < 5) continue;
      for (const { key } of simulatedSources) {
        const times = all.map((pollers) =>
          pollers.find(({ source }) => source.key === key)!.health().lastMessageMs ?? -Infinity
        );
        const age = (clock.now() - Math.max(...times)) / 1000;
        outcome.oldest[key] = Math.max(outcome.oldest[key] ?? 0, age);
      }
    }
    for (const { key } of simulatedSources) {
      outcome.refused[key] = servers.get(key)!.refused;
      outcome.requests[key] = servers.get(key)!.requests;
    }
    world.stop.abort();
    const reading = Promise.all(all[0]!.map(async ({ source, http }) => {
      outcome.credits[source.key] = (await http.queue.quota.read()).credits;
    }));
    await clock.run(hourMs);
    await reading;
  });
  return outcome;
}
