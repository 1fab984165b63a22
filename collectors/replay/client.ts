/**
 * One stream connection: what it subscribed to, and how frames (and faults) reach it.
 *
 * @module
 */
import { isRecord } from "./capture.ts";
import type { ActiveFault } from "./faults.ts";
import type { ReplayFrame } from "./schedule.ts";

/** A connected reader of the stream. */
export interface StreamClient {
  readonly streams: ReadonlySet<string>;
  /** Bytes handed over that the reader has not taken yet. */
  backlog(): number;
  /** Sends a frame in the way of the fault, if one is on. */
  send(frame: ReplayFrame, fault: ActiveFault | null): void;
  /** Answers a control message. */
  control(text: string): void;
  close(code: number, reason: string): void;
}

/** The part of a WebSocket that a client needs. */
export interface ClientSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

const openState = 1;
const methods = ["SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS"] as const;

/** Returns the parsed control message, or what is wrong with it. */
function readControl(
  text: string,
): { id: unknown; method: typeof methods[number]; params: string[] } | {
  id: unknown;
  msg: string;
} {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return { id: null, msg: `Invalid JSON: ${error instanceof Error ? error.message : error}` };
  }
  if (!isRecord(message)) return { id: null, msg: "Invalid request: expected an object" };
  const id = message.id ?? null;
  const method = methods.find((name) => name === message.method);
  if (!method) {
    return { id, msg: `Invalid request: unknown variant \`${String(message.method)}\`` };
  }
  if (method === "LIST_SUBSCRIPTIONS") return { id, method, params: [] };
  const { params } = message;
  if (!Array.isArray(params) || !params.every((param) => typeof param === "string")) {
    return { id, msg: "Invalid request: params must be a list of stream names" };
  }
  return { id, method, params };
}

/**
 * Returns a client on an open socket. `combined` frames carry the name of their stream;
 * `onSubscribed` is told whenever streams were added.
 */
export function createClient(
  { socket, streams: first, combined, onSubscribed }: {
    socket: ClientSocket;
    streams: readonly string[];
    combined: boolean;
    onSubscribed: () => void;
  },
): StreamClient {
  const streams = new Set(first);
  /** A trade held back so that the next one overtakes it. */
  let held: string | null = null;
  let sent = 0;

  function write(text: string) {
    if (socket.readyState === openState) socket.send(text);
  }

  function flush() {
    if (held !== null) write(held);
    held = null;
  }

  return {
    streams,
    backlog: () => socket.readyState === openState ? socket.bufferedAmount : 0,
    send({ stream, data, kind }, fault) {
      const text = combined ? `{"stream":${JSON.stringify(stream)},"data":${data}}` : data;
      sent++;
      if (fault?.kind === "torn" && sent % fault.every === 0) {
        return write(text.slice(0, text.length >> 1));
      }
      if (fault?.kind === "reorder" && kind === "trade" && held === null) {
        held = text;
        return;
      }
      // A trade may overtake another, never the end of its bar.
      if (kind === "final") flush();
      write(text);
      if (kind === "trade") {
        if (fault?.kind === "duplicate") write(text);
        flush();
      }
    },
    control(text) {
      const message = readControl(text);
      const { id } = message;
      if ("msg" in message) {
        return write(JSON.stringify({ error: { code: 2, msg: message.msg }, id }));
      }
      if (message.method === "LIST_SUBSCRIPTIONS") {
        return write(JSON.stringify({ result: [...streams], id }));
      }
      for (const name of message.params) {
        if (message.method === "SUBSCRIBE") streams.add(name);
        else streams.delete(name);
      }
      write(JSON.stringify({ result: null, id }));
      if (message.method === "SUBSCRIBE" && streams.size > 0) onSubscribed();
    },
    close(code, reason) {
      flush();
      if (socket.readyState <= openState) socket.close(code, reason);
    },
  };
}
