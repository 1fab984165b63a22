/**
 * What the hub offers and asks for.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { ClientOrigin, ClientPort, HubLimits } from "./connection.ts";
import type { SavedLog } from "./event_log.ts";
import type { Command } from "./subscription.ts";
import type { BarUpdate, LivePublisher, PriceUpdate, PublicChannel } from "./types.ts";

/** What those who join are shown, where the hub itself has not seen it go by. */
export interface HubSnapshot {
  prices(): PriceUpdate[];
  bars?(symbols: readonly string[] | null): BarUpdate[];
  signals(): unknown[];
  continuity(): unknown;
  /** The newest health of every source; without it, the newest changes. */
  health?(): unknown[];
}

/** What delivery looks like from here; counters since the start. */
export interface HubStats {
  connections: number;
  subscriptions: Record<PublicChannel, number>;
  connected: number;
  disconnected: number;
  published: number;
  messagesSent: number;
  bytesSent: number;
  messagesReceived: number;
  badMessages: number;
  sendErrors: number;
  /** Connections refused as too many, and closed for being slow, silent or too talkative. */
  refused: number;
  closedSlow: number;
  closedStale: number;
  closedNoisy: number;
  /** Closed because what they were opened with had ended. */
  closedEnded: number;
  resumed: number;
  resets: number;
  /** Clients that are behind right now. */
  behind: number;
  logSize: number;
}

/** One client's side of the hub. */
export interface LiveConnection {
  /** Takes a text that the client sent. */
  receive(text: string): void;
  /** Acts as if the client had sent this; `initials` replaces a channel's snapshot (JSON). */
  run(command: Command, initials?: Partial<Record<PublicChannel, string>>): void;
  /** The transport is gone; may be called again. `stale` says that it fell silent. */
  disconnect(options?: { stale?: boolean }): void;
}

/**
 * Publishes to connected clients. `tick` is called from outside, best every 10 ms: each call sends
 * prices to the clients whose share of the 100 ms has come, and a late call to all that it missed.
 */
export interface Hub extends LivePublisher {
  /** Returns null (and closes the port) when the user or address has too many connections. */
  connect(port: ClientPort, client: ClientOrigin): LiveConnection | null;
  /** Sends to the connections of one person that subscribed to `alerts`. */
  publishTo(userId: string, data: unknown): void;
  /** Whether one more connection of this user, or of a visitor at this address, would be taken. */
  hasRoom(ip: string, userId?: string | null): boolean;
  tick(): void;
  stats(): HubStats;
  /**
   * The log, to be given to the next start so that clients resume across it. Call it when nothing is
   * published any more, and use it once: a number given out after it would mean two things. It fits
   * one value of the store; whoever missed more than that is reset.
   */
  save(): SavedLog;
  /** Closes every client with 1001. */
  close(): void;
}

/** What the hub is made of; `now` is wall time in epoch ms, `epoch` new at each start. */
export interface HubOptions {
  now(): number;
  epoch: string;
  snapshot: HubSnapshot;
  log: Logger;
  limits?: Partial<HubLimits>;
  /** What `save` of the start before gave; null or nothing when it did not end cleanly. */
  saved?: SavedLog | null;
  /** Events for many clients leave on the clients' turns, within 100 ms; else in one go. */
  isSpread?: boolean;
  /** Turns a canonical id into the exchange's spelling; null where unknown. */
  resolveSymbol?(text: string): string | null;
}

/** Returns the counters of a hub that has just started. */
export function createCounts() {
  return {
    connected: 0,
    disconnected: 0,
    published: 0,
    messagesSent: 0,
    bytesSent: 0,
    messagesReceived: 0,
    badMessages: 0,
    sendErrors: 0,
    refused: 0,
    closedSlow: 0,
    closedStale: 0,
    closedNoisy: 0,
    closedEnded: 0,
    resumed: 0,
    resets: 0,
  };
}
