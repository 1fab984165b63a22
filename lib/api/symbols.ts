/**
 * Symbols that can be asked for.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { symbolsSchema } from "../contracts/market.ts";
import { type MarketSymbol, timeframes } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/symbols",
  tags: ["market"],
  summary: "Active symbols by exchange",
  responses: describeAnswers(symbolsSchema, "Active symbols"),
});

/** Under which heading an exchange's symbols are listed. */
const headings: Readonly<Record<string, "Binance" | "Alpaca" | "Yahoo">> = {
  binance: "Binance",
  alpaca: "Alpaca",
  yahoo: "Yahoo",
  bist: "Yahoo",
};

/** Binds the list of symbols. */
export function bindSymbols(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { symbols, cached } = await deps.symbols.list();
    const list = (heading: string) =>
      symbols.filter(({ exchange }) => headings[exchange] === heading).map(describeSymbol);
    const exchanges = { Binance: list("Binance"), Alpaca: list("Alpaca"), Yahoo: list("Yahoo") };
    const count = Object.values(exchanges).reduce((sum, listed) => sum + listed.length, 0);
    const recorded = describeRecording(deps.getMode());
    return c.json({ exchanges, count, cached, recorded }, 200);
  });
}

function describeSymbol({ symbol, id, name }: MarketSymbol) {
  return { symbol, id, ...(name === undefined ? {} : { name }), timeframes: [...timeframes] };
}
