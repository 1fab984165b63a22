/**
 * Portfolios on the wire: what happened, what it comes to, and files of it on their way in.
 *
 * Amounts are exact decimal texts; times are epoch ms.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { lineSchema } from "./alerts.ts";
import { querySize } from "./common.ts";
import { activityTypes } from "./owned.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";
import { clientIdSchema } from "./watchlists.ts";

/** Portfolios that a person may have. */
export const portfoliosMax = 100;
/** Bytes that a file to be imported may have. */
export const importBytesMax = 10_485_760;

const amountSchema = z.string().nullable().openapi({ example: "42750.5" });
const exactSchema = z.string().openapi({ example: "0.5" });
const currencySchema = z.string().trim().toUpperCase()
  .regex(/^[A-Z0-9][A-Z0-9._-]{1,11}$/, { error: "must be the code of a currency, such as USDT" })
  .openapi({ example: "USDT" });

/** A portfolio as its owner wants it. */
export const portfolioDraftSchema = z.strictObject({
  name: lineSchema(80).min(1).openapi({ example: "Long term" }),
  currency: currencySchema.default("USDT"),
}).openapi("PortfolioDraft");

/** A portfolio without its worth. */
export const portfolioSchema = z.object({
  id: z.string(),
  name: z.string(),
  currency: z.string(),
  revision: z.number().int(),
  created_at: z.number(),
  updated_at: z.number(),
}).openapi("Portfolio", {
  example: {
    id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    name: "Long term",
    currency: "USDT",
    revision: 1,
    created_at: 1_704_153_600_000,
    updated_at: 1_704_153_600_000,
  },
});

/** A page of portfolios, newest first. */
export const portfoliosSchema = z.object({
  portfolios: z.array(portfolioSchema),
  count: z.number().int(),
  /** Portfolios that one person may have. */
  most: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Portfolios");

/** Path of one activity. */
export const activityParamSchema = z.object({
  id: clientIdSchema,
  activity_id: z.string().min(1).max(80).regex(/^[\w-]+$/).openapi({
    example: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  }),
});

/** The same of one that is written: an id of the client's own, or that of an imported row. */
export const activityWriteParamSchema = activityParamSchema.extend({
  activity_id: z.string().toLowerCase()
    .regex(/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(-\d{1,9})?$/)
    .openapi({ example: "7c9e6679-7425-40de-944b-e07fc1f90ae7" }),
});

const numberText = z.string().max(44).openapi({ example: "0.5" });

/** An activity as its owner wants it; the rules of each type are checked after it. */
export const activityDraftSchema = z.strictObject({
  type: z.enum(activityTypes),
  symbol: lineSchema(40).min(1).openapi({ example: "BTCUSDT" }),
  exchange: lineSchema(40).default("manual").openapi({ example: "binance" }),
  quantity: numberText,
  price: numberText.default("").openapi({ example: "42000" }),
  currency: lineSchema(12).default("").openapi({ example: "USDT" }),
  fee: numberText.default("").openapi({ example: "0.1" }),
  feeCurrency: lineSchema(12).default("").openapi({ example: "USDT" }),
  timestamp: z.number().int().min(0).max(8_640_000_000_000_000),
  note: lineSchema(500).default("").openapi({ example: "" }),
  reference: lineSchema(200).default("").openapi({
    description: "Its number at the exchange; made of its fields where it has none",
    example: "trade-1",
  }),
}).openapi("ActivityDraft");

/** An activity as its owner sees it. */
export const activitySchema = z.object({
  id: z.string(),
  portfolioId: z.string(),
  type: z.enum(activityTypes),
  symbol: z.string(),
  exchange: z.string(),
  quantity: exactSchema,
  price: exactSchema,
  currency: z.string(),
  fee: exactSchema,
  feeCurrency: z.string(),
  timestamp: z.number(),
  note: z.string(),
  importId: z.string().nullable(),
  reference: z.string(),
  revision: z.number().int().openapi({ description: "Raised by each change", example: 1 }),
}).openapi("Activity");

/** Which activities. */
export const activitiesQuerySchema = z.object({
  start: z.coerce.number().int().min(0).optional(),
  end: z.coerce.number().int().min(0).optional(),
  limit: querySize(100, 1_000),
  cursor: cursorSchema,
});

/** A page of activities, newest first. */
export const activitiesSchema = z.object({
  activities: z.array(activitySchema),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Activities");

const returnSchema = z.object({
  /** As a fraction: 0.05 is 5 %. */
  value: z.number().nullable(),
  /** Why there is none. */
  reason: z.string().nullable(),
});

/** A holding with its price and how old that is. */
export const holdingSchema = z.object({
  exchange: z.string(),
  symbol: z.string(),
  currency: z.string(),
  quantity: exactSchema,
  price: amountSchema,
  average: amountSchema,
  costOwn: exactSchema,
  valueOwn: amountSchema,
  realisedOwn: exactSchema,
  unrealisedOwn: amountSchema,
  cost: amountSchema,
  value: amountSchema,
  realised_pnl: amountSchema,
  unrealised_pnl: amountSchema,
  income: amountSchema,
  fees: amountSchema,
  heldSinceMs: z.number().nullable(),
  priceMs: z.number().nullable(),
  ageMs: z.number().nullable(),
  priceSource: z.string().nullable(),
  lotCount: z.number().int(),
  /** The oldest of them, as they will be sold. */
  lots: z.array(z.object({ openedMs: z.number(), quantity: exactSchema, cost: exactSchema })),
}).openapi("Holding");

const partSchema = z.object({ name: z.string(), value: exactSchema, share: z.number() });

const problemsSchema = z.object({
  count: z.number().int(),
  first: z.array(z.object({
    activityId: z.string(),
    kind: z.enum(["oversold", "rate", "number", "fee"]),
    message: z.string(),
  })),
}).openapi({ description: "What could not be booked wholly" });

const worthFields = {
  currency: z.string(),
  asOfMs: z.number(),
  isRecorded: z.boolean(),
  holdings: z.array(holdingSchema),
  cash: z.array(z.object({
    exchange: z.string(),
    currency: z.string(),
    balance: exactSchema,
    value: amountSchema,
  })),
  value: amountSchema,
  /** Sum of what could be valued. */
  valueKnown: exactSchema,
  cost: amountSchema,
  realised_pnl: amountSchema,
  unrealised_pnl: amountSchema,
  income: amountSchema,
  fees: amountSchema,
  charges: amountSchema,
  gain: amountSchema,
  allocation: z.array(partSchema),
  /** Holdings `exchange|symbol` without a price, and currencies without a rate. */
  missing: z.array(z.string()),
  activityCount: z.number().int(),
  problems: problemsSchema,
};

/** Time-weighted and money-weighted return since the first activity. */
export const returnsSchema = z.object({
  timeWeighted: returnSchema,
  /** A year. */
  moneyWeighted: returnSchema,
  /** What it comes to over `days`. */
  moneyWeightedSoFar: returnSchema,
  /** From the first payment to the last value; null where nothing was paid. */
  days: z.number().nullable(),
})
  .openapi("Returns", {
    example: {
      timeWeighted: { value: 0.12, reason: null },
      moneyWeighted: { value: 0.1, reason: null },
      moneyWeightedSoFar: { value: 0.1136, reason: null },
      days: 412,
    },
  });

/** What a portfolio is worth. */
export const portfolioValueSchema = z.object({
  ...worthFields,
  allocationBy: z.object({ exchange: z.array(partSchema), currency: z.array(partSchema) }),
  returns: returnsSchema.nullable(),
}).openapi("PortfolioValue");

/** What to leave out of a value. */
export const valueQuerySchema = z.object({
  returns: z.enum(["true", "false"]).default("true").openapi({
    description: "Returns need the whole history; `false` leaves them out",
  }),
});

/** A portfolio with its worth. */
export const portfolioDetailSchema = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.number().int(),
  created_at: z.number(),
  updated_at: z.number(),
  ...worthFields,
}).openapi("PortfolioDetail");

/** The holdings alone. */
export const holdingsSchema = z.object({
  holdings: z.array(holdingSchema),
  count: z.number().int(),
  missing: z.array(z.string()),
}).openapi("Holdings");

/** Which days. */
export const historyQuerySchema = z.object({
  start: z.coerce.number().int().min(0).optional(),
  end: z.coerce.number().int().min(0).optional(),
});

/** The value at the end of each day, oldest first. */
export const valueHistorySchema = z.object({
  currency: z.string(),
  asOfMs: z.number(),
  points: z.array(z.object({
    dayMs: z.number(),
    value: amountSchema,
    cost: amountSchema,
    inflow: amountSchema,
    outflow: amountSchema,
    missing: z.array(z.string()),
  })),
  count: z.number().int(),
  /** Days that could not be valued, and what was missing on them. */
  missingDays: z.number().int(),
  missing: z.array(z.string()),
  returns: returnsSchema,
}).openapi("ValueHistory");

/** How a file is to be read. */
export const importQuerySchema = z.object({
  mapping: z.string().max(2_000).optional().openapi({
    description: 'Which column fills a field, as JSON: `{"symbol": "Pair"}`',
    example: '{"symbol":"Pair"}',
  }),
  decimalMark: z.enum([".", ","]).optional(),
  exchange: lineSchema(40).optional().openapi({ example: "binance" }),
  currency: lineSchema(12).optional().openapi({ example: "USDT" }),
  type: z.enum(activityTypes).optional(),
});

/** The same, and which rows are shown. */
export const previewQuerySchema = importQuerySchema.extend({
  status: z.enum(["new", "duplicate", "error"]).optional(),
  offset: z.coerce.number().int().min(0).default(0).openapi({ example: 0 }),
  limit: querySize(200, 2_000),
});

/** The same, and under which id it is done, so that it can be sent again and be undone. */
export const importRunQuerySchema = importQuerySchema.extend({
  import_id: clientIdSchema,
  name: lineSchema(120).default("").openapi({ example: "trades.csv" }),
});

/** Path of one import. */
export const importParamSchema = z.object({ id: clientIdSchema, import_id: clientIdSchema });

const countsSchema = z.object({
  new: z.number().int(),
  duplicate: z.number().int(),
  error: z.number().int(),
});

/** An activity of a file, before it is anybody's. */
const fileActivitySchema = activitySchema.omit({
  ...{ id: true, portfolioId: true, importId: true, revision: true },
});

/** A file before it is imported: nothing of it is written. */
export const importPreviewSchema = z.object({
  kind: z.enum(["csv", "json"]),
  encoding: z.string(),
  isEncodingGuess: z.boolean(),
  format: z.string().nullable(),
  headers: z.array(z.string()),
  mapping: z.record(z.string(), z.string()),
  decimalMark: z.string().nullable(),
  missing: z.array(z.string()),
  counts: countsSchema,
  rows: z.array(z.object({
    row: z.number().int(),
    status: z.enum(["new", "duplicate", "error"]),
    activity: fileActivitySchema.nullable(),
    errors: z.array(z.object({
      field: z.string(),
      column: z.string(),
      expected: z.string(),
      given: z.string(),
    })),
  })),
  /** Rows of the asked status in all. */
  total: z.number().int(),
}).openapi("ImportPreview");

/** What an import brought. */
export const importSchema = z.object({
  import_id: z.string(),
  name: z.string(),
  timestamp: z.number(),
  /** Activities that it brought. */
  written: z.number().int(),
  duplicates: z.number().int(),
  errors: z.number().int(),
  /** False while some of it may be missing: send it again. */
  isDone: z.boolean(),
}).openapi("Import", {
  example: {
    import_id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    name: "trades.csv",
    timestamp: 1_704_153_600_000,
    written: 120,
    duplicates: 3,
    errors: 0,
    isDone: true,
  },
});

/** The newest imports of a portfolio. */
export const importsSchema = z.object({ imports: z.array(importSchema), count: z.number().int() })
  .openapi("Imports");

/** How many activities went out again. */
export const undoneSchema = z.object({ removed: z.number().int() }).openapi("Undone");
