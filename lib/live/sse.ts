/**
 * Server-sent events on the live hub: the same messages one way, for whoever has no WebSocket.
 *
 * @module
 */
import type { ClientOrigin } from "./connection.ts";
import type { Hub } from "./hub.ts";
import { describeFull, refuseConnection } from "./refusal.ts";
import { type PublicChannel, publicChannels } from "./types.ts";

/** What an event stream is narrowed to; missing parts mean all. */
export interface EventQuery {
  channels?: PublicChannel[];
  symbols?: string[];
  types?: string[] | undefined;
  entity?: string;
  minConfidence?: number;
  /** Id to resume after; the header `Last-Event-ID` of a reconnecting browser wins over it. */
  after?: string;
}

const encoder = new TextEncoder();

/** Answers with an endless event stream, or 429 when the user or address has too many connections. */
export function handleEvents(
  req: Request,
  hub: Hub,
  { query = {}, ...origin }: ClientOrigin & { query?: EventQuery },
): Response {
  if (!hub.hasRoom(origin.ip, origin.userId)) {
    return refuseConnection(req, 429, describeFull(origin.userId));
  }
  const after = req.headers.get("last-event-id") || query.after;
  return new Response(createStream(hub, origin, { ...query, after }), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

function createStream(
  hub: Hub,
  origin: ClientOrigin,
  query: EventQuery,
): ReadableStream<Uint8Array> {
  let disconnect = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const connection = hub.connect({
        send(text, event) {
          // Acknowledgements have no place in a one-way stream; browsers resume by the last id.
          if (event) write(`id: ${event.id}\nevent: ${event.type}\ndata: ${text}\n\n`);
        },
        bufferedAmount: () => Math.max(0, -(controller.desiredSize ?? 0)),
        close: () => controller.close(),
        heartbeat: () => write(": still here\n\n"),
      }, origin);
      if (!connection) return;
      disconnect = () => connection.disconnect();
      write("retry: 1000\n\n");
      connection.run({
        kind: "subscribe",
        channels: query.channels ?? [...publicChannels],
        symbols: query.symbols ?? null,
        timeframes: null,
        filter: { type: query.types, entity: query.entity, minConfidence: query.minConfidence },
        after: query.after,
      });
    },
    cancel: () => disconnect(),
  }, new ByteLengthQueuingStrategy({ highWaterMark: 16_384 }));
}
