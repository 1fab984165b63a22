/**
 * Listens to a stream and keeps every frame as it came.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

/** What was heard. */
export interface FrameCapture {
  /** The capture file's text. */
  text: string;
  frames: number;
  /** Epoch ms of the first and the last event. */
  from: number;
  to: number;
}

/** Returns the event time of a frame, or null where it tells none. */
function readEventMs(frame: string): number | null {
  const match = /"E":(\d{13})/.exec(frame);
  return match ? Number(match[1]) : null;
}

/** Returns one line of the capture; a frame that is no JSON is kept as text. */
function formatLine(receivedMs: number, frame: string): string {
  let message = frame;
  try {
    JSON.parse(frame);
  } catch {
    message = JSON.stringify(frame);
  }
  return `{"received_at":${receivedMs / 1000},"message":${message}}`;
}

/**
 * Captures trades and 1m klines of the symbols until `minutes` of the market have passed by their
 * event time, or by the clock where the stream is silent.
 *
 * @throws {Error} When the connection fails before the first frame.
 */
export async function captureFrames(
  { base, symbols, minutes, clock, signal }: {
    base: string;
    symbols: readonly string[];
    minutes: number;
    clock: Clock;
    signal?: AbortSignal;
  },
): Promise<FrameCapture> {
  const streams = symbols.flatMap((symbol) => {
    const name = symbol.toLowerCase();
    return [`${name}@trade`, `${name}@kline_1m`];
  });
  const url = `${base}/stream?streams=${streams.join("/")}`;
  const startMs = clock.now();
  const note = { source: "binance", provenance: "recorded", recorded_at: startMs / 1000 };
  const lines = [JSON.stringify({ _fixture: note, url })];
  let from = 0;
  let to = 0;
  const timer = new AbortController();
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    const finish = () => {
      timer.abort();
      socket.onmessage = null;
      if (socket.readyState === WebSocket.CLOSED) resolve();
      else socket.close();
    };
    socket.onmessage = ({ data }) => {
      const frame = String(data);
      const eventMs = readEventMs(frame);
      if (eventMs !== null) {
        from ||= eventMs;
        // The frame that lies beyond the end belongs to the next recording.
        if (eventMs > from + minutes * 60_000) return finish();
        to = Math.max(to, eventMs);
      }
      lines.push(formatLine(clock.now(), frame));
    };
    socket.onerror = () => {
      if (lines.length === 1) reject(new Error(`cannot listen to ${base}`));
      timer.abort();
    };
    socket.onclose = () => {
      timer.abort();
      resolve();
    };
    signal?.addEventListener("abort", finish, { once: true });
    clock.wait(minutes * 60_000, timer.signal).then(finish);
  });
  return { text: lines.join("\n") + "\n", frames: lines.length - 1, from: from || startMs, to };
}
