/** An exchange on loopback that trades at a given rate, and remembers what it sent. */

/** What was sent of one symbol in one minute. */
export interface SentMinute {
  volume: number;
  trades: number;
}

/** A running exchange. */
export interface LoadExchange {
  rest: string;
  stream: string;
  /** Symbols that somebody follows. */
  followed(): number;
  /** Sends `perSecond` trades a second until wall time `endMs`. */
  trade(perSecond: number, endMs: number): Promise<number>;
  /** Ends trading before its time. */
  cease(): void;
  /** By symbol and start of the minute, `BTCUSDT 1700000000000`. */
  sent: Map<string, SentMinute>;
  /** Wall time at which the first trade of a minute left, by start of the minute. */
  firstSentMs: Map<number, number>;
  stop(): Promise<void>;
}

const tickMs = 5;

/** Starts it; the weight of symbol `i` falls as 1 / (i + 1), so that a few trade most. */
export function startLoadExchange(symbols: readonly string[]): LoadExchange {
  const sockets = new Map<string, WebSocket>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    if (request.headers.get("upgrade") !== "websocket") return answer(url, symbols);
    const { socket, response } = Deno.upgradeWebSocket(request);
    const follow = (streams: readonly string[]) => {
      for (const name of streams) {
        if (name.endsWith("@trade")) sockets.set(name.split("@")[0]!.toUpperCase(), socket);
      }
    };
    socket.onopen = () => follow(url.searchParams.get("streams")?.split("/") ?? []);
    socket.onmessage = ({ data }) => {
      const { method, params, id } = JSON.parse(data);
      if (method === "SUBSCRIBE") follow(params);
      socket.send(JSON.stringify({ result: null, id }));
    };
    return response;
  });
  const sent = new Map<string, SentMinute>();
  const firstSentMs = new Map<number, number>();
  const tradeIds = new Map<string, number>();
  const pick = createPicker(symbols);
  let turn = 0;
  let hasCeased = false;
  const sendOne = (nowMs: number) => {
    const symbol = pick(turn++);
    const socket = sockets.get(symbol);
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    const id = (tradeIds.get(symbol) ?? 0) + 1;
    tradeIds.set(symbol, id);
    const size = (1 + turn % 9) / 8;
    const minute = nowMs - nowMs % 60_000;
    if (!firstSentMs.has(minute)) firstSentMs.set(minute, wallMs());
    socket.send(
      `{"stream":"${symbol.toLowerCase()}@trade","data":{"e":"trade","E":${nowMs},"s":"${symbol}",` +
        `"t":${id},"p":"${100 + turn % 50 / 100}","q":"${size}","T":${nowMs},"m":true,"M":true}}`,
    );
    const key = `${symbol} ${minute}`;
    const total = sent.get(key) ?? { volume: 0, trades: 0 };
    total.volume += size;
    total.trades++;
    sent.set(key, total);
  };
  return {
    rest: `http://127.0.0.1:${server.addr.port}`,
    stream: `ws://127.0.0.1:${server.addr.port}`,
    followed: () => sockets.size,
    sent,
    firstSentMs,
    async trade(perSecond, endMs) {
      const startMs = performance.now();
      let count = 0;
      while (!hasCeased && Date.now() < endMs) {
        const due = Math.floor((performance.now() - startMs) * perSecond / 1_000);
        const nowMs = Date.now();
        for (; count < due; count++) sendOne(nowMs);
        await new Promise((resolve) => setTimeout(resolve, tickMs));
      }
      return count;
    },
    cease: () => void (hasCeased = true),
    async stop() {
      for (const socket of new Set(sockets.values())) socket.close();
      await server.shutdown();
    },
  };
}

/** Wall time with a fraction, ms. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

function answer(url: URL, symbols: readonly string[]): Response {
  if (url.pathname === "/api/v3/time") return Response.json({ serverTime: Date.now() });
  // No history: nothing that was lost on the way can come back by it.
  if (url.pathname === "/api/v3/klines") return Response.json([]);
  if (url.pathname !== "/api/v3/exchangeInfo") return Response.json([]);
  return Response.json({
    symbols: symbols.map((symbol) => ({
      symbol,
      status: "TRADING",
      baseAsset: symbol.slice(0, -4),
      quoteAsset: "USDT",
    })),
  });
}

/** Returns symbols in a fixed, well mixed order, by weight. */
function createPicker(symbols: readonly string[]): (turn: number) => string {
  const weights = symbols.map((_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const slots = symbols.flatMap((symbol, i) =>
    Array.from({ length: Math.max(1, Math.round(weights[i]! / total * 1_000)) }, () => symbol)
  );
  // A stride without a common divisor visits every slot once a round.
  const isCoprime = (a: number, b: number): boolean => b === 0 ? a === 1 : isCoprime(b, a % b);
  let stride = 377;
  while (!isCoprime(slots.length, stride)) stride++;
  return (turn) => slots[turn * stride % slots.length]!;
}
