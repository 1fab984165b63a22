/**
 * Markets as pages show them: all that is followed, and one symbol or asset from every side.
 *
 * @module
 */
import type { MarketDataRecord, NewsRecord } from "../contracts/records.ts";
import { ANALYSIS_BARS, correlateAssets, mapRelationships } from "../analytics/mod.ts";
import { getCalendar } from "../market/calendars/mod.ts";
import type { BarColumns, MarketSymbol } from "../market/mod.ts";
import type {
  AnalysisView,
  CorrelationView,
  MarketDetail,
  MarketView,
  RelationView,
  SessionView,
} from "../ui/page_views.ts";
import type { PriceView, SeriesView, SignalView } from "../ui/state.ts";
import type { ApiDeps } from "./deps.ts";
import { analyseOne } from "./market_analysis.ts";
import { listAll } from "./page_records.ts";

const assetsMax = 500;
const figuresMax = 50;
const headlinesMax = 10;
/** Symbols that one is compared with, and headlines that relations are drawn from. */
const peersMax = 6;
const relatedHeadlinesMax = 50;
const relationsMax = 12;
const hourMs = 3_600_000;

/** What is read by others already. */
export interface MarketParts {
  listPrices(): Promise<PriceView[]>;
  /** Followed symbols, the most traded first. */
  listByVolume(): Promise<MarketSymbol[]>;
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
  const [prices, correlations, relations, records, headlines, signals] = await Promise.all([
    symbol ? parts.listPrices() : [],
    symbol && bars ? listCorrelations(deps, parts, symbol, bars) : [],
    symbol?.kind === "stock" ? [] : listRelations(deps, ticker),
    listFigures(deps, [...(symbol ? [symbol.symbol] : []), ticker], figures),
    listHeadlines(deps, ticker, symbol?.kind),
    parts.listSignalsOf([
      ticker,
      ...(symbol ? [symbol.symbol] : []),
      ...(asset === null ? [] : [asset, `asset:${asset}`]),
    ]),
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
    correlations,
    relations,
    signals,
    headlines,
  };
}

/** Compares the hourly returns of a symbol with those of the most traded others. */
async function listCorrelations(
  { store }: ApiDeps,
  parts: MarketParts,
  { symbol }: MarketSymbol,
  bars: BarColumns,
): Promise<CorrelationView[]> {
  const peers = (await parts.listByVolume()).filter((peer) => peer.symbol !== symbol);
  const series = await Promise.all(
    peers.slice(0, peersMax).map(async ({ symbol: name }): Promise<[string, BarColumns]> => [
      name,
      await store.bars.readColumns({ symbol: name, timeframe: "1h" }, { limit: ANALYSIS_BARS }),
    ]),
  );
  return correlateAssets(new Map([[symbol, bars], ...series]), hourMs)
    .flatMap(({ a, b, correlation, n }) =>
      a === symbol && correlation !== null ? [{ symbol: b, correlation, n }] : []
    )
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
}

/** Where a token is traded, and what its newest headlines name beside it. */
async function listRelations(
  { store, symbols }: ApiDeps,
  ticker: string,
): Promise<RelationView[]> {
  const token = ticker.toUpperCase();
  const of = { index: "entity", equals: [token] };
  const own = await listAll(store.mentions, of, relatedHeadlinesMax);
  const ids = [...new Set(own.flatMap(({ news_id }) => news_id ?? []))];
  const mentions = (await Promise.all(
    ids.map((id) => listAll(store.mentions, { index: "news", equals: [id] }, figuresMax)),
  )).flat();
  const traded = (await symbols.list()).symbols.filter(({ base }) => base === token);
  return mapRelationships({ symbols: traded, mentions, tvl: [] }).edges
    .filter(({ from }) => from === `token ${token}`)
    .slice(0, relationsMax)
    .map(({ kind, to }) => ({ kind, name: to.slice(to.indexOf(" ") + 1) }));
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
