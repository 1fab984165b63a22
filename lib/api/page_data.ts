/**
 * What pages show, read from the same places as the API: their data and the API's never differ.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import type { ContinuityRow } from "../contracts/market.ts";
import type { PriceUpdate } from "../live/types.ts";
import { type MarketSymbol, type Timeframe, timeframes } from "../market/mod.ts";
import { measureBaseRate, summariseOutcomes } from "../signals/mod.ts";
import type { Collection, RecordQuery } from "../store/types.ts";
import type {
  AccuracyView,
  ChartView,
  GapView,
  PageData,
  PriceView,
  SeriesView,
  SignalFilter,
} from "../ui/state.ts";
import type { ApiDeps } from "./deps.ts";

/** Hours shown in a small trend line. */
const sparkHours = 24;
/** Newest gaps that the ledger page lists. */
const gapsShown = 200;
const pageRecords = 500;
/** Records read at most for one page, so that a filter that finds little cannot read for ever. */
const recordsMax = 5_000;
/** Outcomes that accuracy is computed from, newest first. */
const outcomesMax = 2_000;
const hourMs = 3_600_000;
/** How much history a base rate is measured on: symbols, hours of each, and the step. */
const baseRateSymbolsMax = 5;
const baseRateHours = 120 * 24;
const baseRateStepHours = 12;

/** Returns the readers of pages. */
export function createPageData(deps: ApiDeps, listContinuity: () => ContinuityRow[]): PageData {
  const { store, market } = deps;
  return {
    wallNow: deps.now,
    marketNow: deps.marketNow,
    async listSymbols() {
      const { symbols } = await deps.symbols.list();
      return symbols.map(({ symbol, id, exchange, kind, name }) => ({
        symbol,
        id,
        exchange,
        kind,
        timeframes: [...timeframes],
        ...(name ? { name } : {}),
      }));
    },
    getChart: (symbol, timeframe, limit) => readChart(deps, symbol, timeframe, limit),
    listSignals: (filter) => listSignals(deps, filter),
    async listPrices() {
      const { symbols } = await deps.symbols.list();
      const prices = new Map(market.listPrices().map((price) => [price.symbol, price]));
      return await Promise.all(
        symbols.map((symbol) => describePrice(deps, symbol, prices.get(symbol.symbol))),
      );
    },
    async getContinuity() {
      const gaps = await listAll(store.gaps, {}, gapsShown);
      const open = await listAll(store.gaps, { index: "status", equals: ["open"] }, recordsMax);
      return { series: listContinuity().map(toSeriesView), gaps, openGaps: open.length };
    },
    getHealth: () => Promise.resolve(describeHealth(deps)),
  };
}

async function listAll<T extends { id: string }>(
  collection: Collection<T>,
  query: RecordQuery,
  most: number,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page = await collection.list({
      ...query,
      limit: Math.min(pageRecords, most - found.length),
      ...(cursor ? { cursor } : {}),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor && found.length < most);
  return found;
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
    last: hasBars ? to : null,
    expected,
    observed: received,
    repaired,
    filled,
    missing,
  };
}

async function describePrice(
  deps: ApiDeps,
  symbol: MarketSymbol,
  price: PriceUpdate | undefined,
): Promise<PriceView> {
  const { store } = deps;
  const hours = await store.bars.readColumns(
    { symbol: symbol.symbol, timeframe: "1h" },
    { limit: sparkHours },
  );
  let volume = 0;
  for (let i = 0; i < hours.length; i++) volume += hours.volume[i]! * hours.close[i]!;
  const last = hours.length - 1;
  return {
    symbol: symbol.symbol,
    id: symbol.id,
    exchange: symbol.exchange,
    price: price?.price ?? hours.close[last] ?? null,
    price_change_24h: price?.price_change_24h ?? null,
    volume_24h: hours.length ? volume : null,
    source: price?.source ?? symbol.exchange,
    eventMs: price?.eventMs ?? (last >= 0 ? hours.time[last]! + hourMs : null),
    spark: [...hours.close.subarray(0, hours.length)],
    ...(symbol.name ? { name: symbol.name } : {}),
  };
}

async function listSignals(deps: ApiDeps, filter: SignalFilter) {
  const { store } = deps;
  const entity = filter.entity.trim();
  const symbol = entity ? await deps.symbols.find(entity) : null;
  const range = {
    ...(filter.from !== null ? { from: filter.from } : {}),
    ...(filter.to !== null ? { to: filter.to } : {}),
  };
  const query: RecordQuery = symbol
    ? { index: "entity", equals: [symbol.symbol], ...range }
    : filter.types.length === 1
    ? { index: "type", equals: [filter.types[0]!], ...range }
    : range;
  const records = await listAll(store.signals, query, recordsMax);
  const isWanted = (record: SignalRecord) =>
    (!filter.types.length || filter.types.includes(record.type)) &&
    (!entity || symbol !== null || record.entity.toLowerCase().includes(entity.toLowerCase())) &&
    record.confidence_score >= filter.minConfidence;
  const shown = records.filter(isWanted).slice(0, filter.limit);
  const accuracies = await readAccuracies(deps, new Set(shown.map(({ type }) => type)));
  return await Promise.all(shown.map(async (record) => ({
    record,
    outcome: await store.outcomes.get(record.id),
    accuracy: accuracies.get(record.type) ?? null,
  })));
}

async function readAccuracies(
  deps: ApiDeps,
  types: ReadonlySet<SignalRecord["type"]>,
): Promise<Map<SignalRecord["type"], AccuracyView | null>> {
  const views = new Map<SignalRecord["type"], AccuracyView | null>();
  for (const type of types) {
    const outcomes: OutcomeRecord[] = await listAll(
      deps.store.outcomes,
      { index: "signalType", equals: [type] },
      outcomesMax,
    );
    views.set(type, await summariseAccuracy(deps, outcomes));
  }
  return views;
}

/** Accuracy with what it has to be compared with: the same claim at any hour, same symbols. */
async function summariseAccuracy(
  { store }: ApiDeps,
  outcomes: readonly OutcomeRecord[],
): Promise<AccuracyView | null> {
  const measured = outcomes.filter(({ outcome }) => outcome !== "not_measurable");
  if (!measured.length) return null;
  const entities = [...new Set(measured.map(({ entity }) => entity))].slice(0, baseRateSymbolsMax);
  let hours = 0;
  let right = 0;
  for (const symbol of entities) {
    const bars = await store.bars.readColumns({ symbol, timeframe: "1h" }, {
      limit: baseRateHours,
    });
    const base = measureBaseRate(bars, { stepHours: baseRateStepHours });
    hours += base.n;
    right += base.n * (base.rate ?? 0);
  }
  const { overall } = summariseOutcomes(measured);
  return {
    n: overall.n,
    right: overall.right,
    baseRate: hours ? right / hours : null,
    low: overall.interval?.low ?? 0,
    high: overall.interval?.high ?? 1,
  };
}

function describeHealth(deps: ApiDeps): Awaited<ReturnType<PageData["getHealth"]>> {
  const sources = deps.listCollectors().map(({ source, status, lastMessageMs, detail }) => ({
    name: source,
    status,
    lastMs: lastMessageMs,
    ...(detail ? { detail } : {}),
  }));
  const isDown = sources.length > 0 && sources.every(({ status }) => status === "down");
  const isWhole = sources.every(({ status }) => status === "healthy");
  return { status: isDown ? "down" : isWhole ? "healthy" : "degraded", sources };
}
