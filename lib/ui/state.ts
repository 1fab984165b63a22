/**
 * What a page is given: the mode of the process, and readers of the data it shows.
 *
 * @module
 */
import type { IndicatorKey } from "../chart/indicators.ts";
import type { Bar, MarketKind, Timeframe } from "../market/mod.ts";
import type { AnalysisData } from "./analysis_views.ts";
import type { AskApi, PersonView } from "./own.ts";
import type { ExploreData, GaugeView } from "./page_views.ts";
import type { GapRecord, OutcomeRecord, SignalRecord } from "../contracts/records.ts";

/** Whether the market is live or a recording, and which one. */
export interface ModeView {
  mode: "live" | "replay";
  /** First and last moment of the recording, epoch ms; only in replay. */
  recordedFrom?: number;
  recordedTo?: number;
  /** Where the recording comes from, in words. */
  provenance?: string;
  /** The recording was played to its end and market time stands still. */
  ended?: boolean;
}

/** A symbol that can be chosen. */
export interface SymbolView {
  symbol: string;
  id: string;
  /** Key of the exchange, such as `binance`. */
  exchange: string;
  kind: MarketKind;
  name?: string;
  timeframes: Timeframe[];
}

/** The newest price of a symbol, with where it comes from and when it was made. */
export interface PriceView {
  symbol: string;
  id: string;
  exchange: string;
  name?: string;
  price: number | null;
  /** Percent: 5 means 5 %. */
  price_change_24h: number | null;
  /** In the quote currency. */
  volume_24h: number | null;
  /** Hours that the volume is of; fewer than 24 while no more are known. */
  volumeHours: number;
  source: string;
  /** Time of the price by the exchange's clock, epoch ms. */
  eventMs: number | null;
  /** Closes of the last hours, oldest first, for the small trend line. */
  spark: number[];
  /** Says that the answer was recorded outside the played dates; epoch ms of that recording. */
  recordedMs?: number;
}

/** A hole in a series: from `from` up to, not including, `to`, epoch ms. */
export interface GapView {
  from: number;
  to: number;
  status: GapRecord["status"];
}

/** A signal as the chart marks it. */
export interface MarkerView {
  id: string;
  type: SignalRecord["type"];
  timestamp: number;
  confidence_score: number;
}

/** One series, as the charts endpoint answers it, with holes and signals. */
export interface ChartView {
  symbol: string;
  timeframe: Timeframe;
  bars: Bar[];
  /** Same length as `bars` each; null where no value exists. */
  indicators: Record<string, (number | null)[]>;
  gaps?: GapView[];
  markers?: MarkerView[];
  source?: string;
}

/** Which signals; times are epoch ms, `from` inclusive and `to` exclusive. */
export interface SignalFilter {
  types: SignalRecord["type"][];
  entity: string;
  from: number | null;
  to: number | null;
  /** From 0 to 1. */
  minConfidence: number;
  /** At most this many, newest first. */
  limit: number;
  /** How many of the newest are left out; none unless given. */
  offset?: number;
}

/** How often signals of one kind were right; never shown without n, base rate and interval. */
export interface AccuracyView {
  n: number;
  right: number;
  /** Share of all hours in which the claim would have been true, 0 to 1. */
  baseRate: number | null;
  /** 95 % interval of the share, 0 to 1. */
  low: number;
  high: number;
}

/** A signal with what came of it. */
export interface SignalView {
  record: SignalRecord;
  outcome: OutcomeRecord | null;
  accuracy: AccuracyView | null;
}

/** How complete one stored series is. */
export interface SeriesView {
  symbol: string;
  timeframe: Timeframe;
  source: string;
  /** Start of the first and of the last stored bar, epoch ms. */
  first: number | null;
  last: number | null;
  /** Counts of bars. */
  expected: number;
  observed: number;
  repaired: number;
  filled: number;
  missing: number;
}

/** Continuity of all series, and the newest gaps. */
export interface ContinuityView {
  series: SeriesView[];
  gaps: GapRecord[];
  openGaps: number;
}

/** How the process and its sources are. */
export interface HealthView {
  status: "healthy" | "degraded" | "down";
  sources: {
    name: string;
    /** How people call it, where that is known. */
    label?: string;
    status: "healthy" | "degraded" | "down";
    /** Switched off, without a key or with nothing to follow: it is not asked, so nothing is missing. */
    isOff?: boolean;
    /** When its newest message or answer came, epoch ms by our clock. */
    lastMs: number | null;
    detail?: string;
  }[];
}

/** A guide in the list of guides. */
export interface GuideView {
  /** As it stands in its address. */
  name: string;
  title: string;
  /** Its first paragraph. */
  summary: string;
}

/** Readers of everything a page shows; each may reject, and the page then offers a retry. */
export interface PageData extends ExploreData, AnalysisData {
  /** Active symbols. */
  listSymbols(): Promise<SymbolView[]>;
  /** The newest `limit` bars (1 to 5000) of a series; null for an unknown symbol. */
  /** What a chart shows to someone who never chose. */
  getChartDefaults(): { timeframe: Timeframe; indicators: IndicatorKey[] };
  getChart(symbol: string, timeframe: Timeframe, limit: number): Promise<ChartView | null>;
  listSignals(filter: SignalFilter): Promise<SignalView[]>;
  /** The signals themselves, without what came of each. */
  listSignalRecords(filter: SignalFilter): Promise<SignalRecord[]>;
  /** All symbols, any order. */
  listPrices(): Promise<PriceView[]>;
  getContinuity(): Promise<ContinuityView>;
  getHealth(): Promise<HealthView>;
  /** How the judged headlines of the newest day speak together; null where none was judged. */
  getMood(): Promise<GaugeView | null>;
  listGuides(): Promise<GuideView[]>;
  /** The Markdown of a guide; null for a name that there is none of. */
  getGuide(name: string): Promise<string | null>;
  /** Whether visits are counted; absent for no. */
  areVisitsCounted?(): boolean;
  /** Epoch ms of the market. */
  marketNow(): number;
  /** Epoch ms of the wall, so that a page kept offline knows how old it is. */
  wallNow(): number;
}

/** `ctx.state` of every page. */
export interface State {
  requestId: string;
  mode: ModeView;
  data: PageData;
  /** Who is signed in; null for a visitor, absent where nobody can sign in. */
  person?: PersonView | null;
  /** Asks the API for whoever looks at the page. */
  ask?: AskApi;
}
