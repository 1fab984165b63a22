/**
 * The live client: WebSocket, else server-sent events, else polling, and back up again.
 *
 * It resumes after the last message it saw, notices holes in the numbering, and tells its state.
 * Everything of the outside world is handed in, so that tests run it with made-up time and sockets.
 *
 * @module
 */
import { createLedger } from "./client_ledger.ts";
import {
  type Link,
  type LinkEvents,
  type LiveOptions,
  openers,
  type Transport,
  transports,
} from "./client_links.ts";
import type { LiveMessage, Subscription } from "./client_messages.ts";

export type { LiveOptions, Poller, Transport } from "./client_links.ts";
export { heartbeatMs, pollMs, transports } from "./client_links.ts";
export type { LiveFilter, LiveMessage, Subscription } from "./client_messages.ts";

/** What a page may show of the connection. */
export interface LiveState {
  status: "connecting" | "connected" | "reconnecting" | "disconnected";
  /** The way in use, or the one tried. */
  transport: Transport;
  /** When the next try begins, epoch ms; null while none is waiting. */
  retryAtMs: number | null;
  /** Tries that failed in a row. */
  attempt: number;
  /** When the newest message arrived, epoch ms of this machine. */
  lastMessageMs: number | null;
  /** Messages that the numbering says were lost before they were asked for again. */
  missed: number;
}

/** A running client. */
export interface LiveClient {
  getState(): LiveState;
  /** Calls `listener` now and on every change; returns what ends it. */
  onState(listener: (state: LiveState) => void): () => void;
  /** Calls `listener` for each `initial`, `update` and `reset` of a channel. */
  on(channel: string, listener: (message: LiveMessage) => void): () => void;
  /** Adds or replaces the subscription of channels. */
  subscribe(subscription: Subscription): void;
  unsubscribe(channels: string[]): void;
  /** Tries again at once, such as when the network is back. */
  retryNow(): void;
  /** Ends everything; nothing is called afterwards. */
  close(): void;
}

/** First wait before a new try, its factor, and its bound. */
export const backoffMinMs = 1000;
/** Longest wait before a new try. */
export const backoffMaxMs = 60_000;
/** How often a worse way looks for a better one. */
export const climbMs = 60_000;
/** Failures in a row before the next way is tried. */
const FAILURES_PER_TRANSPORT = 2;

/** Returns the wait before try `attempt` (from 1): doubling from 1 s to 60 s, half of it jitter. */
export function getRetryDelayMs(attempt: number, random: number): number {
  const full = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(attempt - 1, 16));
  return Math.max(backoffMinMs / 2, full / 2 + random * full / 2);
}

class Client implements LiveClient {
  #options: LiveOptions;
  #subscriptions = new Map<string, Subscription>();
  #ledger;
  #link: Link | null = null;
  /** A better way being tried while the current one still works. */
  #probe: Link | null = null;
  #cancelRetry = () => {};
  #cancelClimb = () => {};
  #failures = 0;
  #isClosed = false;
  #state: LiveState = {
    status: "connecting",
    transport: "websocket",
    retryAtMs: null,
    attempt: 0,
    lastMessageMs: null,
    missed: 0,
  };
  #stateListeners = new Set<(state: LiveState) => void>();
  #listeners = new Map<string, Set<(message: LiveMessage) => void>>();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#ledger = createLedger(options.after);
    const { channels, symbols, filter } = options;
    this.#keep({ channels, symbols, filter });
    this.#open("websocket");
  }

  getState(): LiveState {
    return this.#state;
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.#stateListeners.add(listener);
    listener(this.#state);
    return () => this.#stateListeners.delete(listener);
  }

  on(channel: string, listener: (message: LiveMessage) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  subscribe(subscription: Subscription): void {
    this.#keep(subscription);
    this.#link?.subscribe([subscription]);
  }

  unsubscribe(channels: string[]): void {
    for (const channel of channels) this.#subscriptions.delete(channel);
    this.#link?.unsubscribe(channels);
  }

  retryNow(): void {
    if (this.#isClosed || this.#state.retryAtMs === null) return;
    this.#cancelRetry();
    this.#open(transports[0]);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#cancelClimb();
    this.#link?.close();
    this.#probe?.close();
    this.#setState({ status: "disconnected", retryAtMs: null });
    this.#stateListeners.clear();
    this.#listeners.clear();
  }

  #keep({ channels, symbols, filter }: Subscription): void {
    for (const channel of channels) {
      this.#subscriptions.set(channel, { channels: [channel], symbols, filter });
    }
  }

  #setState(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#stateListeners) listener(this.#state);
  }

  #describeEvents(onUp: () => void, onDown: () => void): LinkEvents {
    return {
      onUp,
      onDown,
      onMessage: (message) => this.#take(message),
      getSubscriptions: () => [...this.#subscriptions.values()],
      getLastId: () => this.#ledger.getLastId([...this.#subscriptions.keys()]),
    };
  }

  #open(transport: Transport): void {
    if (this.#isClosed) return;
    this.#ledger.startConnection();
    this.#setState({ transport, retryAtMs: null });
    const events = this.#describeEvents(() => this.#rise(transport), () => this.#fall(transport));
    // A constructor that throws (a blocked address) is a failed try like any other.
    try {
      this.#link = openers[transport](this.#options, events);
    } catch {
      this.#fall(transport);
    }
  }

  /** A link is up: forget the failures, and look for a better way if there is one. */
  #rise(transport: Transport): void {
    if (this.#isClosed) return;
    this.#failures = 0;
    this.#setState({ status: "connected", transport, retryAtMs: null, attempt: 0 });
    this.#planClimb();
  }

  /** A link is down: wait, then try again, a step lower after two failures in a row. */
  #fall(transport: Transport): void {
    if (this.#isClosed) return;
    this.#link = null;
    this.#cancelClimb();
    this.#probe?.close();
    this.#probe = null;
    this.#failures++;
    const at = transports.indexOf(transport);
    const isLast = at === transports.length - 1;
    const isStepping = this.#failures % FAILURES_PER_TRANSPORT === 0;
    // From the bottom it goes back to the top: whatever comes back first is found.
    const next = isStepping ? transports[(at + 1) % transports.length]! : transport;
    const delayMs = getRetryDelayMs(this.#failures, this.#options.random());
    const isLost = isLast || this.#state.status === "disconnected";
    this.#setState({
      status: isLost ? "disconnected" : "reconnecting",
      transport: next,
      retryAtMs: this.#options.now() + delayMs,
      attempt: this.#failures,
    });
    this.#cancelRetry = this.#options.setTimer(() => this.#open(next), delayMs);
  }

  #planClimb(): void {
    this.#cancelClimb();
    if (this.#state.transport === "websocket") return;
    this.#cancelClimb = this.#options.setTimer(() => this.#climb("websocket"), climbMs);
  }

  /** Tries a better way beside the current one, which ends only when the better one is up. */
  #climb(transport: Transport): void {
    if (this.#isClosed) return;
    const giveUp = () => {
      this.#probe = null;
      const next = transports[transports.indexOf(transport) + 1]!;
      if (next === this.#state.transport) this.#planClimb();
      else this.#climb(next);
    };
    // While it is only tried, its numbering must not mix with the current one's.
    let isOver = false;
    const events = this.#describeEvents(() => {
      if (isOver) return this.#rise(transport);
      isOver = true;
      this.#link?.close();
      this.#link = this.#probe;
      this.#probe = null;
      this.#ledger.startConnection();
      this.#rise(transport);
    }, () => isOver ? this.#fall(transport) : giveUp());
    try {
      this.#probe = openers[transport](this.#options, {
        ...events,
        onMessage: (message) => isOver && this.#take(message),
      });
    } catch {
      giveUp();
    }
  }

  #take(message: LiveMessage): void {
    this.#state = { ...this.#state, lastMessageMs: this.#options.now() };
    const verdict = this.#ledger.record(message);
    if (verdict.missed > 0) {
      this.#setState({ missed: this.#state.missed + verdict.missed });
      const subscription = this.#subscriptions.get(message.channel);
      if (subscription) this.#link?.subscribe([subscription], verdict.resumeAfter);
    }
    if (!verdict.isNew) return;
    for (const listener of this.#listeners.get(message.channel) ?? []) listener(message);
  }
}

/** Connects, and stays connected as well as the network allows, until `close`. */
export function connectLive(options: LiveOptions): LiveClient {
  return new Client(options);
}
