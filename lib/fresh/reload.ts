/**
 * Reloads open pages in development when the process has come back.
 *
 * @module
 */

import type { AppHandler } from "./types.ts";
import { reloadPath } from "./render.ts";

const alivePath = "/_fresh/alive";
const retryMs = 200;
const script = `let id;
const events = new EventSource("${alivePath}");
events.onmessage = ({ data }) => {
  if (id !== undefined && id !== data) location.reload();
  id = data;
};
`;

/** Wraps a handler: answers the reload script and its event stream, passes on the rest. */
export function addReloading(handler: AppHandler): AppHandler {
  const id = crypto.randomUUID();
  return (req, info) => {
    const { pathname } = new URL(req.url);
    if (pathname === reloadPath) return Promise.resolve(answer(script, "text/javascript"));
    if (pathname === alivePath) return Promise.resolve(answer(streamId(id), "text/event-stream"));
    return handler(req, info);
  };
}

function answer(body: BodyInit, type: string): Response {
  return new Response(body, { headers: { "content-type": type, "cache-control": "no-store" } });
}

/** The stream stays open until the process ends; that is how the page notices. */
function streamId(id: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`retry: ${retryMs}\ndata: ${id}\n\n`));
    },
  });
}
