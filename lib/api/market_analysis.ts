/**
 * Market analysis of symbols and assets, from stored bars and last known figures.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  analyseMarket,
  ANALYSIS_BARS,
  correlateAssets,
  type MarketAnalysis,
} from "../analytics/mod.ts";
import { NotFoundError } from "../contracts/errors.ts";
import { marketAnalysisQuerySchema, marketAnalysisSchema } from "../contracts/market_analysis.ts";
import type { MarketDataRecord } from "../contracts/records.ts";
import { type BarColumns, type MarketSymbol, timeframeMs } from "../market/mod.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { findRecord } from "./market_figures.ts";
import { describeRecording, isOfShownTime } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/market-analysis",
  tags: ["market"],
  summary: "Trend, volatility, support and resistance of symbols and assets",
  request: { query: marketAnalysisQuerySchema },
  responses: describeAnswers(marketAnalysisSchema, "One analysis for each that was asked for"),
});

/** Analyses are kept this long (ms), or until hourly bars or figures are written. */
const keptMs = 300_000;
/** What is asked for when nothing is named; it may be missing. */
const usual = "bitcoin,ethereum";

/** One thing asked for, and what is known of it. */
interface Subject {
  asked: string;
  symbol: MarketSymbol | null;
  figures: MarketDataRecord | null;
  bars: BarColumns | null;
}

/** Binds market analysis. */
export function bindMarketAnalysis(api: Api, deps: ApiDeps): void {
  const kept = deps.answers.family<Awaited<ReturnType<typeof analyse>>>("market_analysis", {
    ttlMs: keptMs,
    isLasting: true,
    madeOf: {
      bars: (written) => written.some(({ timeframe }) => timeframe === "1h") ? null : [],
      marketData: true,
      symbols: true,
    },
  });
  api.openapi(route, async (c) => {
    const asked = [...new Set(c.req.valid("query").symbols)];
    const { value, cached } = await kept.get(asked.join(","), () => analyse(deps, asked));
    const analysis = value.analysis.map((each) => ({ ...each, ...readLive(deps, each) }));
    return c.json({ ...value, analysis, cached, recorded: describeRecording(deps.getMode()) }, 200);
  });
}

/** The live price is never a kept one. */
function readLive(
  { market }: ApiDeps,
  { series, price, price_change_24h }: ReturnType<typeof describeAnalysis>,
) {
  const live = series === null ? null : market.getPrice(series);
  return {
    price: live?.price ?? price,
    price_change_24h: live?.price_change_24h ?? price_change_24h,
  };
}

async function analyse(deps: ApiDeps, asked: readonly string[]) {
  const mayMiss = asked.join(",") === usual;
  const subjects: Subject[] = [];
  for (const name of asked) {
    const subject = await findSubject(deps, name);
    if (subject.symbol || subject.figures) subjects.push(subject);
    else if (!mayMiss) throw new NotFoundError(`Cannot analyse "${name}": it is not known`);
  }
  const hourMs = timeframeMs["1h"];
  const series = new Map(subjects.flatMap(({ asked, bars }) => bars ? [[asked, bars]] : []));
  return {
    analysis: subjects.map((subject) => describeAnalysis(deps, subject)),
    correlation: correlateAssets(series, hourMs),
    timestamp: getAnswerTime(deps),
  };
}

/** Analyses one symbol or asset; null for one that nothing is known of. */
export async function analyseOne(deps: ApiDeps, name: string) {
  const subject = await findSubject(deps, name);
  const isKnown = subject.symbol !== null || subject.figures !== null;
  return isKnown ? { ...subject, analysis: describeAnalysis(deps, subject) } : null;
}

/** Finds a symbol by its name, or the followed symbol of an asset by the asset's ticker. */
async function findSubject(deps: ApiDeps, asked: string): Promise<Subject> {
  const direct = await deps.symbols.find(asked);
  const name = asked.replace(/^asset:/, "").toLowerCase();
  const figures = await findRecord(deps, direct?.base.toLowerCase() ?? name) ??
    (direct ? await findRecord(deps, direct.symbol) : null);
  const symbol = direct ?? await findOfTicker(deps, figures?.symbol ?? name);
  const bars = symbol
    ? await deps.store.bars.readColumns({ symbol: symbol.symbol, timeframe: "1h" }, {
      limit: ANALYSIS_BARS,
    })
    : null;
  return { asked, symbol, figures, bars: bars && bars.length > 0 ? bars : null };
}

/** Quote currencies whose pairs tell an asset's price, best first. */
const quotes = ["USDT", "USDC", "USD", "FDUSD", "BUSD"];

async function findOfTicker({ symbols }: ApiDeps, ticker: string): Promise<MarketSymbol | null> {
  const base = ticker.toUpperCase();
  const rank = ({ quote }: MarketSymbol) =>
    (quotes.indexOf(quote) + quotes.length + 1) %
    (quotes.length + 1);
  const all = (await symbols.list()).symbols.filter((symbol) => symbol.base === base);
  return all.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

const empty: MarketAnalysis = {
  price: null,
  priceChange24h: null,
  volume24h: null,
  trend: null,
  volatility: null,
  volatilityIndex: null,
  support: null,
  resistance: null,
};

function describeAnalysis(deps: ApiDeps, { asked, symbol, figures: known, bars }: Subject) {
  const figures = known && isOfShownTime(deps, known.timestamp) ? known : null;
  const found = bars ? analyseMarket(bars) : empty;
  const live = symbol && deps.market.getPrice(symbol.symbol);
  const reason = describeGap(found, symbol);
  return {
    symbol: asked,
    series: symbol?.symbol ?? null,
    price: live?.price ?? found.price ?? figures?.price ?? null,
    volume_24h: figures?.volume_24h ?? toQuote(found),
    market_cap: figures?.market_cap ?? null,
    price_change_24h: live?.price_change_24h ?? found.priceChange24h ??
      figures?.price_change_24h ?? null,
    trend: found.trend?.direction ?? null,
    trend_strength: found.trend?.strength ?? null,
    volatility: found.volatility,
    volatility_index: found.volatilityIndex,
    ...(found.support ? { support_level: found.support.price } : {}),
    ...(found.resistance ? { resistance_level: found.resistance.price } : {}),
    levels: { support: found.support, resistance: found.resistance },
    ...(reason === null ? {} : { reason }),
  };
}

/** The volume of bars is in base units; at the newest price it is roughly what was paid. */
function toQuote({ volume24h, price }: MarketAnalysis): number | null {
  return volume24h === null || price === null ? null : volume24h * price;
}

function describeGap(found: MarketAnalysis, symbol: MarketSymbol | null): string | null {
  if (!symbol) return "No followed symbol trades this asset, so there are no bars to look at";
  const isMissing = found.trend === null || found.volatility === null;
  return isMissing ? `The hourly history of ${symbol.symbol} is too short` : null;
}
