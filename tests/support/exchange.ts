/** A small exchange on loopback, an intake that remembers, and a source to follow it with. */
import type { StreamSource } from "../../collectors/source.ts";
import { Hosts, type HttpOptions } from "../../collectors/http.ts";
import type { FrameSocket } from "../../collectors/socket.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Bar, Timeframe, Trade } from "../../lib/market/mod.ts";
import type { MarketIntake } from "../../lib/pipeline/types.ts";
import { silentLogger } from "../../lib/log.ts";
import { Breaker } from "../../lib/resilience/mod.ts";
import { binance } from "../../collectors/sources/binance.ts";
import { createOwnQueue } from "./queues.ts";

/** Lets the machine do its input and output until `condition` holds; fails after many turns. */
export async function until(condition: () => boolean, what = "condition"): Promise<void> {
  for (let turn = 0; turn < 5_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`${what} never came true`);
}

/** Gives pending promises and sockets some turns. */
export async function turn(times = 10): Promise<void> {
  for (let i = 0; i < times; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** An intake that writes down what it is told. */
export interface RecordingIntake extends MarketIntake {
  trades: Trade[];
  bars: { symbol: string; timeframe: Timeframe; bar: Bar }[];
  times: number[];
  lost: { symbols: readonly string[]; atMs: number; reason: string }[];
  history: { symbol: string; timeframe: Timeframe; bars: readonly Bar[]; reason: string }[];
  polled: { symbol: string; timeframe: Timeframe; bars: readonly Bar[]; source: string }[];
  quiet: { symbol: string; from: number; to: number }[];
  watched: { symbols: readonly string[]; atMs: number }[];
  unrepairable: { symbol: string; from: number; to: number }[];
  holes: { symbol: string; timeframe: Timeframe; from: number; to: number }[];
  symbols: readonly string[];
}

/** Returns an empty one; a repaired or unrepairable hole is taken off its list. */
export function createIntake(): RecordingIntake {
  const close = (symbol: string) => {
    intake.holes = intake.holes.filter((hole) => hole.symbol !== symbol);
  };
  const intake: RecordingIntake = {
    trades: [],
    bars: [],
    times: [],
    lost: [],
    history: [],
    polled: [],
    quiet: [],
    watched: [],
    unrepairable: [],
    holes: [],
    symbols: [],
    addTrade: (trade) => void intake.trades.push(trade),
    addExchangeBar: (symbol, timeframe, bar) => void intake.bars.push({ symbol, timeframe, bar }),
    advance: (eventMs) => void intake.times.push(eventMs),
    settled: () => Promise.resolve(),
    addHistory(symbol, timeframe, bars, { reason }) {
      intake.history.push({ symbol, timeframe, bars, reason });
      if (reason === "repair") close(symbol);
      return Promise.resolve();
    },
    markLost: (symbols, atMs, reason) => void intake.lost.push({ symbols, atMs, reason }),
    listHoles: () => intake.holes,
    markUnrepairable(symbol, _timeframe, from, to) {
      intake.unrepairable.push({ symbol, from, to });
      close(symbol);
      return Promise.resolve();
    },
    setSymbols: (symbols) => void (intake.symbols = symbols),
    forExchange: () => intake,
    addPolledBars(symbol, timeframe, bars, { source }) {
      intake.polled.push({ symbol, timeframe, bars, source });
      return Promise.resolve();
    },
    fillQuiet(symbol, _timeframe, from, to) {
      intake.quiet.push({ symbol, from, to });
      close(symbol);
      return Promise.resolve();
    },
    beginWatch: (symbols, atMs) => void intake.watched.push({ symbols, atMs }),
  };
  return intake;
}

/** A Binance trade frame. */
export function aTradeFrame(
  { symbol = "BTCUSDT", id = 1, price = "100.5", eventMs = 1_000 }: {
    symbol?: string;
    id?: number;
    price?: string;
    eventMs?: number;
  } = {},
): string {
  const data = `{"e":"trade","E":${eventMs + 1},"s":"${symbol}","t":${id},"p":"${price}",` +
    `"q":"0.5","T":${eventMs},"m":true,"M":true}`;
  return `{"stream":"${symbol.toLowerCase()}@trade","data":${data}}`;
}

/** Binance with short connections, for tests. */
export function aSource(change: Partial<StreamSource> = {}): StreamSource {
  return { ...binance, silenceMs: 60_000, connectionLifeMs: 10_000_000, ...change };
}

/** A row of a klines answer. */
export function aKlineRow(time: number, close = "2", lengthMs = 60_000): unknown[] {
  return [time, "1", "3", "0.5", close, "10", time + lengthMs - 1, "0", 1, "0", "0", "0"];
}

/** What to ask with: no network, answers given by `respond`. */
export function anHttp(
  clock: Clock,
  respond: (url: string) => Response | Promise<Response>,
  { addresses = ["http://one"], limit = 1200 }: {
    addresses?: string[];
    limit?: number;
  } = {},
): HttpOptions {
  return {
    hosts: new Hosts(addresses),
    clock,
    breaker: new Breaker("test"),
    queue: createOwnQueue({ source: "test", limits: { limit }, clock, log: silentLogger }),
    fetch: (input) => Promise.resolve(respond(String(input))),
  };
}

/** A socket whose other end is in the test's hand. */
export interface ScriptedSocket extends FrameSocket {
  url: string;
  sent: string[];
  isClosed: boolean;
  push(frame: string): void;
  /** The other side closes. */
  end(): void;
}

/** Returns an `open` that refuses while `isDown`, and the sockets it gave. */
export function createSocketFactory() {
  const factory = {
    isDown: false,
    attempts: [] as string[],
    sockets: [] as ScriptedSocket[],
    open: (url: string): Promise<FrameSocket> => {
      factory.attempts.push(url);
      if (factory.isDown) return Promise.reject(new Error("refused"));
      const socket = createSocket(url);
      factory.sockets.push(socket);
      return Promise.resolve(socket);
    },
  };
  return factory;
}

function createSocket(url: string): ScriptedSocket {
  const frames: (string | null)[] = [];
  let wake: (() => void) | null = null;
  const push = (frame: string | null) => {
    frames.push(frame);
    wake?.();
  };
  const socket: ScriptedSocket = {
    url,
    sent: [],
    isClosed: false,
    push,
    end: () => push(null),
    async read() {
      while (frames.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return frames.shift()!;
    },
    send: (text) => Promise.resolve(void socket.sent.push(text)),
    close() {
      socket.isClosed = true;
      push(null);
    },
  };
  return socket;
}

/** A real WebSocket and HTTP server on loopback. */
export function startExchange(respond: (url: URL) => Response = () => new Response("[]")) {
  const sockets: WebSocket[] = [];
  const received: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") return respond(new URL(request.url));
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => sockets.push(socket);
    socket.onmessage = ({ data }) => received.push(String(data));
    return response;
  });
  return {
    rest: `http://127.0.0.1:${server.addr.port}`,
    stream: `ws://127.0.0.1:${server.addr.port}`,
    sockets,
    received,
    async stop() {
      for (const socket of sockets) socket.close();
      await server.shutdown();
    },
  };
}

/** Reads a recorded answer. */
export function readFixture(path: string): { status: number; body: unknown; text: string } {
  const file = new URL(`../fixtures/${path}`, import.meta.url);
  const { response } = JSON.parse(Deno.readTextFileSync(file));
  return { ...response, text: JSON.stringify(response.body) };
}

/** Reads the frames of a recorded stream. */
export async function readFrames(path: string): Promise<string[]> {
  const file = await Deno.open(new URL(`../fixtures/${path}`, import.meta.url));
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  return text.trim().split("\n").map((line) => JSON.parse(line).message).filter(Boolean)
    .map((message) => JSON.stringify(message));
}
