/** A fresh start looks at the newest bar of its history, once. */
import { deepEqual, equal } from "node:assert/strict";
import { getBarRow } from "../../lib/market/mod.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { flatBars } from "../support/market_series.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const hourMs = 3_600_000;
const bars = flatBars(200);
bars.close[199] = 120;
bars.high[199] = 120;
const history = Array.from({ length: 200 }, (_, i) => getBarRow(bars, i));
const endMs = history.at(-1)!.time + hourMs;

async function start(store = createMemoryStore()) {
  await followSymbol(store);
  const set = setUpPipeline({}, store);
  await set.pipeline.start();
  const give = (some = history, reason: "history" | "backfill" | "repair" = "history") =>
    set.pipeline.intake.addHistory(SYMBOL, "1h", some, { source: "binance", reason });
  const list = async () => (await store.signals.list({})).items;
  return { ...set, store, give, listSignals: list };
}

Deno.test("what the newest bar of history shows is found without waiting for the next close", async () => {
  const { give, listSignals, stop } = await start();
  await give();
  const found = await listSignals();
  deepEqual([...new Set(found.map(({ timestamp }) => timestamp))], [endMs]);
  equal(found.some(({ type }) => type === "price_alert"), true);
  await stop();
});

Deno.test("a restart finds nothing twice, and outcomes wait for the same signals", async () => {
  const first = await start();
  await first.give();
  const before = await first.listSignals();
  await first.stop();
  const second = await start(first.store);
  await second.give();
  await second.give();
  deepEqual(await second.listSignals(), before);
  equal(second.messages.filter(({ channel }) => channel === "signals").length, 0);
  await second.stop();
});

Deno.test("neither the past of a backfill nor a mended hole is looked at", async () => {
  const { give, listSignals, stop } = await start();
  await give(history, "backfill");
  await give(history, "repair");
  equal((await listSignals()).length, 0);
  await stop();
});
