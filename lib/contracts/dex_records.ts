/**
 * The records of decentralised exchanges, kept and shown like those of `records.ts`.
 *
 * @module
 */

/** A decentralised exchange. */
export interface DexExchangeRecord {
  /** As pairs name it in `dex_id`, such as `uniswap-v3`. */
  id: string;
  name: string;
  /** `active` or `inactive`. */
  status: string | null;
  website: string | null;
  launched_at: number | null;
  source: string;
  timestamp: number;
}

/** A network that decentralised exchanges run on (API-15). Spelling prescribed. */
export interface DexNetworkRecord {
  id: string;
  name: string;
  chain_id: string | null;
  native_currency_id: string | null;
  source: string;
  timestamp: number;
}

/** A pair of a decentralised exchange (API-14). Spelling prescribed. */
export interface DexPairRecord {
  /** `ethereum:0x…`: network and contract. */
  id: string;
  name: string;
  base_currency_id: string;
  quote_currency_id: string;
  network_id: string;
  dex_id: string;
  /** USD. */
  price: number | null;
  volume_24h: number | null;
  liquidity: number | null;
  /** Percent: 5 means 5 %. */
  price_change_24h: number | null;
  /** The source's time of these figures, epoch ms. */
  last_updated: number;
  /** When the pool was made, where the source says so. */
  pool_created_at: number | null;
  /** When we saw it first, epoch ms; kept when figures are renewed. */
  first_seen_at: number;
  source: string;
  created_at: number;
}

/** The figures of a pair at one time: the history that detectors look back on. */
export interface DexSampleRecord {
  /** Pair id and time. */
  id: string;
  pair_id: string;
  price: number | null;
  volume_24h: number | null;
  liquidity: number | null;
  timestamp: number;
}

/** A token as listed by DEX aggregators (API-18). */
export interface DexListingRecord {
  id: string;
  /** Whether it is a token (default), or a decentralised exchange with its volume. */
  kind?: "token" | "exchange";
  name: string;
  symbol: string;
  network_id: string | null;
  contract_address: string | null;
  price: number | null;
  volume_24h: number | null;
  liquidity: number | null;
  market_cap: number | null;
  price_change_24h: number | null;
  timestamp: number;
  source: string;
}

/** One trade on a decentralised exchange (API-21). */
export interface DexTradeRecord {
  id: string;
  pair_id: string;
  side: "buy" | "sell";
  /** USD for one base unit. */
  price: number;
  size: number;
  value_usd: number;
  transaction_hash: string | null;
  timestamp: number;
  source: string;
}

/** Types of signals on DEX pairs (DEX-01 to DEX-05), in the order of forms. */
export const dexSignalTypes = [
  "volume_anomaly",
  "new_pair",
  "liquidity_shift",
  "price_volatility",
  "liquidity_risk",
] as const;
/** See `dexSignalTypes`. */
export type DexSignalType = typeof dexSignalTypes[number];

/** An emitted signal on a DEX pair (DEX-06); never rewritten. */
export interface DexSignalRecord {
  id: string;
  type: DexSignalType;
  pair_id: string;
  pair_name: string;
  network_id: string;
  dex_id: string;
  source: string;
  /** The figures it was found by, and the threshold they passed. */
  data: Record<string, number | string>;
  confidence_score: number;
  factors: Record<string, number>;
  timestamp: number;
  created_at: number;
  evidence: { inputHash: string; parameterVersion: string };
}
