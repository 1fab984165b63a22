/**
 * Activities of a portfolio: what was bought, sold, moved and earned, one by one.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { requireOwn } from "../accounts/mod.ts";
import { preconditionSchema } from "../contracts/alerts.ts";
import { doneSchema } from "../contracts/auth.ts";
import { BadRequestError } from "../contracts/errors.ts";
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import {
  activitiesQuerySchema,
  activitiesSchema,
  activityDraftSchema,
  activityParamSchema,
  activitySchema,
  activityWriteParamSchema,
} from "../contracts/portfolios.ts";
import { recordParamSchema } from "../contracts/watchlists.ts";
import { type ActivityDraft, readActivity } from "../portfolio/import_rows.ts";
import { activityKey, makeReferences, readImportId, readImportKey } from "../portfolio/imports.ts";
import type { OwnedStore, Transaction } from "../store/mod.ts";
import { dropRevision, getRevision } from "./activity_revisions.ts";
import type { ApiDeps } from "./deps.ts";
import { linkNext, readPage } from "./paging.ts";
import { jsonBody } from "./personal.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer, staleAnswer } from "./portfolios_parts.ts";
import { answerStale, isAsExpected, type Precondition, readPrecondition } from "./preconditions.ts";
import { deleteRevised, readFirstRevision } from "./revisions.ts";
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
  summary: "Books an activity under an id of the client's own, or replaces it or an imported one",
  request: {
    params: activityWriteParamSchema,
    headers: preconditionSchema,
    body: jsonBody(activityDraftSchema),
  },
  responses: {
    ...describeAnswers(activitySchema, "The activity"),
    ...problems,
    ...staleAnswer,
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
  request: { params: activityParamSchema, headers: preconditionSchema },
  responses: { ...describeAnswers(doneSchema, "Deleted"), ...problems, ...staleAnswer },
});

/** Binds the activities of portfolios. */
export function bindActivities(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  bindReads(api, deps);
  bindWrites(api, deps, desk);
}

function bindWrites(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  api.openapi(putRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId, activity_id: id } = c.req.valid("param");
    const wanted = c.req.valid("json");
    const draft = readDraft(wanted, deps.now());
    const record = { ...draft, id, portfolioId, userId, importId: readImportId(id) };
    const { kind, activity, portfolio } = await putActivity(getOwned(deps), record, {
      hasReference: wanted.reference !== "",
      precondition: readPrecondition(c.req.valid("header")),
    });
    if (kind === "stale") return answerStale(c, activity && describeActivity(activity)) as never;
    if (portfolio) desk.note(portfolio, { put: [activity] });
    const shown = describeActivity(activity);
    c.header("etag", makeTag(shown));
    return c.json(shown, kind === "made" ? 201 : 200) as never;
  });
  api.openapi(removeRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId, activity_id: id } = c.req.valid("param");
    const precondition = readPrecondition(c.req.valid("header"));
    const owner = { portfolioId, userId };
    const removed = await removeActivity(getOwned(deps), { ...owner, id, precondition });
    if (removed.kind === "stale") {
      return answerStale(c, describeActivity(removed.activity)) as never;
    }
    if (removed.kind === "removed" && removed.portfolio) {
      desk.note(removed.portfolio, { removed: [id] });
    }
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
    const shown = describeActivity(requireOwn(stored, getOwnerWithin(id), { userId }, what));
    c.header("etag", makeTag(shown));
    return c.json(shown, 200);
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

/** What became of an activity that was to be written. */
type Written =
  | { kind: "made" | "changed"; activity: ActivityRecord; portfolio: PortfolioRecord }
  /** It was so already: the answer to the first try was lost. */
  | { kind: "same"; activity: ActivityRecord; portfolio: null }
  /** It is another one by now than its writer thought. */
  | { kind: "stale"; activity: ActivityRecord | null; portfolio: null };

/** Books or replaces an activity, together with the count of its book. */
function putActivity(
  owned: OwnedStore,
  record: ActivityRecord,
  { hasReference, precondition }: { hasReference: boolean; precondition: Precondition },
): Promise<Written> {
  const { id, portfolioId, userId } = record;
  return owned.transact<Written>(async (transaction) => {
    await readBook(transaction, { portfolioId, userId });
    const stored = await transaction.get("activities", id);
    if (stored) requireOwn(stored, getOwnerWithin(portfolioId), { userId }, what);
    const wished = stored ? correct(stored, record, { hasReference }) : record;
    if (stored && isDeepStrictEqual(dropRevision(stored), wished)) {
      return { kind: "same", activity: stored, portfolio: null };
    }
    if (!isAsWritten(precondition, stored)) {
      return { kind: "stale", activity: stored, portfolio: null };
    }
    const revision = stored
      ? getRevision(stored) + 1
      : await readFirstRevision(transaction, "activities", userId);
    const activity = { ...wished, revision };
    await transaction.put("activities", activity);
    const portfolio = await touchBook(transaction, { portfolioId, userId });
    return { kind: stored ? "changed" : "made", activity, portfolio };
  });
}

/** What became of an activity that was to be deleted. */
type Removed =
  /** Without its portfolio where that is gone already. */
  | { kind: "removed"; portfolio: PortfolioRecord | null }
  | { kind: "stale"; activity: ActivityRecord }
  /** There is none, or it is somebody else's, which must be answered alike. */
  | { kind: "gone" };

/** Deletes a person's activity, together with the count of its book. */
function removeActivity(
  owned: OwnedStore,
  { id, precondition, ...owner }: BookOwner & { id: string; precondition: Precondition },
): Promise<Removed> {
  return owned.transact<Removed>(async (transaction) => {
    const stored = await transaction.get("activities", id);
    const isOwn = stored && getOwnerWithin(owner.portfolioId)(stored) === owner.userId;
    if (!isOwn) return { kind: "gone" };
    if (!isAsWritten(precondition, stored)) return { kind: "stale", activity: stored };
    await deleteRevised(transaction, "activities", owner.userId, [stored]);
    const whole = await transaction.get("portfolios", owner.portfolioId);
    const portfolio = whole && await touchBook(transaction, owner);
    return { kind: "removed", portfolio };
  });
}

/** Says whether an activity (null: there is none) is what its writer takes for granted. */
const isAsWritten = (precondition: Precondition, stored: ActivityRecord | null) =>
  isAsExpected(precondition, stored && { revision: getRevision(stored) });

/**
 * Returns a stored activity as it is wished for. What an import brought goes out with it and does
 * not come again with the same file, even if it was corrected since.
 */
function correct(
  stored: ActivityRecord,
  wished: ActivityRecord,
  { hasReference }: { hasReference: boolean },
): ActivityRecord {
  const { importId } = stored;
  if (importId === null) return { ...wished, importId };
  const reference = hasReference ? wished.reference : stored.reference;
  const corrected = { ...wished, importId, reference };
  const importKey = readImportKey(stored);
  return importKey === activityKey(corrected) ? corrected : { ...corrected, importKey };
}

interface BookOwner {
  portfolioId: string;
  userId: string;
}

/** @throws {NotFoundError} For a portfolio that is not this person's. */
async function readBook(
  transaction: Transaction,
  { portfolioId, userId }: BookOwner,
): Promise<PortfolioRecord> {
  const stored = await transaction.get("portfolios", portfolioId);
  return requireOwn(stored, (one) => one.userId, { userId }, "such a portfolio");
}

/**
 * Notes that a portfolio's book changes with this commit.
 *
 * @throws {NotFoundError} For a portfolio that is not this person's.
 */
export async function touchBook(
  transaction: Transaction,
  owner: BookOwner,
): Promise<PortfolioRecord> {
  const portfolio = await readBook(transaction, owner);
  const touched = { ...portfolio, bookRevision: (portfolio.bookRevision ?? 0) + 1 };
  await transaction.put("portfolios", touched);
  return touched;
}

type ShownActivity = z.output<typeof activitySchema>;

/** Returns an activity without whose it is, and how it was known when it was imported. */
export function describeActivity(activity: ActivityRecord): ShownActivity {
  const { userId: _userId, importKey: _importKey, ...shown } = activity;
  return { ...shown, revision: getRevision(activity) };
}

/** Names what is shown: one that was deleted and booked anew begins again with its revisions. */
function makeTag(shown: ShownActivity): string {
  const hash = createHash("sha256").update(JSON.stringify(shown)).digest("hex");
  return `"${shown.revision}-${hash.slice(0, 16)}"`;
}
