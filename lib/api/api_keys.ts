/**
 * The API keys of a user: listed, made and revoked.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { requireSession } from "../accounts/mod.ts";
import {
  createdKeySchema,
  doneSchema,
  keySchema,
  keysSchema,
  newKeySchema,
  ownIdSchema,
} from "../contracts/auth.ts";
import type { ApiKeyRecord } from "../contracts/owned.ts";
import type { z } from "zod";
import { type AuthDeps, getAccounts, readOrigin } from "./auth_origin.ts";
import { identify, requireSignedIn } from "./identity.ts";
import { type Api, describeAnswers, problem } from "./routes.ts";

const path = "/api/v1/auth/keys";
const forbidden = { 403: problem("A key makes no keys, and none has more scopes than its owner") };

const listRoute = createRoute({
  method: "get",
  path,
  tags: ["accounts"],
  summary: "One's API keys, newest first",
  responses: { ...describeAnswers(keysSchema, "The keys, without their secrets"), ...forbidden },
});

const createKeyRoute = createRoute({
  method: "post",
  path,
  tags: ["accounts"],
  summary: "Makes an API key; its secret is shown this once",
  request: {
    body: { required: true, content: { "application/json": { schema: newKeySchema } } },
  },
  responses: { ...describeAnswers(createdKeySchema, "The key, with its secret"), ...forbidden },
});

const revokeRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags: ["accounts"],
  summary: "Revokes an API key",
  request: { params: ownIdSchema },
  responses: { ...describeAnswers(doneSchema, "Revoked"), ...forbidden },
});

/** Binds the API keys. */
export function bindApiKeys(api: Api, deps: AuthDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireSignedIn(deps));
  api.openapi(listRoute, async (c) => {
    const { userId } = requireSession(await identify(c, deps));
    const keys = (await getAccounts(deps).keys.list(userId)).map(describeKey);
    return c.json({ keys, count: keys.length }, 200);
  });
  api.openapi(createKeyRoute, async (c) => {
    const owner = requireSession(await identify(c, deps));
    const draft = c.req.valid("json");
    const { key, secret } = await getAccounts(deps).keys.create(owner, draft, readOrigin(c));
    return c.json({ ...describeKey(key), secret }, 200);
  });
  api.openapi(revokeRoute, async (c) => {
    const owner = requireSession(await identify(c, deps));
    await getAccounts(deps).keys.revoke(owner, c.req.valid("param").id, readOrigin(c));
    return c.json({ done: true } as const, 200);
  });
}

function describeKey(key: ApiKeyRecord): z.output<typeof keySchema> {
  const { id, name, start, scopes, createdMs, usedMs, expiresMs } = key;
  return { id, name, start, scopes, createdMs, usedMs, expiresMs };
}
