/**
 * What the public endpoints are given beside the store: acts and readers of the process around them.
 *
 * All are optional: an endpoint whose provider is not there answers 503 and says so.
 *
 * @module
 */
import type { BackfillRecord, MarketDataRecord } from "../contracts/records.ts";
import type { Metrics } from "../metrics.ts";
import type { QuarantinedTrade } from "../quality/mod.ts";
import type { PipelineStats } from "../pipeline/types.ts";
import type { ParkedJob } from "../store/job_queue.ts";
import type { VisitBook } from "../store/visits.ts";

/** What one collection cycle brought. */
export interface CollectResult {
  /** Records and signals of the whole cycle. */
  signals: number;
  /** By source key. */
  sources: Record<string, CollectedSource>;
}

/** What one source brought in a cycle. */
export interface CollectedSource {
  /** The records themselves, as far as they are shown. */
  data: unknown[];
  /** How many there were. */
  records: number;
  /** Whether it was asked: it answered, failed, was left out, or is still to be asked. */
  status: "ok" | "failed" | "skipped" | "waiting";
  /** The records were not asked for anew: what was stored is fresh enough. */
  cached: boolean;
  /** Why it brought nothing, in plain words. */
  error?: string;
}

/** A feed of a source, and when it last answered. */
export interface FeedInfo {
  name: string;
  cadenceMs: number;
  /** Wall time of the last answer, epoch ms; null before the first. */
  lastSuccessMs: number | null;
  lastError?: string;
  /** What of the product it feeds, in a few words. */
  feature?: string;
}

/** A source as configured. */
export interface SourceInfo {
  /** Key, such as `coingecko`. */
  source: string;
  /** For people. */
  name: string;
  /** False while its key is missing or an operator turned it off; `reason` says which. */
  enabled: boolean;
  reason?: string;
  /** Requests a minute that it allows; null where it says none. */
  limitPerMinute: number | null;
  creditsPerMonth: number | null;
  feeds: FeedInfo[];
}

/** Fetches the past of series. */
export interface BackfillActs {
  /**
   * @throws {RangeError} For an exchange that has no past to give, or a stretch that is not kept; the
   * cause is the pointer of what was wrong.
   */
  start(
    request: Pick<BackfillRecord, "exchange" | "symbol" | "timeframe" | "from" | "to">,
  ): Promise<BackfillRecord>;
  list(): BackfillRecord[];
  get(id: string): BackfillRecord | null;
  stop(id: string): Promise<BackfillRecord | null>;
}

/** What may be given beside the readers of the market. */
export interface PublicDeps {
  /** Asks sources for the figures of an asset: one, else another, else later. Never rejects. */
  demand?(name: string): Promise<{
    record: MarketDataRecord | null;
    from: "cache" | "source" | "alternative" | "queued";
  }>;
  /** Refused trades that are kept for review; absent while none are kept. */
  quarantine?: {
    list(): readonly QuarantinedTrade[];
    release(id: number): "added" | "closed" | "unusable" | null;
  };
  backfills?: BackfillActs;
  /** Runs a whole collection cycle, or joins the running one. */
  collect?(): Promise<CollectResult>;
  /** How often cycles run, ms; default every 15 minutes. */
  getCycleMs?(): number;
  /** Every source, streams and polls. */
  listSources?(): SourceInfo[];
  /** How much of the time since the start a source was healthy; wall time, epoch ms. */
  getUptime?(source: string): { share: number | null; sinceMs: number | null };
  /** Work that was given up. */
  listParkedJobs?(): Promise<ParkedJob[]>;
  /** Bytes of the store on disk; 0 for one that is no local file. */
  getStoreBytes?(): Promise<number>;
  /** How many closed bars the store holds. */
  countBars?(): Promise<number>;
  metrics?: Metrics;
  /** Sums of visits, and whether they are counted; absent where nobody counts. */
  visits?: { book: VisitBook; isCounted(): boolean };
  /** Figures of the live path since its start. */
  readPipeline?(): PipelineStats;
  /** When the process started, epoch ms of the wall clock. */
  startedMs?: number;
}
