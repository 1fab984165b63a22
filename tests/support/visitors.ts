/** Visitors whose pages ask for figures, on a made clock: what it costs the sources, and what they get. */
import { createDemand } from "../../collectors/demand.ts";
import { silentLogger } from "../../lib/log.ts";
import { createMemoryStore } from "./memory_store.ts";
import { aFigure, anAskedFeed, aPoller, aPollSource } from "./polled.ts";
import { createSimulatedClock } from "./simulation.ts";

const startMs = Date.UTC(2026, 10, 21);
const assetsOfPage = 8;

/** An hour of visitors whose pages ask for several of 200 assets, some assets more than others. */
export async function visit(
  { batch, isLimited = false, visits = 3_000 }: {
    batch: { batchMs: number; batchMax: number };
    isLimited?: boolean;
    visits?: number;
  },
) {
  const clock = createSimulatedClock(startMs);
  const store = createMemoryStore();
  const stop = new AbortController();
  const create = (key: string, limitPerMinute: number) =>
    aPoller(clock, {
      signal: stop.signal,
      source: aPollSource({
        key,
        limitPerMinute,
        feeds: [{
          ...anAskedFeed(),
          parse: (body, { receivedMs }) => ({
            marketData: (body as string[]).map((symbol) => aFigure(symbol, receivedMs, key)),
          }),
        }],
      }),
      async respond(url) {
        await clock.wait(100 + clock.random() * 200);
        // For a third of the hour the first source refuses whatever it is asked.
        const minute = (clock.now() - startMs) / 60_000;
        const isRefused = isLimited && key === "one" && minute > 20 && minute < 40;
        if (isRefused) return new Response("{}", { status: 429 });
        return Response.json(url.searchParams.get("of")!.split(","));
      },
    });
  const sources = isLimited
    ? [create("one", 10), create("two", 10)]
    : [create("one", 1_000_000), create("two", 1_000_000)];
  const demand = createDemand({
    pollers: sources.map(({ poller }) => poller),
    store,
    clock,
    log: silentLogger,
    ...batch,
  });
  let answered = 0;
  let asked = 0;
  const ask = async (name: string) => {
    asked++;
    const { record, from } = await demand.getMarketData(name);
    // A queued answer helps a person when it comes with the last known figures.
    if (record !== null || from !== "queued") answered++;
  };
  for (let i = 0; i < visits; i++) {
    for (let j = 0; j < assetsOfPage; j++) {
      void ask(`A${Math.floor(200 * clock.random() ** 2)}`);
    }
    await clock.run(3_600_000 / visits * 2 * clock.random());
  }
  await clock.run(60_000);
  demand.stop();
  stop.abort();
  return {
    calls: sources.reduce((sum, { asked }) => sum + asked.length, 0),
    share: answered / asked,
  };
}
