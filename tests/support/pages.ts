/** Everything that pages are given, full, empty, failing and hostile. */
import type { DexPairRecord, DexSignalRecord } from "../../lib/contracts/dex_records.ts";
import type { MarketDataRecord, NewsRecord, SignalRecord } from "../../lib/contracts/records.ts";
import type {
  DexDetail,
  DexOverview,
  MarketDetail,
  MarketView,
  NewsOverview,
  QualityRow,
  SourceView,
} from "../../lib/ui/page_views.ts";
import type { PageData, SignalView } from "../../lib/ui/state.ts";
import { analysisPages, someDay } from "./analysis_pages.ts";
import { cachePage } from "./cache_pages.ts";
import { guideText } from "./guide_text.ts";
import { makeBar } from "./web.ts";

/** Market and wall time of these pages. */
export const PAGE_MS = Date.UTC(2024, 0, 2);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const signal: SignalRecord = {
  id: "s1",
  source: "binance",
  type: "price_alert",
  entity: "BTCUSDT",
  data: { change: 7 },
  confidence_score: 0.8,
  timestamp: PAGE_MS,
  processed: true,
  created_at: PAGE_MS,
  updated_at: PAGE_MS,
  evidence: {
    inputHash: "ab12",
    parameterVersion: "price_alert/1",
    modelVersion: null,
    barTime: PAGE_MS,
    timeframe: "1h",
    claim: "activity",
    horizonMs: DAY_MS,
  },
  factors: { magnitude: 0.8 },
};
/** A signal of unusual volume. */
export const volumeSignal: SignalRecord = {
  ...signal,
  id: "v1",
  type: "volume_anomaly",
  entity: "ETHUSDT",
  data: { ratio: 3.25 },
  timestamp: PAGE_MS - HOUR_MS,
};
const signalView: SignalView = {
  record: signal,
  outcome: null,
  accuracy: { n: 40, right: 20, baseRate: 0.29, low: 0.35, high: 0.65 },
};

/** A followed symbol in the list of markets. */
export const aMarket = (part: Partial<MarketView> = {}): MarketView => ({
  symbol: "BTCUSDT",
  id: `crypto:${part.symbol ?? "BTCUSDT"}`,
  exchange: "binance",
  name: "Bitcoin",
  kind: "crypto",
  base: "BTC",
  price: 63250.1,
  price_change_24h: -1.5,
  volume_24h: 1e9,
  volumeHours: 10,
  source: "binance",
  eventMs: PAGE_MS - 5000,
  spark: [1, 2],
  session: null,
  ...part,
});

/** Figures of an asset as a source tells them. */
export const someFigures = (part: Partial<MarketDataRecord> = {}): MarketDataRecord => ({
  id: "asset:bitcoin@coingecko",
  symbol: "BTC",
  price: 42_000,
  volume_24h: 2e9,
  market_cap: 8e11,
  price_change_24h: 5,
  timestamp: PAGE_MS - 60_000,
  source: "coingecko",
  created_at: 0,
  ...part,
});

/** A pair of a decentralised exchange. */
export const aDexPair = (part: Partial<DexPairRecord> = {}): DexPairRecord => ({
  id: "ethereum:0xaa",
  name: "WETH/USDC",
  base_currency_id: "weth",
  quote_currency_id: "usdc",
  network_id: "ethereum",
  dex_id: "uniswap_v3",
  price: 2_000,
  volume_24h: 1_000_000,
  liquidity: 500_000,
  price_change_24h: 1,
  last_updated: PAGE_MS - 120_000,
  pool_created_at: PAGE_MS - 3 * DAY_MS,
  first_seen_at: PAGE_MS - 2 * DAY_MS,
  source: "coinmarketcap_dex",
  created_at: PAGE_MS,
  ...part,
});

export const dexSignal: DexSignalRecord = {
  id: "d1",
  type: "liquidity_shift",
  pair_id: "ethereum:0xaa",
  pair_name: "WETH/USDC",
  network_id: "ethereum",
  dex_id: "uniswap_v3",
  source: "dex",
  data: { liquidity_change_24h: -34.5678, direction: "down", threshold: 20 },
  confidence_score: 0.7,
  factors: { magnitude: 0.7 },
  timestamp: PAGE_MS - HOUR_MS,
  created_at: PAGE_MS,
  evidence: { inputHash: "ab", parameterVersion: "liquidity_shift/1" },
};

/** A headline that was judged. */
export const aHeadline = (part: Partial<NewsRecord> = {}): NewsRecord => ({
  id: "n1",
  source: "cryptopanic",
  publisher: "coindesk.com",
  title: "Bitcoin rises",
  url: "https://coindesk.com/a",
  currencies: ["BTC"],
  timestamp: PAGE_MS - 2 * HOUR_MS,
  created_at: PAGE_MS,
  sentiment_score: 0.6,
  sentiment_confidence: 0.9,
  sentiment_model: "rules/1",
  ...part,
});

export const market: MarketDetail = {
  name: "Bitcoin",
  symbol: aMarket(),
  figures: [someFigures(), someFigures({ id: "x", source: "coinmarketcap", price: 42_010 })],
  analysis: {
    trend: "bullish",
    trendStrength: 0.62,
    volatility: 55.5,
    volatilityIndex: 80,
    support: { price: 41_000, touches: 3, lastTouch: PAGE_MS - DAY_MS },
    resistance: null,
    bars: 600,
    barsToMs: PAGE_MS - 60_000,
  },
  quality: { score: 0.99, failed: { freshness: 2 }, timeMs: PAGE_MS - 1_000 },
  continuity: [{
    symbol: "BTCUSDT",
    timeframe: "1m",
    source: "binance",
    first: 0,
    last: PAGE_MS,
    expected: 100,
    observed: 98,
    repaired: 1,
    filled: 0,
    missing: 1,
  }],
  correlations: [{ symbol: "ETHUSDT", correlation: 0.912, n: 700 }],
  relations: [{ kind: "traded_on", name: "binance" }, { kind: "mentioned_with", name: "kraken" }],
  signals: [signalView],
  headlines: [aHeadline()],
};

export const dex: DexOverview = {
  pairs: [aDexPair(), aDexPair({ id: "base:0xbb", name: "AERO/WETH", volume_24h: null })],
  total: 2,
  isCut: false,
  leaders: [aDexPair()],
  networks: [
    { id: "ethereum", name: "Ethereum", pairs: 1, volume: 1e6, liquidity: 5e5 },
    { id: "base", name: "Base", pairs: 1, volume: 0, liquidity: 5e5 },
  ],
  exchanges: ["aerodrome", "uniswap_v3"],
  signals: [dexSignal, { ...dexSignal, id: "d2", type: "new_pair", timestamp: PAGE_MS - 2 }],
};

export const pairDetail: DexDetail = {
  pair: aDexPair(),
  networkName: "Ethereum",
  metrics: { volume_rank: 1, liquidity_score: 0.74, volatility_score: null, signal_count: 1 },
  recommendations: [{
    type: "alert",
    message: "Liquidity fell by 34.6 % in a day",
    confidence: 0.7,
    evidence: ["d1"],
  }],
  signals: [dexSignal],
  candles: [
    { time: PAGE_MS - 2 * HOUR_MS, open: 1, high: 3, low: 0.5, close: 2 },
    { time: PAGE_MS - HOUR_MS, open: 2, high: 2.5, low: 1, close: 1.5 },
  ],
  madeFrom: "samples",
};

export const news: NewsOverview = {
  headlines: [aHeadline(), aHeadline({ id: "n2", title: "Exchange halts", sentiment_score: null })],
  total: 2,
  sources: ["cryptopanic"],
  gauge: { score: 0.4, n: 12, models: ["rules/1"], fromMs: PAGE_MS - DAY_MS, toMs: PAGE_MS },
  days: [PAGE_MS - DAY_MS, PAGE_MS],
  heat: [{ type: "token", name: "BTC", cells: [null, { mentions: 4, sentiment: -0.5 }] }],
};

const use = {
  request_count: 10,
  success_count: 9,
  refused_count: 1,
  avg_response_time: 120,
  credits: 30,
};

/** A source that answers, with one feed. */
export const aSource = (part: Partial<SourceView> = {}): SourceView => ({
  source: "coingecko",
  name: "CoinGecko",
  enabled: true,
  status: "healthy",
  state: "live",
  detail: "answers",
  lastMessageMs: PAGE_MS - 7_000,
  nextMs: null,
  today: use,
  month: { ...use, credits: 9_000 },
  budget: {
    limitPerMinute: 30,
    creditsPerMonth: 10_000,
    creditsLeft: 1_000,
    creditsExpected: 12_000,
    runsOutOn: "2024-01-28",
  },
  feeds: [{
    name: "markets",
    feature: "prices of assets",
    cadenceMs: 300_000,
    lastSuccessMs: PAGE_MS - 9_000,
    nextMs: PAGE_MS + 60_000,
    state: "live",
    today: use,
    month: { ...use, credits: 4_500 },
  }],
  ...part,
});

/** Something of everything. */
export const fullPages: PageData = {
  listSymbols: () =>
    Promise.resolve([{
      symbol: "BTCUSDT",
      id: "crypto:BTC/USDT@binance",
      exchange: "binance",
      kind: "crypto",
      timeframes: ["1m"],
    }]),
  getChartDefaults: () => ({ timeframe: "1h", indicators: ["sma", "volume", "rsi"] }),
  getChart: (symbol, timeframe) =>
    Promise.resolve(
      symbol === "BTCUSDT"
        ? {
          symbol,
          timeframe,
          bars: [makeBar(1, { close: 101.25 })],
          indicators: {},
          source: "binance",
          gaps: [{ from: 1, to: 2, status: "open" }],
          markers: [{ id: "m1", type: "price_alert", timestamp: 5, confidence_score: 1 }],
        }
        : null,
    ),
  listSignals: () => Promise.resolve([signalView]),
  listSignalRecords: () => Promise.resolve([signal, volumeSignal]),
  listPrices: () => {
    const { kind: _kind, base: _base, session: _session, name: _name, ...price } = aMarket();
    return Promise.resolve([{ ...price, id: "crypto:BTC/USDT@binance" }]);
  },
  getContinuity: () => Promise.resolve({ series: [], gaps: [], openGaps: 0 }),
  getHealth: () => Promise.resolve({ status: "healthy", sources: [] }),
  getMood: () => Promise.resolve(news.gauge),
  listGuides: () =>
    Promise.resolve([{ name: "api", title: "The API", summary: "Asking for everything." }]),
  getGuide: (name) => Promise.resolve(name === "api" ? guideText : null),
  marketNow: () => PAGE_MS,
  wallNow: () => PAGE_MS,
  listMarkets: () =>
    Promise.resolve({
      symbols: [
        aMarket(),
        aMarket({ symbol: "ETHUSDT", name: "Ether", base: "ETH", price: 2_000, volume_24h: 5 }),
        aMarket({
          symbol: "AAPL",
          name: "Apple",
          exchange: "alpaca",
          kind: "stock",
          session: { isOpen: false, untilMs: PAGE_MS + DAY_MS },
        }),
      ],
      assets: [someFigures()],
    }),
  getMarket: (name) => Promise.resolve(name === "BTCUSDT" ? market : null),
  getDex: () => Promise.resolve(dex),
  getDexPair: (id) => Promise.resolve(id === "ethereum:0xaa" ? pairDetail : null),
  getNews: () => Promise.resolve(news),
  listSources: () =>
    Promise.resolve([
      aSource(),
      aSource({ source: "yahoo", name: "Yahoo", state: "market_closed", feeds: [] }),
      aSource({ source: "alpaca", name: "Alpaca", enabled: false, reason: "no key is set" }),
    ]),
  ...cachePage,
  ...analysisPages,
  getJobs: () =>
    Promise.resolve({
      stages: ["collect", "compute", "evaluate", "notify"],
      parked: [{ id: "p", topic: "evaluate", attempt: 5, error: "It broke", parkedAt: PAGE_MS }],
      runs: [{
        id: "r1",
        trigger: "cron",
        timestamp: PAGE_MS - 60_000,
        duration_ms: 900,
        status: "done",
        sources: {
          coingecko: { status: "ok", records: 5, duration_ms: 300 },
          defillama: { status: "failed", records: 0, duration_ms: 9, error: "no answer" },
        },
        records: 5,
        signals: 1,
      }],
      alerts: [{
        id: "defillama",
        message: "defillama failed 4 cycles in a row",
        failures: 4,
        sinceMs: 0,
        resolvedMs: null,
      }],
      successShare: 0.95,
      day: someDay,
    }),
  listQuality: () =>
    Promise.resolve<QualityRow[]>([
      {
        symbol: "ETHUSDT",
        quality_score: 0.9,
        failed: { freshness: 3 },
        updated_at: PAGE_MS - 1e4,
      },
      { symbol: "BTCUSDT", quality_score: 1, failed: {}, updated_at: PAGE_MS - 1e4 },
      { symbol: "SOLUSDT", quality_score: null, failed: {}, updated_at: null },
    ]),
  getQuality: (symbol) =>
    Promise.resolve(
      symbol === "BTCUSDT"
        ? {
          symbol,
          score: 0.98,
          checks: { freshness: { passed: 98, failed: 2 } },
          timeMs: PAGE_MS - 3_000,
          history: [0.9, 0.95, 0.98].map((score, i) => ({
            timeMs: PAGE_MS - 60_000 * (3 - i),
            score,
          })),
        }
        : null,
    ),
};
