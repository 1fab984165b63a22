import { deepEqual, equal, throws } from "node:assert/strict";
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
