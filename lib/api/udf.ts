/**
 * The universal datafeed: charting libraries and workspaces that speak it connect with no code.
 *
 * Protocol: https://www.tradingview.com/charting-library-docs/latest/connecting_data/UDF
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  udfConfigSchema,
  udfHistoryQuerySchema,
  udfHistorySchema,
  udfMarksQuerySchema,
  udfMarksSchema,
  udfResolutions,
  udfSearchQuerySchema,
  udfSearchSchema,
  udfSymbolQuerySchema,
  udfSymbolSchema,
} from "../contracts/udf.ts";
import { calendarTables } from "../market/calendars/mod.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { type Api, describeAnswers } from "./routes.ts";
import { readHistory, readMarks, readPriceScale, UdfError } from "./udf_series.ts";

const tags = ["udf"];
const configRoute = createRoute({
  method: "get",
  path: "/udf/config",
  tags,
  summary: "What the feed can do",
  responses: describeAnswers(udfConfigSchema, "Resolutions, exchanges and kinds"),
});
const symbolRoute = createRoute({
  method: "get",
  path: "/udf/symbols",
  tags,
  summary: "One symbol as charting libraries want it",
  request: { query: udfSymbolQuerySchema },
  responses: describeAnswers(udfSymbolSchema, "The symbol, or a failure of the protocol"),
});
const searchRoute = createRoute({
  method: "get",
  path: "/udf/search",
  tags,
  summary: "Symbols whose name holds a text",
  request: { query: udfSearchQuerySchema },
  responses: describeAnswers(udfSearchSchema, "Symbols, or a failure of the protocol"),
});
const historyRoute = createRoute({
  method: "get",
  path: "/udf/history",
  tags,
  summary: "Bars as columns, oldest first",
  request: { query: udfHistoryQuerySchema },
  responses: describeAnswers(udfHistorySchema, "Bars, no data, or a failure of the protocol"),
});
const marksRoute = createRoute({
  method: "get",
  path: "/udf/marks",
  tags,
  summary: "Our signals as marks on bars",
  request: { query: udfMarksQuerySchema },
  responses: describeAnswers(udfMarksSchema, "Marks, or a failure of the protocol"),
});
const timeAnswers = describeAnswers(z.string(), "Seconds since 1970 by the market's clock");
const timeRoute = createRoute({
  method: "get",
  path: "/udf/time",
  tags,
  summary: "Market time in seconds, as text",
  responses: {
    ...timeAnswers,
    200: {
      description: timeAnswers[200].description,
      content: { "text/plain": { schema: z.string() } },
    },
  },
});

const foundMax = 100;

/** Binds the datafeed. */
export function bindUdf(api: Api, deps: ApiDeps): void {
  api.use("/udf/*", requireReader(deps));

  api.openapi(configRoute, async (c) => {
    const { symbols } = await deps.symbols.list();
    const exchanges = [...new Set(symbols.map(({ exchange }) => exchange.toUpperCase()))];
    const kinds = [...new Set(symbols.map(({ kind }) => kind))];
    return c.json({
      supported_resolutions: [...udfResolutions],
      supports_group_request: false,
      supports_marks: true,
      supports_search: true,
      supports_timescale_marks: false,
      supports_time: true,
      exchanges: [
        { value: "", name: "All exchanges", desc: "" },
        ...exchanges.map((name) => ({ value: name, name, desc: name })),
      ],
      symbols_types: [
        { name: "All types", value: "" },
        ...kinds.map((kind) => ({ name: kind, value: kind })),
      ],
    }, 200);
  });

  api.openapi(symbolRoute, async (c) =>
    c.json(
      await orError(async () => {
        const symbol = await findSymbol(deps, c.req.valid("query").symbol);
        return { ...describeSymbol(symbol), pricescale: await readPriceScale(deps, symbol.symbol) };
      }),
      200,
    ));

  api.openapi(
    searchRoute,
    async (c) => c.json(await orError(() => search(deps, c.req.valid("query"))), 200),
  );

  api.openapi(historyRoute, async (c) =>
    c.json(
      await orError(async () => {
        const { symbol, ...range } = c.req.valid("query");
        return await readHistory(deps, (await findSymbol(deps, symbol)).symbol, range);
      }),
      200,
    ));

  api.openapi(marksRoute, async (c) =>
    c.json(
      await orError(async () => {
        const { symbol, ...range } = c.req.valid("query");
        return await readMarks(deps, (await findSymbol(deps, symbol)).symbol, range);
      }),
      200,
    ));

  api.openapi(timeRoute, (c) => c.text(String(Math.floor(deps.marketNow() / 1_000))) as never);
}

/** Turns a failure that the protocol has words for into its shape; others go on. */
async function orError<T>(
  read: () => T | Promise<T>,
): Promise<T | { s: "error"; errmsg: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UdfError) return { s: "error", errmsg: error.message };
    throw error;
  }
}

/** Takes `BTCUSDT`, `BINANCE:BTCUSDT` and the canonical id. */
async function findSymbol(deps: ApiDeps, text = ""): Promise<MarketSymbol> {
  const known = await deps.symbols.find(text) ??
    await deps.symbols.find(text.slice(text.indexOf(":") + 1));
  if (!known) throw new UdfError("unknown_symbol");
  return known;
}

/** Hours of an exchange as the protocol spells them; those without a calendar never close. */
function describeHours(exchange: string) {
  const table = Object.hasOwn(calendarTables, exchange) ? calendarTables[exchange] : undefined;
  if (!table) return { session: "24x7", timezone: "Etc/UTC" };
  const bare = (text: string) => text.replaceAll(/\D/g, "");
  // Days that end early, by their close: `0930-1300:20261127,20261224;…`.
  const early = Map.groupBy(Object.entries(table.shortDays), ([, { close }]) => close);
  return {
    session: `${bare(table.open)}-${bare(table.close)}`,
    timezone: table.timeZone,
    session_holidays: Object.keys(table.holidays).map(bare).join(","),
    corrections: [...early].map(([close, days]) =>
      `${bare(table.open)}-${bare(close)}:${days.map(([day]) => bare(day)).join(",")}`
    ).join(";"),
  };
}

function describeSymbol({ symbol, exchange, kind, base, quote, name }: MarketSymbol) {
  const place = exchange.toUpperCase();
  return {
    name: symbol,
    ticker: symbol,
    description: name === undefined ? `${base} / ${quote}` : `${name} / ${quote}`,
    type: kind,
    exchange: place,
    listed_exchange: place,
    ...describeHours(exchange),
    minmov: 1,
    has_intraday: true,
    has_daily: true,
    has_weekly_and_monthly: false,
    intraday_multipliers: udfResolutions.filter((resolution) => resolution !== "1D"),
    supported_resolutions: [...udfResolutions],
    volume_precision: 4,
    data_status: "streaming",
    format: "price",
    currency_code: quote,
  };
}

async function search(
  deps: ApiDeps,
  { query = "", type = "", exchange = "", limit = "30" }: {
    query?: string | undefined;
    type?: string | undefined;
    exchange?: string | undefined;
    limit?: string | undefined;
  },
) {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1) throw new UdfError("invalid_limit");
  const wanted = query.toUpperCase();
  const { symbols } = await deps.symbols.list();
  return symbols
    .filter((symbol) =>
      (type === "" || symbol.kind === type) &&
      (exchange === "" || symbol.exchange.toUpperCase() === exchange.toUpperCase()) &&
      `${symbol.symbol} ${symbol.base}/${symbol.quote} ${symbol.name ?? ""}`.toUpperCase()
        .includes(wanted)
    )
    // What begins with the text comes first.
    .toSorted((a, b) => Number(b.symbol.startsWith(wanted)) - Number(a.symbol.startsWith(wanted)))
    .slice(0, Math.min(most, foundMax))
    .map((symbol) => {
      const { name, description, exchange, type } = describeSymbol(symbol);
      return {
        symbol: name,
        full_name: `${exchange}:${name}`,
        description,
        exchange,
        ticker: name,
        type,
      };
    });
}
