/**
 * Passkeys: added and removed by their owner, and signed in with.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { requireSession } from "../accounts/mod.ts";
import {
  doneSchema,
  newPasskeySchema,
  passkeyIdSchema,
  passkeyOptionsSchema,
  passkeySchema,
  passkeySignInSchema,
  passkeysSchema,
  proofSchema,
  signedInSchema,
} from "../contracts/auth.ts";
import type { PasskeyRecord } from "../contracts/owned.ts";
import type { z } from "zod";
import {
  answerSignedIn,
  type AuthDeps,
  checkCookieWish,
  getAccounts,
  readOrigin,
  readPageOrigin,
} from "./auth_origin.ts";
import { identify, requireSignedIn } from "./identity.ts";
import { type Api, describeAnswers, problem } from "./routes.ts";

const path = "/api/v1/auth/passkeys";
const tags = ["accounts"];
const json = <T>(schema: T) => ({
  required: true as const,
  content: { "application/json": { schema } },
});
const forbidden = { 403: problem("It is not for you, or not from this page") };

const routes = {
  list: createRoute({
    method: "get",
    path,
    tags,
    summary: "One's passkeys",
    responses: { ...describeAnswers(passkeysSchema, "The passkeys"), ...forbidden },
  }),
  askToAdd: createRoute({
    method: "post",
    path: `${path}/options`,
    tags,
    summary: "What to ask an authenticator for a new passkey; the password is asked for again",
    request: { body: json(proofSchema) },
    responses: { ...describeAnswers(passkeyOptionsSchema, "The question"), ...forbidden },
  }),
  add: createRoute({
    method: "post",
    path,
    tags,
    summary: "Adds a passkey",
    request: { body: json(newPasskeySchema) },
    responses: { ...describeAnswers(passkeySchema, "The passkey"), ...forbidden },
  }),
  remove: createRoute({
    method: "delete",
    path: `${path}/{id}`,
    tags,
    summary: "Removes a passkey",
    request: { params: passkeyIdSchema },
    responses: { ...describeAnswers(doneSchema, "Removed"), ...forbidden },
  }),
  askToSignIn: createRoute({
    method: "post",
    path: "/api/v1/auth/passkey-login/options",
    tags,
    summary: "What to ask an authenticator to sign in",
    responses: { ...describeAnswers(passkeyOptionsSchema, "The question"), ...forbidden },
  }),
  signIn: createRoute({
    method: "post",
    path: "/api/v1/auth/passkey-login",
    tags,
    summary: "Signs in with a passkey",
    request: { body: json(passkeySignInSchema) },
    responses: { ...describeAnswers(signedInSchema, "Signed in"), ...forbidden },
  }),
};

/** Binds the passkeys. */
export function bindPasskeys(api: Api, deps: AuthDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireSignedIn(deps));
  bindOwnPasskeys(api, deps);
  api.openapi(routes.askToSignIn, async (c) => {
    const { ticket, options } = await getAccounts(deps).passkeys.askToSignIn(readPageOrigin(c));
    c.header("cache-control", "no-store");
    return c.json({ ticket, options: { ...options } }, 200);
  });
  api.openapi(routes.signIn, async (c) => {
    const { ticket, response, cookie } = c.req.valid("json");
    checkCookieWish(c, cookie, deps);
    const { userHandle, ...rest } = response.response;
    const done = await getAccounts(deps).passkeys.signIn({
      ticket,
      response: {
        ...response,
        response: { ...rest, ...(userHandle ? { userHandle } : {}) },
        clientExtensionResults: {},
      },
    }, { pageOrigin: readPageOrigin(c), origin: readOrigin(c) });
    return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
  });
}

function bindOwnPasskeys(api: Api, deps: AuthDeps): void {
  api.openapi(routes.list, async (c) => {
    const { userId } = requireSession(await identify(c, deps));
    const passkeys = (await getAccounts(deps).passkeys.list(userId)).map(describePasskey);
    return c.json({ passkeys, count: passkeys.length }, 200);
  });
  api.openapi(routes.askToAdd, async (c) => {
    const { userId } = requireSession(await identify(c, deps));
    const { people, passkeys } = getAccounts(deps);
    const pageOrigin = readPageOrigin(c);
    const user = await people.prove(userId, c.req.valid("json").password, readOrigin(c));
    const { ticket, options } = await passkeys.askToAdd(user, pageOrigin);
    return c.json({ ticket, options: { ...options } }, 200);
  });
  api.openapi(routes.add, async (c) => {
    const owner = requireSession(await identify(c, deps));
    const { ticket, name, response } = c.req.valid("json");
    const { transports, ...rest } = response.response;
    const passkey = await getAccounts(deps).passkeys.add(owner, {
      ticket,
      name,
      response: {
        ...response,
        response: { ...rest, ...(transports && { transports: transports as never }) },
        clientExtensionResults: {},
      },
    }, { pageOrigin: readPageOrigin(c), origin: readOrigin(c) });
    return c.json(describePasskey(passkey), 200);
  });
  api.openapi(routes.remove, async (c) => {
    const owner = requireSession(await identify(c, deps));
    await getAccounts(deps).passkeys.remove(owner, c.req.valid("param").id, readOrigin(c));
    return c.json({ done: true } as const, 200);
  });
}

function describePasskey(passkey: PasskeyRecord): z.output<typeof passkeySchema> {
  const { id, name, createdMs, usedMs } = passkey;
  return { id, name, createdMs, usedMs };
}
