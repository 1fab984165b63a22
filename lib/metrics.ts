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
  /** Sets a counter to what somebody else has counted since the start. */
  setTotal(name: MetricName, total: number, labels?: Labels): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void;
  /** Forgets all values of a metric, before those that exist now are set. */
  clear(name: MetricName): void;
  /** Adds an observation to a histogram; durations in seconds. */
  observe(name: MetricName, value: number, labels?: Labels): void;
  /** Sums a counter over the label values that count. */
  total(name: MetricName, isCounted?: (labels: Labels) => boolean): Promise<number>;
  /** All metrics in Prometheus' text form. */
  render(): Promise<string>;
}

interface Definition {
  kind: "counter" | "gauge" | "histogram";
  help: string;
  labels?: readonly string[];
}

const seconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Every metric the product has; each label takes few values, all known to the code. */
const definitions = {
  trades_received_total: { kind: "counter", help: "Trades received." },
  trades_refused_total: { kind: "counter", help: "Trades that failed a check." },
  trades_late_total: { kind: "counter", help: "Trades that came after their bar." },
  trades_duplicate_total: { kind: "counter", help: "Trades that came twice." },
  collector_errors_total: {
    kind: "counter",
    help: "Frames and answers refused.",
    labels: ["source"],
  },
  collector_up: { kind: "gauge", help: "1 healthy, 0.5 degraded, 0 down.", labels: ["source"] },
  collector_age_seconds: {
    kind: "gauge",
    help: "Seconds since a source last answered.",
    labels: ["source"],
  },
  websocket_reconnections_total: {
    kind: "counter",
    help: "Upstream reconnections.",
    labels: ["source"],
  },
  bars_completed_total: { kind: "counter", help: "Bars completed.", labels: ["timeframe"] },
  bars_refused_total: { kind: "counter", help: "Bars that failed.", labels: ["check"] },
  bars_repaired_total: { kind: "counter", help: "Bars mended from the exchange." },
  bar_completion_duration: { kind: "histogram", help: "Completion to commit, in seconds." },
  indicator_calculation_duration: { kind: "histogram", help: "Indicators of a bar, in seconds." },
  features_calculated_total: { kind: "counter", help: "Feature rows computed." },
  feature_calculation_duration: { kind: "histogram", help: "The newest row, in seconds." },
  quality_checks_passed_total: { kind: "counter", help: "Trades that passed.", labels: ["check"] },
  quality_checks_failed_total: { kind: "counter", help: "Trades that failed.", labels: ["check"] },
  quality_score: { kind: "gauge", help: "Mean quality of the followed symbols' data, 0 to 1." },
  signals_emitted_total: { kind: "counter", help: "Signals stored.", labels: ["type"] },
  notifications_sent_total: {
    kind: "counter",
    help: "Messages handed to a channel, by what came of it.",
    labels: ["channel", "outcome"],
  },
  gaps_opened_total: { kind: "counter", help: "Holes in our watching." },
  gaps_closed_total: {
    kind: "counter",
    help: "Holes by what became of them.",
    labels: ["status"],
  },
  bars_missing: { kind: "gauge", help: "Bars that were expected and are not there." },
  cron_runs: { kind: "gauge", help: "Collection cycles of 24 hours.", labels: ["status"] },
  jobs_parked: { kind: "gauge", help: "Work that was given up." },
  http_requests_total: {
    kind: "counter",
    help: "Answers sent.",
    labels: ["method", "route", "status"],
  },
  http_request_duration: {
    kind: "histogram",
    help: "Request to answer, in seconds.",
    labels: ["route"],
  },
  rate_limit_exceeded_total: { kind: "counter", help: "Requests refused by the limit." },
  cache_hits_total: { kind: "counter", help: "Answers from memory.", labels: ["tier"] },
  cache_misses_total: { kind: "counter", help: "Answers made anew.", labels: ["tier"] },
  cache_memory_bytes: { kind: "gauge", help: "Memory of the cache.", labels: ["tier"] },
  websocket_connections: { kind: "gauge", help: "Live connections." },
  websocket_messages_sent_total: { kind: "counter", help: "Live messages sent." },
  websocket_closed_total: {
    kind: "counter",
    help: "Live connections that we closed.",
    labels: ["reason"],
  },
  db_queries_total: { kind: "counter", help: "Work done at the store's gate." },
  db_query_duration: { kind: "histogram", help: "Work at the store's gate, in seconds." },
  db_connection_pool_size: { kind: "gauge", help: "Permits of the store's gate." },
  db_connection_pool_used: { kind: "gauge", help: "Permits in use." },
  store_bytes: { kind: "gauge", help: "Bytes of the store on disk, with its journal." },
  db_waiting: { kind: "gauge", help: "Work that waits for a permit." },
  circuit_breaker_state: {
    kind: "gauge",
    help: "0 closed, 0.5 half-open, 1 open.",
    labels: ["source"],
  },
  circuit_breaker_transitions: { kind: "counter", help: "State changes.", labels: ["source"] },
  process_resident_memory_bytes: { kind: "gauge", help: "Memory of the process." },
  process_start_time_seconds: { kind: "gauge", help: "Start of the process since 1970." },
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
    setTotal(name, total, labels = {}) {
      const counter = counters.get(name);
      counter?.remove(labels);
      counter?.inc(labels, total);
    },
    set: (name, value, labels = {}) => gauges.get(name)?.set(labels, value),
    clear(name) {
      counters.get(name)?.reset();
      gauges.get(name)?.reset();
    },
    observe: (name, value, labels = {}) => histograms.get(name)?.observe(labels, value),
    async total(name, isCounted = () => true) {
      const { values = [] } = await counters.get(name)?.get() ?? {};
      const counted = values.filter(({ labels }) => isCounted(labels as Labels));
      return counted.reduce((sum, { value }) => sum + value, 0);
    },
    render: () => registry.metrics(),
  };
}
