/**
 * Share links: an address that shows one thing to whoever has it, for a while, until it is revoked.
 *
 * Of its token only the hash is kept, and what it shows never tells whose it is.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import { createHash } from "node:crypto";
import { doneSchema } from "../contracts/auth.ts";
import { BadRequestError, NotFoundError } from "../contracts/errors.ts";
import type { ShareRecord } from "../contracts/owned.ts";
import {
  createdShareSchema,
  shareDraftSchema,
  sharedSchema,
  sharedTargetSchema,
  shareParamSchema,
  shareSchema,
  sharesMax,
  sharesSchema,
  tokenParamSchema,
} from "../contracts/shares.ts";
import { ownedQuerySchema } from "../contracts/watchlists.ts";
import type { Transaction } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { keepPrivate, requireUser } from "./identity.ts";
import { linkNext, readPage } from "./paging.ts";
import { jsonBody } from "./personal.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import {
  getOwned,
  readOwn,
  readOwner,
  scopeAnswer,
  takeRoom,
  takeTurn,
} from "./portfolios_parts.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";
import { describeWatched } from "./watchlists.ts";

const path = "/api/v1/shares";
const tags = ["shares"];
const dayMs = 86_400_000;
/** Parameters of a dashboard's address that are shown. */
const viewMax = 20;
const problems = { ...unavailable, ...scopeAnswer };

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "One's share links, newest first, without their tokens",
  request: { query: ownedQuerySchema },
  responses: { ...describeAnswers(sharesSchema, "A page of them"), ...problems },
});

const createShareRoute = createRoute({
  method: "post",
  path,
  tags,
  summary: "Makes a share link; its token is shown this once",
  request: { body: jsonBody(shareDraftSchema) },
  responses: {
    ...describeAnswers(createdShareSchema, "The link, with its token"),
    ...problems,
  },
});

const revokeRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags,
  summary: "Revokes a share link at once; one that is gone is no problem",
  request: { params: shareParamSchema },
  responses: { ...describeAnswers(doneSchema, "Revoked"), ...problems },
});

const sharedRoute = createRoute({
  method: "get",
  path: "/api/v1/shared/{token}",
  tags,
  summary: "What a share link shows, to whoever has it",
  request: { params: tokenParamSchema },
  responses: { ...describeAnswers(sharedSchema, "What is shared"), ...unavailable },
});

/** Binds the share links; `desk` values portfolios. */
export function bindShares(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireUser(deps, "portfolio"));
  api.openapi(listRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { limit, cursor } = c.req.valid("query");
    const { items, cursor: next } = await readPage(getOwned(deps).shares, {
      index: "user",
      equals: [userId],
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    linkNext(c, next);
    const shares = items.map((share) => describeShare(share, deps.now()));
    return c.json({ shares, count: shares.length, most: sharesMax, next_cursor: next }, 200);
  });
  api.openapi(createShareRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { share, token } = await createShare(deps, userId, c.req.valid("json"));
    const shown = describeShare(share, deps.now());
    return c.json({ ...shown, token, path: `/api/v1/shared/${token}` }, 200);
  });
  api.openapi(revokeRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    await getOwned(deps).transact(async (transaction) => {
      const stored = await transaction.get("shares", id);
      // Somebody else's is answered like one that is gone, so that ids tell nothing.
      if (stored?.userId === userId) await transaction.delete("shares", id);
    });
    return c.json({ done: true } as const, 200);
  });
  api.openapi(sharedRoute, async (c) => {
    const share = await readShare(deps, c.req.valid("param").token);
    const shown = await describeShared(deps, desk, share);
    const answer = c.json(shown, 200);
    keepPrivate(c);
    return answer;
  });
}

/** @throws {NotFoundError} When what is to be shared is not this person's. */
async function createShare(
  deps: ApiDeps,
  userId: string,
  { kind, target, title, expiresDays }: z.output<typeof shareDraftSchema>,
): Promise<{ share: ShareRecord; token: string }> {
  const owned = getOwned(deps);
  const id = kind === "dashboard" ? target : readTarget(target);
  if (kind !== "dashboard") await readOwn(owned, `${kind}s`, { id, userId });
  const secret = crypto.getRandomValues(new Uint8Array(32))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  const token = `share_${secret}`;
  const nowMs = deps.now();
  const share: ShareRecord = {
    id: hashToken(token),
    userId,
    kind,
    target: id,
    title,
    createdMs: nowMs,
    expiresMs: nowMs + expiresDays * dayMs,
    revokedMs: null,
  };
  const write = async (transaction: Transaction) => {
    await takeRoom(owned, transaction, { name: "shares", userId, most: sharesMax });
    await transaction.put("shares", share);
  };
  await takeTurn(owned, `${userId} shares`, () => owned.transact(write));
  return { share, token };
}

function readTarget(text: string): string {
  const read = sharedTargetSchema.safeParse(text);
  if (read.success) return read.data;
  throw new BadRequestError("The request does not fit its contract", [
    { pointer: "/json/target", detail: "must be the id of the record that is shared" },
  ]);
}

const hashToken = (token: string) => createHash("sha256").update(token).digest("hex");

/** Returns the share of a token. @throws {NotFoundError} When it is none, or not any more. */
async function readShare(deps: ApiDeps, token: string): Promise<ShareRecord> {
  const owned = getOwned(deps);
  const share = await owned.shares.get(hashToken(token));
  const owner = share && await owned.users.get(share.userId);
  if (!share || !isOpen(share, deps.now()) || owner?.isDisabled) throw refuseToken();
  return share;
}

function refuseToken(): NotFoundError {
  return new NotFoundError("Cannot find what was shared: the link has ended, or never was");
}

function isOpen({ expiresMs, revokedMs }: ShareRecord, nowMs: number): boolean {
  return revokedMs === null && (expiresMs === null || nowMs < expiresMs);
}

function describeShare(share: ShareRecord, nowMs: number): z.output<typeof shareSchema> {
  const { id, kind, target, title, createdMs, expiresMs } = share;
  return { id, kind, target, title, createdMs, expiresMs, isOpen: isOpen(share, nowMs) };
}

async function describeShared(
  deps: ApiDeps,
  desk: PortfolioDesk,
  { kind, target, title, expiresMs, userId }: ShareRecord,
): Promise<z.output<typeof sharedSchema>> {
  const shared = {
    ...{ kind, title, expiresMs, asOfMs: deps.marketNow() },
    isRecorded: deps.getMode().mode === "replay",
    ...{ view: null, watchlist: null, portfolio: null },
  };
  if (kind === "dashboard") {
    const view = Object.fromEntries([...new URLSearchParams(target)].slice(0, viewMax));
    return { ...shared, view };
  }
  const owned = getOwned(deps);
  if (kind === "watchlist") {
    const list = await owned.watchlists.get(target);
    if (list?.userId !== userId) throw refuseToken();
    return {
      ...shared,
      watchlist: { name: list.name, symbols: describeWatched(deps, list.symbols) },
    };
  }
  const portfolio = await owned.portfolios.get(target);
  if (portfolio?.userId !== userId) throw refuseToken();
  const worth = await desk.value(portfolio);
  const { currency, value, cost, realised_pnl, unrealised_pnl, allocation, missing } = worth;
  const holdings = worth.holdings.map(({ lots: _lots, lotCount: _count, ...shown }) => shown);
  const sums = { currency, value, cost, realised_pnl, unrealised_pnl };
  const shownPortfolio = { name: portfolio.name, ...sums, holdings, allocation, missing };
  return { ...shared, portfolio: shownPortfolio };
}
