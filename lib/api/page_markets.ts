/**
 * Markets as pages show them: all that is followed, and one symbol or asset from every side.
 *
 * @module
 */
import type { MarketDataRecord, NewsRecord } from "../contracts/records.ts";
import { getCalendar } from "../market/calendars/mod.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { AnalysisView, MarketDetail, MarketView, SessionView } from "../ui/page_views.ts";
import type { PriceView, SeriesView, SignalView } from "../ui/state.ts";
import type { ApiDeps } from "./deps.ts";
import { analyseOne } from "./market_analysis.ts";
import { listAll } from "./page_records.ts";

const assetsMax = 500;
const figuresMax = 50;
const headlinesMax = 10;
const hourMs = 3_600_000;

/** What is read by others already. */
export interface MarketParts {
  listPrices(): Promise<PriceView[]>;
  listSeries(): SeriesView[];
  /** The newest signals on any of these entities. */
  listSignalsOf(entities: readonly string[]): Promise<SignalView[]>;
}

/** Says whether an exchange trades at `timeMs`; null where it never closes or nothing is known. */
export function readSession(exchange: string, timeMs: number): SessionView | null {
  const calendar = getCalendar(exchange);
  if (!calendar) return null;
  try {
    const { openMs, closeMs } = calendar.getSession(timeMs);
    const isOpen = timeMs >= openMs;
    return { isOpen, untilMs: isOpen ? closeMs : openMs };
  } catch (error) {
    // Outside its table holidays are unknown, and so are the hours.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function toMarketView(price: PriceView, symbol: MarketSymbol, timeMs: number): MarketView {
  const { kind, base, exchange } = symbol;
  return { ...price, kind, base, session: readSession(exchange, timeMs) };
}

/** Lists followed symbols in the order of the store, and assets by what the market holds them for. */
export async function listMarkets(deps: ApiDeps, parts: MarketParts) {
  const [{ symbols }, prices, assets] = await Promise.all([
    deps.symbols.list(),
    parts.listPrices(),
    listAll(deps.store.marketData, {}, assetsMax),
  ]);
  const byId = new Map(symbols.map((symbol) => [symbol.id, symbol]));
  const nowMs = deps.marketNow();
  return {
    symbols: prices.flatMap((price) => {
      const symbol = byId.get(price.id);
      return symbol ? [toMarketView(price, symbol, nowMs)] : [];
    }),
    assets: assets.toSorted((a, b) => (b.market_cap ?? -1) - (a.market_cap ?? -1)),
  };
}

/** Reads all that is known of a symbol or an asset; null for a name that nothing is known of. */
export async function readMarket(
  deps: ApiDeps,
  parts: MarketParts,
  name: string,
): Promise<MarketDetail | null> {
  const found = await analyseOne(deps, name);
  if (!found) return null;
  const { symbol, figures, bars } = found;
  const ticker = symbol?.base ?? figures?.symbol ?? name;
  const asset = figures && readAssetName(figures);
  const [prices, records, headlines, signals] = await Promise.all([
    symbol ? parts.listPrices() : [],
    listFigures(deps, [...(symbol ? [symbol.symbol] : []), ticker], figures),
    listHeadlines(deps, ticker, symbol?.kind),
    parts.listSignalsOf([symbol?.symbol, asset, ticker].flatMap((each) => each ?? [])),
  ]);
  const price = prices.find(({ id }) => id === symbol?.id);
  const quality = symbol && deps.market.getQuality(symbol.symbol);
  return {
    name: symbol?.name ?? asset ?? name,
    symbol: symbol && price ? toMarketView(price, symbol, deps.marketNow()) : null,
    figures: records,
    analysis: toAnalysisView(found.analysis, bars ? bars.time.subarray(0, bars.length) : []),
    quality: quality && {
      score: quality.score,
      failed: Object.fromEntries(
        Object.entries(quality.checks).flatMap(([check, { failed }]) =>
          failed > 0 ? [[check, failed]] : []
        ),
      ),
      timeMs: quality.timestamp,
    },
    continuity: parts.listSeries().filter((row) => row.symbol === symbol?.symbol),
    signals,
    headlines,
  };
}

/** `asset:bitcoin@coingecko` is `bitcoin`; other records name no asset. */
function readAssetName({ id }: MarketDataRecord): string | null {
  return id.match(/^asset:([^@]+)@/)?.[1] ?? null;
}

/** The newest figures of each source. */
async function listFigures(
  { store }: ApiDeps,
  names: readonly string[],
  first: MarketDataRecord | null,
): Promise<MarketDataRecord[]> {
  const lists = await Promise.all(
    [...new Set(names)].map((name) =>
      listAll(store.marketData, { index: "symbol", equals: [name] }, figuresMax)
    ),
  );
  const bySource = new Map<string, MarketDataRecord>();
  const all = [...(first ? [first] : []), ...lists.flat()];
  for (const record of all.toSorted((a, b) => b.timestamp - a.timestamp)) {
    if (!bySource.has(record.source)) bySource.set(record.source, record);
  }
  return [...bySource.values()];
}

/** Headlines that a source itself tagged, or in which the entity was found; newest first. */
async function listHeadlines(
  { store }: ApiDeps,
  ticker: string,
  kind: MarketSymbol["kind"] | undefined,
): Promise<NewsRecord[]> {
  // Tickers of shares are words of another language than codes of currencies.
  if (kind === "stock") return [];
  const [tagged, mentions] = await Promise.all([
    listAll(store.news, { index: "currency", equals: [ticker] }, headlinesMax),
    listAll(store.mentions, { index: "entity", equals: [ticker] }, headlinesMax),
  ]);
  const ids = [...new Set(mentions.flatMap(({ news_id }) => news_id ?? []))];
  const named = await Promise.all(ids.map((id) => store.news.get(id)));
  const byId = new Map([...tagged, ...named.flatMap((each) => each ?? [])].map((n) => [n.id, n]));
  return [...byId.values()].sort((a, b) => b.timestamp - a.timestamp).slice(0, headlinesMax);
}

function toAnalysisView(
  analysis: NonNullable<Awaited<ReturnType<typeof analyseOne>>>["analysis"],
  times: ArrayLike<number>,
): AnalysisView {
  const last = times[times.length - 1];
  return {
    trend: analysis.trend,
    trendStrength: analysis.trend_strength,
    volatility: analysis.volatility,
    volatilityIndex: analysis.volatility_index,
    support: analysis.levels.support,
    resistance: analysis.levels.resistance,
    bars: times.length,
    barsToMs: last === undefined ? null : last + hourMs,
    ...(analysis.reason === undefined ? {} : { reason: analysis.reason }),
  };
}
