/** What pages are given on a bad day: nothing, failures, and what nobody sane would send. */
import type { SignalRecord } from "../../lib/contracts/records.ts";
import type { PageData } from "../../lib/ui/state.ts";
import { emptyAnalysis, makeHostileAnalysis, noDay, someDay } from "./analysis_pages.ts";
import { aFamily } from "./cache_pages.ts";
import {
  aDexPair,
  aHeadline,
  aMarket,
  aSource,
  dex,
  dexSignal,
  fullPages,
  market,
  news,
  pairDetail,
  someFigures,
  volumeSignal,
} from "./pages.ts";

const fail = () => Promise.reject(new Error("secret cause"));
/** Nothing can be read. */
export const failingPages: PageData = {
  ...fullPages,
  listSymbols: fail,
  getChart: fail,
  listSignals: fail,
  listSignalRecords: fail,
  listPrices: fail,
  getContinuity: fail,
  getHealth: fail,
  getMood: fail,
  listGuides: fail,
  getGuide: fail,
  listMarkets: fail,
  getMarket: fail,
  getDex: fail,
  getDexPair: fail,
  getNews: fail,
  listSources: fail,
  getJobs: fail,
  getCache: fail,
  listQuality: fail,
  getQuality: fail,
  getPayments: fail,
  getTvl: fail,
  listRelations: fail,
  listFailing: fail,
};

/** Nothing is stored. */
export const emptyPages: PageData = {
  ...fullPages,
  listPrices: () => Promise.resolve([]),
  listSignals: () => Promise.resolve([]),
  listSignalRecords: () => Promise.resolve([]),
  getMood: () => Promise.resolve(null),
  listGuides: () => Promise.resolve([]),
  listMarkets: () => Promise.resolve({ symbols: [], assets: [] }),
  getMarket: () =>
    Promise.resolve({
      ...market,
      figures: [],
      symbol: null,
      quality: null,
      continuity: [],
      correlations: [],
      relations: [],
      signals: [],
      headlines: [],
      analysis: {
        trend: null,
        trendStrength: null,
        volatility: null,
        volatilityIndex: null,
        support: null,
        resistance: null,
        bars: 0,
        barsToMs: null,
        reason: "The hourly history of BTCUSDT is too short",
      },
    }),
  getDex: () =>
    Promise.resolve({
      ...dex,
      pairs: [],
      total: 0,
      leaders: [],
      networks: [],
      exchanges: [],
      signals: [],
      reason: "The recording that is played holds none.",
    }),
  getDexPair: () =>
    Promise.resolve({ ...pairDetail, candles: [], recommendations: [], signals: [] }),
  getNews: () =>
    Promise.resolve({
      headlines: [],
      total: 0,
      sources: [],
      gauge: null,
      days: [],
      heat: [],
      reason: "The recording that is played holds none.",
    }),
  listSources: () => Promise.resolve([]),
  getCache: () =>
    Promise.resolve({ families: [], memoryShare: null, hitShare: null, bytes: 0, bytesMax: 0 }),
  getJobs: () =>
    Promise.resolve({
      stages: [],
      alerts: [],
      parked: [],
      runs: [],
      successShare: null,
      day: noDay,
    }),
  ...emptyAnalysis,
  listQuality: () => Promise.resolve([]),
  getQuality: (symbol) =>
    Promise.resolve({ symbol, score: null, checks: {}, timeMs: null, history: [] }),
};

/** A text that would be markup, were it not escaped. */
export const HOSTILE = `"><script>alert(1)</script><img src=x onerror="alert(1)">`;

const hostileSignal: SignalRecord = {
  ...volumeSignal,
  id: HOSTILE,
  source: HOSTILE,
  entity: HOSTILE,
  data: { ratio: Infinity, [HOSTILE]: HOSTILE },
  confidence_score: NaN,
};

/** Names, texts and numbers that nobody sane would send. */
export const hostilePages: PageData = {
  ...fullPages,
  listPrices: () => {
    const { kind: _kind, base: _base, session: _session, ...price } = aMarket({
      symbol: HOSTILE,
      source: HOSTILE,
      price: NaN,
      price_change_24h: -Infinity,
      eventMs: NaN,
      spark: [NaN, Infinity],
    });
    return Promise.resolve([{ ...price, id: HOSTILE }, { ...price, price_change_24h: 1e300 }]);
  },
  listSignals: () => Promise.resolve([{ record: hostileSignal, outcome: null, accuracy: null }]),
  listSignalRecords: () =>
    Promise.resolve([hostileSignal, { ...hostileSignal, id: "x", timestamp: NaN }]),
  getMood: () =>
    Promise.resolve({ score: NaN, n: NaN, models: [HOSTILE], fromMs: NaN, toMs: 9e15 }),
  getHealth: () =>
    Promise.resolve({
      status: "down",
      sources: [{ name: HOSTILE, status: "down", lastMs: NaN, detail: HOSTILE.repeat(9) }],
    }),
  getContinuity: () =>
    Promise.resolve({
      series: [
        { ...market.continuity[0]!, symbol: HOSTILE, source: HOSTILE, last: NaN, missing: NaN },
      ],
      gaps: [],
      openGaps: NaN,
    }),
  listGuides: () => Promise.resolve([{ name: HOSTILE, title: HOSTILE, summary: HOSTILE }]),
  getGuide: () =>
    Promise.resolve(
      `# ${HOSTILE}\n\n${HOSTILE}\n\n[x](javascript:alert(1)) ![x](//e.com/x.png) ` +
        `<iframe src=//e.com></iframe> [y](data:text/html,x)\n\n<script>alert(1)</script>\n`,
    ),
  listMarkets: () =>
    Promise.resolve({
      symbols: [
        aMarket({
          symbol: HOSTILE,
          exchange: HOSTILE,
          price: NaN,
          price_change_24h: Infinity,
          eventMs: NaN,
          volume_24h: -1,
        }),
      ],
      assets: [someFigures({ id: HOSTILE, symbol: HOSTILE, source: HOSTILE, timestamp: 9e15 })],
    }),
  getMarket: (name) =>
    Promise.resolve({
      ...market,
      name,
      symbol: aMarket({ symbol: HOSTILE, name: HOSTILE }),
      figures: [someFigures({ source: HOSTILE, price: NaN, timestamp: -9e15 })],
      correlations: [{ symbol: HOSTILE, correlation: NaN, n: NaN }],
      relations: [{ kind: "runs_on", name: HOSTILE }],
      quality: { score: NaN, failed: { [HOSTILE]: 1 }, timeMs: NaN },
      headlines: [aHeadline({ title: HOSTILE, url: "javascript:alert(1)", publisher: HOSTILE })],
    }),
  getDex: () =>
    Promise.resolve({
      ...dex,
      pairs: [aDexPair({ id: HOSTILE, name: HOSTILE, network_id: HOSTILE, price: NaN })],
      networks: [{ id: HOSTILE, name: HOSTILE, pairs: 1, volume: Infinity, liquidity: NaN }],
      exchanges: [HOSTILE],
      signals: [{ ...dexSignal, pair_name: HOSTILE, timestamp: NaN, data: { [HOSTILE]: HOSTILE } }],
    }),
  getDexPair: () =>
    Promise.resolve({
      ...pairDetail,
      pair: aDexPair({ name: HOSTILE, dex_id: HOSTILE, price: NaN, last_updated: NaN }),
      networkName: HOSTILE,
      candles: [{ time: NaN, open: NaN, high: Infinity, low: 0, close: 1 }],
      recommendations: [{ type: "alert", message: HOSTILE, confidence: NaN, evidence: [] }],
    }),
  getNews: () =>
    Promise.resolve({
      ...news,
      headlines: [aHeadline({ title: HOSTILE, url: "javascript:alert(1)", sentiment_score: NaN })],
      gauge: { score: NaN, n: NaN, models: [HOSTILE], fromMs: NaN, toMs: 9e15 },
      sources: [HOSTILE],
      heat: [{ type: "token", name: HOSTILE, cells: [{ mentions: NaN, sentiment: NaN }, null] }],
    }),
  listSources: () =>
    Promise.resolve([
      aSource({
        name: HOSTILE,
        state: HOSTILE,
        detail: HOSTILE,
        nextMs: NaN,
        budget: {
          limitPerMinute: NaN,
          creditsPerMonth: 0,
          creditsLeft: NaN,
          creditsExpected: null,
          runsOutOn: HOSTILE,
        },
      }),
      aSource({ source: "x", enabled: false, reason: HOSTILE, state: "constructor" }),
    ]),
  getCache: () =>
    Promise.resolve({
      families: [
        aFamily({ family: HOSTILE, misses: NaN, hitShare: Infinity, ttlMs: NaN, bytes: -1 }),
        aFamily({ family: "constructor", warmed: NaN, bytes: Infinity }),
      ],
      memoryShare: NaN,
      hitShare: Infinity,
      bytes: NaN,
      bytesMax: Infinity,
    }),
  getJobs: () =>
    Promise.resolve({
      stages: ["constructor", HOSTILE],
      parked: [{ id: "p", topic: HOSTILE, attempt: NaN, error: HOSTILE, parkedAt: NaN }],
      runs: [],
      alerts: [{
        id: "x",
        message: HOSTILE,
        failures: -1,
        sinceMs: NaN,
        resolvedMs: null,
      }],
      successShare: NaN,
      day: { ...someDay, cronShare: NaN, collectionShare: Infinity, ran: NaN },
    }),
  ...makeHostileAnalysis(HOSTILE),
  listQuality: () =>
    Promise.resolve([
      { symbol: HOSTILE, quality_score: NaN, failed: { [HOSTILE]: NaN }, updated_at: NaN },
    ]),
  getQuality: () =>
    Promise.resolve({
      symbol: HOSTILE,
      score: NaN,
      checks: { [HOSTILE]: { passed: NaN, failed: -1 } },
      timeMs: NaN,
      history: [{ timeMs: NaN, score: NaN }, { timeMs: 9e15, score: Infinity }],
    }),
};
