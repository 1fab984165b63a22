/** Trades a second through check and bar on one core, without parsing and without a disk. */
import { silentLogger } from "../../lib/log.ts";
import { createPipeline } from "../../lib/pipeline/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { aTrade, DAY_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";

const TRADES = 1_000_000;
const SYMBOLS = 100;

/** Returns the figures of the synchronous path, target with room for the parsing before it. */
export function runPipelineBench(): Promise<
  { name: string; value: number; unit: string; target: number }[]
> {
  const pipeline = createPipeline({
    store: createMemoryStore(),
    clock: createManualClock(DAY_MS),
    detectors: [],
    log: silentLogger,
    mode: "replay",
    live: { publishPrice: () => {}, publishBar: () => {}, publish: () => {} },
  });
  const trades = Array.from({ length: SYMBOLS }, (_, i) => aTrade({ symbol: `SYM${i}USDT` }));
  const startMs = performance.now();
  for (let i = 0; i < TRADES; i++) {
    const trade = trades[i % SYMBOLS]!;
    trade.price = 100 + (i % 17) / 100;
    trade.tradeId = Math.floor(i / SYMBOLS) + 1;
    trade.eventMs = DAY_MS + Math.floor(i / 50);
    pipeline.intake.addTrade(trade);
  }
  const seconds = (performance.now() - startMs) / 1000;
  return Promise.resolve([{
    name: "trades through check and bar",
    value: Math.round(TRADES / seconds),
    unit: "trades/s",
    target: 500_000,
  }]);
}

if (import.meta.main) console.log(await runPipelineBench());
