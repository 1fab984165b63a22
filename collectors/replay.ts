/**
 * The recorded world: a loopback server that speaks the sources' own protocols.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { createClient } from "./replay/client.ts";
import { answerFault, type ReplayFault, replayFaultSchema } from "./replay/faults.ts";
import { openAnswers, type RecordedAnswers } from "./replay/fixtures.ts";
import { openHistory } from "./replay/history.ts";
import { createPlayer, type Player } from "./replay/player.ts";
import { isCrypto, openRecording, type Recording } from "./replay/recording.ts";
import { answerAlpacaStream } from "./replay/alpaca_stream.ts";
import { answerExchange, type ExchangeRoom } from "./replay/rest.ts";
import { answerStocks, openStocks, type StocksRoom } from "./replay/stocks.ts";

export { ReplayError } from "./replay/bars_file.ts";
export type { ReplayFault } from "./replay/faults.ts";

/** What a recording is, for banners and for the name of its world. */
export interface ReplayInfo {
  /** 12 hex digits over the names and contents of the played files. */
  hash: string;
  /** Epoch ms: start of the first bar and end of the last one of the played stretch. */
  from: number;
  to: number;
  /** Epoch ms: where the play began, after what is served as history. */
  startedAt: number;
  symbols: string[];
  provenance: string;
  timeframe: "1m" | "1h";
  /** Name of the data set. */
  name: string;
}

/** A running recorded world. */
export interface ReplayServer {
  /** Base addresses to give to the collectors instead of the public ones. */
  address: { rest: string; stream: string; coingecko: string; of(source: string): string };
  info: ReplayInfo;
  /** Switches a fault on, or with null off. @throws {Error} For a fault that makes no sense. */
  setFault(fault: ReplayFault | null): void;
  /** Market time, epoch ms; it stands at the start of the play until a client subscribes. */
  marketNow(): number;
  /** True once everything was played. */
  ended(): boolean;
  close(): Promise<void>;
}

/** Options of the recorded world. */
export interface ReplayOptions {
  /** A folder with `candles/`, `trades/` and `api/`, whichever it has. */
  folder: string;
  /** What to play: a path in the folder or a bare name; several parted by commas. */
  set?: string;
  /** 1 = as recorded, N = so many times faster, 0 = as fast as the clients read. */
  speed: number;
  /** Minutes of the stretch that are history when the play begins. */
  startMinutes?: number;
  /** Port on loopback; 0 takes a free one. */
  port?: number;
  clock: Clock;
  log: Logger;
  /** Market time (epoch ms) to go on from instead. */
  resumeAt?: number;
}

/** Returns where the play begins: at `resumeAt`, else after the history that the stretch allows. */
export function findStart(
  recording: Pick<Recording, "from" | "to" | "stepMs" | "frames" | "trades">,
  { startMinutes, resumeAt }: { startMinutes: number; resumeAt?: number },
): number {
  const { from, to, stepMs } = recording;
  if (resumeAt !== undefined) {
    const step = Math.floor(resumeAt / stepMs) * stepMs;
    return Math.min(to, Math.max(from, step));
  }
  const wanted = from + Math.ceil(startMinutes * 60_000 / stepMs) * stepMs;
  // A stretch that is too short for the history is played whole.
  return wanted + stepMs <= to ? wanted : from;
}

function sendText(text: string, status: number): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain" } });
}

/** Reads the streams of `/stream?streams=a/b` or `/ws/a/b`; null for another path. */
function readStreams(url: URL): { combined: boolean; streams: string[] } | null {
  const path = url.pathname.replace(/^\/binance-stream/, "");
  const split = (text: string) => text.split("/").filter(Boolean);
  if (path === "/stream") {
    return { combined: true, streams: split(url.searchParams.get("streams") ?? "") };
  }
  if (path === "/ws" || path.startsWith("/ws/")) {
    return { combined: false, streams: split(path.slice("/ws".length)) };
  }
  return null;
}

/** Opens a stream connection, or says why not. */
function answerStream(request: Request, url: URL, player: Player): Response {
  const wanted = readStreams(url);
  if (!wanted) return sendText("no such stream: use /stream?streams= or /ws/", 404);
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return sendText("this address speaks WebSocket", 426);
  }
  if (player.refuses()) {
    return answerFault(player.fault(), "binance") ?? sendText("connection refused", 503);
  }
  // A reader at speed 0 may take long over what lies before the ping; it is not gone for that.
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  const onSubscribed = () => player.start();
  const client = createClient({ socket, ...wanted, onSubscribed });
  socket.onopen = () => {
    // The fault may have come between the request and the opening.
    if (player.refuses()) return socket.close(1001, "connection refused");
    player.addClient(client);
    if (wanted.streams.length > 0) player.start();
  };
  socket.onmessage = ({ data }) => {
    client.control(typeof data === "string" ? data : "");
  };
  socket.onclose = () => player.removeClient(client);
  socket.onerror = () => player.removeClient(client);
  return response;
}

/** Reads and sets faults: GET tells the fault, POST sets one (or `null`), DELETE clears it. */
async function answerFaultSwitch(request: Request, player: Player): Promise<Response> {
  // A page in a browser has no business here.
  if (request.headers.get("origin")) return sendText("not for browsers", 403);
  if (request.method === "DELETE") player.setFault(null);
  if (request.method === "POST") {
    let body: unknown;
    try {
      body = JSON.parse(await request.text());
    } catch {
      return sendText("a fault is JSON", 400);
    }
    const parsed = replayFaultSchema.nullable().safeParse(body);
    if (!parsed.success) {
      const reasons = parsed.error.issues.map(({ path, message }) =>
        `${path.join(".")} ${message}`
      );
      return sendText(`no such fault: ${reasons.join("; ")}`, 400);
    }
    player.setFault(parsed.data);
  }
  return Response.json({ fault: player.fault() });
}

/** What a request is answered from. */
interface ReplayRooms {
  player: Player;
  exchange: ExchangeRoom;
  answers: RecordedAnswers;
  stocks: StocksRoom;
  info: ReplayInfo;
  starts: StartedBy;
}

/** What starts the play: a subscription to the stream of what is played, else any question. */
type StartedBy = "crypto" | "shares" | "question";

function getStarter(recording: Recording): StartedBy {
  if (isCrypto(recording)) return "crypto";
  return recording.exchange === "us" ? "shares" : "question";
}

/** Answers one request to the recorded world: the first part of the path names the source. */
async function answerRequest(request: Request, rooms: ReplayRooms): Promise<Response> {
  const url = new URL(request.url);
  const { player, info } = rooms;
  const source = url.pathname.split("/")[1] ?? "";
  if (source === "_fault") return await answerFaultSwitch(request, player);
  if (source === "_state") {
    return Response.json({ ...info, marketNow: player.marketNow(), ended: player.ended() });
  }
  if (source === "binance-stream") return answerStream(request, url, player);
  if (source === "alpaca-stream") {
    return answerAlpacaStream(request, rooms.stocks, {
      audience: { add: player.addClient, remove: player.removeClient },
      // Beside a crypto market shares come along; their collector does not wait for its history.
      onSubscribed: () => rooms.starts === "shares" && player.start(),
    });
  }
  if (!source) {
    return sendText("recorded world: /{source}/…, /binance-stream, /_state, /_fault", 404);
  }
  if (rooms.starts === "question") player.start();
  const refused = answerFault(player.fault(), source);
  if (refused) return refused;
  const call = { method: request.method, path: url.pathname.slice(source.length + 1) };
  const query = url.searchParams;
  if (source === "binance") return await answerExchange(rooms.exchange, { ...call, query });
  if (source === "alpaca" || source === "yahoo") {
    return await answerStocks(rooms.stocks, { source, ...call, query });
  }
  return await rooms.answers.answer({ source, ...call, query });
}

/**
 * Starts the recorded world on loopback.
 *
 * @throws {ReplayError} When the folder holds nothing that can be played.
 */
export async function startReplayServer(
  { folder, set, speed, startMinutes = 600, port = 0, clock, log, resumeAt }: ReplayOptions,
): Promise<ReplayServer> {
  const recording = await openRecording({ folder, set });
  // Shares are no pairs of the crypto exchange.
  const none = { exchange: "binance", symbols: [], series: new Map(), trades: null, frames: null };
  const crypto = isCrypto(recording) ? recording : { ...recording, ...none };
  const history = await openHistory({ folder, recording: crypto });
  const answers = openAnswers(folder);
  const startMs = findStart(recording, { startMinutes, resumeAt });
  const starts = getStarter(recording);
  const player = createPlayer({
    recording,
    speed,
    startMs,
    clock,
    hasReaders: starts !== "question",
    onEnd: () => log.info("the recorded world has come to its end", { at: recording.to }),
  });
  const { marketNow } = player;
  const stocks = await openStocks({ folder, recording, answers, marketNow, clock });
  const exchange: ExchangeRoom = { recording: crypto, history, answers, marketNow };
  const { hash, from, to, symbols, provenance, timeframe, name } = recording;
  const info = { hash, from, to, startedAt: startMs, symbols, provenance, timeframe, name };

  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      try {
        return await answerRequest(request, { player, exchange, answers, stocks, info, starts });
      } catch (error) {
        log.warn("the recorded world could not answer", {
          url: request.url,
          error: error instanceof Error ? error.message : String(error),
        });
        return Response.json({ code: -1000, msg: "An unknown error occurred." }, { status: 500 });
      }
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  log.info("the recorded world plays", { ...info, symbols: symbols.length, speed, host });
  return {
    address: {
      rest: `http://${host}/binance`,
      stream: `ws://${host}/binance-stream`,
      coingecko: `http://${host}/coingecko`,
      of: (source) => `http://${host}/${source}`,
    },
    info,
    setFault: player.setFault,
    marketNow: player.marketNow,
    ended: player.ended,
    async close() {
      await player.stop();
      await server.shutdown();
    },
  };
}
