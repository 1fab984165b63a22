/** A pipeline over a store in memory, with builders of what goes in and readers of what comes out. */
import { silentLogger } from "../../lib/log.ts";
import type { BarUpdate } from "../../lib/live/types.ts";
import type { Bar, Timeframe } from "../../lib/market/mod.ts";
import { createPipeline, type PipelineOptions } from "../../lib/pipeline/mod.ts";
import { detectors } from "../../lib/signals/mod.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import { createManualClock } from "./clock.ts";
import { DAY_MS, MINUTE_MS, tradesOfBar } from "./market.ts";
import { createMemoryStore } from "./memory_store.ts";

/** The symbol of these tests. */
export const SYMBOL = "BTCUSDT";

/** Returns a pipeline that was not started, on `store`. */
export function setUpPipeline(
  part: Partial<PipelineOptions> = {},
  store: WorldStore = createMemoryStore(),
) {
  const clock = createManualClock(DAY_MS);
  const told: BarUpdate[] = [];
  const messages: { channel: string; data: unknown }[] = [];
  const pipeline = createPipeline({
    store,
    clock,
    detectors,
    log: silentLogger,
    mode: "replay",
    live: {
      publishPrice: () => {},
      publishBar: (update) => told.push({ ...update, bar: { ...update.bar } }),
      publish: (channel, data) => messages.push({ channel, data }),
    },
    ...part,
  });
  const settle = () =>
    pipeline.intake.addHistory(SYMBOL, "1m", [], { source: "x", reason: "history" });
  const list = (timeframe: Timeframe = "1m") => store.bars.listBars({ symbol: SYMBOL, timeframe });
  const play = (some: readonly Bar[], { klines = false, firstId = 1 } = {}) => {
    some.forEach((bar, i) => {
      for (const trade of tradesOfBar(bar, firstId + i * 4)) pipeline.intake.addTrade(trade);
      if (klines) pipeline.intake.addExchangeBar(SYMBOL, "1m", bar, "binance");
      pipeline.intake.advance(bar.time + MINUTE_MS);
    });
  };
  const row = (timeframe: Timeframe = "1m") =>
    pipeline.getContinuity().find((one) => one.timeframe === timeframe)!;
  /** Ends the run as an orderly stop does. */
  const stop = async () => {
    const stopped = pipeline.stop();
    await clock.advance(1000);
    await stopped;
  };
  return { pipeline, store, clock, told, messages, settle, list, play, row, stop };
}

/** Makes the store follow the symbol. */
export async function followSymbol(store: WorldStore, symbol = SYMBOL): Promise<void> {
  await store.symbols.put({
    symbol,
    id: symbol,
    exchange: "binance",
    kind: "crypto",
    base: symbol.replace("USDT", ""),
    quote: "USDT",
    active: true,
  });
}
