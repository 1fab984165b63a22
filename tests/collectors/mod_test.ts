import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { pollSources, selectSources, streamSources } from "../../collectors/mod.ts";

Deno.test("every source has a key of its own", () => {
  const keys = [...streamSources, ...pollSources].map(({ key }) => key);
  equal(new Set(keys).size, keys.length);
});

Deno.test("all sources are collected from, or those that are named", () => {
  deepEqual(selectSources(null), { stream: streamSources, poll: pollSources });
  const { stream, poll } = selectSources(["binance", "defillama"]);
  deepEqual([...stream, ...poll].map(({ key }) => key), ["binance", "defillama"]);
  throws(() => selectSources(["binanse"]), /"binanse": one of binance, /);
});

Deno.test("streams renew their connection within a day, Binance before it is cut after 24 hours", () => {
  const dayMs = 86_400_000;
  const lifeOf = (key: string) => streamSources.find((one) => one.key === key)!.connectionLifeMs;
  ok(lifeOf("binance") < dayMs && lifeOf("binance") > dayMs / 2);
  equal(lifeOf("alpaca"), dayMs);
});
