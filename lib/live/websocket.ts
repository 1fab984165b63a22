/**
 * WebSockets on the live hub: `/ws` for any subscription, `/ws/{symbol}` for one symbol's chart.
 *
 * @module
 */
import type { Timeframe } from "../market/mod.ts";
import type { Hub } from "./hub.ts";
import { describeFull, refuseConnection } from "./refusal.ts";

/** Seconds without an answer to the ping after which Deno closes the socket. */
const idleTimeoutSeconds = 30;

/** Options of one upgrade. */
export interface WebSocketOptions {
  ip: string;
  /** Whose connection it is; null for a visitor's. */
  userId?: string | null;
  /** Says whether what it was opened with still holds. */
  isInForce?: (() => Promise<boolean>) | undefined;
  /** Sends this symbol's chart first, then its updates alone. */
  symbol?: string;
  timeframe?: Timeframe;
  /** JSON `{symbol, timeframe, bars, indicators}` of the chart that is sent first. */
  getChart?(symbol: string, timeframe: Timeframe): Promise<string>;
}

/**
 * Upgrades a request to a WebSocket on the hub, or answers 426 (no upgrade asked for), 429 (too
 * many connections of this user or address) or 400 (an upgrade that does not keep the protocol).
 */
export function handleWebSocket(req: Request, hub: Hub, options: WebSocketOptions): Response {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return refuseConnection(req, 426, "Cannot answer: this address takes WebSockets only");
  }
  if (!hub.hasRoom(options.ip, options.userId)) {
    return refuseConnection(req, 429, describeFull(options.userId));
  }
  let upgrade: Deno.WebSocketUpgrade;
  try {
    upgrade = Deno.upgradeWebSocket(req, { idleTimeout: idleTimeoutSeconds });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuseConnection(req, 400, "Cannot upgrade: it does not keep the WebSocket protocol");
  }
  bindSocket(upgrade.socket, hub, options);
  return upgrade.response;
}

function bindSocket(socket: WebSocket, hub: Hub, options: WebSocketOptions): void {
  const connection = hub.connect({
    send: (text) => socket.send(text),
    bufferedAmount: () => socket.bufferedAmount,
    close: (code, reason) => socket.close(code, reason),
  }, { ip: options.ip, userId: options.userId, isInForce: options.isInForce });
  if (!connection) return;
  const { symbol, timeframe = "1h", getChart } = options;
  socket.onmessage = (event) => {
    if (typeof event.data === "string") connection.receive(event.data);
    else connection.receive("");
  };
  socket.onopen = async () => {
    if (!symbol) return;
    let chart: string | undefined;
    try {
      chart = await getChart?.(symbol, timeframe);
    } catch {
      // The chart can be asked for again by HTTP; the updates are worth having without it.
      chart = undefined;
    }
    const initials = chart === undefined ? undefined : { bars: chart };
    connection.run({
      kind: "subscribe",
      channels: ["bars", "prices"],
      symbols: [symbol],
      timeframes: [timeframe],
      filter: {},
    }, initials);
  };
  // Deno fires `close` twice when a silent peer is closed; `disconnect` bears that.
  socket.onclose = (event) => connection.disconnect({ stale: /ping/i.test(event.reason) });
  socket.onerror = () => connection.disconnect();
}
