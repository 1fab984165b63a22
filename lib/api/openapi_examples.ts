/**
 * Examples of the API's document, made from its schemas: so none is missing, and none is outdated.
 *
 * @module
 */

/** A JSON schema, as far as examples are made from it. */
export interface ExampleSchema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  example?: unknown;
  default?: unknown;
  properties?: Readonly<Record<string, ExampleSchema>>;
  additionalProperties?: ExampleSchema | boolean;
  items?: ExampleSchema;
  anyOf?: readonly ExampleSchema[];
  oneOf?: readonly ExampleSchema[];
  allOf?: readonly ExampleSchema[];
  minimum?: number;
  maximum?: number;
  format?: string;
}

/** Schemas by name, which others refer to. */
export type ExampleSchemas = Readonly<Record<string, ExampleSchema>>;

/** A whole hour, at which every example happens, epoch ms. */
const at = Date.UTC(2024, 0, 31, 12);
const hourMs = 3_600_000;

/** What fields of these names hold. */
const values: Readonly<Record<string, unknown>> = {
  a: "bitcoin",
  after: "m5x2k1-42",
  b: "ethereum",
  base: "BTC",
  base_currency_id: "weth",
  claim: "Its volume was 3.4 times the mean of 30 days",
  close: 42_750.5,
  c: 42_750.5,
  confidence: 0.72,
  confidence_score: 0.72,
  contract_address: "0xe0554a476a092703abdb3ef35c80e0d76d32939f",
  correlation: 0.83,
  count: 1,
  countback: "300",
  currency: "USDC",
  desc: "BINANCE",
  description: "BTC / USDT",
  detail: "answers",
  dex: "uniswap_v3",
  dex_id: "uniswap_v3",
  dex_name: "Uniswap V3",
  entity: "BTCUSDT",
  entity_name: "BTC",
  entity_type: "token",
  exchange: "binance",
  exchanges: "sources:\n  binance:\n    limitPerMinute: 1200\n",
  error: "does not answer",
  evidence: "Volume 1.5 million USD, mean 0.4 million",
  explanation: "Volume is 3.4 times its mean of 30 days",
  feature: "market figures",
  full_name: "BINANCE:BTCUSDT",
  h: 42_800,
  high: 42_800,
  l: 42_500,
  low: 42_500,
  inputHash: "9f86d081884c7d65",
  lastError: "does not answer",
  limit: "30",
  market_cap: 838_000_000_000,
  message: "Volume is high for its liquidity",
  name: "Bitcoin",
  native_currency_id: "eth",
  network: "ethereum",
  network_id: "ethereum",
  network_name: "Ethereum",
  next_cursor: "WzE3MDQxNTM2MDAwMDAsInMxIl0",
  o: 42_600,
  open: 42_600,
  pair_id: "ethereum:0xe0554a476a092703abdb3ef35c80e0d76d32939f",
  pair_name: "WETH/USDC",
  parameterVersion: "volume_anomaly/1",
  pointer: "/query/limit",
  price: 42_750.5,
  price_change_24h: 1.25,
  query: "btc",
  quote: "USDT",
  quote_currency_id: "usdc",
  reason: "silence",
  resistance_level: 43_200,
  resolution: "60",
  runsOutOn: "2024-02-27",
  source: "binance",
  support_level: 41_900,
  symbol: "BTCUSDT",
  symbols: "BTCUSDT,ETHUSDT",
  t: at / 1_000,
  ticker: "BTCUSDT",
  timezone: "Etc/UTC",
  type: "crypto",
  version: "v1.0",
  volume: 1_234.5,
  v: 1_234.5,
  volume_24h: 1_500_000_000,
};

/** Texts of a form. */
const formats: Readonly<Record<string, string>> = {
  uuid: "0f8fad5b-d9cb-469f-a165-70867728950e",
  email: "ada@example.org",
  uri: "https://example.org/hook",
  "date-time": new Date(at).toISOString(),
};

/** Fields that are usually null where they may be. */
const nulls: ReadonlySet<string> = new Set(["recorded", "refusal"]);

/** Names of what is listed by name. */
const keys: Readonly<Record<string, string>> = {
  apis: "coingecko",
  checks: "freshness",
  factors: "magnitude",
  failed: "freshness",
  gate: "size",
  indicators: "rsi_14",
  sources: "coingecko",
  values: "rsi_14",
};

/** Fields of times: epoch ms, or seconds in the datafeed of charting libraries. */
const times = /(Ms|_ms|At|_at|_seen|_updated|^from|^to|^time|^timestamp|^start|^end|marketTime)$/;
const spans = /^(age|ttl|cadence|duration|total|done|latency)|^lastTouch$/;

/** Returns what a field named `name` may hold by its schema; undefined where it may hold nothing. */
export function buildExample(
  schema: ExampleSchema,
  schemas: ExampleSchemas,
  name = "",
  depth = 0,
): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  // A schema that holds itself ends somewhere.
  if (depth > 12) return undefined;
  const build = (inner: ExampleSchema, as = name) => buildExample(inner, schemas, as, depth + 1);
  if (schema.$ref) {
    const target = schemas[schema.$ref.split("/").at(-1)!];
    return target && build(target);
  }
  if (nulls.has(name) && [schema.type].flat().includes("null")) return null;
  if (schema.allOf) return buildAll(schema.allOf.map((part) => build(part)));
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== "null");
  if (choice) return build(choice);
  if (schema.properties || schema.additionalProperties) return buildObject(schema, name, build);
  if (schema.items) {
    const item = build(schema.items);
    return item === undefined ? [] : [item];
  }
  return buildValue(schema, name);
}

function buildAll(parts: readonly unknown[]): unknown {
  const objects = parts.filter((part) => typeof part === "object" && part !== null);
  return objects.length === 0
    ? parts.find((part) => part !== undefined)
    : Object.assign({}, ...objects);
}

function buildObject(
  { properties = {}, additionalProperties }: ExampleSchema,
  name: string,
  build: (inner: ExampleSchema, as: string) => unknown,
): Record<string, unknown> {
  const own = Object.entries(properties).map(([key, inner]) => [key, build(inner, key)] as const);
  const isListed = typeof additionalProperties === "object" && own.length === 0;
  if (!isListed) return Object.fromEntries(own.filter(([, value]) => value !== undefined));
  const key = keys[name] ?? "name";
  const value = build(additionalProperties, key);
  return value === undefined ? {} : { [key]: value };
}

/** A number, a text or a truth that fits, and means what the name says where that is known. */
function buildValue(schema: ExampleSchema, name: string): unknown {
  const type = [schema.type ?? []].flat().find((one) => one !== "null");
  const known = schema.default ?? values[name];
  if (type === "boolean") return typeof known === "boolean" ? known : true;
  if (type === "number" || type === "integer") {
    return typeof known === "number" ? known : buildNumber(schema, name, type);
  }
  if (type === "string") {
    return formats[schema.format ?? ""] ?? (typeof known === "string" ? known : buildText(name));
  }
  return type === undefined ? undefined : type === "array" ? [] : {};
}

function buildNumber(
  { minimum = -Infinity, maximum = Infinity }: ExampleSchema,
  name: string,
  type: "number" | "integer",
): number {
  const isTime = times.test(name) && !spans.test(name);
  const wanted = isTime
    ? at - (/^(from|start)/.test(name) ? hourMs : 0)
    : type === "integer"
    ? 3
    : /[Ss]hare|score|sentiment/.test(name)
    ? 0.9
    : 12.5;
  return Math.min(maximum, Math.max(minimum, wanted));
}

function buildText(name: string): string {
  if (name === "from" || name === "start") return String((at - hourMs) / 1_000);
  if (name === "to" || name === "end") return String(at / 1_000);
  if (name === "timestamp") return new Date(at).toISOString();
  return name === "id" ? "7" : name === "" ? "text" : name.replaceAll("_", " ");
}
