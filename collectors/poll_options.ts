/**
 * What polling is given: whom to ask and how, and who is told what came of it.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { CollectorHealth } from "./health.ts";
import type { HttpOptions } from "./http.ts";
import type { FeedContext, SourceRecords } from "./source.ts";
import type { CollectionTuning } from "./tuning.ts";
import type { Usage } from "./usage.ts";

/** What polling needs. */
export interface PollOptions {
  /** The source's key, where one is given. */
  apiKey?: string;
  /** What feeds may know, read anew each round. */
  readContext(): Promise<FeedContext>;
  http: HttpOptions;
  /** Keeps what an answer told; returns how many records that were. */
  put(records: SourceRecords): Promise<number>;
  clock: Clock;
  log: Logger;
  onHealth(health: CollectorHealth): void;
  usage?: Usage;
  /** Another pace than the source's file gives, ms. */
  getCadence?(feed: string): number | undefined;
  /** How patient it is; asked each time. */
  getTuning?: () => CollectionTuning;
  /** Switched off by an operator, in plain words; null for not. */
  getOffReason?(): string | null;
}
