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
  /** Says whether what it was opened with still holds; it is asked again and again. */
  isInForce?: (() => Promise<boolean>) | undefined;
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
  /** Connections of visitors at one address; null: unlimited for loopback, 50 elsewhere. */
  connectionsPerIp: number | null;
  /** Connections of one signed-in user, wherever they are. */
  connectionsPerUser: number;
  /** How often each connection's right to be open is looked at. */
  checkMs: number;
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
  connectionsPerUser: 10,
  checkMs: 2_000,
};

/** State of one client, owned by the hub. */
export interface Client {
  port: ClientPort;
  /** Among whose connections it is counted. */
  group: string;
  /** Whose connection it is; null for a visitor's. */
  userId: string | null;
  isInForce: (() => Promise<boolean>) | null;
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
  { ip, userId = null, isInForce, nowMs, tokens, phase }: ClientOrigin & {
    nowMs: number;
    tokens: number;
    phase: number;
  },
): Client {
  return {
    port,
    group: nameGroup({ ip, userId }),
    userId,
    isInForce: isInForce ?? null,
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

/** Names among whose connections one is counted: a user's wherever they are, else an address's. */
export function nameGroup({ ip, userId = null }: ClientOrigin): string {
  return userId === null ? `ip ${ip}` : `user ${userId}`;
}

/** Returns how many connections a user, or else an address, may have. */
export function getConnectionsMax(
  { ip, userId = null }: ClientOrigin,
  { connectionsPerIp, connectionsPerUser }: HubLimits,
): number {
  if (userId !== null) return connectionsPerUser;
  if (connectionsPerIp !== null) return connectionsPerIp;
  const isLoopback = ip === "::1" || ip === "localhost" || ip.startsWith("127.") ||
    ip.startsWith("::ffff:127.");
  return isLoopback ? Infinity : 50;
}
