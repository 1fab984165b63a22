/**
 * A trade: one execution on an exchange, as every source hands it on.
 *
 * @module
 */

/** One execution. Prices are in the quote currency, sizes in the base. */
export interface Trade {
  /** The exchange's own spelling, such as `BTCUSDT`. */
  symbol: string;
  price: number;
  size: number;
  /** The side that took liquidity; absent where the exchange does not tell. */
  side?: "buy" | "sell";
  /** The exchange's number of this trade; rises by one within a symbol where the exchange counts. */
  tradeId: number;
  /** Epoch ms by the exchange's clock. */
  eventMs: number;
  /** Epoch ms by our clock, stamped when the frame arrived. */
  receivedMs: number;
  /** Key of the source that delivered it, such as `binance`. */
  source: string;
}
