/**
 * The whole server under load: a process of its own, fed by WebSocket like by an exchange.
 *
 * Bar latency is counted from the moment at which the first trade after the end of a minute is sent
 * to the receipt of the closed bar over `/ws`, which is published after its commit; one sample a
 * symbol and minute. Event times are wall times. Lost trades are looked for in the stored bars.
 */
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { aSymbol } from "../support/api.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";
import { type LoadExchange, startLoadExchange, wallMs } from "./server_exchange.ts";

const MINUTE_MS = 60_000;
const leadMs = 6_000;
const tailMs = 3_000;
const bases = Array.from({ length: 60 }, (_, i) => `B${String(i).padStart(2, "0")}`);
const symbols = bases.map((base) => `${base}USDT`);

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Feeds `tradesPerSecond` over 60 symbols of uneven size for `seconds` (and until `minutes` whole
 * minutes have closed, which takes as long), starting shortly before a minute.
 */
export async function runServerBench(
  { tradesPerSecond = 10_000, seconds = 60 }: { tradesPerSecond?: number; seconds?: number } = {},
): Promise<Figure[]> {
  const figures: Figure[] = [];
  await withFolder(async (folder) => {
    await seedSymbols(folder);
    const exchange = startLoadExchange(symbols);
    const product = await startProduct({
      ...describeReplay(folder),
      CRYPTOINTEL_MODE: "live",
      CRYPTOINTEL_SOURCES: "binance",
      CRYPTOINTEL_BINANCE_REST: exchange.rest,
      CRYPTOINTEL_BINANCE_STREAM: exchange.stream,
      CRYPTOINTEL_COINGECKO_REST: exchange.rest,
    });
    try {
      const closes = watchCloses(product.url, exchange);
      await waitForFollowers(exchange);
      const nowMs = Date.now();
      const startMs = Math.ceil((nowMs + leadMs) / MINUTE_MS) * MINUTE_MS;
      await wait(Math.max(0, startMs - leadMs - nowMs));
      const minutes = Math.max(1, Math.floor(seconds / 60));
      const endMs = startMs + minutes * MINUTE_MS;
      const began = wallMs();
      const trades = await exchange.trade(tradesPerSecond, endMs + tailMs);
      const rate = trades / (wallMs() - began) * 1_000;
      await wait(1_000);
      closes.stop();
      await product.stop();
      const stored = await compareStored(folder, exchange, { from: startMs, to: endMs });
      figures.push(...describe({ rate, tradesPerSecond, delays: closes.delays, stored, minutes }));
    } finally {
      await product.stop().catch(() => {});
      await exchange.stop();
    }
  });
  return figures;
}

async function seedSymbols(folder: string): Promise<void> {
  const path = `${folder}/cryptointel.sqlite`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger });
  await store.world("live").symbols.putMany(bases.map((base) => aSymbol({ base })));
  await store.close();
}

async function waitForFollowers(exchange: LoadExchange): Promise<void> {
  for (let i = 0; exchange.followed() < symbols.length; i++) {
    if (i > 600) throw new Error("Cannot measure: the server does not follow the exchange");
    await wait(100);
  }
}

/** Notes when closed bars arrive, and how long after the first trade of the next minute. */
function watchCloses(url: string, exchange: LoadExchange) {
  const delays: number[] = [];
  const socket = new WebSocket(`${url.replace("http", "ws").replace(/\/$/, "")}/ws`);
  socket.onopen = () => socket.send('{"type":"subscribe","channels":["bars"],"timeframes":["1m"]}');
  socket.onmessage = ({ data }) => {
    const receivedMs = wallMs();
    const { type, data: update } = JSON.parse(data);
    if (type !== "update" || update.timeframe !== "1m" || !update.bar.closed) return;
    const sentMs = exchange.firstSentMs.get(update.bar.time + MINUTE_MS);
    if (sentMs !== undefined) delays.push(receivedMs - sentMs);
  };
  return { delays, stop: () => socket.close() };
}

/** Compares what is stored of whole minutes with what was sent of them. */
async function compareStored(
  folder: string,
  exchange: LoadExchange,
  { from, to }: { from: number; to: number },
): Promise<{ bars: number; different: number; volumeLost: number; expected: number }> {
  const store = await openStore({
    path: `${folder}/cryptointel.sqlite`,
    clock: systemClock,
    log: silentLogger,
  });
  const result = { bars: 0, different: 0, volumeLost: 0, expected: 0 };
  for (const symbol of symbols) {
    const series = { symbol, timeframe: "1m" as const };
    const columns = await store.world("live").bars.readColumns(series, { limit: 5_000 });
    const volumes = new Map(
      columns.time.subarray(0, columns.length).entries().map(
        ([i, time]) => [time, columns.volume[i]!] as const,
      ),
    );
    for (let time = from; time < to; time += MINUTE_MS) {
      const sent = exchange.sent.get(`${symbol} ${time}`)?.volume ?? 0;
      const stored = volumes.get(time);
      result.expected++;
      if (stored !== undefined) result.bars++;
      if (stored !== sent) result.different++;
      result.volumeLost += Math.abs(sent - (stored ?? 0));
    }
  }
  await store.close();
  return result;
}

function describe({ rate, tradesPerSecond, delays, stored, minutes }: {
  rate: number;
  tradesPerSecond: number;
  delays: readonly number[];
  stored: { bars: number; different: number; volumeLost: number; expected: number };
  minutes: number;
}): Figure[] {
  const name = (what: string) => `server at ${tradesPerSecond} trades/s, ${what}`;
  const ms = (what: string, share: number, most: number): Figure => ({
    name: name(`bar stored after its close, ${what}`),
    value: pickShare(delays, share),
    unit: "ms",
    target: { most },
  });
  const count = (what: string, value: number, target: Figure["target"]): Figure => ({
    name: name(what),
    value,
    unit: "",
    target,
  });
  return [
    { ...count("sent", rate, { least: tradesPerSecond * 0.98 }), unit: "trades/s" },
    ms("p50", 0.5, 100),
    ms("p95", 0.95, 100),
    ms("p99", 0.99, 250),
    count("closes measured", delays.length, { least: minutes * 50 }),
    count("bars stored of whole minutes", stored.bars, { least: stored.expected }),
    count("stored bars whose volume differs", stored.different, { most: 0 }),
    count("volume lost", stored.volumeLost, { most: 0 }),
  ];
}

if (import.meta.main) await printFigures(await runServerBench());
