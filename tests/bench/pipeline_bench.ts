/** Trades a second on one core, without a disk: check and bar alone, and from the raw frame on. */
import { binance } from "../../collectors/sources/binance.ts";
import { silentLogger } from "../../lib/log.ts";
import { createPipeline } from "../../lib/pipeline/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { aTrade, DAY_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { type Figure, printFigures } from "./figure.ts";

const symbolCount = 100;

/** Measures the synchronous path with `trades` trades of a hundred symbols. */
export function runPipelineBench({ trades = 1_000_000 }: { trades?: number } = {}): Promise<
  Figure[]
> {
  return Promise.resolve([measureTrades(trades), measureFrames(Math.ceil(trades / 2))]);
}

function createIntake() {
  return createPipeline({
    store: createMemoryStore(),
    clock: createManualClock(DAY_MS),
    detectors: [],
    log: silentLogger,
    mode: "replay",
    live: { publishPrice: () => {}, publishBar: () => {}, publish: () => {} },
  });
}

/** Fifty trades a millisecond of market time. */
const getEventMs = (i: number) => DAY_MS + Math.floor(i / 50);

function measureTrades(count: number): Figure {
  const { intake } = createIntake();
  const trades = Array.from({ length: symbolCount }, (_, i) => aTrade({ symbol: `SYM${i}USDT` }));
  const startMs = performance.now();
  for (let i = 0; i < count; i++) {
    const trade = trades[i % symbolCount]!;
    trade.price = 100 + (i % 17) / 100;
    trade.tradeId = Math.floor(i / symbolCount) + 1;
    trade.eventMs = getEventMs(i);
    intake.addTrade(trade);
  }
  return describe("trades through check and bar", count, startMs, 500_000);
}

function measureFrames(count: number): Figure {
  const pipeline = createIntake();
  const warmUps = Math.ceil(count / 10);
  const frames = Array.from({ length: count + warmUps }, (_, i) => formatFrame(i));
  let startMs = 0;
  for (let i = 0; i < frames.length; i++) {
    if (i === warmUps) startMs = performance.now();
    const event = binance.parse(frames[i]!, DAY_MS)[0];
    if (event?.kind === "trade") pipeline.intake.addTrade(event.trade);
  }
  const figure = describe("raw frames through parse, check and bar", count, startMs, 150_000);
  const { trades, rejected, late, duplicates } = pipeline.stats();
  if (trades !== frames.length || rejected + late + duplicates > 0) {
    throw new Error("Cannot measure: every frame is to be a trade that passes");
  }
  return figure;
}

function formatFrame(i: number): string {
  const symbol = `SYM${i % symbolCount}USDT`;
  const eventMs = getEventMs(i);
  return `{"stream":"${symbol.toLowerCase()}@trade","data":{"e":"trade","E":${eventMs},` +
    `"s":"${symbol}","t":${Math.floor(i / symbolCount) + 1},"p":"${100 + (i % 17) / 100}",` +
    `"q":"0.43870000","T":${eventMs},"m":${i % 2 === 0},"M":true}}`;
}

function describe(name: string, count: number, startMs: number, least: number): Figure {
  const seconds = (performance.now() - startMs) / 1_000;
  return { name, value: Math.round(count / seconds), unit: "trades/s", target: { least } };
}

if (import.meta.main) await printFigures(await runPipelineBench());
