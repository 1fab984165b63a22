/**
 * Live events: server-sent events read from a body, across connections that break.
 *
 * @module
 */
import type { z } from "zod";
import type { Clock } from "../clock.ts";
import type { serverMessageSchema } from "../contracts/live.ts";
import { createBackoff } from "../resilience/mod.ts";

/** One live message. */
export type LiveEvent = z.output<typeof serverMessageSchema>;

const reconnectMaxMs = 30_000;

/**
 * Yields live events; a connection that ends is opened anew, after the last event that was seen.
 * Ends without an error when `signal` is aborted.
 */
export async function* readEvents({ open, clock, signal }: {
  /** Opens the stream after an event's id; null from now. */
  open(after: string | null): Promise<Response>;
  clock: Clock;
  signal?: AbortSignal | undefined;
}): AsyncGenerator<LiveEvent> {
  const backoff = createBackoff({
    initialMs: 500,
    maxMs: reconnectMaxMs,
    jitter: 0.5,
  });
  let after: string | null = null;
  const isOver = () => signal?.aborted ?? false;
  while (!isOver()) {
    try {
      for await (const text of readData((await open(after)).body)) {
        const event = JSON.parse(text) as LiveEvent;
        backoff.reset();
        if (event.id !== undefined) after = event.id;
        yield event;
      }
    } catch (error) {
      if (isOver()) return;
      // What the API refuses it will refuse again; a broken connection may be had again.
      if (!(error instanceof TypeError)) throw error;
    }
    if (!isOver()) await clock.wait(backoff.next(clock.random()), signal);
  }
}

/** Yields the data of each event of a stream. */
async function* readData(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const lines = block.split("\n").filter((line) => line.startsWith("data:"));
        if (lines.length > 0) yield lines.map((line) => line.slice(5).trimStart()).join("\n");
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
