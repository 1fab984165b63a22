/**
 * Symbols as an operator manages them: added, enabled, disabled and removed while everything runs.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  managedSymbolSchema,
  managedSymbolsSchema,
  symbolChangeSchema,
} from "../contracts/admin.ts";
import { BadRequestError, NotFoundError } from "../contracts/errors.ts";
import { formatCryptoId, formatStockId, type MarketSymbol, splitPair } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { type Api, describeAnswers } from "./routes.ts";

const path = "/api/v1/admin/symbols";
const pageRecords = 500;

const listRoute = createRoute({
  method: "get",
  path,
  tags: ["administration"],
  summary: "All symbols, followed or not",
  responses: describeAnswers(managedSymbolsSchema, "All symbols"),
});

const putRoute = createRoute({
  method: "put",
  path,
  tags: ["administration"],
  summary: "Adds, enables or disables a symbol; live subscriptions follow with no restart",
  request: {
    body: { required: true, content: { "application/json": { schema: symbolChangeSchema } } },
  },
  responses: describeAnswers(managedSymbolSchema, "The symbol as it now is"),
});

const deleteRoute = createRoute({
  method: "delete",
  path: `${path}/{symbol}`,
  tags: ["administration"],
  summary: "Removes a symbol; its stored bars stay",
  request: { params: z.object({ symbol: z.string().max(30) }) },
  responses: describeAnswers(managedSymbolSchema, "The symbol that was removed"),
});

/** Binds the management of symbols. */
export function bindAdminSymbols(api: Api, deps: ApiDeps): void {
  const { symbols } = deps.store;
  for (const guarded of [path, `${path}/*`]) {
    api.use(guarded, requireOperator(deps));
  }
  api.openapi(listRoute, async (c) => {
    const all = await listSymbols(symbols);
    return c.json({ symbols: all, count: all.length }, 200);
  });
  api.openapi(putRoute, async (c) => {
    const { symbol, exchange, active } = c.req.valid("json");
    const known = (await listSymbols(symbols)).find((other) =>
      other.symbol === symbol && other.exchange === exchange
    );
    const changed = { ...known ?? describeSymbol(symbol, exchange), active };
    await symbols.put(changed);
    deps.symbols.invalidate();
    return c.json(changed, 200);
  });
  api.openapi(deleteRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    const known = (await listSymbols(symbols)).find((other) => other.symbol === symbol);
    if (!known) throw new NotFoundError(`Cannot remove ${symbol}: a known symbol is required`);
    await symbols.delete(known.id);
    deps.symbols.invalidate();
    return c.json(known, 200);
  });
}

/** What exchanges of shares quote in, and what their spelling ends with. */
const shareQuotes: Readonly<Record<string, { quote: string; suffix: string }>> = {
  alpaca: { quote: "USD", suffix: "" },
  bist: { quote: "TRY", suffix: ".IS" },
};

/** @throws {BadRequestError} For a share in another spelling than its exchange's. */
function describeSymbol(symbol: string, exchange: string): MarketSymbol {
  const share = shareQuotes[exchange];
  if (!share) {
    const { base, quote } = splitPair(symbol);
    const id = formatCryptoId(base, quote, exchange);
    return { symbol, id, exchange, kind: "crypto", base, quote, active: true };
  }
  const { quote, suffix } = share;
  const base = symbol.slice(0, symbol.length - suffix.length);
  if (!symbol.endsWith(suffix) || base === "") {
    throw new BadRequestError(`Cannot follow ${symbol}: a spelling with ${suffix} is required`, [{
      pointer: "/symbol",
      detail: `must end with ${suffix}, was ${symbol}`,
    }]);
  }
  const id = formatStockId(base, exchange);
  return { symbol, id, exchange, kind: "stock", base, quote, active: true };
}

async function listSymbols(symbols: ApiDeps["store"]["symbols"]): Promise<MarketSymbol[]> {
  const all: MarketSymbol[] = [];
  let cursor: string | null = null;
  do {
    const page = await symbols.list({ limit: pageRecords, ...(cursor ? { cursor } : {}) });
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return all;
}
