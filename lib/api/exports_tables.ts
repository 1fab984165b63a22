/**
 * Tables that are exported: their columns, and their rows as the store gives them piece by piece.
 *
 * @module
 */
import type { ownTables } from "../contracts/exports.ts";
import type { NotificationRecord } from "../contracts/notification_records.ts";
import type { AlertRecord, FiringRecord, WatchlistRecord } from "../contracts/owned.ts";
import type { MarketDataRecord, OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import type { ColumnType, ExportColumn, ExportRow, ExportRows } from "../export/columns.ts";
import { barQualities, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { BarStore, Collection, OwnedStore, RecordQuery, WorldStore } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";

/** A stretch of time: `start` inclusive, `end` exclusive, epoch ms. */
export interface ExportRange {
  start?: number | undefined;
  end?: number | undefined;
}

/** What is exported. */
export interface ExportTable {
  columns: readonly ExportColumn[];
  rows: ExportRows;
}

/** Records and bars that are read at once. */
const pageRecords = 500;
const pageBars = 10_000;

type Table<T> = readonly (readonly [string, ColumnType, (record: T) => ExportRow[number]])[];

const listColumns = <T>(table: Table<T>): ExportColumn[] =>
  table.map(([name, type]) => ({ name, type }));

const barColumns: readonly ExportColumn[] = [
  { name: "time", type: "time" },
  { name: "open", type: "number" },
  { name: "high", type: "number" },
  { name: "low", type: "number" },
  { name: "close", type: "number" },
  { name: "volume", type: "number" },
  { name: "closed", type: "boolean" },
  { name: "quality", type: "text" },
];

const signalTable: Table<SignalRecord> = [
  ["id", "text", ({ id }) => id],
  ["timestamp", "time", ({ timestamp }) => timestamp],
  ["type", "text", ({ type }) => type],
  ["entity", "text", ({ entity }) => entity],
  ["source", "text", ({ source }) => source],
  ["confidence_score", "number", ({ confidence_score }) => confidence_score],
  ["explanation", "text", ({ explanation }) => explanation ?? null],
  ["parameter_version", "text", ({ evidence }) => evidence.parameterVersion],
  ["data", "text", ({ data }) => JSON.stringify(data)],
];

const outcomeTable: Table<OutcomeRecord> = [
  ["id", "text", ({ id }) => id],
  ["timestamp", "time", ({ timestamp }) => timestamp],
  ["signal_type", "text", ({ signalType }) => signalType],
  ["entity", "text", ({ entity }) => entity],
  ["outcome", "text", ({ outcome }) => outcome],
  ["reason", "text", ({ reason }) => reason],
];

const marketTable: Table<MarketDataRecord> = [
  ["id", "text", ({ id }) => id],
  ["timestamp", "time", ({ timestamp }) => timestamp],
  ["symbol", "text", ({ symbol }) => symbol],
  ["price", "number", ({ price }) => price],
  ["volume_24h", "number", ({ volume_24h }) => volume_24h],
  ["market_cap", "number", ({ market_cap }) => market_cap],
  ["price_change_24h", "number", ({ price_change_24h }) => price_change_24h],
  ["source", "text", ({ source }) => source],
];

const alertTable: Table<AlertRecord> = [
  ["alert_id", "text", ({ alert_id }) => alert_id],
  ["name", "text", ({ name }) => name],
  ["symbol", "text", ({ symbol }) => symbol],
  ["condition", "text", ({ condition }) => condition],
  ["threshold", "number", ({ threshold }) => threshold],
  ["parameters", "text", ({ parameters }) => JSON.stringify(parameters)],
  ["channels", "text", ({ channels }) => channels.join(" ")],
  ["cooldown", "integer", ({ cooldown }) => cooldown],
  ["one_time", "boolean", ({ one_time }) => one_time],
  ["is_active", "boolean", ({ is_active }) => is_active],
  ["note", "text", ({ note }) => note],
  ["created_at", "time", ({ created_at }) => created_at],
  ["updated_at", "time", ({ updated_at }) => updated_at],
];

const firingTable: Table<FiringRecord> = [
  ["id", "text", ({ id }) => id],
  ["alert_id", "text", ({ alert_id }) => alert_id],
  ["timestamp", "time", ({ timestamp }) => timestamp],
  ["symbol", "text", ({ symbol }) => symbol],
  ["condition", "text", ({ condition }) => condition],
  ["threshold", "number", ({ threshold }) => threshold],
  ["value", "number", ({ value }) => value],
  ["title", "text", ({ title }) => title],
  ["message", "text", ({ message }) => message],
  ["is_recorded", "boolean", ({ isRecorded }) => isRecorded],
];

const watchlistTable: Table<WatchlistRecord> = [
  ["id", "text", ({ id }) => id],
  ["name", "text", ({ name }) => name],
  ["symbols", "text", ({ symbols }) => symbols.join(" ")],
  ["is_public", "boolean", ({ isPublic }) => isPublic],
  ["created_at", "time", ({ created_at }) => created_at],
  ["updated_at", "time", ({ updated_at }) => updated_at],
];

const notificationTable: Table<NotificationRecord> = [
  ["id", "text", ({ id }) => id],
  ["timestamp", "time", ({ timestamp }) => timestamp],
  ["kind", "text", ({ kind }) => kind],
  ["title", "text", ({ title }) => title],
  ["message", "text", ({ message }) => message],
  ["link", "text", ({ link }) => link],
  ["is_read", "boolean", ({ isRead }) => isRead],
];

/** Yields all records of a query, a page at a time. */
export async function* listRecords<T extends { id: string }>(
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const page: { items: T[]; cursor: string | null } = await collection.list({
      ...query,
      limit: pageRecords,
      ...(cursor !== null && { cursor }),
    });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== null);
}

async function* listRows<T extends { id: string }>(
  table: Table<T>,
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
): AsyncGenerator<ExportRow> {
  for await (const record of listRecords(collection, query)) {
    yield table.map(([, , read]) => read(record));
  }
}

function toQuery({ start, end }: ExportRange): RecordQuery {
  return { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) };
}

/** Returns a table of records, newest first. */
function makeTable<T extends { id: string }>(
  table: Table<T>,
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
): ExportTable {
  return { columns: listColumns(table), rows: listRows(table, collection, query) };
}

/** Returns the closed bars of a series, oldest first, read some thousands at a time. */
export function openBars(
  bars: BarStore,
  { symbol, timeframe, start, end }: ExportRange & { symbol: string; timeframe: Timeframe },
): ExportTable {
  const series = { symbol, timeframe };
  async function* list(): AsyncGenerator<ExportRow> {
    const extent = await bars.getExtent(series);
    if (!extent) return;
    const stepMs = pageBars * timeframeMs[timeframe];
    const to = Math.min(end ?? Infinity, extent.last + 1);
    for (let from = Math.max(start ?? 0, extent.first); from < to; from += stepMs) {
      const range = { from, to: Math.min(to, from + stepMs) };
      const { length, time, open, high, low, close, volume, quality } = await bars.readColumns(
        series,
        range,
      );
      for (let i = 0; i < length; i++) {
        const figures = [open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!];
        yield [time[i]!, ...figures, true, barQualities[quality[i]!]!];
      }
    }
  }
  return { columns: barColumns, rows: list() };
}

/** Tables of stored records of the market, by name. */
export const openMarketTable: Record<
  "signals" | "outcomes" | "market",
  (store: WorldStore, range: ExportRange) => ExportTable
> = {
  signals: (store, range) => makeTable(signalTable, store.signals, toQuery(range)),
  outcomes: (store, range) => makeTable(outcomeTable, store.outcomes, toQuery(range)),
  market: (store, range) => makeTable(marketTable, store.marketData, toQuery(range)),
};

/** Tables of a person, by name. */
export const openOwnTable: Record<
  typeof ownTables[number],
  (owned: OwnedStore, userId: string, range: ExportRange) => ExportTable
> = {
  alerts: (owned, userId, range) => makeTable(alertTable, owned.alerts, ofUser(userId, range)),
  firings: (owned, userId, range) => makeTable(firingTable, owned.firings, ofUser(userId, range)),
  watchlists: (owned, userId, range) =>
    makeTable(watchlistTable, owned.watchlists, ofUser(userId, range)),
  notifications: (owned, userId, range) =>
    makeTable(notificationTable, owned.notifications, ofUser(userId, range)),
};

const ofUser = (userId: string, range: ExportRange): RecordQuery => ({
  index: "user",
  equals: [userId],
  ...toQuery(range),
});

/** What the dashboard shows of every followed symbol. */
export async function openDashboard(
  { symbols, market, marketNow }: Pick<ApiDeps, "symbols" | "market" | "marketNow">,
): Promise<ExportTable> {
  const columns: ExportColumn[] = [
    { name: "symbol", type: "text" },
    { name: "id", type: "text" },
    { name: "price", type: "number" },
    { name: "price_change_24h", type: "number" },
    { name: "event_time", type: "time" },
    { name: "age_ms", type: "integer" },
    { name: "source", type: "text" },
    { name: "quality_score", type: "number" },
  ];
  const nowMs = marketNow();
  const rows = (await symbols.list()).symbols.map(({ symbol, id }): ExportRow => {
    const price = market.getPrice(symbol);
    return [
      symbol,
      id,
      price?.price ?? null,
      price?.price_change_24h ?? null,
      price?.eventMs ?? null,
      price ? Math.max(0, nowMs - price.eventMs) : null,
      price?.source ?? null,
      market.getQuality(symbol)?.score ?? null,
    ];
  });
  return { columns, rows };
}
