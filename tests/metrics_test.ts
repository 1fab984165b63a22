import { doesNotMatch, match, throws } from "node:assert/strict";
import { createMetrics } from "../lib/metrics.ts";

Deno.test("render() shows what was counted, with its labels", async () => {
  const metrics = createMetrics();
  metrics.count("collector_errors_total", 3, { source: "binance" });
  metrics.count("collector_errors_total", 2, { source: "binance" });
  metrics.set("circuit_breaker_state", 0.5, { source: "coingecko" });
  metrics.observe("bar_completion_duration", 0.02);
  const text = await metrics.render();
  match(text, /^collector_errors_total\{source="binance"\} 5$/m);
  match(text, /^circuit_breaker_state\{source="coingecko"\} 0.5$/m);
  match(text, /^bar_completion_duration_bucket\{le="0.025"\} 1$/m);
  match(text, /^bar_completion_duration_bucket\{le="0.01"\} 0$/m);
});

Deno.test("two products in one process keep their figures apart", async () => {
  const first = createMetrics();
  const second = createMetrics();
  first.count("bars_completed_total", 7, { timeframe: "1m" });
  doesNotMatch(await second.render(), /timeframe="1m"/);
});

Deno.test("a label that the metric does not have is our mistake and is said loudly", () => {
  const metrics = createMetrics();
  throws(() => metrics.count("trades_received_total", 1, { symbol: "BTCUSDT" }), /symbol/);
});

Deno.test("a total that somebody else has counted is taken over, not added", async () => {
  const metrics = createMetrics();
  for (const total of [5, 9, 2]) metrics.setTotal("collector_errors_total", total, { source: "a" });
  metrics.setTotal("collector_errors_total", 1, { source: "b" });
  const text = await metrics.render();
  match(text, /^collector_errors_total\{source="a"\} 2$/m);
  match(text, /^collector_errors_total\{source="b"\} 1$/m);
});

Deno.test("what was cleared is gone until it is set again", async () => {
  const metrics = createMetrics();
  metrics.set("cron_runs", 3, { status: "failed" });
  metrics.clear("cron_runs");
  metrics.set("cron_runs", 1, { status: "done" });
  const text = await metrics.render();
  doesNotMatch(text, /status="failed"/);
  match(text, /^cron_runs\{status="done"\} 1$/m);
});
