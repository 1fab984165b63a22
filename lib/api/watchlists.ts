/**
 * Watchlists: symbols that a person keeps an eye on; a public one may be read by everybody.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { preconditionSchema } from "../contracts/alerts.ts";
import { doneSchema } from "../contracts/auth.ts";
import { BadRequestError, NotFoundError } from "../contracts/errors.ts";
import type { WatchlistRecord } from "../contracts/owned.ts";
import {
  ownedQuerySchema,
  recordParamSchema,
  type watchedSymbolSchema,
  watchlistDraftSchema,
  watchlistSchema,
  watchlistsMax,
  watchlistsSchema,
  watchSchema,
} from "../contracts/watchlists.ts";
import { suggestSymbols } from "./alert_content.ts";
import type { ApiDeps } from "./deps.ts";
import { requireUser } from "./identity.ts";
import { jsonBody } from "./personal.ts";
import {
  answerWritten,
  getOwned,
  putOwn,
  readOwn,
  readOwner,
  readOwnPage,
  removeOwn,
  scopeAnswer,
  staleAnswer,
} from "./portfolios_parts.ts";
import { answerStale, readPrecondition } from "./preconditions.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/watchlists";
const tags = ["watchlists"];
const answers = {
  ...describeAnswers(watchlistSchema, "The watchlist"),
  ...unavailable,
  ...scopeAnswer,
};

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "One's watchlists, newest first",
  request: { query: ownedQuerySchema },
  responses: {
    ...describeAnswers(watchlistsSchema, "A page of them"),
    ...unavailable,
    ...scopeAnswer,
  },
});

const readRoute = createRoute({
  method: "get",
  path: `${path}/{id}`,
  tags,
  summary: "One watchlist",
  request: { params: recordParamSchema },
  responses: answers,
});

const putRoute = createRoute({
  method: "put",
  path: `${path}/{id}`,
  tags,
  summary: "Makes a watchlist under an id of the client's own, or replaces it",
  request: {
    params: recordParamSchema,
    headers: preconditionSchema,
    body: jsonBody(watchlistDraftSchema),
  },
  responses: {
    ...answers,
    ...staleAnswer,
    201: {
      description: "Made",
      content: { "application/json": { schema: watchlistSchema } },
    },
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags,
  summary: "Deletes a watchlist; one that is gone is no problem",
  request: { params: recordParamSchema, headers: preconditionSchema },
  responses: {
    ...describeAnswers(doneSchema, "Deleted"),
    ...staleAnswer,
    ...unavailable,
    ...scopeAnswer,
  },
});

const watchRoute = createRoute({
  method: "get",
  path: "/api/v1/watch/{id}",
  tags,
  summary: "A public watchlist with its newest prices, for everybody",
  request: { params: recordParamSchema },
  responses: { ...describeAnswers(watchSchema, "Its symbols and prices"), ...unavailable },
});

/** Binds the watchlists. */
export function bindWatchlists(api: Api, deps: ApiDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireUser(deps, "portfolio"));
  bindReads(api, deps);
  bindWrites(api, deps);
}

function bindReads(api: Api, deps: ApiDeps): void {
  api.openapi(listRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const asked = { userId, ...c.req.valid("query") };
    const { items, next } = await readOwnPage(c, getOwned(deps), "watchlists", asked);
    const watchlists = items.map(describeWatchlist);
    return c.json(
      { watchlists, count: items.length, most: watchlistsMax, next_cursor: next },
      200,
    );
  });
  api.openapi(readRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const record = await readOwn(getOwned(deps), "watchlists", { id, userId });
    c.header("etag", `"${record.revision}"`);
    return c.json(describeWatchlist(record), 200);
  });
  api.openapi(watchRoute, async (c) => {
    const record = await getOwned(deps).watchlists.get(c.req.valid("param").id);
    // A private list is answered like one that is not there.
    if (!record?.isPublic) throw new NotFoundError("Cannot find such a public watchlist");
    const { name, updated_at } = record;
    const symbols = describeWatched(deps, record.symbols);
    const isRecorded = deps.getMode().mode === "replay";
    return c.json({ name, symbols, updated_at, isRecorded }, 200);
  });
}

function bindWrites(api: Api, deps: ApiDeps): void {
  api.openapi(putRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const precondition = readPrecondition(c.req.valid("header"));
    const draft = c.req.valid("json");
    const content = { ...draft, symbols: await resolveWatched(deps, draft.symbols) };
    const nowMs = deps.now();
    const asked = { id, userId, content, precondition, most: watchlistsMax, nowMs };
    const written = await putOwn(getOwned(deps), "watchlists", asked);
    return answerWritten(c, written, { path, show: describeWatchlist }) as never;
  });
  api.openapi(removeRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const precondition = readPrecondition(c.req.valid("header"));
    const written = await removeOwn(getOwned(deps), "watchlists", { id, userId, precondition });
    if (written.kind === "stale") {
      return answerStale(c, describeWatchlist(written.record)) as never;
    }
    return c.json({ done: true } as const, 200);
  });
}

/** Returns a watchlist without whose it is. */
export function describeWatchlist(record: WatchlistRecord): z.output<typeof watchlistSchema> {
  const { id, name, symbols, isPublic, revision, created_at, updated_at } = record;
  return { id, name, symbols, isPublic, revision, created_at, updated_at };
}

/** Returns symbols in the exchange's spelling, each once. @throws {BadRequestError} For unknown ones. */
async function resolveWatched(
  { symbols }: Pick<ApiDeps, "symbols">,
  texts: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  const faults: { pointer: string; detail: string }[] = [];
  for (const [i, text] of texts.entries()) {
    const symbol = await symbols.find(text);
    if (symbol) found.add(symbol.symbol);
    else if (faults.length < 20) {
      const names = (await symbols.list()).symbols.map((one) => one.symbol);
      const meant = suggestSymbols(text, names);
      const question = meant.length === 0 ? "" : `; did you mean ${meant.join(", ")}?`;
      const pointer = `/json/symbols/${i}`;
      faults.push({ pointer, detail: `no symbol "${text}" is followed${question}` });
    }
  }
  if (faults.length > 0) throw new BadRequestError("Not all symbols are followed", faults);
  return [...found];
}

/** Returns symbols with their newest prices. */
export function describeWatched(
  { market, marketNow }: Pick<ApiDeps, "market" | "marketNow">,
  symbols: readonly string[],
): z.output<typeof watchedSymbolSchema>[] {
  const nowMs = marketNow();
  return symbols.map((symbol) => {
    const known = market.getPrice(symbol);
    return {
      symbol,
      price: known?.price ?? null,
      price_change_24h: known?.price_change_24h ?? null,
      source: known?.source ?? null,
      eventMs: known?.eventMs ?? null,
      ageMs: known ? Math.max(0, nowMs - known.eventMs) : null,
    };
  });
}
