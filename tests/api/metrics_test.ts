import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { createMetrics } from "../../lib/metrics.ts";
import { NOW_MS, type TestApi } from "../support/api.ts";
import { withPublicApi } from "../support/public_api.ts";
import { checkMetrics } from "../support/promtool.ts";

const token = "t".repeat(64);
const stats = {
  trades: 10,
  tradesPerSecond: 1,
  rejected: 2,
  late: 3,
  duplicates: 4,
  bars: 5,
  repaired: 6,
  signals: 7,
  waiting: 0,
  latencyMs: { last: 1, max: 2 },
  compared: 1,
  equal: 1,
  equalShare: 1,
};
const part = {
  startedMs: NOW_MS - 1_000,
  readPipeline: () => stats,
  getStoreGate: () => ({ size: 12, inUse: 3, waiting: 1 }),
  getStoreBytes: () => Promise.resolve(4_096),
  listParkedJobs: () => Promise.resolve([]),
  listCollectors: () => [{
    source: "binance",
    status: "degraded" as const,
    lastMessageMs: NOW_MS - 4_000,
    parseErrors: 2,
    reconnects: 3,
    breaker: "HALF_OPEN",
  }],
};

const read = async (api: TestApi["api"]) => await (await api.request("/metrics")).text();

Deno.test("metrics hold what the parts have counted", () =>
  withPublicApi(async ({ api }) => {
    const text = await read(api);
    for (
      const line of [
        'collector_up{source="binance"} 0.5',
        'collector_age_seconds{source="binance"} 4',
        'collector_errors_total{source="binance"} 2',
        'websocket_reconnections_total{source="binance"} 3',
        'circuit_breaker_state{source="binance"} 0.5',
        "trades_received_total 10",
        "trades_refused_total 2",
        "trades_late_total 3",
        "trades_duplicate_total 4",
        "bars_repaired_total 6",
        "db_connection_pool_size 12",
        "db_connection_pool_used 3",
        'cron_runs{status="done"} 1',
        'cron_runs{status="failed"} 1',
        "jobs_parked 0",
        "store_bytes 4096",
        "websocket_connections 0",
        `process_start_time_seconds ${NOW_MS / 1_000 - 1}`,
      ]
    ) ok(text.includes(`${line}\n`), `${line} is missing`);
    // Counted by others since their start: reading twice must not add up.
    match(await read(api), /^trades_late_total 3$/m);
  }, { part }));

Deno.test("the quality of followed symbols is summed by check, that of others is not", () => {
  const checks: Record<string, Record<string, { passed: number; failed: number }>> = {
    BTCUSDT: { ohlc: { passed: 5, failed: 1 }, freshness: { passed: 6, failed: 0 } },
    ETHUSDT: { ohlc: { passed: 7, failed: 2 } },
    OLDUSDT: { ohlc: { passed: 100, failed: 100 } },
  };
  return withPublicApi(async ({ api, deps }) => {
    deps.market.getQuality = (symbol) =>
      checks[symbol]
        ? { id: symbol, symbol, score: 0.5, timestamp: NOW_MS, checks: checks[symbol] }
        : null;
    const text = await read(api);
    for (
      const line of [
        'quality_checks_passed_total{check="ohlc"} 12',
        'quality_checks_failed_total{check="ohlc"} 3',
        'quality_checks_passed_total{check="freshness"} 6',
        "quality_score 0.5",
      ]
    ) ok(text.includes(`${line}\n`), `${line} is missing`);
  });
});

Deno.test("Prometheus' own checker reads every metric without a syntax error", () =>
  withPublicApi(async ({ api }) => {
    await api.request("/signals");
    await api.request('/market-data/"quoted\\');
    const complaints = await checkMetrics(await read(api));
    // Prescribed names of durations and counters lack the suffixes that its style guide likes.
    const serious = complaints.filter((line) =>
      !/counter metrics should have|use base unit|should have "_total"/.test(line)
    );
    deepEqual(serious, []);
    deepEqual((await checkMetrics("a{b=} 1\n")).length > 0, true, "the checker does check");
  }, { part }));

Deno.test("all prescribed names are there", async () => {
  const text = await createMetrics().render();
  const names = [
    "trades_received_total",
    "collector_errors_total",
    "websocket_reconnections_total",
    "bars_completed_total",
    "bar_completion_duration",
    "indicator_calculation_duration",
    "features_calculated_total",
    "feature_calculation_duration",
    "db_queries_total",
    "db_query_duration",
    "db_connection_pool_size",
    "cache_hits_total",
    "cache_misses_total",
    "http_requests_total",
    "http_request_duration",
    "rate_limit_exceeded_total",
    "websocket_connections",
    "websocket_messages_sent_total",
    "circuit_breaker_state",
    "circuit_breaker_transitions",
    "cron_runs",
    "quality_checks_passed_total",
    "quality_checks_failed_total",
    "quality_score",
  ];
  for (const name of names) match(text, new RegExp(`^# TYPE ${name} `, "m"));
});

Deno.test("requests are counted by their route and not by their address", () =>
  withPublicApi(async ({ api }) => {
    await api.request("/api/v1/charts/BTCUSDT?limit=1");
    await api.request("/api/v1/charts/NOPE1");
    await api.request("/api/v1/charts/NOPE2");
    await api.request("/no/such/address/4711");
    await api.request("/signals", { method: "BREW" });
    const text = await read(api);
    const route = 'method="GET",route="/api/v1/charts/:symbol"';
    ok(text.includes(`http_requests_total{${route},status="200"} 1`), text.slice(0, 3000));
    ok(text.includes(`http_requests_total{${route},status="404"} 2`));
    match(text, /http_requests_total\{method="GET",route="unmatched",status="404"\} 1/);
    match(text, /method="other"/);
    match(text, /http_request_duration_count\{route="\/api\/v1\/charts\/:symbol"\} 3/);
    doesNotMatch(text, /NOPE|4711|BREW/);
  }));

Deno.test("requests that the limit refuses are counted", () =>
  withPublicApi(async ({ api }) => {
    for (let i = 0; i < 3; i++) await api.request("/signals", {}, { ip: "10.0.0.9" });
    match(await read(api), /^rate_limit_exceeded_total 1$/m);
  }, { part: { rateLimit: 2 } }));

const askers: { name: string; ip: string; headers?: Record<string, string>; status: number }[] = [
  { name: "loopback", ip: "127.0.0.1", status: 200 },
  { name: "loopback of the newer kind", ip: "::1", status: 200 },
  { name: "mapped loopback", ip: "::ffff:127.0.0.1", status: 200 },
  { name: "another machine", ip: "10.0.0.1", status: 401 },
  { name: "an address that begins alike", ip: "::1a", status: 401 },
  {
    name: "somebody behind a proxy on this machine",
    ip: "127.0.0.1",
    headers: { "x-forwarded-for": "203.0.113.1" },
    status: 401,
  },
  {
    name: "an operator elsewhere",
    ip: "10.0.0.1",
    headers: { authorization: `Bearer ${token}` },
    status: 200,
  },
  {
    name: "a stranger with a wrong token",
    ip: "10.0.0.1",
    headers: { authorization: "Bearer wrong" },
    status: 401,
  },
];
for (const { name, ip, headers = {}, status } of askers) {
  Deno.test(`metrics asked for by ${name} are ${status}`, () =>
    withPublicApi(async ({ api }) => {
      const response = await api.request("/metrics", { headers }, { ip });
      equal(response.status, status);
      const type = response.headers.get("content-type")!;
      match(type, status === 200 ? /^text\/plain; version=0\.0\.4/ : /problem\+json/);
      await response.body?.cancel();
    }));
}
