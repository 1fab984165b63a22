/** A day of all sources at their stated limits: real queues, quotas and polling on a made clock. */
import { createClockWatch } from "../../collectors/clock_watch.ts";
import { createPoller, type Poller } from "../../collectors/poll.ts";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import type { Feed, PollSource } from "../../collectors/source.ts";
import { createSourceHttp } from "../../collectors/source_http.ts";
import { silentLogger } from "../../lib/log.ts";
import { createQuotaCells, createQuotas } from "../../lib/store/quotas.ts";
import { parseSettings, readSettingsFiles } from "../../lib/settings.ts";
import type { Gate } from "../../lib/store/gate.ts";
import { aFullContext } from "./feed_cases.ts";
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

const settings = parseSettings(await readSettingsFiles());

/** A source with what it asks for, as the product does: its file's feeds within the settings. */
function toSimulated(source: PollSource): PollSource {
  const { key, limitPerMinute, creditsPerMonth } = source;
  const own = settings.sources[key];
  const credits = own?.creditsPerMonth ?? creditsPerMonth;
  return {
    key,
    name: key,
    addresses: { rest: [`http://${key.replaceAll("_", "-")}`] },
    limitPerMinute: own?.limitPerMinute ?? limitPerMinute,
    ...(credits !== undefined && { creditsPerMonth: credits }),
    feeds: source.feeds.map(({ name, cadenceMs, priority, requests }): Feed => ({
      name,
      cadenceMs: (own?.cadenceSeconds?.[name] ?? cadenceMs / 1_000) * 1_000,
      priority,
      // What is asked weighs and costs what it does; only its address is ours.
      requests: () =>
        requests(aFullContext).map(({ weight, credits }, i) => ({
          path: `/${encodeURIComponent(name)}/${i}?w=${weight}`,
          weight,
          ...(credits !== undefined && { credits }),
        })),
      parse: () => ({}),
    })),
  };
}

/** Streams ask for the bars that they missed. */
const streams = streamSources.map(({ key, name, addresses, bars }): PollSource => ({
  key,
  name,
  addresses,
  limitPerMinute: settings.sources[key]!.limitPerMinute,
  feeds: [{
    name: "bars",
    cadenceMs: 5 * minuteMs,
    priority: "normal",
    requests: () =>
      Array.from({ length: 10 }, () => ({
        path: "/",
        weight: bars.request("BTCUSDT", "1m", 0, 60_000).weight,
      })),
    parse: () => ({}),
  }],
}));

/** Every source of the product, within the limits of the settings that come along. */
export const simulatedSources: readonly PollSource[] = [...pollSources, ...streams]
  .map(toSimulated);

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
      const answer = servers.get(url.hostname.replaceAll("-", "_"))!.ask(
        Number(url.searchParams.get("w")),
      );
      await clock.wait(20 + clock.random() * 200);
      return answer;
    },
  };
  void watch.run(stop.signal);
  return simulatedSources.map((source) => {
    const http = createSourceHttp(source.key, source.addresses.rest, source, parts);
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
      simulatedSources.map(({ key, limitPerMinute }) => [
        key,
        createCountingSource(limitPerMinute, clock.trueNow),
      ]),
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
