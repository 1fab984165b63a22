/**
 * Addresses of files: which table, which format, which stretch of time.
 *
 * @module
 */
import { type Timeframe, timeframes } from "../market/mod.ts";

/** Formats of tables, in the order of the form. */
export const exportFormats = ["csv", "json", "ndjson", "parquet"] as const;
/** See `exportFormats`. */
export type ExportFormat = typeof exportFormats[number];

/** Stretches of time that end now, and how long they are (ms); null for everything. */
export const exportRanges = {
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  all: null,
} as const;
/** See `exportRanges`. */
export type RangeName = keyof typeof exportRanges;

/** Tables that anybody who reads may have, and those of a person. */
export const marketTables = [
  "bars",
  "signals",
  "outcomes",
  "market",
  "dashboard",
] as const;
/** See `marketTables`. */
export const ownTables = ["alerts", "firings", "watchlists", "notifications"] as const;
/** A table that has a name of its own. */
export type TableName = typeof marketTables[number] | typeof ownTables[number];

/** Tables of a portfolio. */
export const portfolioTables = ["activities", "holdings", "history"] as const;

const dayMs = 86_400_000;
const idPattern = /^[\da-f-]{36}$/;

/** A file that is asked for. */
export interface ExportChoice {
  /** A table's name, or `portfolio:ID:TABLE`. */
  table: string;
  format: ExportFormat;
  range: RangeName;
  /** Only of bars. */
  symbol: string;
  timeframe: Timeframe;
  /** Days as `YYYY-MM-DD`; they go before the range. */
  from: string;
  to: string;
}

/** Reads what an address asks for; null where it asks for no file. */
export function parseExport(query: URLSearchParams): ExportChoice | null {
  const table = query.get("table") ?? "";
  if (!isTable(table)) return null;
  const read = (name: string) => (query.get(name) ?? "").trim().slice(0, 80);
  const range = read("range");
  return {
    table,
    format: exportFormats.find((each) => each === query.get("format")) ?? "csv",
    range: isRange(range) ? range : "all",
    symbol: read("symbol"),
    timeframe: timeframes.find((each) => each === query.get("timeframe")) ?? "1h",
    from: read("from"),
    to: read("to"),
  };
}

const isRange = (text: string): text is RangeName => Object.hasOwn(exportRanges, text);

function isTable(text: string): boolean {
  const [kind, id = "", name] = text.split(":");
  if (kind === "portfolio") {
    return idPattern.test(id) && portfolioTables.some((each) => each === name);
  }
  return [...marketTables, ...ownTables].some((each) => each === text);
}

/** Why there is no such file. */
export type ExportFault = "badRange" | "needsSymbol";

/** Returns the address of a file, or why there is none. `nowMs` is market time. */
export function linkExport(
  choice: ExportChoice,
  nowMs: number,
): { href: string } | { fault: ExportFault } {
  const { table, format, symbol, timeframe } = choice;
  if (table === "bars" && !symbol) return { fault: "needsSymbol" };
  const stretch = readStretch(choice, nowMs);
  if (!stretch) return { fault: "badRange" };
  const query = new URLSearchParams({ format });
  if (table === "bars") query.set("timeframe", timeframe);
  const [kind, id, name] = table.split(":");
  if (kind === "portfolio") query.set("table", name!);
  // What stands as it is has no stretch.
  if (table !== "dashboard") {
    for (const [edge, timeMs] of Object.entries(stretch)) query.set(edge, String(timeMs));
  }
  const place = kind === "portfolio"
    ? `portfolios/${id}`
    : encodeURIComponent(table === "bars" ? symbol : table);
  return { href: `/api/v1/export/${place}?${query}` };
}

/** The first moment and the first one after it, epoch ms, where they are bounded. */
function readStretch(
  { range, from, to }: ExportChoice,
  nowMs: number,
): { start?: number; end?: number } | null {
  const [first, last] = [readDay(from), readDay(to)];
  if (Number.isNaN(first) || Number.isNaN(last)) return null;
  if (first === null && last === null) {
    const length = exportRanges[range];
    return length === null ? {} : { start: Math.max(0, Math.floor(nowMs - length)) };
  }
  // The last day is meant whole.
  const end = last === null ? null : last + dayMs;
  if (first !== null && end !== null && first >= end) return null;
  return { ...(first === null ? {} : { start: first }), ...(end === null ? {} : { end }) };
}

/** Reads a day as epoch ms of its start; null for nothing, NaN for nonsense. */
function readDay(text: string): number | null {
  if (text === "") return null;
  const timeMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return timeMs >= 0 ? timeMs : NaN;
}

/** What a link is to show. */
export interface ShareTarget {
  kind: "dashboard" | "watchlist" | "portfolio";
  /** Id of the record, or query of the dashboard. */
  target: string;
}

/** The address of the form for a new link to something. */
export function linkShare({ kind, target }: ShareTarget, title = ""): string {
  return `/exports?${new URLSearchParams({ share: `${kind}:${target}`, title })}#new-link`;
}

/** Reads what a link is to show; null for nonsense. */
export function parseShare(text: string | null): ShareTarget | null {
  const [, kind, target = ""] = /^(dashboard|watchlist|portfolio):(.*)$/.exec(text ?? "") ?? [];
  if (kind === "dashboard") return { kind, target: target.slice(0, 500) };
  if ((kind === "watchlist" || kind === "portfolio") && idPattern.test(target)) {
    return { kind, target };
  }
  return null;
}
