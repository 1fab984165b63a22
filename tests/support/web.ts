/** Bars, and a browser's network made up, for tests of pages and charts. */
import type { Bar } from "../../lib/market/mod.ts";
import type { EventSourceLike, SocketLike } from "../../lib/live/client_links.ts";

/** Returns a closed bar at minute `minute`. */
export function makeBar(minute: number, change: Partial<Bar> = {}): Bar {
  return {
    time: minute * 60_000,
    open: 100,
    high: 102,
    low: 99,
    close: 101,
    volume: 10,
    closed: true,
    quality: "observed",
    ...change,
  };
}

/** Time and timers moved by hand. */
export function createManualTimers() {
  let nowMs = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => nowMs,
    pending: () => timers.length,
    setTimer(run: () => void, ms: number): () => void {
      const timer = { at: nowMs + ms, run };
      timers.push(timer);
      return () => void (timers = timers.filter((each) => each !== timer));
    },
    async advance(ms: number): Promise<void> {
      const end = nowMs + ms;
      for (;;) {
        for (let i = 0; i < 10; i++) await Promise.resolve();
        const next = timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        nowMs = next.at;
        timers = timers.filter((each) => each !== next);
        next.run();
      }
      nowMs = end;
    },
  };
}

/** Sockets and streams that tests open, feed and break. */
export function createFakeNetwork() {
  const sockets: FakeSocket[] = [];
  const streams: FakeStream[] = [];
  class FakeSocket implements SocketLike {
    onopen: SocketLike["onopen"] = null;
    onmessage: SocketLike["onmessage"] = null;
    onclose: SocketLike["onclose"] = null;
    onerror: SocketLike["onerror"] = null;
    sent: Record<string, unknown>[] = [];
    isClosed = false;
    constructor(readonly url: string) {
      sockets.push(this);
    }
    send(text: string): void {
      this.sent.push(JSON.parse(text));
    }
    close(): void {
      this.isClosed = true;
    }
    open = () => this.onopen?.(undefined as never);
    fail = () => this.onclose?.(undefined as never);
    say = (message: unknown) => this.onmessage?.({ data: JSON.stringify(message) } as never);
    sayRaw = (data: unknown) => this.onmessage?.({ data } as never);
  }
  class FakeStream implements EventSourceLike {
    onopen: EventSourceLike["onopen"] = null;
    onerror: EventSourceLike["onerror"] = null;
    listeners = new Map<string, (event: MessageEvent) => void>();
    isClosed = false;
    constructor(readonly url: string) {
      streams.push(this);
    }
    addEventListener(type: string, listener: (event: MessageEvent) => void): void {
      this.listeners.set(type, listener);
    }
    close(): void {
      this.isClosed = true;
    }
    open = () => this.onopen?.(undefined as never);
    fail = () => this.onerror?.(undefined as never);
    say = (message: { type: string }) =>
      this.listeners.get(message.type)?.(
        new MessageEvent(message.type, { data: JSON.stringify(message) }),
      );
  }
  return { sockets, streams, WebSocket: FakeSocket, EventSource: FakeStream };
}
