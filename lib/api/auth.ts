/**
 * Signing up, in and out; tokens renewed; one's own account.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { requireSession } from "../accounts/mod.ts";
import {
  credentialsSchema,
  doneSchema,
  forgotSchema,
  passwordChangeSchema,
  proofSchema,
  refreshSchema,
  resetSchema,
  resetWaysSchema,
  setupSchema,
  setupStateSchema,
  signedInSchema,
  userSchema,
} from "../contracts/auth.ts";
import { BadRequestError } from "../contracts/errors.ts";
import { clearTokenCookies, readCookie } from "./auth_cookies.ts";
import {
  answerSignedIn,
  type AuthDeps,
  checkCookieWish,
  describeUser,
  getAccounts,
  readOrigin,
} from "./auth_origin.ts";
import { identify, requireOwnPage, requireSignedIn, requireUser } from "./identity.ts";
import { type Api, describeAnswers, problem } from "./routes.ts";

const tags = ["accounts"];
const json = <T>(schema: T) => ({
  required: true as const,
  content: { "application/json": { schema } },
});
const forbidden = { 403: problem("It is not for you, or not from this page") };
const signedIn = {
  ...describeAnswers(signedInSchema, "Signed in"),
  ...forbidden,
};

const routes = {
  register: createRoute({
    method: "post",
    path: "/api/v1/auth/register",
    tags,
    summary: "Makes an account and signs in",
    request: { body: json(credentialsSchema) },
    responses: signedIn,
  }),
  login: createRoute({
    method: "post",
    path: "/api/v1/auth/login",
    tags,
    summary: "Signs in with e-mail address and password",
    request: { body: json(credentialsSchema) },
    responses: signedIn,
  }),
  refresh: createRoute({
    method: "post",
    path: "/api/v1/auth/refresh",
    tags,
    summary: "Exchanges a refresh token; one that was exchanged before ends its session",
    request: { body: { content: { "application/json": { schema: refreshSchema } } } },
    responses: signedIn,
  }),
  logout: createRoute({
    method: "post",
    path: "/api/v1/auth/logout",
    tags,
    summary: "Ends the session of the token, refresh token or cookie that is shown",
    request: { body: { content: { "application/json": { schema: refreshSchema } } } },
    responses: { ...describeAnswers(doneSchema, "Signed out"), ...forbidden },
  }),
  setupState: createRoute({
    method: "get",
    path: "/api/v1/auth/setup",
    tags,
    summary: "Whether the first administrator is still to be made",
    responses: describeAnswers(setupStateSchema, "Whether a set-up link is waited for"),
  }),
  setup: createRoute({
    method: "post",
    path: "/api/v1/auth/setup",
    tags,
    summary: "Makes the first administrator, with the one-time link of the first start",
    request: { body: json(setupSchema) },
    responses: signedIn,
  }),
  reset: createRoute({
    method: "post",
    path: "/api/v1/auth/reset",
    tags,
    summary: "Sets a new password by a mailed or an administrator's link; signs out every device",
    request: { body: json(resetSchema) },
    responses: signedIn,
  }),
  resetWays: createRoute({
    method: "get",
    path: "/api/v1/auth/forgot",
    tags,
    summary: "Whether a link to a new password can be mailed here",
    responses: describeAnswers(resetWaysSchema, "How one comes by a link"),
  }),
  forgot: createRoute({
    method: "post",
    path: "/api/v1/auth/forgot",
    tags,
    summary:
      "Mails a link to a new password, if the address has an account; the answer is the same",
    request: { body: json(forgotSchema) },
    responses: describeAnswers(doneSchema, "Taken"),
  }),
  me: createRoute({
    method: "get",
    path: "/api/v1/auth/me",
    tags,
    summary: "Who is signed in",
    responses: { ...describeAnswers(userSchema, "The user"), ...forbidden },
  }),
  remove: createRoute({
    method: "delete",
    path: "/api/v1/auth/me",
    tags,
    summary: "Removes the account with all that belongs to it",
    request: { body: json(proofSchema) },
    responses: { ...describeAnswers(doneSchema, "Removed"), ...forbidden },
  }),
  password: createRoute({
    method: "put",
    path: "/api/v1/auth/password",
    tags,
    summary: "Changes the password; every device is signed out, and this one signed in anew",
    request: { body: json(passwordChangeSchema) },
    responses: signedIn,
  }),
};

/** Binds signing in and one's own account. */
export function bindAuth(api: Api, deps: AuthDeps): void {
  bindSignIn(api, deps);
  bindRenewal(api, deps);
  bindSetup(api, deps);
  bindReset(api, deps);
  bindOwnAccount(api, deps);
}

function bindSignIn(api: Api, deps: AuthDeps): void {
  for (const act of ["register", "login"] as const) {
    api.openapi(routes[act], async (c) => {
      const { cookie, ...credentials } = c.req.valid("json");
      checkCookieWish(c, cookie, deps);
      const { people } = getAccounts(deps);
      const run = act === "register" ? people.register : people.signIn;
      const done = await run(credentials, readOrigin(c));
      return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
    });
  }
}

function bindRenewal(api: Api, deps: AuthDeps): void {
  api.openapi(routes.refresh, async (c) => {
    const given = readRefresh(c.req.valid("json"));
    const cookie = given === null;
    checkCookieWish(c, cookie, deps);
    const token = given ?? readCookie(c.req.raw, "refresh");
    if (token === null) {
      throw new BadRequestError("Cannot renew: a refresh token is required", [
        { detail: "It is missing, and no cookie has it", pointer: "/json/refresh_token" },
      ]);
    }
    const done = await getAccounts(deps).sessions.renew(token, readOrigin(c));
    return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
  });
  api.openapi(routes.logout, async (c) => {
    const given = readRefresh(c.req.valid("json"));
    const cookie = readCookie(c.req.raw, "refresh");
    if (given === null && cookie !== null) requireOwnPage(c.req.raw, deps);
    const { people, sessions } = getAccounts(deps);
    const identity = await identify(c, deps).catch(() => null);
    if (identity) await people.signOut(identity, readOrigin(c));
    const token = given ?? cookie;
    if (token !== null) await sessions.endByToken(token);
    clearTokenCookies(c);
    c.header("cache-control", "no-store");
    return c.json({ done: true } as const, 200);
  });
}

/** The body may be missing altogether. */
function readRefresh(body: { refresh_token?: string | undefined } | undefined): string | null {
  return body?.refresh_token ?? null;
}

function bindSetup(api: Api, deps: AuthDeps): void {
  api.openapi(routes.setupState, async (c) => {
    c.header("cache-control", "no-store");
    return c.json({ isNeeded: await getAccounts(deps).people.isSetupNeeded() }, 200);
  });
  api.openapi(routes.setup, async (c) => {
    const { token, cookie, ...credentials } = c.req.valid("json");
    checkCookieWish(c, cookie, deps);
    const done = await getAccounts(deps).people.setUp(token, credentials, readOrigin(c));
    return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
  });
}

function bindReset(api: Api, deps: AuthDeps): void {
  api.openapi(routes.resetWays, (c) => {
    c.header("cache-control", "no-store");
    return c.json({ byMail: getAccounts(deps).people.isMailOn }, 200);
  });
  api.openapi(routes.forgot, async (c) => {
    await getAccounts(deps).people.askReset(c.req.valid("json").email, readOrigin(c));
    c.header("cache-control", "no-store");
    return c.json({ done: true } as const, 200);
  });
  api.openapi(routes.reset, async (c) => {
    const { token, password, cookie } = c.req.valid("json");
    checkCookieWish(c, cookie, deps);
    const done = await getAccounts(deps).people.reset(token, password, readOrigin(c));
    return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
  });
}

function bindOwnAccount(api: Api, deps: AuthDeps): void {
  api.on("GET", "/api/v1/auth/me", requireUser(deps));
  api.on("DELETE", "/api/v1/auth/me", requireSignedIn(deps));
  api.use("/api/v1/auth/password", requireSignedIn(deps));
  api.openapi(routes.me, async (c) => {
    const identity = await identify(c, deps);
    return c.json(describeUser(await getAccounts(deps).people.get(identity!.userId)), 200);
  });
  api.openapi(routes.remove, async (c) => {
    const { userId } = requireSession(await identify(c, deps));
    const { password } = c.req.valid("json");
    await getAccounts(deps).people.remove(userId, password, readOrigin(c));
    clearTokenCookies(c);
    return c.json({ done: true } as const, 200);
  });
  api.openapi(routes.password, async (c) => {
    const { cookie, ...change } = c.req.valid("json");
    const { userId } = requireSession(await identify(c, deps));
    checkCookieWish(c, cookie, deps);
    const done = await getAccounts(deps).people.changePassword(userId, change, readOrigin(c));
    return c.json(answerSignedIn(c, done, { cookie, now: deps.now }), 200);
  });
}
