/**
 * Live connections by WebSocket: `/ws` for any subscription, `/ws/{symbol}` for one symbol.
 *
 * @module
 */
import { refuseConnection } from "../live/refusal.ts";
import { handleWebSocket } from "../live/websocket.ts";
import { isTimeframe } from "../market/mod.ts";
import { identifySocket } from "./auth_sockets.ts";
import type { ApiDeps } from "./deps.ts";
import { watchIdentity } from "./identity.ts";

/** Newest bars that a connection to one symbol is sent first. */
const barsSent = 500;

/** Answers a request for a live connection, or returns null when its path is none of ours. */
export async function answerSocket(
  deps: ApiDeps,
  req: Request,
  ip: string,
): Promise<Response | null> {
  const { pathname, searchParams } = new URL(req.url);
  const [, first, name, ...rest] = pathname.split("/");
  if (first !== "ws" || rest.length) return null;
  const { refusal, identity } = await identifySocket(req, deps);
  if (refusal) return refusal;
  const userId = identity?.userId ?? null;
  const origin = { ip, userId, isInForce: watchIdentity(identity, deps) };
  if (!name) return handleWebSocket(req, deps.hub, origin);
  const known = await deps.symbols.find(decodeName(name));
  if (!known) {
    return refuseConnection(req, 404, `Cannot find symbol "${decodeName(name).slice(0, 80)}"`);
  }
  const timeframe = searchParams.get("timeframe") ?? "1m";
  if (!isTimeframe(timeframe)) {
    const given = timeframe.slice(0, 20);
    return refuseConnection(
      req,
      400,
      `Cannot follow ${known.symbol}: a timeframe is required, was "${given}"`,
    );
  }
  return handleWebSocket(req, deps.hub, {
    ...origin,
    symbol: known.symbol,
    timeframe,
    async getChart(symbol, wanted) {
      const { bytes } = await deps.charts.getChart({ symbol, timeframe: wanted }, barsSent);
      return new TextDecoder().decode(bytes);
    },
  });
}

/** Percent signs that encode nothing stand for themselves. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
