/**
 * A client of the universal datafeed as its documentation describes one: asks what a charting library
 * asks, in its order, and refuses every answer that is not in the protocol.
 *
 * https://www.tradingview.com/charting-library-docs/latest/connecting_data/UDF
 */
import { equal, ok } from "node:assert/strict";

/** One bar as a charting library keeps it; `time` in ms. */
export interface UdfBar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Bars, or where to look for older ones. */
export interface UdfHistory {
  bars: UdfBar[];
  noData: boolean;
  /** Seconds. */
  nextTime?: number;
}

/** Asks for an address below the datafeed's own. */
export type UdfAsk = (path: string) => Promise<Response>;

type Row = Record<string, unknown>;

/** The datafeed said no; `message` is what it said. */
export class UdfRefusal extends Error {}

/** Returns a client; `ask` gets addresses such as `/config`. */
export function createUdfClient(ask: UdfAsk) {
  const read = async (path: string, query: Record<string, string | number> = {}) => {
    const text = Object.entries(query).map(([name, value]) =>
      `${name}=${encodeURIComponent(value)}`
    ).join("&");
    const response = await ask(text ? `${path}?${text}` : path);
    equal(response.status, 200, "the protocol knows no other status");
    const body = await response.json() as Row;
    if (body.s === "error") {
      ok(typeof body.errmsg === "string" && body.errmsg !== "");
      throw new UdfRefusal(body.errmsg);
    }
    return body;
  };
  return {
    async readConfig() {
      const config = await read("/config");
      ok(Array.isArray(config.supported_resolutions));
      ok(config.supports_search !== config.supports_group_request, "one of the two is required");
      return config as { supported_resolutions: string[]; supports_marks: boolean } & Row;
    },
    async readServerTime() {
      const text = await (await ask("/time")).text();
      ok(/^\d+$/.test(text), "seconds as a bare number");
      return Number(text);
    },
    async search(query: string, limit = 30) {
      const found = await read("/search", { query, type: "", exchange: "", limit });
      ok(Array.isArray(found));
      return found as { symbol: string; full_name: string; ticker: string }[];
    },
    async resolve(name: string) {
      const symbol = await read("/symbols", { symbol: name });
      for (const field of ["name", "session", "timezone", "minmov", "pricescale", "type"]) {
        ok(field in symbol, `${field} is required`);
      }
      ok(Number.isInteger(Math.log10(symbol.pricescale as number)), "a power of ten");
      return symbol as {
        name: string;
        ticker: string;
        pricescale: number;
        session_holidays?: string;
        corrections?: string;
      } & Row;
    },
    readHistory: async (
      { symbol, resolution, from, to, countback }: {
        symbol: string;
        resolution: string;
        from: number;
        to: number;
        countback?: number;
      },
    ): Promise<UdfHistory> => {
      const range = { symbol, resolution, from, to };
      const table = await read(
        "/history",
        countback === undefined ? range : { ...range, countback },
      );
      if (table.s === "no_data") {
        const nextTime = table.nextTime as number | undefined;
        return { bars: [], noData: true, ...(nextTime === undefined ? {} : { nextTime }) };
      }
      equal(table.s, "ok");
      return { bars: readBars(table), noData: false };
    },
    async readMarks(symbol: string, from: number, to: number, resolution: string) {
      const table = await read("/marks", { symbol, from, to, resolution });
      const ids = table.id as string[];
      return ids.map((id, i) => ({
        id,
        time: (table.time as number[])[i]!,
        color: (table.color as string[])[i]!,
        text: (table.text as string[])[i]!,
        label: (table.label as string[])[i]!,
        minSize: (table.minSize as number[])[i]!,
      }));
    },
  };
}

/** Columns become rows; all are as long as the times, which rise. */
function readBars(table: Row): UdfBar[] {
  const column = (name: string) => {
    const values = table[name] as number[];
    ok(values.every(Number.isFinite), `${name} holds numbers only`);
    return values;
  };
  const times = column("t");
  const [open, high, low, close, volume] = ["o", "h", "l", "c", "v"].map(column);
  for (const values of [open, high, low, close, volume]) equal(values!.length, times.length);
  times.forEach((time, i) => ok(i === 0 || time > times[i - 1]!, "times rise"));
  return times.map((time, i) => ({
    time: time * 1_000,
    open: open![i]!,
    high: high![i]!,
    low: low![i]!,
    close: close![i]!,
    volume: volume![i]!,
  }));
}
