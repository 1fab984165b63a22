/**
 * Metrics: counters, gauges and histograms by name, in Prometheus' text form.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Label names with their values; never a value without bounds, such as an id. */
export type Labels = Record<string, string>;

/** What the rest of the house may do with metrics. */
export interface Metrics {
  /** Adds `n` (default 1) to a counter. */
  count(name: MetricName, n?: number, labels?: Labels): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void;
  /** Adds an observation to a histogram; durations in seconds. */
  observe(name: MetricName, value: number, labels?: Labels): void;
  /** All metrics in Prometheus' text form. */
  render(): Promise<string>;
}

interface Definition {
  kind: "counter" | "gauge" | "histogram";
  help: string;
  labels?: readonly string[];
}

const seconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Every metric the product has. */
const definitions = {
  trades_received_total: { kind: "counter", help: "Trades received.", labels: ["source"] },
  collector_errors_total: {
    kind: "counter",
    help: "Frames and answers refused.",
    labels: ["source"],
  },
  websocket_reconnections_total: {
    kind: "counter",
    help: "Upstream reconnections.",
    labels: ["source"],
  },
  bars_completed_total: { kind: "counter", help: "Bars completed.", labels: ["timeframe"] },
  bar_completion_duration: { kind: "histogram", help: "Bucket end to commit, in seconds." },
  indicator_calculation_duration: { kind: "histogram", help: "Indicators of a bar, in seconds." },
  features_calculated_total: { kind: "counter", help: "Feature rows computed." },
  feature_calculation_duration: { kind: "histogram", help: "Features of a bar, in seconds." },
  quality_checks_passed_total: { kind: "counter", help: "Trades that passed.", labels: ["check"] },
  quality_checks_failed_total: { kind: "counter", help: "Trades that failed.", labels: ["check"] },
  signals_emitted_total: { kind: "counter", help: "Signals stored.", labels: ["type"] },
  gaps_opened_total: { kind: "counter", help: "Holes in our watching.", labels: ["source"] },
  http_requests_total: { kind: "counter", help: "Answers sent.", labels: ["route", "status"] },
  http_request_duration: { kind: "histogram", help: "Request to answer, in seconds." },
  rate_limit_exceeded_total: { kind: "counter", help: "Requests refused by the limit." },
  cache_hits_total: { kind: "counter", help: "Answers from memory.", labels: ["tier"] },
  cache_misses_total: { kind: "counter", help: "Answers made anew.", labels: ["tier"] },
  websocket_connections: { kind: "gauge", help: "Live connections." },
  websocket_messages_sent_total: { kind: "counter", help: "Live messages sent." },
  db_connection_pool_size: { kind: "gauge", help: "Permits in use at the store's gate." },
  circuit_breaker_state: {
    kind: "gauge",
    help: "0 closed, 0.5 half-open, 1 open.",
    labels: ["source"],
  },
  circuit_breaker_transitions: { kind: "counter", help: "State changes.", labels: ["source"] },
} as const satisfies Record<string, Definition>;

/** Name of a metric. */
export type MetricName = keyof typeof definitions;

/** Returns metrics of their own registry, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, definition] of Object.entries(definitions) as [string, Definition][]) {
    const options = {
      name,
      help: definition.help,
      labelNames: [...definition.labels ?? []],
      registers: [registry],
    };
    if (definition.kind === "counter") counters.set(name, new Counter(options));
    if (definition.kind === "gauge") gauges.set(name, new Gauge(options));
    if (definition.kind === "histogram") {
      histograms.set(name, new Histogram({ ...options, buckets: seconds }));
    }
  }
  return {
    count: (name, n = 1, labels = {}) => counters.get(name)?.inc(labels, n),
    set: (name, value, labels = {}) => gauges.get(name)?.set(labels, value),
    observe: (name, value, labels = {}) => histograms.get(name)?.observe(labels, value),
    render: () => registry.metrics(),
  };
}
