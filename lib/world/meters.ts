/**
 * Metrics of the live path: what its parts tell in words of their own, under the names that
 * Prometheus asks for.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Metrics } from "../metrics.ts";
import type { Pipeline, PipelineMetrics } from "../pipeline/mod.ts";
import type { Collection } from "../store/types.ts";

/** Returns what is told of each work at the store's gate, and how long it took, ms. */
export function createStoreMeter(
  metrics: Pick<Metrics, "count" | "observe">,
): (ms: number) => void {
  return (ms) => {
    metrics.count("db_queries_total");
    metrics.observe("db_query_duration", ms / 1_000);
  };
}

/** Returns where the pipeline's own figures go; one that has no metric is our mistake. */
export function createPipelineMeter(metrics: Pick<Metrics, "count" | "observe">): PipelineMetrics {
  return {
    count(name, n = 1, labels = {}) {
      if (name === "gaps") return countGap(metrics, labels.status, n);
      // Refusals of trades are read with the other results of their checks.
      if (name === "bars_refused") return metrics.count("bars_refused_total", n, labels);
      if (name !== "trades_refused") throw new RangeError(`Cannot count ${name}: it has no metric`);
    },
    observe(name, valueMs) {
      const seconds = valueMs / 1_000;
      if (name === "bar_store_ms") return metrics.observe("bar_completion_duration", seconds);
      if (name !== "indicator_ms") throw new RangeError(`Cannot observe ${name}: it has no metric`);
      metrics.observe("indicator_calculation_duration", seconds);
    },
  };
}

function countGap(metrics: Pick<Metrics, "count">, status: string | undefined, n: number): void {
  if (status === "open") metrics.count("gaps_opened_total", n);
  else metrics.count("gaps_closed_total", n, { status: status ?? "unknown" });
}

/** Counts the signals that are published through `live`, by their type; returns it. */
export function meterSignals<T extends Pick<LivePublisher, "publish">>(
  live: T,
  metrics: Pick<Metrics, "count">,
): T {
  const publish = live.publish.bind(live);
  live.publish = (channel, data, match) => {
    if (channel === "signals" || channel === "dex_signals") {
      metrics.count("signals_emitted_total", 1, { type: match?.type ?? "unknown" });
    }
    publish(channel, data, match);
  };
  return live;
}

/** Returns the collection with its new rows counted: features are worked out once for each. */
export function meterFeatures<T extends { id: string }>(
  features: Collection<T>,
  metrics: Pick<Metrics, "count">,
): Collection<T> {
  return {
    ...features,
    async putMany(rows) {
      await features.putMany(rows);
      metrics.count("features_calculated_total", rows.length);
    },
  };
}

/** Counts bars as they close, and times the newest features as somebody asks for them. */
export function meterPipeline(
  pipeline: Pipeline,
  { metrics, now }: { metrics: Pick<Metrics, "count" | "observe">; now: Clock["now"] },
): Pipeline {
  pipeline.onClosedBar(({ timeframe }, bars, kind) => {
    if (kind === "closed") metrics.count("bars_completed_total", bars.length, { timeframe });
  });
  const newest = new Map<string, unknown>();
  return {
    ...pipeline,
    getFeatures(symbol, timeframe) {
      const startMs = now();
      const row = pipeline.getFeatures(symbol, timeframe);
      const name = `${symbol} ${timeframe}`;
      // The same row is one that was worked out before.
      if (row !== null && newest.get(name) !== row) {
        newest.set(name, row);
        metrics.observe("feature_calculation_duration", Math.max(0, now() - startMs) / 1_000);
      }
      return row;
    },
  };
}
