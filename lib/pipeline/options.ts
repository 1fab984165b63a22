/**
 * What a pipeline is made of.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { Timeframe, TradingCalendar } from "../market/mod.ts";
import type { Quarantine, TradeLimits } from "../quality/mod.ts";
import type { Detector, Thresholds } from "../signals/types.ts";
import type { WorldStore } from "../store/types.ts";

/** Where figures go. */
export interface PipelineMetrics {
  count(name: string, n?: number, labels?: Record<string, string>): void;
  observe(name: string, value: number): void;
}

/** What a pipeline is made of. */
export interface PipelineOptions {
  store: WorldStore;
  live: LivePublisher;
  detectors: readonly Detector[];
  clock: Clock;
  log: Logger;
  mode: "live" | "replay";
  metrics?: PipelineMetrics;
  /** How old a trade may be. */
  freshnessMs?: number;
  /** What trades are judged by, read anew with each one; goes before `freshnessMs`. */
  limits?: Readonly<TradeLimits>;
  /** Bars that trades make; "1h" for recordings whose trades are four an hour. */
  baseTimeframe?: Timeframe;
  thresholds?: Readonly<Record<string, Thresholds>>;
  /** Trading hours by exchange, null for one that never closes; default those of the product. */
  getCalendar?: (exchange: string) => TradingCalendar | null;
  /** Keeps refused trades for review. */
  quarantine?: Quarantine;
}
