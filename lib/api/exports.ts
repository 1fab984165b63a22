/**
 * Exports: bars, signals, outcomes, figures, and what belongs to a person, as files that stream.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { symbolParamSchema } from "../contracts/common.ts";
import { BadRequestError, RateLimitedError } from "../contracts/errors.ts";
import {
  barsQuerySchema,
  exportParamSchema,
  exportsPerMinute,
  formatQuerySchema,
  ownTables,
  portfolioQuerySchema,
  tableQuerySchema,
} from "../contracts/exports.ts";
import type { PortfolioRecord } from "../contracts/owned.ts";
import { type ExportFormat, exportMedia, exportRows } from "../export/rows.ts";
import type { ExportColumn } from "../export/columns.ts";
import { activityColumns, toActivityRow } from "../portfolio/activity_table.ts";
import { createBuckets, createMemoryBucketCells } from "../store/mod.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { listOwn, listSnapshot, streamLines } from "./exports_own.ts";
import {
  type ExportRange,
  type ExportTable,
  openBars,
  openDashboard,
  openMarketTable,
  openOwnTable,
} from "./exports_tables.ts";
import { getIp, requireReader } from "./guards.ts";
import { identify, requireUser } from "./identity.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer } from "./portfolios_parts.ts";
import { nameClient } from "./rate_limit.ts";
import { resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/export";
const tags = ["exports"];
const windowMs = 60_000;

const text = z.string();
const fileContent = {
  "text/csv": { schema: text },
  "application/json": { schema: z.array(z.unknown()).openapi({ example: [] }) },
  "application/x-ndjson": { schema: text },
  "application/vnd.apache.parquet": { schema: text.openapi({ format: "binary" }) },
};
const fileAnswers = {
  ...describeAnswers(z.unknown(), ""),
  ...unavailable,
  200: { description: "The file, streamed", content: fileContent },
};
const lineAnswers = {
  ...describeAnswers(z.unknown(), ""),
  ...unavailable,
  200: {
    description: "Lines of `{ kind, record }`",
    content: { "application/x-ndjson": { schema: text } },
  },
};

const barsRoute = createRoute({
  method: "get",
  path: `${path}/{symbol}`,
  tags,
  summary: "Closed bars of a symbol, oldest first",
  request: { params: symbolParamSchema, query: barsQuerySchema },
  responses: fileAnswers,
});

const tableRoute = <Name extends string>(name: Name, summary: string) =>
  createRoute({
    method: "get",
    path: `${path}/${name}`,
    tags,
    summary,
    request: { query: tableQuerySchema },
    responses: { ...fileAnswers, ...scopeAnswer },
  });

const dashboardRoute = createRoute({
  method: "get",
  path: `${path}/dashboard`,
  tags,
  summary: "What the dashboard shows of every followed symbol",
  request: { query: formatQuerySchema },
  responses: fileAnswers,
});

const snapshotRoute = createRoute({
  method: "get",
  path: `${path}/snapshot`,
  tags,
  summary: "The market as it stands: symbols, prices, quality, newest signals and outcomes",
  responses: lineAnswers,
});

const meRoute = createRoute({
  method: "get",
  path: `${path}/me`,
  tags,
  summary: "Everything that is kept of whoever asks, without secrets",
  responses: { ...lineAnswers, ...scopeAnswer },
});

const portfolioRoute = createRoute({
  method: "get",
  path: `${path}/portfolios/{id}`,
  tags,
  summary: "Activities, holdings or value history of one's portfolio",
  request: { params: exportParamSchema, query: portfolioQuerySchema },
  responses: { ...fileAnswers, ...scopeAnswer },
});

/** Binds the exports; `desk` values portfolios. */
export function bindExports(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  api.use(`${path}/*`, requireReader(deps));
  for (const name of [...ownTables, "me", "portfolios/*"]) {
    api.use(`${path}/${name}`, requireUser(deps, "export"));
  }
  // Behind the guards, so that who may not export is not counted.
  api.use(`${path}/*`, limitExports(deps));
  bindMarket(api, deps);
  bindOwn(api, deps, desk);
  // Last, as its path fits those of all tables.
  api.openapi(barsRoute, async (c) => {
    const { format, timeframe, start, end } = readRange(c.req.valid("query"));
    const { symbol } = await resolveSymbol(deps, c.req.valid("param").symbol);
    const table = openBars(deps.store.bars, { symbol, timeframe, start, end });
    return answerFile(c, deps, { name: `${symbol}-${timeframe}`, format, table });
  });
}

function bindMarket(api: Api, deps: ApiDeps): void {
  const summaries = {
    signals: "Signals, newest first",
    outcomes: "What came of signals, newest first",
    market: "Figures of assets and symbols, newest first",
  };
  for (const name of ["signals", "outcomes", "market"] as const) {
    api.openapi(tableRoute(name, summaries[name]), (c) => {
      const { format, ...range } = readRange(c.req.valid("query"));
      const table = openMarketTable[name](deps.store, range);
      return answerFile(c, deps, { name, format, table });
    });
  }
  api.openapi(dashboardRoute, async (c) => {
    const table = await openDashboard(deps);
    const { format } = c.req.valid("query");
    return answerFile(c, deps, { name: "dashboard", format, table });
  });
  api.openapi(snapshotRoute, (c) =>
    answerStream(c, deps, {
      name: "snapshot",
      format: "ndjson",
      body: streamLines(listSnapshot(deps)),
    }));
}

function bindOwn(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  for (const name of ownTables) {
    api.openapi(tableRoute(name, `One's ${name}, newest first`), async (c) => {
      const userId = await readOwner(c, deps, "export");
      const { format, ...range } = readRange(c.req.valid("query"));
      const table = openOwnTable[name](getOwned(deps), userId, range);
      return answerFile(c, deps, { name, format, table });
    });
  }
  api.openapi(meRoute, async (c) => {
    const userId = await readOwner(c, deps, "export");
    const body = streamLines(listOwn(getOwned(deps), userId));
    return answerStream(c, deps, { name: "my-data", format: "ndjson", body });
  });
  api.openapi(portfolioRoute, async (c) => {
    const userId = await readOwner(c, deps, "export");
    const { id } = c.req.valid("param");
    const portfolio = await readOwn(getOwned(deps), "portfolios", { id, userId });
    const { format, table: name, ...range } = readRange(c.req.valid("query"));
    const table = await openPortfolioTable[name](desk, portfolio, range);
    return answerFile(c, deps, { name: `portfolio-${name}`, format, table });
  });
}

type PortfolioTable = (
  desk: PortfolioDesk,
  portfolio: PortfolioRecord,
  range: ExportRange,
) => Promise<ExportTable>;

const holdingFields = ["exchange", "symbol", "currency"] as const;
const holdingSums = [
  ...["quantity", "price", "average", "costOwn", "valueOwn", "realisedOwn", "unrealisedOwn"],
  ...["cost", "value", "realised_pnl", "unrealised_pnl", "income", "fees"],
] as ("quantity" | "price" | "average" | "costOwn" | "valueOwn" | "realisedOwn" | "cost")[];
const historySums = ["value", "cost", "inflow", "outflow"] as const;
const toColumn = (type: ExportColumn["type"]) => (name: string): ExportColumn => ({ name, type });

const openPortfolioTable: Record<"activities" | "holdings" | "history", PortfolioTable> = {
  async activities(desk, portfolio, { start = 0, end = Infinity }) {
    const all = await desk.listActivities(portfolio);
    function* list() {
      for (const activity of all) {
        const { timestamp } = activity;
        if (timestamp >= start && timestamp < end) yield toActivityRow(activity);
      }
    }
    return { columns: activityColumns, rows: list() };
  },
  async holdings(desk, portfolio) {
    const { holdings } = await desk.value(portfolio);
    return {
      columns: [
        ...holdingFields.map(toColumn("text")),
        ...holdingSums.map(toColumn("decimal")),
        toColumn("time")("priceMs"),
      ],
      rows: holdings.map((one) => [
        ...holdingFields.map((name) => one[name]),
        ...holdingSums.map((name) => one[name]),
        one.priceMs,
      ]),
    };
  },
  async history(desk, portfolio, range) {
    const { points } = await desk.history(portfolio, range);
    return {
      columns: [
        toColumn("time")("day"),
        ...historySums.map(toColumn("decimal")),
        toColumn("text")("missing"),
      ],
      rows: points.map((point) => [
        point.dayMs,
        ...historySums.map((name) => point[name]),
        point.missing.join(" "),
      ]),
    };
  },
};

/** @throws {BadRequestError} For a stretch that ends before it begins. */
function readRange<Q extends ExportRange>(query: Q): Q {
  const { start, end } = query;
  if (start === undefined || end === undefined || start < end) return query;
  throw new BadRequestError("The request does not fit its contract", [
    { pointer: "/query/end", detail: "must be after start" },
  ]);
}

/** Exports have a limit of their own, as each may take the server for a while. */
export function limitExports(
  deps: Pick<ApiDeps, "buckets" | "now" | "accounts" | "adminToken" | "corsOrigins" | "log">,
): MiddlewareHandler<ApiEnv> {
  const { now } = deps;
  const buckets = deps.buckets ?? createBuckets({ openCell: createMemoryBucketCells(), now });
  return async (c, next) => {
    const identity = await identify(c, deps);
    const client = identity ? `user ${identity.userId}` : nameClient(getIp(c));
    const limits = { capacity: exportsPerMinute, windowMs };
    const { isGranted, retryAfterMs } = await buckets.take(`export ${client}`, limits);
    if (!isGranted) {
      throw new RateLimitedError(
        `Cannot make more exports: the limit is ${exportsPerMinute} in 60 s`,
        retryAfterMs,
      );
    }
    await next();
  };
}

/** Answers with a table as a file. */
function answerFile(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  { name, format, table }: { name: string; format: ExportFormat; table: ExportTable },
): never {
  const body = exportRows(format, table.columns, table.rows);
  return answerStream(c, deps, { name, format, body });
}

/** The type of an answer made of a stream cannot say that it fits its contract. */
function answerStream(
  c: Context<ApiEnv>,
  { marketNow }: Pick<ApiDeps, "marketNow">,
  { name, format, body }: { name: string; format: ExportFormat; body: ReadableStream<Uint8Array> },
): never {
  const { type, extension } = exportMedia[format];
  return c.body(body, 200, {
    "content-type": type,
    "content-disposition": `attachment; filename="${nameFile(name, marketNow(), extension)}"`,
    "cache-control": "no-store",
  }) as never;
}

/** Returns a name that every file system and header takes. */
export function nameFile(name: string, timeMs: number, extension: string): string {
  const plain = name.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 80);
  return `cryptointel-${plain}-${new Date(timeMs).toISOString().slice(0, 10)}.${extension}`;
}
