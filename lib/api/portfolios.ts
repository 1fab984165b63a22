/**
 * Portfolios: made, read with what they are worth, renamed and deleted by their owner alone.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import { preconditionSchema } from "../contracts/alerts.ts";
import { doneSchema } from "../contracts/auth.ts";
import type { PortfolioRecord } from "../contracts/owned.ts";
import {
  portfolioDetailSchema,
  portfolioDraftSchema,
  portfolioSchema,
  portfoliosMax,
  portfoliosSchema,
} from "../contracts/portfolios.ts";
import { ownedQuerySchema, recordParamSchema } from "../contracts/watchlists.ts";
import type { OwnedStore } from "../store/mod.ts";
import { bindActivities, touchBook } from "./activities.ts";
import type { ApiDeps } from "./deps.ts";
import { requireUser } from "./identity.ts";
import { jsonBody } from "./personal.ts";
import { bindImports } from "./portfolio_imports.ts";
import { bindPortfolioValues } from "./portfolio_values.ts";
import { removeCopy } from "./portfolio_values_copies.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
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
import { noteEnded } from "./revisions.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/portfolios";
const tags = ["portfolios"];
const problems = { ...unavailable, ...scopeAnswer };
/** Activities that are deleted before the next are looked for. */
const removedAtOnce = 500;

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "One's portfolios, newest first",
  request: { query: ownedQuerySchema },
  responses: { ...describeAnswers(portfoliosSchema, "A page of them"), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: `${path}/{id}`,
  tags,
  summary: "One portfolio with its holdings and what they are worth",
  request: { params: recordParamSchema },
  responses: { ...describeAnswers(portfolioDetailSchema, "The portfolio"), ...problems },
});

const putRoute = createRoute({
  method: "put",
  path: `${path}/{id}`,
  tags,
  summary: "Makes a portfolio under an id of the client's own, or replaces name and currency",
  request: {
    params: recordParamSchema,
    headers: preconditionSchema,
    body: jsonBody(portfolioDraftSchema),
  },
  responses: {
    ...describeAnswers(portfolioSchema, "The portfolio"),
    ...problems,
    ...staleAnswer,
    201: {
      description: "Made",
      content: { "application/json": { schema: portfolioSchema } },
    },
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags,
  summary: "Deletes a portfolio with all its activities; one that is gone is no problem",
  request: { params: recordParamSchema, headers: preconditionSchema },
  responses: { ...describeAnswers(doneSchema, "Deleted"), ...problems, ...staleAnswer },
});

/** Binds portfolios and all that lies below them; `desk` values them. */
export function bindPortfolios(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireUser(deps, "portfolio"));
  bindReads(api, deps, desk);
  bindWrites(api, deps);
  bindActivities(api, deps, desk);
  bindImports(api, deps, desk);
  bindPortfolioValues(api, deps, desk);
}

function bindReads(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  api.openapi(listRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const asked = { userId, ...c.req.valid("query") };
    const { items, next } = await readOwnPage(c, getOwned(deps), "portfolios", asked);
    const portfolios = items.map(describePortfolio);
    const page = { portfolios, count: items.length, most: portfoliosMax, next_cursor: next };
    return c.json(page, 200);
  });
  api.openapi(readRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const record = await readOwn(getOwned(deps), "portfolios", { id, userId });
    const worth = await desk.value(record);
    return c.json({ ...describePortfolio(record), ...worth }, 200);
  });
}

function bindWrites(api: Api, deps: ApiDeps): void {
  api.openapi(putRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const precondition = readPrecondition(c.req.valid("header"));
    const content = c.req.valid("json");
    const asked = { id, userId, content, precondition, most: portfoliosMax, nowMs: deps.now() };
    const written = await putOwn(getOwned(deps), "portfolios", asked);
    return answerWritten(c, written, { path, show: describePortfolio }) as never;
  });
  api.openapi(removeRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const owned = getOwned(deps);
    const precondition = readPrecondition(c.req.valid("header"));
    const written = await removeOwn(owned, "portfolios", { id, userId, precondition });
    if (written.kind === "stale") {
      return answerStale(c, describePortfolio(written.record)) as never;
    }
    // What an interrupted removal left goes as well; of somebody else's nothing does.
    await removeActivities(owned, { portfolioId: id, userId });
    if (written.kind !== "foreign") await removeCopy(owned, id);
    await touchAgain(owned, { portfolioId: id, userId });
    return c.json({ done: true } as const, 200);
  });
}

/** Removes the activities of a portfolio that is gone, as far as they are of this person. */
async function removeActivities(
  owned: OwnedStore,
  { portfolioId, userId }: { portfolioId: string; userId: string },
): Promise<void> {
  for (;;) {
    const query = { index: "portfolio", equals: [portfolioId], limit: removedAtOnce };
    const { items } = await owned.activities.list(query);
    const own = items.filter((activity) => activity.userId === userId);
    if (own.length === 0) return;
    await owned.transact((transaction) => noteEnded(transaction, "activities", userId, own));
    await Promise.all(own.map(({ id }) => owned.activities.delete(id)));
  }
}

/**
 * Counts on the book of a portfolio that was made anew under this id while the old one was removed:
 * what was read of it until now may hold activities that are gone.
 */
async function touchAgain(
  owned: OwnedStore,
  { portfolioId, userId }: { portfolioId: string; userId: string },
): Promise<void> {
  await owned.transact(async (transaction) => {
    const again = await transaction.get("portfolios", portfolioId);
    if (again?.userId === userId) await touchBook(transaction, { portfolioId, userId });
  });
}

/** Returns a portfolio without whose it is. */
export function describePortfolio(record: PortfolioRecord): z.output<typeof portfolioSchema> {
  const { id, name, currency, revision, created_at, updated_at } = record;
  return { id, name, currency, revision, created_at, updated_at };
}
