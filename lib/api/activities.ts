/**
 * Activities of a portfolio: what was bought, sold, moved and earned, one by one.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { isDeepStrictEqual } from "node:util";
import { requireOwn } from "../accounts/mod.ts";
import { doneSchema } from "../contracts/auth.ts";
import { BadRequestError } from "../contracts/errors.ts";
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import {
  activitiesQuerySchema,
  activitiesSchema,
  activityDraftSchema,
  activityParamSchema,
  activitySchema,
} from "../contracts/portfolios.ts";
import { recordParamSchema } from "../contracts/watchlists.ts";
import { type ActivityDraft, readActivity } from "../portfolio/import_rows.ts";
import { makeReferences } from "../portfolio/imports.ts";
import type { OwnedStore, Transaction } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { linkNext, readPage } from "./paging.ts";
import { jsonBody } from "./personal.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer } from "./portfolios_parts.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/portfolios/{id}/activities";
const tags = ["portfolios"];
const problems = { ...unavailable, ...scopeAnswer };
const what = "such an activity";

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "Activities of a portfolio, newest first",
  request: { params: recordParamSchema, query: activitiesQuerySchema },
  responses: { ...describeAnswers(activitiesSchema, "A page of them"), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: `${path}/{activity_id}`,
  tags,
  summary: "One activity",
  request: { params: activityParamSchema },
  responses: { ...describeAnswers(activitySchema, "The activity"), ...problems },
});

const putRoute = createRoute({
  method: "put",
  path: `${path}/{activity_id}`,
  tags,
  summary: "Books an activity under an id of the client's own, or replaces it",
  request: {
    params: activityParamSchema.extend({ activity_id: z.uuid().toLowerCase() }),
    body: jsonBody(activityDraftSchema),
  },
  responses: {
    ...describeAnswers(activitySchema, "The activity"),
    ...problems,
    201: {
      description: "Booked",
      content: { "application/json": { schema: activitySchema } },
    },
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: `${path}/{activity_id}`,
  tags,
  summary: "Deletes an activity; one that is gone is no problem",
  request: { params: activityParamSchema },
  responses: { ...describeAnswers(doneSchema, "Deleted"), ...problems },
});

/** Binds the activities of portfolios. */
export function bindActivities(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  bindReads(api, deps);
  api.openapi(putRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId, activity_id: id } = c.req.valid("param");
    const draft = readDraft(c.req.valid("json"), deps.now());
    const record = { ...draft, id, portfolioId, userId, importId: null };
    const { isNew, activity, portfolio } = await putActivity(getOwned(deps), record);
    desk.note(portfolio, { put: [activity] });
    return c.json(describeActivity(activity), isNew ? 201 : 200) as never;
  });
  api.openapi(removeRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId, activity_id: id } = c.req.valid("param");
    const portfolio = await getOwned(deps).transact(async (transaction) => {
      const touched = await touchBook(transaction, { portfolioId, userId });
      const stored = await transaction.get("activities", id);
      if (stored) {
        requireOwn(stored, getOwnerWithin(portfolioId), { userId }, what);
        await transaction.delete("activities", id);
      }
      return touched;
    });
    desk.note(portfolio, { removed: [id] });
    return c.json({ done: true } as const, 200);
  });
}

function bindReads(api: Api, deps: ApiDeps): void {
  api.openapi(listRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const owned = getOwned(deps);
    await readOwn(owned, "portfolios", { id, userId });
    const { start, end, limit, cursor } = c.req.valid("query");
    const { items, cursor: next } = await readPage(owned.activities, {
      index: "portfolio",
      equals: [id],
      limit,
      ...(start !== undefined && { from: start }),
      ...(end !== undefined && { to: end }),
      ...(cursor !== undefined && { cursor }),
    });
    linkNext(c, next);
    const activities = items.filter((one) => one.userId === userId).map(describeActivity);
    return c.json({ activities, count: activities.length, next_cursor: next }, 200);
  });
  api.openapi(readRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id, activity_id } = c.req.valid("param");
    const owned = getOwned(deps);
    await readOwn(owned, "portfolios", { id, userId });
    const stored = await owned.activities.get(activity_id);
    const activity = requireOwn(stored, getOwnerWithin(id), { userId }, what);
    return c.json(describeActivity(activity), 200);
  });
}

/** An activity of another portfolio is nobody's in this one. */
const getOwnerWithin = (portfolioId: string) => (activity: ActivityRecord) =>
  activity.portfolioId === portfolioId ? activity.userId : null;

/** Reads an activity by the rules of imported ones. @throws {BadRequestError} With each fault. */
function readDraft(draft: z.output<typeof activityDraftSchema>, nowMs: number): ActivityDraft {
  const { timestamp, currency, ...texts } = draft;
  const raw = {
    ...texts,
    ...(currency !== "" && { currency }),
    timestamp: new Date(timestamp).toISOString(),
  };
  const { activity, errors } = readActivity(raw, {
    decimalMark: ".",
    nowMs,
    columnOf: (field) => field,
  });
  if (!activity) {
    throw new BadRequestError(
      "The activity cannot be booked as it is",
      errors.map(({ field, expected }) => ({
        pointer: `/json/${field}`,
        detail: `must be ${expected}`,
      })),
    );
  }
  makeReferences([activity]);
  return activity;
}

/** Books or replaces an activity, together with the count of its book. */
function putActivity(
  owned: OwnedStore,
  record: ActivityRecord,
): Promise<{ isNew: boolean; activity: ActivityRecord; portfolio: PortfolioRecord }> {
  const { id, portfolioId, userId } = record;
  return owned.transact(async (transaction) => {
    const portfolio = await touchBook(transaction, { portfolioId, userId });
    const stored = await transaction.get("activities", id);
    if (stored) requireOwn(stored, getOwnerWithin(portfolioId), { userId }, what);
    // What an import brought goes out with it, even if it was corrected since.
    const activity = { ...record, importId: stored?.importId ?? null };
    if (!stored || !isDeepStrictEqual(stored, activity)) {
      await transaction.put("activities", activity);
    }
    return { isNew: stored === null, activity, portfolio };
  });
}

/**
 * Notes that a portfolio's book changes with this commit.
 *
 * @throws {NotFoundError} For a portfolio that is not this person's.
 */
export async function touchBook(
  transaction: Transaction,
  { portfolioId, userId }: { portfolioId: string; userId: string },
): Promise<PortfolioRecord> {
  const stored = await transaction.get("portfolios", portfolioId);
  const portfolio = requireOwn(stored, (one) => one.userId, { userId }, "such a portfolio");
  const touched = { ...portfolio, bookRevision: (portfolio.bookRevision ?? 0) + 1 };
  await transaction.put("portfolios", touched);
  return touched;
}

/** Returns an activity without whose it is. */
export function describeActivity(activity: ActivityRecord): z.output<typeof activitySchema> {
  const { userId: _userId, ...shown } = activity;
  return shown;
}
