/** An API over a store in memory, the fake ports of live clients, and a check of JSON schemas. */
import { createApi } from "../../lib/api/mod.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createAnswerCache } from "../../lib/cache/answers.ts";
import { createChartCache } from "../../lib/cache/charts.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { type ClientPort, createHub, type Hub, type HubOptions } from "../../lib/live/hub.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Bar, MarketSymbol } from "../../lib/market/mod.ts";
import { formatCursor, parseCursor } from "../../lib/store/cursor.ts";
import { type CollectionDefinition, collections, type IndexPart } from "../../lib/store/indexes.ts";
import type { Collection, Page, RecordQuery } from "../../lib/store/types.ts";
import { createMemoryStore, type MemoryStore } from "./memory_store.ts";

/** Wall and market time of the API under test. */
export const NOW_MS = Date.UTC(2024, 0, 3);

/** A followed symbol of Binance. */
export function aSymbol(part: Partial<MarketSymbol> = {}): MarketSymbol {
  const { base = "BTC", quote = "USDT", exchange = "binance" } = part;
  return {
    symbol: `${base}${quote}`,
    id: `crypto:${base}/${quote}@${exchange}`,
    exchange,
    kind: "crypto",
    base,
    quote,
    active: true,
    ...part,
  };
}

/** Makes every collection of a memory store honour the indexes that the real one declares. */
function honourIndexes(store: MemoryStore): void {
  const indexed = <T extends { id: string }>(
    collection: Collection<T>,
    definition: CollectionDefinition<T>,
  ): Collection<T> => ({
    ...collection,
    list: async (query: RecordQuery = {}) => {
      const { items } = await collection.list({ limit: 1e9 });
      return listByIndex(items, definition, query);
    },
  });
  store.signals = indexed(store.signals, collections.signals);
  store.marketData = indexed(store.marketData, collections.marketData);
  store.features = indexed(store.features, collections.features);
  store.outcomes = indexed(store.outcomes, collections.outcomes);
  store.gaps = indexed(store.gaps, collections.gaps);
  store.mentions = indexed(store.mentions, collections.mentions);
  store.dexPairs = indexed(store.dexPairs, collections.dexPairs);
  store.dexSamples = indexed(store.dexSamples, collections.dexSamples);
  store.dexNetworks = indexed(store.dexNetworks, collections.dexNetworks);
  store.dexListings = indexed(store.dexListings, collections.dexListings);
  store.dexTrades = indexed(store.dexTrades, collections.dexTrades);
  store.dexSignals = indexed(store.dexSignals, collections.dexSignals);
  store.transactions = indexed(store.transactions, collections.transactions);
  store.apiUsage = indexed(store.apiUsage, collections.apiUsage);
}

/** Returns the page that an index gives, newest (or largest) first, with the store's own cursors. */
function listByIndex<T extends { id: string }>(
  records: readonly T[],
  definition: CollectionDefinition<T>,
  query: RecordQuery,
): Page<T> {
  const { index, equals = [], oneOf, from = -Infinity, to = Infinity, limit = 100, cursor } = query;
  const { least = -Infinity } = query;
  const declared = definition.indexes.find(({ name }) => name === index);
  if (index !== undefined && !declared) throw new RangeError(`No index "${index}"`);
  const last = cursor === undefined ? null : parseCursor(cursor);
  const found = records.filter((record) => !((declared?.weight?.(record) ?? Infinity) < least))
    .flatMap((record) => {
      const tail = [definition.timestamp(record), record.id];
      return (declared ? declared.entries(record) : [[]])
        .filter((parts) => equals.every((value, i) => parts[i] === value))
        .filter((parts) => !oneOf || oneOf.includes(parts[equals.length]!))
        .map((parts) => ({
          record,
          rest: [...parts.slice(equals.length + (oneOf ? 1 : 0)), ...tail],
        }));
    })
    .filter(({ rest }) => rest.length > 2 || (rest[0] as number >= from && rest[0] as number < to))
    .sort((a, b) => compareParts(b.rest, a.rest) * (definition.ascending ? -1 : 1))
    .filter(({ rest }) => !last || compareParts(rest, last) * (definition.ascending ? -1 : 1) < 0);
  const page = found.slice(0, limit);
  return {
    items: page.map(({ record }) => record),
    cursor: found.length > limit ? formatCursor(page.at(-1)!.rest) : null,
  };
}

function compareParts(a: readonly IndexPart[], b: readonly IndexPart[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return 0;
}

/**
 * A hub whose time stands, with an empty snapshot. It looks at what waits after every message, so
 * that a port's `buffered` counts at once.
 */
export function aHub(part: Partial<HubOptions> = {}): Hub {
  return createHub({
    now: () => NOW_MS,
    epoch: "e1",
    log: silentLogger,
    snapshot: { prices: () => [], signals: () => [], continuity: () => [] },
    ...part,
    limits: { conflateBytes: 0, ...part.limits },
  });
}

/** A client's transport that keeps what it was sent. */
export interface FakePort extends ClientPort {
  texts: string[];
  messages: Record<string, unknown>[];
  /** Messages of one channel. */
  of(channel: string): Record<string, unknown>[];
  buffered: number;
  closed: { code: number; reason: string } | null;
  beats: number;
  isBroken: boolean;
}

/** Returns a port that takes everything at once, until told otherwise. */
export function aPort(): FakePort {
  const port: FakePort = {
    texts: [],
    get messages() {
      return port.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
    },
    of: (channel) => port.messages.filter((message) => message.channel === channel),
    buffered: 0,
    closed: null,
    beats: 0,
    isBroken: false,
    send(text) {
      if (port.isBroken) throw new Error("gone");
      port.texts.push(text);
    },
    bufferedAmount: () => port.buffered,
    close: (code, reason) => port.closed = { code, reason },
    heartbeat: () => port.beats++,
  };
  return port;
}

/** The API and all that it was given. */
export interface TestApi {
  api: ReturnType<typeof createApi>;
  deps: ApiDeps;
  store: MemoryStore;
  hub: Hub;
  /** The running bar that the live path knows. */
  running: { bar: Bar | null };
  time: { nowMs: number };
}

/** Returns an API that follows BTCUSDT and ETHUSDT, with an empty store otherwise. */
export async function anApi(part: Partial<ApiDeps> = {}): Promise<TestApi> {
  const store = createMemoryStore();
  honourIndexes(store);
  await store.symbols.putMany([
    aSymbol({ name: "Bitcoin" }),
    aSymbol({ base: "ETH" }),
    aSymbol({ base: "OLD", active: false }),
  ]);
  const running: TestApi["running"] = { bar: null };
  const time = { nowMs: NOW_MS };
  const hub = aHub({ now: () => time.nowMs });
  const deps: ApiDeps = {
    store,
    hub,
    symbols: createSymbolCache({ symbols: store.symbols, now: () => time.nowMs }),
    answers: createAnswerCache({ now: () => time.nowMs, log: silentLogger }),
    charts: createChartCache({
      bars: store.bars,
      epoch: "e1",
      getRunningBar: () => running.bar,
    }),
    market: {
      listPrices: () => [],
      getPrice: () => null,
      getQuality: () => null,
      listContinuity: () => [],
      getFeatures: () => null,
      stats: () => ({ tradesPerSecond: null, latencyMs: { p50: null, p95: null } }),
    },
    listCollectors: () => [],
    getStoreGate: () => ({ waiting: 0 }),
    getChartDefaults: () => ({ timeframe: "1h", indicators: ["sma"] }),
    getMode: () => ({ mode: "live" }),
    marketNow: () => time.nowMs,
    now: () => time.nowMs,
    version: "0.1.0",
    rateLimit: 100_000,
    publicRead: true,
    adminToken: "t".repeat(64),
    corsOrigins: ["http://localhost:3000"],
    log: silentLogger,
    ...part,
  };
  return { api: createApi(deps), deps, store, hub, running, time };
}

/** A JSON schema, as far as our document uses it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** Returns where `value` breaks `schema` (paths with reasons); empty when it fits. */
export function checkSchema(
  value: unknown,
  schema: Schema,
  components: Record<string, Schema>,
  path = "",
): string[] {
  if (schema.$ref) {
    return checkSchema(value, components[schema.$ref.split("/").at(-1)!]!, components, path);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const fits = choices.some((choice) =>
      checkSchema(value, choice, components, path).length === 0
    );
    return fits ? [] : [`${path}: fits none of the choices`];
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: not one of ${schema.enum}`];
  if (schema.type && ![schema.type].flat().some((type) => isType(value, type))) {
    return [`${path}: not a ${schema.type}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) =>
      checkSchema(item, schema.items ?? {}, components, `${path}/${i}`)
    );
  }
  if (typeof value !== "object" || value === null) return [];
  const faults = (schema.required ?? []).filter((name) => !(name in value))
    .map((name) => `${path}/${name}: missing`);
  for (const [name, inner] of Object.entries(value)) {
    const rest = schema.additionalProperties;
    const own = schema.properties?.[name] ?? (typeof rest === "object" ? rest : undefined);
    if (own) faults.push(...checkSchema(inner, own, components, `${path}/${name}`));
    else if (rest !== true && schema.properties && typeof rest !== "object" && !isLoose(rest)) {
      faults.push(`${path}/${name}: not in the contract`);
    }
  }
  return faults;
}

function isLoose(rest: Schema | boolean | undefined): boolean {
  return typeof rest === "object" && Object.keys(rest).length === 0;
}

function isType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  const kind: string = typeof value;
  return kind === type;
}
