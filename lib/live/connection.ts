/**
 * One connected client: its subscriptions, its numbering, and how far behind it is.
 *
 * @module
 */
import type { Subscription } from "./subscription.ts";
import type { LiveChannel, PublicChannel } from "./types.ts";

/** The transport of one client; the hub knows neither WebSocket nor SSE. */
export interface ClientPort {
  /** Hands on a message; `event` repeats its type and id for transports with fields of their own. */
  send(text: string, event?: { type: string; id: string }): void;
  /** Bytes that were sent and not yet taken by the network. */
  bufferedAmount(): number;
  close(code: number, reason: string): void;
  /** Proves life on a quiet connection, where the transport does not do so itself. */
  heartbeat?(): void;
}

/** Where a connection comes from. */
export interface ClientOrigin {
  ip: string;
  /** Whose it is; a visitor's without. */
  userId?: string | null | undefined;
}

/** Bounds of the hub; every one has a default. */
export interface HubLimits {
  /** Age (ms) and count of the events that can be resumed. */
  logAgeMs: number;
  logCount: number;
  /** Unsent bytes above which a client gets last values only, and above which it is closed. */
  conflateBytes: number;
  closeBytes: number;
  /** How long a client may stay behind before it is closed. */
  behindMaxMs: number;
  /** Messages a client may send in a second. */
  messagesPerSecond: number;
  heartbeatMs: number;
  /** Running bars of one series go out at most once in this time. */
  runningBarMs: number;
  /** Connections of one address; null: unlimited for loopback, 50 elsewhere. */
  connectionsPerIp: number | null;
}

/** The limits that hold unless told otherwise. */
export const defaultHubLimits: HubLimits = {
  logAgeMs: 300_000,
  logCount: 20_000,
  conflateBytes: 256_000,
  closeBytes: 2_000_000,
  behindMaxMs: 20_000,
  messagesPerSecond: 20,
  heartbeatMs: 30_000,
  runningBarMs: 1_000,
  connectionsPerIp: null,
};

/** State of one client, owned by the hub. */
export interface Client {
  port: ClientPort;
  ip: string;
  /** Whose connection it is; null for a visitor's. */
  userId: string | null;
  /** Takes what is for this person alone. */
  isPrivate: boolean;
  isOpen: boolean;
  subscriptions: Map<PublicChannel, Subscription>;
  /** Last `seq` of each channel. */
  sequences: Map<LiveChannel, number>;
  /** Groups by which price bytes are shared, so that leaving is cheap. */
  priceKey: string | null;
  /** Its share of each 100 ms: clients of different phases are sent prices at different times. */
  phase: number;
  /** Head of the log when each channel was subscribed to. */
  joined: Map<PublicChannel, number>;
  /** Set while the client is behind: after which numbers it has to be caught up, and since when. */
  behind: { from: number; pricesFrom: number; sinceMs: number } | null;
  /** Bytes that wait for the network at most: those seen last, and the characters sent since. */
  waiting: number;
  /** Tokens left for messages, and when they were last refilled. */
  tokens: number;
  refilledMs: number;
  refusedCount: number;
}

/** Returns the state of a client that has just connected. */
export function createClient(
  port: ClientPort,
  { ip, userId = null, nowMs, tokens, phase }: ClientOrigin & {
    nowMs: number;
    tokens: number;
    phase: number;
  },
): Client {
  return {
    port,
    ip,
    userId,
    isPrivate: false,
    isOpen: true,
    subscriptions: new Map(),
    sequences: new Map(),
    joined: new Map(),
    priceKey: null,
    phase,
    behind: null,
    waiting: 0,
    tokens,
    refilledMs: nowMs,
    refusedCount: 0,
  };
}

/** Takes a token for a message; false when the client sends faster than `perSecond`. */
export function takeMessageToken(client: Client, nowMs: number, perSecond: number): boolean {
  const passedMs = Math.max(0, nowMs - client.refilledMs);
  client.tokens = Math.min(perSecond, client.tokens + passedMs * perSecond / 1000);
  client.refilledMs = nowMs;
  if (client.tokens < 1) {
    client.refusedCount++;
    return false;
  }
  client.tokens--;
  client.refusedCount = 0;
  return true;
}

/** Returns the largest number of connections of an address. */
export function getConnectionsMax(ip: string, limit: number | null): number {
  if (limit !== null) return limit;
  const isLoopback = ip === "::1" || ip === "localhost" || ip.startsWith("127.") ||
    ip.startsWith("::ffff:127.");
  return isLoopback ? Infinity : 50;
}
