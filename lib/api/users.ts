/**
 * Users and the audit log, as administrators see them.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Accounts, requireIdentity } from "../accounts/mod.ts";
import {
  auditQuerySchema,
  auditSchema,
  doneSchema,
  managedUserSchema,
  managedUsersSchema,
  ownIdSchema,
  resetLinkSchema,
  userChangeSchema,
  usersQuerySchema,
} from "../contracts/auth.ts";
import type { UserRecord } from "../contracts/owned.ts";
import { type AuthDeps, describeUser, getAccounts, readOrigin } from "./auth_origin.ts";
import type { ApiEnv } from "./deps.ts";
import { identify, requireUser } from "./identity.ts";
import { linkNext, readPage } from "./paging.ts";
import { type Api, describeAnswers, problem } from "./routes.ts";

const path = "/api/v1/admin/users";
const auditPath = "/api/v1/admin/audit";
const tags = ["administration"];
const forbidden = { 403: problem("It needs an administrator") };

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "Users, newest first",
  request: { query: usersQuerySchema },
  responses: { ...describeAnswers(managedUsersSchema, "A page of users"), ...forbidden },
});

const changeRoute = createRoute({
  method: "patch",
  path: `${path}/{id}`,
  tags,
  summary: "Changes what a user may do; their tokens end",
  request: {
    params: ownIdSchema,
    body: { required: true, content: { "application/json": { schema: userChangeSchema } } },
  },
  responses: { ...describeAnswers(managedUserSchema, "The user as they now are"), ...forbidden },
});

const removeRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags,
  summary: "Removes a user's account with all that belongs to it",
  request: { params: ownIdSchema },
  responses: { ...describeAnswers(doneSchema, "Removed"), ...forbidden },
});

const endRoute = createRoute({
  method: "delete",
  path: `${path}/{id}/sessions`,
  tags,
  summary: "Signs a user out everywhere",
  request: { params: ownIdSchema },
  responses: { ...describeAnswers(doneSchema, "Signed out"), ...forbidden },
});

const resetRoute = createRoute({
  method: "post",
  path: `${path}/{id}/reset`,
  tags,
  summary: "Makes a link by which a user sets a new password, once and within an hour",
  request: { params: ownIdSchema },
  responses: { ...describeAnswers(resetLinkSchema, "The link's token"), ...forbidden },
});

const auditRoute = createRoute({
  method: "get",
  path: auditPath,
  tags,
  summary: "The audit log, newest first",
  request: { query: auditQuerySchema },
  responses: { ...describeAnswers(auditSchema, "A page of the audit log"), ...forbidden },
});

/** Binds the administration of users. */
export function bindUsers(api: Api, deps: AuthDeps): void {
  for (const guarded of [path, `${path}/*`, auditPath]) {
    api.use(guarded, requireUser(deps, "admin"));
  }
  api.openapi(listRoute, async (c) => {
    const { limit, cursor: after, email } = c.req.valid("query");
    const accounts = getAccounts(deps);
    const { people } = accounts;
    if (email !== undefined) {
      const found = await people.find(email);
      const users = found ? [await describeManaged(accounts, found)] : [];
      return c.json({ users, count: users.length, next_cursor: null }, 200);
    }
    const query = { limit, ...(after === undefined ? {} : { cursor: after }) };
    const { items, cursor } = await readPage({ list: people.list }, query);
    linkNext(c, cursor);
    const users = await Promise.all(items.map((user) => describeManaged(accounts, user)));
    return c.json({ users, count: users.length, next_cursor: cursor }, 200);
  });
  api.openapi(changeRoute, async (c) => {
    const by = await readActor(c, deps);
    const { id } = c.req.valid("param");
    const accounts = getAccounts(deps);
    const user = await accounts.people.change(id, c.req.valid("json"), by);
    return c.json(await describeManaged(accounts, user), 200);
  });
  api.openapi(removeRoute, async (c) => {
    const by = await readActor(c, deps);
    await getAccounts(deps).people.expel(c.req.valid("param").id, by);
    return c.json({ done: true } as const, 200);
  });
  api.openapi(endRoute, async (c) => {
    const by = await readActor(c, deps);
    await getAccounts(deps).people.endSessions(c.req.valid("param").id, by);
    return c.json({ done: true } as const, 200);
  });
  api.openapi(resetRoute, async (c) => {
    const by = await readActor(c, deps);
    const { people } = getAccounts(deps);
    return c.json(await people.makeResetToken(c.req.valid("param").id, by), 200);
  });
  api.openapi(auditRoute, async (c) => {
    const { limit, cursor: after, actor, act } = c.req.valid("query");
    const { items, cursor } = await readPage(getAccounts(deps).audit, {
      limit,
      ...(after === undefined ? {} : { cursor: after }),
      ...(actor === undefined ? {} : { index: "actor", equals: [actor] }),
      ...(act === undefined || actor !== undefined ? {} : { index: "act", equals: [act] }),
    });
    const entries = items.filter((entry) => act === undefined || entry.act === act);
    linkNext(c, cursor);
    return c.json({ entries, count: entries.length, next_cursor: cursor }, 200);
  });
}

async function readActor(c: Context<ApiEnv>, deps: AuthDeps) {
  const { userId } = requireIdentity(await identify(c, deps), "admin");
  return { actor: userId, origin: readOrigin(c) };
}

async function describeManaged({ sessions }: Pick<Accounts, "sessions">, user: UserRecord) {
  const { running: devices, signedInMs } = await sessions.describe(user.id);
  return { ...describeUser(user), isDisabled: user.isDisabled, devices, signedInMs };
}
