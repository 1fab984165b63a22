/**
 * What a portfolio is worth: now, by holding, and day by day.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  historyQuerySchema,
  holdingsSchema,
  portfolioValueSchema,
  valueHistorySchema,
  valueQuerySchema,
} from "../contracts/portfolios.ts";
import { recordParamSchema } from "../contracts/watchlists.ts";
import type { ApiDeps } from "./deps.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer } from "./portfolios_parts.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/portfolios/{id}";
const tags = ["portfolios"];
const problems = { ...unavailable, ...scopeAnswer };

const valueRoute = createRoute({
  method: "get",
  path: `${path}/value`,
  tags,
  summary: "Holdings, lots, profit and loss, fees, income, returns and allocation, as of now",
  request: { params: recordParamSchema, query: valueQuerySchema },
  responses: { ...describeAnswers(portfolioValueSchema, "Its worth"), ...problems },
});

const holdingsRoute = createRoute({
  method: "get",
  path: `${path}/holdings`,
  tags,
  summary: "What is held, each with its price and how old that is",
  request: { params: recordParamSchema },
  responses: { ...describeAnswers(holdingsSchema, "The holdings"), ...problems },
});

const historyRoute = createRoute({
  method: "get",
  path: `${path}/history`,
  tags,
  summary: "Its value at the end of each day by stored closes, with what was missing",
  request: { params: recordParamSchema, query: historyQuerySchema },
  responses: { ...describeAnswers(valueHistorySchema, "Its days"), ...problems },
});

/** Binds the worth of portfolios; their guard is bound before. */
export function bindPortfolioValues(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  const read = (id: string, userId: string) =>
    readOwn(getOwned(deps), "portfolios", { id, userId });
  api.openapi(valueRoute, async (c) => {
    const portfolio = await read(c.req.valid("param").id, await readOwner(c, deps));
    const hasReturns = c.req.valid("query").returns === "true";
    return c.json(await desk.valueWhole(portfolio, { hasReturns }), 200);
  });
  api.openapi(holdingsRoute, async (c) => {
    const portfolio = await read(c.req.valid("param").id, await readOwner(c, deps));
    const { holdings, missing } = await desk.value(portfolio);
    return c.json({ holdings, count: holdings.length, missing }, 200);
  });
  api.openapi(historyRoute, async (c) => {
    const portfolio = await read(c.req.valid("param").id, await readOwner(c, deps));
    return c.json(await desk.history(portfolio, c.req.valid("query")), 200);
  });
}
