/**
 * What pages show, read from the same places as the API: their data and the API's never differ.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import type { ContinuityRow } from "../contracts/market.ts";
import { type Timeframe, timeframeMs, timeframes } from "../market/mod.ts";
import type { RecordQuery } from "../store/types.ts";
import type {
  ChartView,
  GapView,
  HealthView,
  PageData,
  SeriesView,
  SignalFilter,
} from "../ui/state.ts";
import type { ExploreData } from "../ui/page_views.ts";
import { readCache } from "./cache.ts";
import type { ApiDeps } from "./deps.ts";
import { readJobs } from "./jobs.ts";
import { type AccuracyReader, createAccuracyReader } from "./page_accuracy.ts";
import { createAnalysisReaders } from "./page_analysis.ts";
import { createDexReader } from "./page_dex.ts";
import { listMarkets, type MarketParts, readMarket } from "./page_markets.ts";
import { listGuides, readGuide } from "./page_guides.ts";
import { readGauge, readNews } from "./page_news.ts";
import { describeSources, readQualityDetail } from "./page_operations.ts";
import { createPriceReader } from "./page_prices.ts";
import { listAll } from "./page_records.ts";
import { readQualityList } from "./quality_list.ts";
import { createSourcesReader } from "./sources.ts";

/** Newest gaps that the ledger page lists. */
const gapsShown = 200;
/** Newest cycles, and newest signals of one market, that pages list. */
const runsShown = 50;
const signalsOfMarket = 10;
/** Records read at most for one page, so that a filter that finds little cannot read for ever. */
const recordsMax = 5_000;

/** Returns the readers of pages. */
export function createPageData(deps: ApiDeps, listContinuity: () => ContinuityRow[]): PageData {
  const { store } = deps;
  const prices = createPriceReader(deps);
  const accuracies = createAccuracyReader(deps);
  return {
    wallNow: deps.now,
    marketNow: deps.marketNow,
    areVisitsCounted: () => deps.visits?.isCounted() ?? false,
    async listSymbols() {
      return (await prices.listByVolume()).map(({ symbol, id, exchange, kind, name }) => ({
        symbol,
        id,
        exchange,
        kind,
        timeframes: [...timeframes],
        ...(name ? { name } : {}),
      }));
    },
    getChartDefaults: () => deps.getChartDefaults(),
    getChart: (symbol, timeframe, limit) => readChart(deps, symbol, timeframe, limit),
    listSignals: (filter) => listSignals(deps, accuracies, filter),
    listSignalRecords: (filter) => listSignalRecords(deps, filter),
    listPrices: () => prices.listPrices(),
    async getContinuity() {
      const gaps = await listAll(store.gaps, {}, gapsShown);
      const open = await listAll(store.gaps, { index: "status", equals: ["open"] }, recordsMax);
      return { series: listContinuity().map(toSeriesView), gaps, openGaps: open.length };
    },
    getHealth: () => Promise.resolve(describeHealth(deps)),
    getMood: () => readGauge(deps),
    listGuides,
    getGuide: readGuide,
    ...createAnalysisReaders(deps),
    ...createExplorer(deps, {
      listPrices: () => prices.listPrices(),
      listByVolume: () => prices.listByVolume(),
      listSeries: () => listContinuity().map(toSeriesView),
      listSignalsOf: (entities) => listSignalsOf(deps, accuracies, entities),
    }),
  };
}

/** Readers of the pages beyond the dashboard and the chart. */
function createExplorer(deps: ApiDeps, parts: MarketParts): ExploreData {
  const readSources = createSourcesReader(deps);
  return {
    listMarkets: () => listMarkets(deps, parts),
    getMarket: (name) => readMarket(deps, parts, name),
    ...createDexReader(deps),
    getNews: (filter) => readNews(deps, filter),
    listSources: async () => describeSources(deps, (await readSources()).sources),
    getJobs: () => readJobs(deps, { limit: runsShown }),
    getCache: () => Promise.resolve(readCache(deps)),
    listQuality: async () => (await readQualityList(deps)).symbols,
    getQuality: (symbol) => readQualityDetail(deps, symbol),
  };
}

/** A chart is parsed from the very bytes that the API serves. */
async function readChart(
  deps: ApiDeps,
  name: string,
  timeframe: Timeframe,
  limit: number,
): Promise<ChartView | null> {
  const symbol = await deps.symbols.find(name);
  if (!symbol) return null;
  const { bytes } = await deps.charts.getChart({ symbol: symbol.symbol, timeframe }, limit);
  const chart = JSON.parse(new TextDecoder().decode(bytes)) as ChartView;
  const gaps = await listAll(
    deps.store.gaps,
    { index: "symbol", equals: [symbol.symbol] },
    gapsShown,
  );
  const signals = await listAll(
    deps.store.signals,
    { index: "entity", equals: [symbol.symbol] },
    gapsShown,
  );
  return {
    ...chart,
    source: symbol.exchange,
    gaps: gaps.filter((gap) => gap.timeframe === timeframe || timeframe === "1m").map(toGapView),
    markers: signals.map(({ id, type, timestamp, confidence_score }) => ({
      id,
      type,
      timestamp,
      confidence_score,
    })),
  };
}

const toGapView = ({ from, to, status }: GapView): GapView => ({ from, to, status });

function toSeriesView(row: ContinuityRow): SeriesView {
  const { symbol, timeframe, source, from, to, expected, received, repaired, filled, missing } =
    row;
  const hasBars = expected > 0;
  return {
    symbol,
    timeframe,
    source,
    first: hasBars ? from : null,
    last: hasBars ? to - timeframeMs[timeframe] : null,
    expected,
    observed: received,
    repaired,
    filled,
    missing,
  };
}

async function listSignals(deps: ApiDeps, accuracies: AccuracyReader, filter: SignalFilter) {
  return await addOutcomes(deps, accuracies, await listSignalRecords(deps, filter));
}

/** Finds signals by the index that fits best, and filters what it gives by the rest. */
async function listSignalRecords(deps: ApiDeps, filter: SignalFilter): Promise<SignalRecord[]> {
  const { store } = deps;
  const { types, minConfidence, limit, offset = 0 } = filter;
  const entity = filter.entity.trim();
  const symbol = entity ? await deps.symbols.find(entity) : null;
  const range = {
    ...(filter.from !== null ? { from: filter.from } : {}),
    ...(filter.to !== null ? { to: filter.to } : {}),
  };
  // Where the index alone gives what is wanted, no more is read than is shown.
  const isExact = minConfidence <= 0 &&
    (symbol ? types.length === 0 : !entity && types.length <= 1);
  const query: RecordQuery = symbol
    ? { index: "entity", equals: [symbol.symbol], ...range }
    : types.length === 1
    ? { index: "type", equals: [types[0]!], ...range }
    : range;
  const most = isExact ? Math.min(recordsMax, offset + limit) : recordsMax;
  const records = await listAll(store.signals, query, most);
  const isWanted = (record: SignalRecord) =>
    (!types.length || types.includes(record.type)) &&
    (!entity || symbol !== null || record.entity.toLowerCase().includes(entity.toLowerCase())) &&
    record.confidence_score >= minConfidence;
  return records.filter(isWanted).slice(offset, offset + limit);
}

/** The newest signals on any of these entities. */
async function listSignalsOf(
  deps: ApiDeps,
  accuracies: AccuracyReader,
  entities: readonly string[],
) {
  const lists = await Promise.all(
    [...new Set(entities)].map((entity) =>
      listAll(deps.store.signals, { index: "entity", equals: [entity] }, signalsOfMarket)
    ),
  );
  const newest = lists.flat().sort((a, b) => b.timestamp - a.timestamp).slice(0, signalsOfMarket);
  return await addOutcomes(deps, accuracies, newest);
}

async function addOutcomes(
  { store }: ApiDeps,
  accuracies: AccuracyReader,
  records: readonly SignalRecord[],
) {
  return await Promise.all(records.map(async (record) => ({
    record,
    outcome: await store.outcomes.get(record.id),
    accuracy: await accuracies.read(record.type),
  })));
}

/** How the process and its sources are; what is switched off breaks nothing. */
export function describeHealth(
  { listCollectors, listSources }: Pick<ApiDeps, "listCollectors" | "listSources">,
): HealthView {
  const labels = new Map((listSources?.() ?? []).map(({ source, name }) => [source, name]));
  const sources = listCollectors().map(({ source, status, lastMessageMs, detail, state }) => {
    const label = labels.get(source);
    return {
      name: source,
      ...(label === undefined ? {} : { label }),
      status,
      ...(state === "disabled" ? { isOff: true } : {}),
      lastMs: lastMessageMs,
      ...(detail ? { detail } : {}),
    };
  });
  const asked = sources.filter(({ isOff }) => !isOff);
  const isDown = asked.length > 0 && asked.every(({ status }) => status === "down");
  const isWell = asked.every(({ status }) => status === "healthy");
  return { status: isDown ? "down" : isWell ? "healthy" : "degraded", sources };
}
