/**
 * Polling, once for all sources: asks each feed at its pace and survives whatever it answers.
 *
 * @module
 */
import type { MarketSymbol } from "../lib/market/mod.ts";
import { getMonthEnd, planStretches } from "../lib/resilience/mod.ts";
import { askFeed, createFeedRun, type FeedRun } from "./feed_run.ts";
import { type CollectorHealth, type FeedHealth, mergeFeeds } from "./health.ts";
import type { HttpOptions } from "./http.ts";
import type { PollOptions } from "./poll_options.ts";
import type { Urgency } from "./queue.ts";
import {
  type Feed,
  type FeedContext,
  type PollSource,
  priorities,
  type SourceRecords,
} from "./source.ts";

/** How a source did in one collection cycle. */
export interface PollResult {
  /** `skipped`: switched off, or its market is closed. `waiting`: its first round is still to come. */
  status: "ok" | "failed" | "skipped" | "waiting";
  records: number;
  error?: string;
  duration_ms: number;
}

/** One polled source at work. */
export interface Poller {
  source: PollSource;
  /** Asks every feed at its pace until `signal` is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Asks every feed that is due, or whose last round failed, and joins those that are being asked.
   * Never rejects.
   */
  collect(signal: AbortSignal): Promise<PollResult>;
  /**
   * Asks a feed about these symbols beside its rounds; what it tells is kept, and returned.
   *
   * @throws Whatever `askFeed` throws.
   */
  askFor(feed: Feed, symbols: readonly MarketSymbol[], how: AskFor): Promise<SourceRecords[]>;
  /** Takes over what an earlier process knew of the feeds; before the first round only. */
  recall(known: readonly FeedHealth[]): void;
  health(): CollectorHealth;
  http: HttpOptions;
}

/** How urgent a question is, and how long its request may wait. */
export interface AskFor {
  urgency: Urgency;
  withinMs?: number;
  signal: AbortSignal;
}

/** Feeds that would be due within this part of their cadence are asked with a cycle. */
const aheadShare = 0.1;
/** An answer is asked for so much before the last one reaches its age. */
const leadShare = 0.03;
const leadMaxMs = 10_000;

/** Returns the poller of one source; nothing is asked before `run` or `collect`. */
export function createPoller(source: PollSource, options: PollOptions): Poller {
  return new SourcePoller(source, options);
}

class SourcePoller implements Poller {
  readonly #counts = { reconnects: 0, parseErrors: 0 };
  readonly #runs: FeedRun[];
  readonly #options: PollOptions;
  readonly http: HttpOptions;

  constructor(readonly source: PollSource, options: PollOptions) {
    this.#options = options;
    this.http = options.http;
    this.#runs = source.feeds.map((feed) =>
      createFeedRun(source, feed, {
        ...options,
        counts: this.#counts,
        report: () => options.onHealth(this.health()),
        offReason: () => this.#getOffReason(feed),
        getInterval: () => this.#getInterval(feed),
      })
    );
  }

  health(): CollectorHealth {
    const { clock } = this.#options;
    const merged = mergeFeeds(this.source.key, this.#runs.map((run) => run.health()), {
      breaker: this.http.breaker.getState(clock.now()),
      ...this.#counts,
    });
    if (merged.state !== "disabled") return merged;
    return { ...merged, detail: this.#getOffReason() ?? "disabled" };
  }

  recall(known: readonly FeedHealth[]): void {
    for (const run of this.#runs) run.recall(known);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.loop(signal)));
  }

  async collect(signal: AbortSignal): Promise<PollResult> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    const due = this.#runs.filter((run) =>
      run.isDue(startedMs + this.#getCadence(run.feed) * aheadShare)
    );
    const records = await Promise.all(due.map((run) => run.ask(signal)));
    const { state, detail } = this.health();
    const isSkipped = state === "disabled" || (state === "market_closed" && due.length === 0);
    const isFailing = state === "reconnecting" || state === "blocked" || state === "stopped";
    // One endpoint that was withdrawn degrades that feed, and not the whole source.
    const isPartly = this.#runs.some((run) => run.health().state === "live");
    return {
      status: isSkipped ? "skipped" : isFailing && !isPartly ? "failed" : "ok",
      records: records.reduce((sum, count) => sum + count, 0),
      ...(isFailing ? { error: detail } : {}),
      duration_ms: clock.now() - startedMs,
    };
  }

  async askFor(
    feed: Feed,
    symbols: readonly MarketSymbol[],
    how: AskFor,
  ): Promise<SourceRecords[]> {
    const { clock, put } = this.#options;
    const told: SourceRecords[] = [];
    const context: FeedContext = {
      symbols,
      nowMs: clock.now(),
      getLastBarTime: () => null,
      dexPairs: [],
    };
    for (const request of feed.requests(context)) {
      await askFeed(this.source, feed, request, {
        ...this.#options,
        http: { ...this.http, ...how },
        put: (records) => (told.push(records), put(records)),
      });
    }
    return told;
  }

  #getOffReason(feed?: Feed): string | null {
    const { apiKey, getOffReason } = this.#options;
    const variable = this.source.apiKey?.variable;
    const reason = getOffReason?.() ?? null;
    if (reason !== null || apiKey) return reason;
    if (this.source.apiKey?.isRequired) return `a key is required: set ${variable}`;
    return feed?.needsKey ? `a key is required: set ${variable ?? "the source's key"}` : null;
  }

  #getCadence(feed: Feed): number {
    return this.#options.getCadence?.(feed.name) ?? feed.cadenceMs;
  }

  /** A round begins somewhat before the last one reaches the cadence's age, as answers take time. */
  #getPace(feed: Feed): number {
    const cadenceMs = this.#getCadence(feed);
    return cadenceMs - Math.min(leadMaxMs, cadenceMs * leadShare);
  }

  /** How long to the next round of a feed, with the budget that is left for all of them. */
  async #getInterval(feed: Feed): Promise<number> {
    const now = this.#options.clock.now();
    const quota = await this.http.queue.quota.read();
    const asked = this.#runs.filter((run) => run.health().state !== "disabled");
    const stretches = planStretches(
      asked.map((run) => ({
        name: run.feed.name,
        cadenceMs: this.#getPace(run.feed),
        rank: priorities.indexOf(run.feed.priority),
        ...run.cost(),
      })),
      {
        weightPerMinute: quota.limit,
        credits: (quota.creditsPerMonth ?? Infinity) - quota.credits,
        creditsForMs: getMonthEnd(now) - now,
      },
    );
    const intervalMs = this.#getPace(feed) * (stretches.get(feed.name) ?? 1);
    return Math.min(intervalMs, Math.max(1_000, getMonthEnd(now) - now));
  }
}
