/**
 * What a connection is made from, what it tells, and what it knows of each socket that it reads.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Connection } from "./connection.ts";
import type { SourceCredentials } from "./keys.ts";
import type { FrameSocket, OpenSocket } from "./socket.ts";
import type { CollectionTuning } from "./tuning.ts";
import type { SourceParseError, StreamEvent, StreamSource } from "./source.ts";

/** What a connection tells its stream. */
export interface ConnectionHandlers {
  /** What one frame said; `isPrimary` is false for a successor that is being warmed up. */
  onEvents(connection: Connection, events: readonly StreamEvent[], isPrimary: boolean): void;
  /** Resolves when more may be read. */
  settled(): Promise<void>;
  /** The first frame after connecting came. */
  onLive(connection: Connection, isAgain: boolean): void;
  onLost(connection: Connection, reason: string): void;
  onParseError(error: SourceParseError): void;
  /** Says whether the exchange itself stands still, so that silence is no fault. */
  isStandingStill(sinceMs: number): Promise<boolean>;
}

/** What a connection needs. */
export interface ConnectionOptions {
  source: StreamSource;
  addresses: readonly string[];
  clock: Clock;
  log: Logger;
  open: OpenSocket;
  handlers: ConnectionHandlers;
  /** What signs in, where the source asks for it. */
  credentials?: SourceCredentials;
  /** How patient it is now. */
  getTuning?: () => CollectionTuning;
}

/** One socket that is being read. */
export interface Reading {
  socket: FrameSocket;
  lastMs: number;
  isPrimary: boolean;
  /** True while a frame is being worked on: waiting for us is not silence. */
  isBusy: boolean;
  hasFrame: boolean;
  /** True once subscriptions may be sent. */
  isReady: boolean;
  firstFrame: Promise<void>;
  /** Resolves with the reason when the socket is gone. */
  ended: Promise<string>;
}
