/** A source that answers badly, beside all others that answer well: only it is said to fail. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { pollSources } from "../../collectors/mod.ts";
import { startPolled } from "../../collectors/polled.ts";
import type { PollSource } from "../../collectors/source.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { badAnswers, respond } from "../support/bad_answers.ts";
import { createManualClock } from "../support/clock.ts";
import { createIntake, turn } from "../support/exchange.ts";
import { answerWell } from "../support/good_answers.ts";
import { grantedLeases } from "../support/leases.ts";

const nowMs = Date.UTC(2026, 10, 20, 9);
/** Answers well for all, and with the bad answer for one. */
function createAnswers(bad: PollSource, answer: (typeof badAnswers)[number]): typeof fetch {
  const servers = pollSources.map((source) => ({ source, good: answerWell(source, () => nowMs) }));
  return (input) => {
    const url = new URL(String(input));
    const name = url.hostname.split(".")[0]!;
    const { source, good } = servers.find(({ source }) =>
      source.key.replaceAll("_", "-") === name
    )!;
    if (source === bad) return Promise.resolve(respond(answer));
    return Promise.resolve(good(url));
  };
}

/** One of each kind: refused, limited, broken, and no data though all seems well. */
const tried = [403, 429, 500, 200].map((status) =>
  badAnswers.find((answer) => answer.status === status)!
);

for (const bad of pollSources) {
  Deno.test(`bad answers of ${bad.key} leave every other source and its records alone`, async () => {
    for (const answer of tried) {
      const clock = createManualClock(nowMs);
      const stop = new AbortController();
      const opened = await openStore({ path: ":memory:", clock, log: silentLogger });
      const store = opened.world("live");
      const polled = startPolled({
        sources: pollSources,
        store,
        intake: Object.assign(createIntake(), { forExchange: () => createIntake() }),
        leases: grantedLeases,
        holder: "test",
        addresses: Object.fromEntries(
          pollSources.map(({ key }) => [key, {
            rest: [`http://${key.replaceAll("_", "-")}.example`],
          }]),
        ),
        keys: { COINMARKETCAP_API_KEY: "k", CRYPTOPANIC_API_KEY: "k" },
        clock,
        log: silentLogger,
        mode: "live",
        signal: stop.signal,
        fetch: createAnswers(bad, answer),
        onHealth: () => {},
        ready: Promise.resolve(),
      });
      const settled = () =>
        polled.pollers.every(({ health }) =>
          health().feeds!.every(({ state }) => state !== "connecting")
        );
      for (let i = 0; i < 30 && !settled(); i++) {
        await turn(3);
        await clock.advance(2_000);
      }
      const failing = polled.pollers.map(({ health }) => health())
        .filter(({ state }) => state === "reconnecting" || state === "blocked");
      deepEqual(failing.map(({ source }) => source), [bad.key], `${bad.key} / ${answer.name}`);
      match(failing[0]!.detail, answer.words);
      equal(await countOf(store, bad.key), 0, `${bad.key} / ${answer.name}`);
      const others = ["coingecko", "defillama"].filter((key) => key !== bad.key);
      for (const key of others) ok(await countOf(store, key) > 0, `${key} beside ${bad.key}`);
      stop.abort();
      await clock.advance(0);
      await polled.done;
      await opened.close();
    }
  });
}

/** How many records of a source are stored. */
async function countOf(
  store: Parameters<typeof startPolled>[0]["store"],
  source: string,
): Promise<number> {
  const { marketData, tvl, news, dexPairs, marketTotals } = store;
  const pages = await Promise.all([
    marketData.list({ limit: 1_000 }),
    tvl.list({ limit: 1_000 }),
    news.list({ limit: 1_000 }),
    dexPairs.list({ limit: 1_000 }),
    marketTotals.list({ limit: 1_000 }),
  ]);
  const items: { source: string }[] = pages.flatMap(({ items }): { source: string }[] => items);
  return items.filter((record) => record.source === source).length;
}
