/**
 * What every stage of a collection cycle is given, and says at its end.
 *
 * @module
 */
import type { FigureMoment } from "../alerts/mod.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { WorldStore } from "../store/types.ts";

/** The stages, in their order; each is a topic of the job queue. */
export const stages = ["collect", "compute", "evaluate", "notify"] as const;
/** See `stages`. */
export type Stage = (typeof stages)[number];

/** What a stage works with. */
export interface StageContext {
  store: WorldStore;
  live: LivePublisher;
  log: Logger;
  /** Market time, epoch ms: what detectors look back from. */
  marketNow(): number;
  /** Wall time, epoch ms: for `created_at` and durations. */
  now(): number;
  /** Failures in a row that operators are told of; default 3. */
  getAlertFailures?: () => number;
  /** Told of every new figure that alerts may wait for. */
  onFigure?: (figure: FigureMoment) => void;
  /** Told when something that operators have to know begins or is over; a rejection fails the stage. */
  onOperatorAlert?: (alert: OperatorAlert) => Promise<void>;
}

/** Something that operators have to know; it stays until it is over. */
export interface OperatorAlert {
  /** A source, or `cycle` for all of them. */
  id: string;
  /** In plain words, the last error included. */
  message: string;
  failures: number;
  /** Wall time, epoch ms. */
  sinceMs: number;
  /** Null while it lasts. */
  resolvedMs: number | null;
  /** What it is called while it lasts and when it is over; by default that `id` keeps failing. */
  title?: string;
  titleOver?: string;
  /** Page that shows it, as a path; by default that of the sources. */
  link?: string;
}

/** What a stage did; the same run again does nothing and says zeros. */
export interface StageResult {
  /** Headlines judged, mentions found, samples summed up. */
  records: number;
  signals: number;
}
