/**
 * The three ways from a browser to the live stream, each behind the same small interface.
 *
 * @module
 */
import {
  describeSse,
  type LiveFilter,
  type LiveMessage,
  parseLiveMessage,
  type Subscription,
} from "./client_messages.ts";

/** Ways to the server, best first. */
export const transports = ["websocket", "sse", "polling"] as const;
/** One way to the server. */
export type Transport = (typeof transports)[number];

/** The part of a browser's WebSocket that is used. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** The part of a browser's EventSource that is used. */
export interface EventSourceLike {
  onopen: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  addEventListener(type: string, listener: (event: MessageEvent) => void): void;
  close(): void;
}

/** How one channel is read without a stream: an address, and its answer as `data`. */
export interface Poller {
  /** Path with query, from the subscription. */
  url(subscription: Subscription): string;
  /** The `data` of a message, or undefined when the answer says nothing. */
  toData(answer: unknown): unknown;
}

/** Everything the client needs of the outside. */
export interface LiveOptions {
  /** Origin of the server, such as `https://example.org`. */
  base: string;
  channels: string[];
  /** Symbols of these channels; none means all. */
  symbols?: string[];
  filter?: LiveFilter;
  /** Id to resume after. */
  after?: string;
  WebSocket: new (url: string) => SocketLike;
  EventSource: new (url: string) => EventSourceLike;
  fetch: (url: string) => Promise<{ ok: boolean; json(): Promise<unknown> }>;
  /** Epoch ms. */
  now: () => number;
  /** Calls `run` once after `ms`; returns what cancels it. */
  setTimer: (run: () => void, ms: number) => () => void;
  /** From 0 to 1 (exclusive). */
  random: () => number;
  /** Channels that can be polled; others wait for a stream. */
  pollers?: Record<string, Poller>;
}

/** How often polling asks. */
export const pollMs = 30_000;
/** How often a ping is sent; silence of more than twice this ends a connection. */
export const heartbeatMs = 30_000;
/** An open or opening way to the server. */
export interface Link {
  transport: Transport;
  /** Tells the server of changed subscriptions; `after` asks for what follows it. */
  subscribe(subscriptions: Subscription[], after?: string): void;
  unsubscribe(channels: string[]): void;
  close(): void;
}

/** What a link reports; nothing after `onDown`. */
export interface LinkEvents {
  onUp(): void;
  onDown(): void;
  onMessage(message: LiveMessage): void;
  /** Current subscriptions and where to resume. */
  getSubscriptions(): Subscription[];
  getLastId(): string | undefined;
}

function openWebSocket(options: LiveOptions, events: LinkEvents): Link {
  const socket = new options.WebSocket(`${options.base.replace(/^http/, "ws")}/ws`);
  let isDone = false;
  let stopHeartbeat = () => {};
  let heardMs = options.now();
  const end = () => {
    if (isDone) return;
    isDone = true;
    stopHeartbeat();
    socket.close();
    events.onDown();
  };
  const send = (value: unknown) => socket.send(JSON.stringify(value));
  const sendAll = (subscriptions: Subscription[], after?: string) => {
    for (const subscription of subscriptions) send({ type: "subscribe", ...subscription, after });
  };
  const beat = () => {
    if (options.now() - heardMs > 2 * heartbeatMs) return end();
    send({ type: "ping" });
    stopHeartbeat = options.setTimer(beat, heartbeatMs);
  };
  let isUp = false;
  // A socket that neither opens nor fails must not hold the page for ever.
  stopHeartbeat = options.setTimer(end, heartbeatMs / 3);
  socket.onopen = () => {
    if (isDone) return;
    isUp = true;
    stopHeartbeat();
    heardMs = options.now();
    stopHeartbeat = options.setTimer(beat, heartbeatMs);
    sendAll(events.getSubscriptions(), events.getLastId());
    events.onUp();
  };
  socket.onmessage = (event: { data: unknown }) => {
    if (isDone) return;
    heardMs = options.now();
    const message = parseLiveMessage(event.data);
    if (message) events.onMessage(message);
  };
  socket.onclose = end;
  socket.onerror = end;
  return {
    transport: "websocket",
    subscribe: (subscriptions, after) => isUp && !isDone && sendAll(subscriptions, after),
    unsubscribe: (channels) => isUp && !isDone && send({ type: "unsubscribe", channels }),
    close() {
      isDone = true;
      stopHeartbeat();
      socket.close();
    },
  };
}

function openSse(options: LiveOptions, events: LinkEvents): Link {
  let source: EventSourceLike;
  let isDone = false;
  let stopWaiting = () => {};
  const end = () => {
    if (isDone) return;
    isDone = true;
    stopWaiting();
    source.close();
    events.onDown();
  };
  const open = (after = events.getLastId()) => {
    const query = describeSse(events.getSubscriptions(), after);
    const opened = new options.EventSource(`${options.base}/api/v1/events?${query}`);
    source = opened;
    stopWaiting = options.setTimer(end, heartbeatMs / 3);
    opened.onopen = () => {
      if (isDone || opened !== source) return;
      stopWaiting();
      events.onUp();
    };
    const take = (event: { data?: unknown }) => {
      if (isDone || opened !== source) return;
      const message = parseLiveMessage(event.data);
      if (message) events.onMessage(message);
    };
    for (const type of ["initial", "update", "reset"]) opened.addEventListener(type, take);
    // The browser would retry by itself, but without our waits: we open anew instead.
    opened.onerror = () => opened === source && end();
  };
  const reopen = (after?: string) => {
    stopWaiting();
    source.close();
    open(after);
  };
  open();
  return {
    transport: "sse",
    subscribe: (_, after) => !isDone && reopen(after),
    unsubscribe: () => !isDone && reopen(),
    close() {
      isDone = true;
      stopWaiting();
      source.close();
    },
  };
}

function openPolling(options: LiveOptions, events: LinkEvents): Link {
  let isDone = false;
  let isUp = false;
  let stopTimer = () => {};
  const ask = async (channel: string, subscription: Subscription, poller: Poller) => {
    const answer = await options.fetch(options.base + poller.url(subscription));
    if (!answer.ok) throw new Error(`polling ${channel} failed`);
    const data = poller.toData(await answer.json());
    if (isDone || data === undefined) return;
    events.onMessage({ type: "update", channel, seq: null, id: null, ts: options.now(), data });
  };
  const round = async () => {
    const asked: Promise<void>[] = [];
    for (const subscription of events.getSubscriptions()) {
      for (const channel of subscription.channels) {
        const poller = options.pollers?.[channel];
        if (poller) asked.push(ask(channel, subscription, poller));
      }
    }
    const results = await Promise.allSettled(asked);
    if (isDone) return;
    if (results.length > 0 && results.every((result) => result.status === "rejected")) {
      isDone = true;
      return events.onDown();
    }
    if (!isUp) {
      isUp = true;
      events.onUp();
    }
    stopTimer = options.setTimer(() => void round(), pollMs);
  };
  void round();
  const again = () => {
    if (isDone) return;
    stopTimer();
    stopTimer = options.setTimer(() => void round(), 0);
  };
  return {
    transport: "polling",
    subscribe: again,
    unsubscribe: () => {},
    close() {
      isDone = true;
      stopTimer();
    },
  };
}

/** How each way is opened. */
export const openers: Record<Transport, (options: LiveOptions, events: LinkEvents) => Link> = {
  websocket: openWebSocket,
  sse: openSse,
  polling: openPolling,
};
