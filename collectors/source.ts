/**
 * What a source is: its addresses, its subscription, its pure parsing. One file each in `sources/`.
 *
 * @module
 */
import type { Bar, MarketSymbol, Timeframe, Trade } from "../lib/market/mod.ts";
import type { MarketDataRecord } from "../lib/contracts/records.ts";

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
  /** How much of the source's limit it costs. */
  weight: number;
}

/** A frame or an answer that is not what the source's documentation says. */
export class SourceParseError extends SyntaxError {
  override name = "SourceParseError";
}

/** A source that streams trades and bars, with bars by REST for history and holes. */
export interface StreamSource {
  key: string;
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
    parse(body: unknown): Bar[];
  };
  time: { request(): SourceRequest; parse(body: unknown): number };
}

/** A source that is polled for market data of many assets at once. */
export interface PollSource {
  key: string;
  addresses: { rest: readonly string[] };
  cadenceMs: number;
  /** Requests a minute it allows. */
  limitPerMinute: number;
  /** What to ask for, given the symbols that are followed. */
  listEntities?(symbols: readonly MarketSymbol[]): string[];
  requests(entities: readonly string[]): SourceRequest[];
  parse(body: unknown, receivedMs: number): MarketDataRecord[];
}
