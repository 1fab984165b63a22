/**
 * The signed-in devices of a user: listed and signed out.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { requireOwn, requireSession } from "../accounts/mod.ts";
import { doneSchema, ownIdSchema, sessionsSchema } from "../contracts/auth.ts";
import { type AuthDeps, getAccounts, readOrigin } from "./auth_origin.ts";
import { identify, requireSignedIn } from "./identity.ts";
import { type Api, describeAnswers } from "./routes.ts";

const path = "/api/v1/auth/sessions";

const listRoute = createRoute({
  method: "get",
  path,
  tags: ["accounts"],
  summary: "One's signed-in devices, newest first",
  responses: describeAnswers(sessionsSchema, "The devices"),
});

const endAllRoute = createRoute({
  method: "delete",
  path,
  tags: ["accounts"],
  summary: "Signs out every device but this one",
  responses: describeAnswers(doneSchema, "Signed out"),
});

const endRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags: ["accounts"],
  summary: "Signs one device out",
  request: { params: ownIdSchema },
  responses: describeAnswers(doneSchema, "Signed out"),
});

/** Binds the sessions. */
export function bindSessions(api: Api, deps: AuthDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireSignedIn(deps));
  api.openapi(listRoute, async (c) => {
    const { userId, sessionId } = requireSession(await identify(c, deps));
    const sessions = (await getAccounts(deps).sessions.list(userId)).map((session) => {
      const { id, createdMs, usedMs, expiresMs, userAgent, ip } = session;
      return { id, createdMs, usedMs, expiresMs, userAgent, ip, isCurrent: id === sessionId };
    });
    return c.json({ sessions, count: sessions.length }, 200);
  });
  api.openapi(endAllRoute, async (c) => {
    const { userId, sessionId } = requireSession(await identify(c, deps));
    const { sessions } = getAccounts(deps);
    for (const { id } of await sessions.list(userId)) {
      if (id !== sessionId) await end(deps, userId, id, readOrigin(c).ip);
    }
    return c.json({ done: true } as const, 200);
  });
  api.openapi(endRoute, async (c) => {
    const identity = requireSession(await identify(c, deps));
    const { id } = c.req.valid("param");
    const found = await getAccounts(deps).sessions.get(id);
    requireOwn(found, ({ userId }) => userId, identity, "such a session");
    await end(deps, identity.userId, id, readOrigin(c).ip);
    return c.json({ done: true } as const, 200);
  });
}

async function end(deps: AuthDeps, actor: string, id: string, ip: string): Promise<void> {
  const { sessions, audit } = getAccounts(deps);
  await sessions.end(id, "revoked");
  const target = `session ${id}`;
  await audit.note({ actor, act: "auth.session_revoked", target, ip, isDone: true, detail: "" });
}
