import { deepEqual, equal } from "node:assert/strict";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { aSymbol } from "../support/api.ts";
import { createMemoryStore } from "../support/memory_store.ts";

function setup() {
  const { symbols } = createMemoryStore();
  const time = { nowMs: 1_000_000 };
  return { symbols, time, cache: createSymbolCache({ symbols, now: () => time.nowMs }) };
}

Deno.test("CACHE-05 symbols are kept for an hour, or until told that they changed", async () => {
  const { symbols, time, cache } = setup();
  await symbols.put(aSymbol());
  equal((await cache.list()).cached, false);
  await symbols.put(aSymbol({ base: "ETH" }));
  time.nowMs += 3_599_000;
  deepEqual((await cache.list()).symbols.length, 1);
  time.nowMs += 2_000;
  deepEqual((await cache.list()).symbols.length, 2);
  await symbols.put(aSymbol({ base: "SOL" }));
  cache.invalidate();
  deepEqual((await cache.list()).symbols.length, 3);
});

Deno.test("an empty list is never kept, inactive symbols are left out", async () => {
  const { symbols, cache } = setup();
  equal((await cache.list()).symbols.length, 0);
  await symbols.putMany([aSymbol(), aSymbol({ base: "OLD", active: false })]);
  equal((await cache.list()).symbols.length, 1);
});

for (const name of ["BTCUSDT", "btcusdt", "crypto:BTC/USDT@binance"]) {
  Deno.test(`${name} is found, and soon after it was listed`, async () => {
    const { symbols, time, cache } = setup();
    await symbols.put(aSymbol({ base: "ETH" }));
    equal(await cache.find(name), null);
    await symbols.put(aSymbol());
    time.nowMs += 3_000;
    equal((await cache.find(name))?.symbol, "BTCUSDT");
    equal(cache.peek(name)?.symbol, "BTCUSDT");
  });
}
