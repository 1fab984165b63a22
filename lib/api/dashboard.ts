/**
 * What the dashboards show: sums, signals, payments by day, and the health of every part.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  dashboardHealthSchema,
  dashboardSignalsQuerySchema,
  statsSchema,
  transactionsQuerySchema,
  transactionsSchema,
} from "../contracts/dashboard.ts";
import type { CollectorHealth } from "../contracts/health.ts";
import { signalsSchema } from "../contracts/signals.ts";
import { readPayments } from "./dashboard_payments.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { linkNext } from "./paging.ts";
import { findStatusCode, hideAddresses } from "./reasons.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";
import { answerSignals } from "./signals.ts";
import { readStats } from "./stats.ts";
import { readUsage } from "./usage.ts";

const tags = ["dashboard"];
const statsRoute = createRoute({
  method: "get",
  path: "/dashboard/api/stats",
  tags,
  summary: "Sums over signals, transactions, market, entities and sources",
  responses: describeAnswers(statsSchema, "The sums"),
});
const signalsRoute = createRoute({
  method: "get",
  path: "/dashboard/api/signals",
  tags,
  summary: "Signals, newest first",
  request: { query: dashboardSignalsQuerySchema },
  responses: describeAnswers(signalsSchema, "Signals that match"),
});
const transactionsRoute = createRoute({
  method: "get",
  path: "/dashboard/api/transactions",
  tags,
  summary: "Confirmed payments by day",
  request: { query: transactionsQuerySchema },
  responses: describeAnswers(transactionsSchema, "Days and sums by currency"),
});
const healthRoute = createRoute({
  method: "get",
  path: "/dashboard/api/health",
  tags,
  summary: "Health of store, cache and every source",
  responses: describeAnswers(dashboardHealthSchema, "The parts, healthy or not"),
});

/** Sums are kept this long (ms), or until something that is summed is written. */
const keptMs = 300_000;
const hourMs = 3_600_000;

/** Binds the dashboards' endpoints. */
export function bindDashboard(api: Api, deps: ApiDeps): void {
  const startedMs = deps.startedMs ?? deps.now();
  const kept = deps.answers.family<Awaited<ReturnType<typeof readStats>>>("stats", {
    ttlMs: keptMs,
    madeOf: {
      bars: true,
      signals: true,
      symbols: true,
      mentions: true,
      transactions: true,
      apiUsage: true,
    },
  });
  const used = deps.answers.family<Awaited<ReturnType<typeof readUsage>>>("usage", {
    ttlMs: keptMs,
    madeOf: { apiUsage: true },
  });
  const readRecent = () => readUsage(deps, deps.now() - 2 * hourMs);

  api.openapi(statsRoute, async (c) => {
    const { value, cached } = await kept.get("stats", () => readStats(deps));
    return c.json({ ...value, cached, recorded: describeRecording(deps.getMode()) }, 200);
  });

  api.use("/dashboard/api/signals", requireReader(deps));
  api.openapi(signalsRoute, async (c) => {
    const answer = await answerSignals(deps, c.req.valid("query"));
    linkNext(c, answer.next_cursor);
    return c.json(answer, 200);
  });

  api.openapi(transactionsRoute, async (c) => {
    const { range } = c.req.valid("query");
    const { truncated, ...payments } = await readPayments(deps, range);
    return c.json({
      ...payments,
      timeRange: range,
      truncated,
      timestamp: deps.now(),
    }, 200);
  });

  api.openapi(healthRoute, async (c) =>
    c.json({
      ...await readParts(deps),
      apis: describeApis(deps, (await used.get("hours", readRecent)).value),
      uptime: Math.max(0, deps.now() - startedMs) / 1_000,
      timestamp: deps.now(),
    }, 200));
}

/** Asks store and cache for something small, and measures how long they take. */
async function readParts(deps: ApiDeps) {
  const measure = async (ask: () => unknown) => {
    const startMs = deps.now();
    try {
      await ask();
      return { status: "healthy" as const, responseTime: deps.now() - startMs };
    } catch (error) {
      deps.log.error("A part does not answer", { error: String(error) });
      return { status: "unhealthy" as const, error: "does not answer" };
    }
  };
  return {
    database: await measure(() => deps.store.getState("health")),
    cache: await measure(() => deps.charts.stats()),
  };
}

/**
 * Every collector with the mean response time of its last hours, where it asks and is answered, and
 * with the status that it was refused with last.
 */
function describeApis(deps: ApiDeps, usage: Awaited<ReturnType<typeof readUsage>>) {
  return Object.fromEntries(
    deps.listCollectors().map((collector) => {
      const { source, detail } = collector;
      const status = judgeApi(collector);
      const responseTime = usage.bySource.get(source)?.avg_response_time;
      return [source, {
        status,
        ...(responseTime === undefined || responseTime === null ? {} : { responseTime }),
        ...(status === "healthy" || detail === undefined ? {} : describeFailure(detail)),
      }];
    }),
  );
}

/** One that does not answer, in part or at all, is not healthy; one not asked yet is not ill. */
function judgeApi({ status, state }: CollectorHealth): "healthy" | "unhealthy" | "disabled" {
  if (state === "disabled") return "disabled";
  return status === "down" || state === "reconnecting" ? "unhealthy" : "healthy";
}

function describeFailure(detail: string): { statusCode?: number; error: string } {
  const statusCode = findStatusCode(detail);
  return { ...(statusCode === undefined ? {} : { statusCode }), error: hideAddresses(detail) };
}
