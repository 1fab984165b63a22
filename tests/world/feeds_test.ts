import { deepEqual, equal } from "node:assert/strict";
import { followFeeds } from "../../lib/world/feeds.ts";
import { turn } from "../support/exchange.ts";
import { aWatch } from "../support/settings.ts";

/** Feeds that write down when they begin and end; ending takes as long as the test wants. */
async function aFollower(first: readonly string[] = []) {
  const world = await aWatch();
  if (first.length > 0) await world.set("newsFeeds", first);
  const log: string[] = [];
  const ending: (() => void)[] = [];
  let isSlow = false;
  const feeds = followFeeds({
    settings: world.watch,
    log: world.log,
    start(addresses) {
      log.push(`begin ${addresses.join(" ")}`);
      return {
        health: () => [...addresses],
        async stop() {
          if (isSlow) await new Promise<void>((resolve) => ending.push(resolve));
          log.push(`end ${addresses.join(" ")}`);
        },
      };
    },
  });
  return { ...world, feeds, told: log, ending, slow: () => isSlow = true };
}

const [one, two] = ["https://one.example/rss", "https://two.example/rss"];

Deno.test("a feed that is set begins at once, and ends when it is taken away", async () => {
  const { feeds, told, watch, set } = await aFollower();
  deepEqual(feeds.health(), []);
  await set("newsFeeds", [one]);
  await turn(1);
  deepEqual(feeds.health(), [one]);
  await set("newsFeeds", [one, two]);
  await turn(1);
  await set("newsFeeds", []);
  await turn(1);
  deepEqual(feeds.health(), []);
  deepEqual(told, [
    `begin ${one}`,
    `end ${one}`,
    `begin ${one} ${two}`,
    `end ${one} ${two}`,
  ]);
  await feeds.stop();
  await watch.stop();
});

Deno.test("another setting touches no feed", async () => {
  const { feeds, told, watch, set } = await aFollower([one]);
  await set("quality.zScore", 4);
  await turn(1);
  deepEqual(told, [`begin ${one}`]);
  await feeds.stop();
  await watch.stop();
});

Deno.test("changes one after the other wait for each other, and the end waits for all", async () => {
  const { feeds, told, watch, set, ending, slow } = await aFollower([one]);
  slow();
  await set("newsFeeds", [two]);
  await set("newsFeeds", [one, two]);
  deepEqual(told, [`begin ${one}`]);
  const stopped = feeds.stop();
  while (told.at(-1) !== `end ${one}` || ending.length > 0) {
    ending.shift()?.();
    await turn(1);
  }
  await stopped;
  equal(told.filter((line) => line.startsWith("begin")).length, 1, "nothing begins after the end");
  await set("newsFeeds", [two]);
  await turn(1);
  deepEqual(feeds.health(), []);
  await watch.stop();
});
