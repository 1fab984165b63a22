/**
 * What a source is: its addresses, its subscription, its pure parsing. One file each in `sources/`.
 *
 * @module
 */
import type { Bar, MarketSymbol, Timeframe, Trade } from "../lib/market/mod.ts";
import type {
  DexExchangeRecord,
  DexListingRecord,
  DexNetworkRecord,
  DexPairRecord,
  DexTradeRecord,
} from "../lib/contracts/dex_records.ts";
import type {
  AssetPriceRecord,
  MarketDataRecord,
  MarketTotalRecord,
  NewsRecord,
  TvlRecord,
} from "../lib/contracts/records.ts";
import type { TradingCalendar } from "../lib/market/mod.ts";
import type { ExchangeTraits } from "../lib/pipeline/types.ts";

/** What a stream frame says, in our own nouns. */
export type StreamEvent =
  | { kind: "trade"; trade: Trade }
  | {
    kind: "bar";
    symbol: string;
    timeframe: Timeframe;
    bar: Bar;
    /** The exchange's time of this message. */
    eventMs: number;
  };

/** A request to make; the base address is put in front of `path`. */
export interface SourceRequest {
  path: string;
  headers?: Record<string, string>;
  /** How much of the source's limit a minute it costs. */
  weight: number;
  /** How much of its monthly credits it costs; default 0. */
  credits?: number;
  /** What `parse` needs to know again, such as the network that was asked about. */
  about?: Readonly<Record<string, string>>;
}

/** A frame or an answer that is not what the source's documentation says. */
export class SourceParseError extends SyntaxError {
  override name = "SourceParseError";
}

/** What a source says on its stream instead of data: a wrong key, too many connections. */
export class StreamRefusedError extends SourceParseError {
  override name = "StreamRefusedError";
  /**
   * @param retryAfterMs How long to wait before another connection; null: as after any loss.
   * @param isBlocked True where our key or its plan is refused, so that trying again changes little.
   */
  constructor(
    message: string,
    readonly retryAfterMs: number | null,
    readonly isBlocked: boolean = false,
  ) {
    super(message);
  }
}

/** A source that streams trades and bars, with bars by REST for history and holes. */
export interface StreamSource {
  key: string;
  /** For people: `Binance`. */
  name: string;
  exchange: string;
  /** Default public addresses; configuration and the recorded world give others. */
  addresses: { rest: readonly string[]; stream: readonly string[] };
  symbolsPerConnection: number;
  /** A socket older than this is renewed before it is cut. */
  connectionLifeMs: number;
  /** Silence longer than this means the socket is dead. */
  silenceMs: number;
  streamPath(symbols: readonly string[]): string;
  /** Frames that change the subscription of an open socket (COL-14). */
  subscribeFrame(symbols: readonly string[], id: number): string;
  unsubscribeFrame(symbols: readonly string[], id: number): string;
  /** @throws {SourceParseError} For anything but a known frame; control answers give []. */
  parse(frame: string, receivedMs: number): StreamEvent[];
  listSymbols: { request(): SourceRequest; parse(body: unknown): MarketSymbol[] };
  bars: {
    limitMax: number;
    request(symbol: string, timeframe: Timeframe, from: number, to: number): SourceRequest;
    parse(body: unknown, request?: SourceRequest): Bar[];
    /** The request for the rest of an answer that comes in pieces; null when it was the last. */
    next?(body: unknown, request: SourceRequest): SourceRequest | null;
    /** Length of the bars that are asked for, where they are finer and have to be folded. */
    stepMs?(timeframe: Timeframe): number;
    /** An answer, with its pieces, tells the whole stretch, which may be `limitMax` bars long. */
    isWhole?: boolean;
  };
  time: { request(): SourceRequest; parse(body: unknown): number };
  apiKey?: SourceKey;
  /** The frame that signs in on an open socket, with the key; sent before any subscription. */
  authFrame?(key: string, secret?: string): string;
  /**
   * Says that a frame opens the socket for subscriptions, which are then sent by `subscribeFrame`;
   * without it the address subscribes.
   */
  isReady?(frame: string): boolean;
  /** When its market is open: outside it the stream pauses, and trades are dropped. */
  calendar?: TradingCalendar;
  /** How its bars differ from what its trades make. */
  traits?: ExchangeTraits;
  /** Connections that it allows at a time; symbols beyond their room are not followed. */
  connectionsMax?: number;
  /** Requests a minute that its REST server allows. */
  limitPerMinute?: number;
  /** The address of another of its servers that answers `path`; null for the usual one. */
  findAddress?(path: string, key: string): string | null;
  /** Followed at first, in this order; also where it does not list what it trades. */
  usualSymbols?: readonly MarketSymbol[];
}

/** A bar that a source told and that is not believed. */
export interface RefusedBar {
  symbol: string;
  timeframe: Timeframe;
  /** Start of the bar, epoch ms. */
  time: number;
  /** For people: what is wrong with it. */
  reason: string;
}

/** What an answer told, in our own nouns; an absent list is an empty one. */
export interface SourceRecords {
  marketData?: MarketDataRecord[];
  news?: NewsRecord[];
  tvl?: TvlRecord[];
  dexPairs?: DexPairRecord[];
  dexNetworks?: DexNetworkRecord[];
  dexListings?: DexListingRecord[];
  dexTrades?: DexTradeRecord[];
  /** Candles of pairs of decentralised exchanges, in USD. */
  dexCandles?: DexCandles[];
  dexExchanges?: DexExchangeRecord[];
  /** Figures of a whole market. */
  marketTotals?: MarketTotalRecord[];
  /** Samples of what assets cost in the past. */
  assetPrices?: AssetPriceRecord[];
  /** Closed bars of a source without trades, oldest first. */
  bars?: { symbol: string; timeframe: Timeframe; bars: Bar[] }[];
  symbols?: MarketSymbol[];
  /** Bars that were told but must not be kept, with the reason. */
  refusedBars?: RefusedBar[];
}

/** Candles of one pair of a decentralised exchange. */
export interface DexCandles {
  /** Id of the pair, such as `ethereum:0x…`. */
  pairId: string;
  timeframe: Timeframe;
  /** Closed ones, oldest first; volume in USD. */
  bars: Bar[];
  /** The one that is not over yet. */
  running?: Bar;
}

/** What a feed may know when it decides what to ask for. */
export interface FeedContext {
  /** The symbols that are followed, of all exchanges. */
  symbols: readonly MarketSymbol[];
  /** Market time, epoch ms. */
  nowMs: number;
  /** Start of the newest stored bar of a series, epoch ms, or null. */
  getLastBarTime(symbol: string, timeframe: Timeframe): number | null;
  /** Pairs to look at more closely, most traded first. */
  dexPairs: readonly DexPairRecord[];
  /** Slugs of the protocols that hold most, largest first; without them a feed takes its own. */
  protocols?: readonly string[];
  /** CoinGecko ids whose past matters, such as protocols' tokens; else a feed takes its own. */
  coins?: readonly string[];
}

/** Which requests go first when a source's budget is short. */
export const priorities = ["high", "normal", "low"] as const;
/** See `priorities`. */
export type Priority = (typeof priorities)[number];

/** One thing that a polled source is asked for, at its own pace. */
export interface Feed {
  /** Unique within the source, shown to people: `markets`, `pair quotes`. */
  name: string;
  /** How often it is asked while the budget allows it, ms. */
  cadenceMs: number;
  priority: Priority;
  /** It gives market figures of just the symbols that it is told, so people's questions use it. */
  isOnDemand?: boolean;
  /** How the body is read before `parse`; default JSON. */
  format?: "json" | "text";
  /** Asked only where the source's key is given. */
  needsKey?: boolean;
  /** The requests that cover what is followed, as few as the source can answer them with. */
  requests(context: FeedContext): SourceRequest[];
  /**
   * `receivedMs` is when the answer was given, which is the time of what tells none of its own.
   *
   * @throws {SourceParseError} For an error body, or what is not documented.
   */
  parse(body: unknown, info: { receivedMs: number; request: SourceRequest }): SourceRecords;
}

/** How a source knows who asks. */
export interface SourceKey {
  /** The environment variable that holds the key. */
  variable: string;
  /** The variable that holds the secret, where the source gives two. */
  secretVariable?: string;
  /** Headers that carry it. */
  headers(key: string, secret?: string): Record<string, string>;
  /** Parameters of the address that carry it, where headers cannot. */
  query?(key: string): Record<string, string>;
  /** Without a key the source is disabled; else it only has a smaller budget. */
  isRequired: boolean;
}

/** A source that is polled. */
export interface PollSource {
  key: string;
  /** For people: `CoinGecko`. */
  name: string;
  addresses: { rest: readonly string[] };
  /** Requests a minute it allows. */
  limitPerMinute: number;
  /** Credits a month of its free plan; absent where it counts none. */
  creditsPerMonth?: number;
  apiKey?: SourceKey;
  /** The exchange whose bars it tells, where it tells any. */
  exchange?: string;
  /** How its past is asked for, where it has any. */
  bars?: StreamSource["bars"];
  /** When its market is open; while it is closed its feeds are asked at `closedCadenceMs`. */
  calendar?: TradingCalendar;
  closedCadenceMs?: number;
  /** Followed at first, when the store has no symbol of their exchange. */
  usualSymbols?: readonly MarketSymbol[];
  feeds: readonly Feed[];
}
