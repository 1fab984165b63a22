/**
 * Alpaca's stream in the recorded world: signing in, subscriptions, trades and minute bars as market
 * time passes them.
 *
 * @module
 */
import { isRecord } from "./capture.ts";
import type { ClientSocket } from "./client.ts";
import type { StocksRoom } from "./stocks.ts";
import { makeTrades, tradesPerBar } from "./tape.ts";

const minuteMs = 60_000;
/** How often market time is looked at. */
const tickMs = 250;
/** The free plan's trade channels. */
const channelsMax = 30;

type Channel = "trades" | "bars" | "updatedBars";
const channels = ["trades", "bars", "updatedBars"] as const satisfies Channel[];

/** One connected reader. */
export interface AlpacaClient {
  /** Takes a message of the reader. */
  take(text: string): void;
  /** Tells what market time has passed, until `signal` is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Opens the stream for a reader, or says why not. */
export function answerAlpacaStream(request: Request, room: StocksRoom): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("this address speaks WebSocket", { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  const client = createAlpacaClient(socket, room);
  const stop = new AbortController();
  socket.onopen = () => {
    socket.send(JSON.stringify([{ T: "success", msg: "connected" }]));
    void client.run(stop.signal);
  };
  socket.onmessage = ({ data }) => client.take(typeof data === "string" ? data : "");
  socket.onclose = () => stop.abort();
  socket.onerror = () => stop.abort();
  return response;
}

/** Returns a client on an open socket. */
export function createAlpacaClient(socket: ClientSocket, room: StocksRoom): AlpacaClient {
  const following: Record<Channel, Set<string>> = {
    trades: new Set(),
    bars: new Set(),
    updatedBars: new Set(),
  };
  let isSignedIn = false;
  const write = (message: Record<string, unknown>) => {
    if (socket.readyState === 1) socket.send(JSON.stringify([message]));
  };
  const refuse = (code: number, msg: string) => write({ T: "error", code, msg });

  const change = (message: Record<string, unknown>, isMore: boolean) => {
    for (const channel of channels) {
      const names = Array.isArray(message[channel]) ? message[channel].map(String) : [];
      for (const name of names) following[channel][isMore ? "add" : "delete"](name);
    }
    if (following.trades.size > channelsMax) return refuse(405, "symbol limit exceeded");
    write({
      T: "subscription",
      ...Object.fromEntries(channels.map((channel) => [channel, [...following[channel]]])),
    });
  };

  return {
    take(text) {
      let message: unknown = null;
      try {
        message = JSON.parse(text);
      } catch {
        // Answered below, as anything that is no message.
      }
      const action = isRecord(message) ? message.action : null;
      if (!isRecord(message) || typeof action !== "string") return refuse(400, "invalid syntax");
      if (action === "auth") {
        if (isSignedIn) return refuse(403, "already authenticated");
        isSignedIn = Boolean(message.key) && Boolean(message.secret);
        if (isSignedIn) return write({ T: "success", msg: "authenticated" });
        return refuse(402, "auth failed");
      }
      if (!isSignedIn) return refuse(401, "not authenticated");
      if (action === "subscribe" || action === "unsubscribe") {
        return change(message, action === "subscribe");
      }
      refuse(400, "invalid syntax");
    },
    async run(signal) {
      let toldMs = room.marketNow();
      while (!signal.aborted) {
        await room.clock.wait(tickMs, signal);
        const nowMs = room.marketNow();
        if (signal.aborted || nowMs <= toldMs) continue;
        for (const frame of await listPassed(room, following, { from: toldMs, to: nowMs })) {
          if (socket.readyState === 1) socket.send(frame);
        }
        toldMs = nowMs;
      }
    },
  };
}

/** Returns the frames of what happened after `from` and up to `to`, in order of time. */
async function listPassed(
  room: StocksRoom,
  following: Readonly<Record<Channel, ReadonlySet<string>>>,
  { from, to }: { from: number; to: number },
): Promise<string[]> {
  const told: { at: number; message: Record<string, unknown> }[] = [];
  for (const S of new Set([...following.trades, ...following.bars])) {
    if (!room.us.symbols.has(S)) continue;
    // A bar's trades are told while it runs: what it will be is known to the recording.
    const bars = await room.us.list(S, minuteMs, {
      from: from - minuteMs,
      limit: 10_000,
      marketMs: to + minuteMs,
    });
    for (const bar of bars) {
      const endMs = bar.time + minuteMs;
      if (following.bars.has(S) && endMs > from && endMs <= to) {
        const { open: o, high: h, low: l, close: c, volume: v, time } = bar;
        const message = { T: "b", S, o, h, l, c, v, t: new Date(time).toISOString() };
        told.push({ at: endMs, message });
      }
      if (!following.trades.has(S)) continue;
      const firstId = bar.time / minuteMs * tradesPerBar;
      for (const trade of makeTrades(bar, { phaseMs: 1, stepMs: minuteMs, firstId })) {
        if (trade.at <= from || trade.at > to) continue;
        const { id: i, price: p, size: s, at } = trade;
        const message = { T: "t", S, i, x: "V", p, s, c: ["@"], z: "C" };
        told.push({ at, message: { ...message, t: new Date(at).toISOString() } });
      }
    }
  }
  return told.sort((a, b) => a.at - b.at).map(({ message }) => JSON.stringify([message]));
}
