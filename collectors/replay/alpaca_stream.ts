/**
 * Alpaca's stream in the recorded world: signing in, subscriptions, trades and minute bars as market
 * time passes them.
 *
 * @module
 */
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import type { Audience } from "./audience.ts";
import type { ReplayBar } from "./bars_file.ts";
import { isRecord } from "./capture.ts";
import type { ClientSocket, StreamClient } from "./client.ts";
import { cutToSessions } from "../sessions.ts";
import type { StocksRoom } from "./stocks.ts";
import { makeTrades, type TapeTrade, tradesPerBar } from "./tape.ts";

const minuteMs = 60_000;
/** How often market time is looked at. */
const tickMs = 250;
/** The free plan's trade channels. */
const channelsMax = 30;
/** A play that goes as fast as its readers waits for one that is so far behind. */
const behindMs = 10 * minuteMs;

type Channel = "trades" | "bars" | "updatedBars";
const channels = ["trades", "bars", "updatedBars"] as const satisfies Channel[];

/** One connected reader. */
export interface AlpacaClient {
  /** Takes a message of the reader. */
  take(text: string): void;
  /** True while there is more to be told than is told at once. */
  isBehind(): boolean;
  /** Tells what market time has passed, until `signal` is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Whom a reader joins: the play waits for it, and starts when it follows something. */
export interface AlpacaPlay {
  audience: Pick<Audience, "add" | "remove">;
  onSubscribed(): void;
}

/** Opens the stream for a reader, or says why not. */
export function answerAlpacaStream(
  request: Request,
  room: StocksRoom,
  { audience, onSubscribed }: AlpacaPlay,
): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("this address speaks WebSocket", { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  const client = createAlpacaClient(socket, room, onSubscribed);
  const stop = new AbortController();
  const member: StreamClient = {
    streams: new Set(),
    backlog: () => client.isBehind() ? Infinity : socket.bufferedAmount,
    send: () => {},
    control: () => {},
    close: (code, reason) => socket.close(code, reason),
  };
  const end = () => {
    audience.remove(member);
    stop.abort();
  };
  socket.onopen = () => {
    audience.add(member);
    socket.send(JSON.stringify([{ T: "success", msg: "connected" }]));
    void client.run(stop.signal);
  };
  socket.onmessage = ({ data }) => client.take(typeof data === "string" ? data : "");
  socket.onclose = end;
  socket.onerror = end;
  return response;
}

/** Returns a client on an open socket; `onSubscribed` is told whenever it follows something. */
export function createAlpacaClient(
  socket: ClientSocket,
  room: StocksRoom,
  onSubscribed: () => void = () => {},
): AlpacaClient {
  const following: Record<Channel, Set<string>> = {
    trades: new Set(),
    bars: new Set(),
    updatedBars: new Set(),
  };
  let isSignedIn = false;
  let toldMs = room.marketNow();
  const isBehind = () => room.marketNow() - toldMs > behindMs;
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
    if (following.trades.size + following.bars.size > 0) onSubscribed();
  };

  return {
    isBehind,
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
      toldMs = room.marketNow();
      while (!signal.aborted) {
        await room.clock.wait(isBehind() ? 1 : tickMs, signal);
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

/** Makes a bar's trades: within the session, of which a longer bar may hold but a part. */
function listTrades(bar: ReplayBar, stepMs: number): TapeTrade[] {
  const open = cutToSessions(getCalendar("alpaca")!, { from: bar.time, to: bar.time + stepMs })[0];
  if (!open) return [];
  const firstId = bar.time / minuteMs * tradesPerBar;
  const stretch = { phaseMs: 1, stepMs: open.to - open.from, firstId };
  return makeTrades({ ...bar, time: open.from }, stretch);
}

/** Returns the frames of what happened after `from` and up to `to`, in order of time. */
async function listPassed(
  room: StocksRoom,
  following: Readonly<Record<Channel, ReadonlySet<string>>>,
  { from, to }: { from: number; to: number },
): Promise<string[]> {
  const { stepMs } = room;
  const told: { at: number; message: Record<string, unknown> }[] = [];
  for (const S of new Set([...following.trades, ...following.bars])) {
    if (!room.us.symbols.has(S)) continue;
    // A bar's trades are told while it runs: what it will be is known to the recording.
    const bars = await room.us.list(S, stepMs, {
      from: from - stepMs,
      limit: Infinity,
      marketMs: to + stepMs,
    });
    for (const bar of bars) {
      const endMs = bar.time + stepMs;
      // The source tells minutes; of longer bars only the trades that they are made of.
      const isMinute = stepMs === minuteMs;
      if (isMinute && following.bars.has(S) && endMs > from && endMs <= to) {
        const { open: o, high: h, low: l, close: c, volume: v, time } = bar;
        const message = { T: "b", S, o, h, l, c, v, t: new Date(time).toISOString() };
        told.push({ at: endMs, message });
      }
      if (!following.trades.has(S)) continue;
      for (const trade of listTrades(bar, stepMs)) {
        if (trade.at <= from || trade.at > to) continue;
        const { id: i, price: p, size: s, at } = trade;
        const message = { T: "t", S, i, x: "V", p, s, c: ["@"], z: "C" };
        told.push({ at, message: { ...message, t: new Date(at).toISOString() } });
      }
    }
  }
  return told.sort((a, b) => a.at - b.at).map(({ message }) => JSON.stringify([message]));
}
