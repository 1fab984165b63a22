/**
 * A WebSocket that is read frame by frame, so that a slow reader slows the sender down.
 *
 * @module
 */

/** An open socket. */
export interface FrameSocket {
  /** The next frame, or null when the other side has closed. @throws When the connection broke. */
  read(): Promise<string | null>;
  send(text: string): Promise<void>;
  close(): void;
}

/** Opens a socket; rejects when that fails or `signal` is aborted first. */
export type OpenSocket = (url: string, signal: AbortSignal) => Promise<FrameSocket>;

/**
 * Opens a socket by `WebSocketStream`: the next frame is taken from the network only when it is
 * asked for, which an ordinary `WebSocket` cannot do.
 */
export const openWebSocket: OpenSocket = async (url, signal) => {
  const stream = new WebSocketStream(url, { signal });
  // Whoever reads learns of a broken connection by `read`.
  stream.closed.catch(() => null);
  const { readable, writable } = await stream.opened;
  const reader = readable.getReader();
  const writer = writable.getWriter();
  writer.closed.catch(() => null);
  const decoder = new TextDecoder();
  let isClosed = false;
  /** Ends the read under way when we close: the other side may take its time to agree. */
  let giveUp = () => {};
  /** Reads on and forgets, as unread frames keep the closing handshake waiting. */
  const drain = async () => {
    try {
      while (!(await reader.read()).done);
    } catch {
      // A connection that breaks while it closes is closed.
    }
  };
  return {
    read: () =>
      new Promise((resolve, reject) => {
        if (isClosed) return resolve(null);
        giveUp = () => resolve(null);
        reader.read().then(({ value, done }) => {
          if (typeof value === "string") resolve(value);
          // A frame that was under way when the socket was closed comes without content.
          else resolve(!done && ArrayBuffer.isView(value) ? decoder.decode(value) : null);
        }, reject);
      }),
    send: (text) => writer.write(text),
    close() {
      if (isClosed) return;
      isClosed = true;
      try {
        stream.close();
      } catch {
        // Closed by the other side already, which is what was wanted.
      }
      giveUp();
      // Not `reader.cancel()`: a frame under way would then find its stream closed, and Deno throws
      // that where nobody can catch it.
      void drain();
    },
  };
};
