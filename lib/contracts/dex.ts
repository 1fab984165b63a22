/**
 * Decentralised exchanges: pairs, networks, signals, listings, candles and trades.
 *
 * Prices, volumes and liquidity are in USD; null where no source told them. Times are epoch ms.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { querySize, recordedSchema } from "./common.ts";
import { dexSignalTypes } from "./dex_records.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

const idSchema = z.string().min(1).max(120);

/** How an answer from stored data says how true it still is. */
const truthFields = {
  /** Whether this answer was made for an earlier request. */
  cached: z.boolean(),
  /** Market time at which it was read. */
  timestamp: z.number(),
  /** How old its newest figure was then, ms; null for an empty answer. */
  ageMs: z.number().nullable(),
  recorded: recordedSchema,
};

/** A path with the id of a pair. */
export const dexPairParamSchema = z.object({
  pair_id: idSchema.openapi({
    param: { name: "pair_id", in: "path" },
    description: "Network and contract, percent-encoded",
    example: "ethereum:0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640",
  }),
});

/** One pair. */
export const dexPairSchema = z.object({
  id: z.string(),
  name: z.string(),
  base_currency_id: z.string(),
  quote_currency_id: z.string(),
  network_id: z.string(),
  dex_id: z.string(),
  price: z.number().nullable(),
  volume_24h: z.number().nullable(),
  liquidity: z.number().nullable(),
  price_change_24h: z.number().nullable(),
  last_updated: z.number(),
  pool_created_at: z.number().nullable(),
  first_seen_at: z.number(),
  source: z.string(),
}).openapi("DexPair");

/** Which pairs: the newest figures first, or the most traded. */
export const dexPairsQuerySchema = z.object({
  limit: querySize(50, 200),
  network: idSchema.optional(),
  dex: idSchema.optional(),
  sort: z.enum(["last_updated", "volume_24h"]).default("last_updated"),
  cursor: cursorSchema,
});

/** A page of pairs. */
export const dexPairsSchema = z.object({
  pairs: z.array(dexPairSchema),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  ...truthFields,
}).openapi("DexPairs");

/** Networks, by id. */
export const dexNetworksSchema = z.object({
  networks: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      chain_id: z.string().nullable(),
      native_currency_id: z.string().nullable(),
      source: z.string(),
    }).openapi("DexNetwork"),
  ),
  count: z.number().int(),
  ...truthFields,
}).openapi("DexNetworks");

/** Which signals on pairs. */
export const dexSignalsQuerySchema = z.object({
  limit: querySize(50, 200),
  type: z.enum(dexSignalTypes).optional(),
  pair_id: idSchema.optional(),
  cursor: cursorSchema,
});

/** One signal on a pair, with the values and the threshold it was found by. */
export const dexSignalSchema = z.object({
  id: z.string(),
  type: z.enum(dexSignalTypes),
  pair_id: z.string(),
  pair_name: z.string(),
  network_id: z.string(),
  dex_id: z.string(),
  source: z.string(),
  data: z.record(z.string(), z.union([z.number(), z.string()])),
  confidence_score: z.number(),
  factors: z.record(z.string(), z.number()),
  timestamp: z.number(),
  evidence: z.object({ inputHash: z.string(), parameterVersion: z.string() }),
}).openapi("DexSignal");

/** Signals on pairs, newest first. */
export const dexSignalsSchema = z.object({
  signals: z.array(dexSignalSchema),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("DexSignals");

/** What is known of one pair. */
export const dexAnalysisSchema = z.object({
  pair: dexPairSchema,
  signals: z.array(dexSignalSchema),
  metrics: z.object({
    /** 1 for the most traded pair; null while its volume is unknown or it is not near the top. */
    volume_rank: z.number().int().nullable(),
    liquidity_score: z.number().nullable(),
    volatility_score: z.number().nullable(),
    signal_count: z.number().int(),
  }),
  recommendations: z.array(z.object({
    type: z.enum(["opportunity", "warning", "alert"]),
    message: z.string(),
    confidence: z.number().min(0).max(1),
    evidence: z.array(z.string()),
  })),
  last_updated: z.number(),
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("DexAnalysis");

/** By what listings are sorted. */
export const dexListingSorts = [
  "timestamp",
  "price",
  "volume_24h",
  "liquidity",
  "market_cap",
  "price_change_24h",
] as const;

/** Which listings, in which order; an unknown figure counts as 0 in the order. */
export const dexListingsQuerySchema = z.object({
  limit: querySize(50, 200),
  sort: z.enum(dexListingSorts).default("volume_24h"),
  order: z.enum(["asc", "desc"]).default("desc"),
  cursor: cursorSchema,
});

/** A page of listings. */
export const dexListingsSchema = z.object({
  listings: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      symbol: z.string(),
      network_id: z.string().nullable(),
      contract_address: z.string().nullable(),
      price: z.number().nullable(),
      volume_24h: z.number().nullable(),
      liquidity: z.number().nullable(),
      market_cap: z.number().nullable(),
      price_change_24h: z.number().nullable(),
      timestamp: z.number(),
      source: z.string(),
    }).openapi("DexListing"),
  ),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  ...truthFields,
}).openapi("DexListings");

/** Lengths of time back that candles are had for, in ms. */
export const dexRangeMs = {
  "24h": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
  "90d": 7_776_000_000,
} as const;

/** Lengths of a candle, in ms. */
export const dexIntervalMs = {
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "4h": 14_400_000,
  "1d": 86_400_000,
} as const;

/** Which candles. */
export const dexHistoryQuerySchema = z.object({
  range: z.enum(["24h", "7d", "30d", "90d"]).default("24h"),
  interval: z.enum(["5m", "15m", "1h", "4h", "1d"]).default("1h"),
});

/** Candles of a pair, oldest first; an interval without any figure has none. */
export const dexHistorySchema = z.object({
  pair_id: z.string(),
  range: z.string(),
  interval: z.string(),
  /** `exchange`: as a source tells them; `samples`: made of the prices that we collected. */
  made_from: z.enum(["exchange", "samples"]),
  candles: z.array(z.object({
    time: z.number(),
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    /** Traded within the candle; null where only samples are known. */
    volume: z.number().nullable(),
    /** Prices that it was made of; null for a source's own candle. */
    samples: z.number().int().nullable(),
  })),
  count: z.number().int(),
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("DexHistory");

/** How many leaders, of which network. */
export const dexLeadersQuerySchema = z.object({
  limit: querySize(20, 100),
  network: idSchema.optional(),
  cursor: cursorSchema,
});

/** The most traded pairs. */
export const dexLeadersSchema = z.object({
  leaders: z.array(
    dexPairSchema.extend({ network_name: z.string(), dex_name: z.string() }).openapi("DexLeader"),
  ),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  timestamp: z.number(),
  ageMs: z.number().nullable(),
  recorded: recordedSchema,
}).openapi("DexLeaders");

/** Which trades. */
export const dexTradesQuerySchema = z.object({
  pair_id: idSchema.optional(),
  limit: querySize(50, 200),
  cursor: cursorSchema,
});

/** Trades, newest first. */
export const dexTradesSchema = z.object({
  trades: z.array(
    z.object({
      id: z.string(),
      pair_id: z.string(),
      side: z.enum(["buy", "sell"]),
      price: z.number(),
      size: z.number(),
      value_usd: z.number(),
      transaction_hash: z.string().nullable(),
      timestamp: z.number(),
      source: z.string(),
    }).openapi("DexTrade"),
  ),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  timestamp: z.number(),
  ageMs: z.number().nullable(),
  recorded: recordedSchema,
}).openapi("DexTrades");
