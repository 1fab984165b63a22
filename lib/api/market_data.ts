/**
 * Market data: the last known figures of a symbol or an asset.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { symbolParamSchema } from "../contracts/common.ts";
import { NotFoundError } from "../contracts/errors.ts";
import {
  marketDataQuerySchema,
  marketDataSchema,
  marketListQuerySchema,
  marketListSchema,
} from "../contracts/market.ts";
import type { MarketDataRecord } from "../contracts/records.ts";
import type { PriceUpdate } from "../live/types.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { findRecord } from "./market_figures.ts";
import { type DayFigures, readDay } from "./page_prices.ts";
import { describeRecording, isOfShownTime } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/market-data/{symbol}",
  tags: ["market"],
  summary: "Last known price, volume and change of a symbol or asset",
  request: { params: symbolParamSchema, query: marketDataQuerySchema },
  responses: describeAnswers(marketDataSchema, "The figures, their source and their age"),
});

const listRoute = createRoute({
  method: "get",
  path: "/dashboard/api/market",
  tags: ["market"],
  summary: "Newest price of every followed symbol, or of some",
  request: { query: marketListQuerySchema },
  responses: describeAnswers(marketListSchema, "Prices as the live stream tells them"),
});

/** Figures are kept this long (ms) or until newer ones are written, and asked for when older. */
const keptMs = 300_000;
const freshMs = 300_000;

/** What was found, and how it was come by. */
interface Found {
  record: MarketDataRecord | null;
  from: "store" | "cache" | "source" | "alternative" | "queued";
}

/** Binds market data. Symbols are answered from the live path, assets from the store. */
export function bindMarketData(api: Api, deps: ApiDeps): void {
  const kept = deps.answers.family<Found>("market_data", {
    ttlMs: keptMs,
    isLasting: true,
    madeOf: { marketData: listNames },
  });

  const readAsset = async (name: string, mayBeCached: boolean) => {
    if (!mayBeCached) kept.invalidate(name);
    const { value, cached } = await kept.get(name, () => findFigures(deps, name));
    return value.record && { ...value, record: value.record, cached };
  };

  api.openapi(listRoute, (c) => {
    const wanted = new Set(c.req.valid("query").symbols.map((each) => each.toUpperCase()));
    const marketData = deps.market.listPrices()
      .filter(({ symbol }) => !wanted.size || wanted.has(symbol.toUpperCase()))
      .map(({ symbol, price, price_change_24h = null, eventMs, source }) => ({
        symbol,
        price,
        price_change_24h,
        timestamp: eventMs,
        source,
      }));
    const newest = marketData.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
    return c.json({ marketData, timestamp: getAnswerTime(deps, newest) }, 200);
  });

  api.openapi(route, async (c) => {
    const text = c.req.valid("param").symbol;
    const symbol = await deps.symbols.find(text);
    const name = symbol?.symbol ?? text.replace(/^asset:/, "").toLowerCase();
    const found = await readAsset(name, c.req.valid("query").cache);
    const live = symbol && deps.market.getPrice(symbol.symbol);
    if (!found && !live) {
      throw new NotFoundError(`Cannot find market data of "${text.slice(0, 80)}"`);
    }
    const isLive = live && live.eventMs >= (found?.record.timestamp ?? 0);
    const timestamp = isLive ? live.eventMs : found!.record.timestamp;
    const day = symbol && await readDay(deps, symbol.symbol);
    return c.json({
      symbol: name,
      ...describeFigures({
        record: found?.record ?? null,
        live: isLive ? live : null,
        day,
        exchange: symbol?.exchange ?? "",
      }),
      timestamp,
      source: isLive ? live.source : found!.record.source,
      // Of another date than the recording's there is no age, only when it was recorded.
      ...(isOfShownTime(deps, timestamp)
        ? { ageMs: Math.max(0, deps.marketNow() - timestamp) }
        : { ageMs: null, recordedAt: timestamp }),
      recorded: describeRecording(deps.getMode()),
      // Where figures came from: stored, asked for now, or of another source in its place.
      from: found?.from ?? "store",
      // The price of the live path is the newest there is, not a copy of it.
      cached: isLive ? false : found!.cached,
    }, 200);
  });
}

/** One figure with where and when it was told. */
interface Told {
  value: number;
  source: string;
  timestamp: number;
}

/**
 * The figures of a symbol, each with its own source. A pair's volume is that of its own exchange: an
 * asset's, over all of them, is another figure.
 */
function describeFigures({ record, live, day, exchange }: {
  record: MarketDataRecord | null;
  live: PriceUpdate | null;
  /** Of a pair; null for an asset. */
  day: DayFigures | null | undefined;
  exchange: string;
}) {
  const ofRecord = (value: number | null | undefined): Told | null =>
    record && value !== null && value !== undefined
      ? { value, source: record.source, timestamp: record.timestamp }
      : null;
  const ofLive = (value: number | null | undefined): Told | null =>
    live && value !== null && value !== undefined
      ? { value, source: live.source, timestamp: live.eventMs }
      : null;
  const figures = {
    price: ofLive(live?.price) ?? ofRecord(record?.price),
    volume_24h: !day
      ? ofRecord(record?.volume_24h)
      : day.volume === null || day.closeMs === null
      ? null
      : { value: day.volume, source: exchange, timestamp: day.closeMs },
    market_cap: ofRecord(record?.market_cap),
    price_change_24h: ofLive(live?.price_change_24h) ?? ofRecord(record?.price_change_24h),
  };
  return {
    price: figures.price!.value,
    volume_24h: figures.volume_24h?.value ?? null,
    market_cap: figures.market_cap?.value ?? null,
    price_change_24h: figures.price_change_24h?.value ?? null,
    figures: Object.fromEntries(
      Object.entries(figures).flatMap(([name, told]) =>
        told ? [[name, { source: told.source, timestamp: told.timestamp }]] : []
      ),
    ),
  };
}

/** Every name under which these records may have been found. */
function listNames(records: readonly Pick<MarketDataRecord, "id" | "symbol">[]): string[] {
  return records.flatMap(({ id, symbol }) => [
    ...id.match(/(?<=^asset:)[^@]+/)?.slice(0, 1) ?? [],
    symbol,
    symbol.toLowerCase(),
  ]);
}

/** Returns stored figures; what is unknown or old is asked for, where there are sources to ask. */
async function findFigures(deps: ApiDeps, name: string): Promise<Found> {
  const record = await findRecord(deps, name);
  const isFresh = record !== null && deps.now() - record.created_at < freshMs;
  // A recording tells what it holds, and nothing of now.
  if (isFresh || !deps.demand || deps.getMode().mode === "replay") return { record, from: "store" };
  const { record: told, from } = await deps.demand(name);
  return told ? { record: told, from } : { record, from: "store" };
}
