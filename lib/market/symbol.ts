/**
 * Symbols: what is traded, where, and how it is named to clients.
 *
 * @module
 */

/** Kind of market a symbol belongs to. */
export type MarketKind = "crypto" | "stock";

/** Something traded on one exchange. */
export interface MarketSymbol {
  /** The exchange's own spelling: `BTCUSDT`, `AAPL`, `THYAO.IS`. */
  symbol: string;
  /** Canonical id: `crypto:BTC/USDT@binance`, `stock:AAPL@alpaca`. */
  id: string;
  /** Key of the exchange: `binance`. */
  exchange: string;
  kind: MarketKind;
  base: string;
  quote: string;
  /** Full name, where a source told us. */
  name?: string;
  /** Whether collectors follow it. */
  active: boolean;
  /** Place in its source's own order, most traded first, from 0; for as long as nothing else tells. */
  rank?: number;
}

/** Returns the canonical id of a crypto pair, such as `crypto:BTC/USDT@binance`. */
export function formatCryptoId(base: string, quote: string, exchange: string): string {
  return `crypto:${base}/${quote}@${exchange}`;
}

/** Returns the canonical id of a share, such as `stock:AAPL@alpaca`. */
export function formatStockId(code: string, exchange: string): string {
  return `stock:${code}@${exchange}`;
}

/** Quote currencies by length, longest first, to split a spelling nobody described. */
const quoteSuffixes = [
  "FDUSD",
  "USDT",
  "USDC",
  "BUSD",
  "TUSD",
  "USDP",
  "BIDR",
  "DAI",
  "EUR",
  "GBP",
  "TRY",
  "BRL",
  "AUD",
  "RUB",
  "UAH",
  "NGN",
  "IDR",
  "USD",
  "UST",
  "BTC",
  "ETH",
  "BNB",
  "TRX",
  "XRP",
  "DOGE",
].sort((a, b) => b.length - a.length);

/** Splits a pair by the longest known quote suffix; the quote is empty where none is known. */
export function splitPair(symbol: string): { base: string; quote: string } {
  const quote = quoteSuffixes.find((suffix) =>
    symbol.length > suffix.length && symbol.endsWith(suffix)
  );
  if (!quote) return { base: symbol, quote: "" };
  return { base: symbol.slice(0, -quote.length), quote };
}
