/**
 * Who asks: read from a token or key in a header, or from the cookie of a page of ours.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { timingSafeEqual } from "node:crypto";
import {
  type Accounts,
  type Identity,
  operatorIdentity,
  requireIdentity,
  requireSession,
} from "../accounts/mod.ts";
import { ForbiddenError, UnauthorizedError } from "../contracts/errors.ts";
import type { Scope } from "../contracts/owned.ts";
import type { Logger } from "../log.ts";
import { markGuard } from "./access.ts";
import { readCookie } from "./auth_cookies.ts";
import type { ApiEnv } from "./deps.ts";

/** What is needed to tell who asks. */
export interface IdentityDeps {
  /** Absent while there are none: then only the operator is known. */
  accounts?: Accounts | undefined;
  adminToken: string;
  /** Origins whose pages may act as their visitor. */
  corsOrigins: readonly string[];
  log: Logger;
}

/** Requests that were looked at, so that each is looked at once. */
const known = new WeakMap<Request, Promise<Identity | null>>();

/**
 * Returns who asks; null for a visitor. A cookie that has ended makes a visitor, so that public pages
 * go on; a header that proves nothing is refused.
 *
 * @throws {UnauthorizedError} For a token or key in a header that is expired, ended or none of ours.
 * @throws {ForbiddenError} When a page of another origin would change something with our cookie.
 */
export function identifyRequest(req: Request, deps: IdentityDeps): Promise<Identity | null> {
  const found = known.get(req) ?? readIdentity(req, deps);
  known.set(req, found);
  return found;
}

async function readIdentity(req: Request, deps: IdentityDeps): Promise<Identity | null> {
  const header = req.headers.get("authorization") ?? undefined;
  if (isOperator(header, deps.adminToken)) return operatorIdentity;
  const given = readHeader(req.headers);
  if (given !== null) return await identifyText(given, deps);
  const cookie = readCookie(req, "access");
  if (cookie === null || !deps.accounts) return null;
  const identity = await identifyText(cookie, deps).catch(forgive);
  if (identity && !isReading(req)) requireOwnPage(req, deps);
  return identity;
}

/** The text of a header that says who asks; null where there is none. */
function readHeader(headers: Headers): string | null {
  const key = headers.get("x-api-key");
  if (key !== null) return key.slice(0, 2_048);
  const header = headers.get("authorization");
  if (header === null) return null;
  const bearer = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  throw new UnauthorizedError("Cannot tell who asks: `authorization: Bearer …` is required");
}

/** @throws {UnauthorizedError} When the text proves nothing. */
async function identifyText(text: string, { accounts }: IdentityDeps): Promise<Identity> {
  if (accounts) return await accounts.identify(text);
  throw new UnauthorizedError("Cannot use this token: it is none of ours");
}

function forgive(error: unknown): null {
  if (error instanceof UnauthorizedError) return null;
  throw error;
}

function isReading({ method, headers }: Request): boolean {
  // An upgrade is a GET that opens a way in both directions.
  return ["GET", "HEAD", "OPTIONS"].includes(method) && headers.get("upgrade") === null;
}

/** @throws {ForbiddenError} Unless the browser says that a page of ours asks. */
export function requireOwnPage(req: Request, { corsOrigins }: Pick<IdentityDeps, "corsOrigins">) {
  const origin = req.headers.get("origin");
  if (origin === null) {
    if (req.headers.get("sec-fetch-site") === "same-origin") return;
  } else if (corsOrigins.includes(origin) || isSameHost(req, origin)) return;
  throw new ForbiddenError("Cannot do this: the request comes from another origin");
}

/** Says whether an origin lies on the host that was asked. */
export function isSameHost(req: Request, origin: string): boolean {
  const host = req.headers.get("host") ?? new URL(req.url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Returns who asks, for handlers behind a guard or without one. */
export function identify(c: Context<ApiEnv>, deps: IdentityDeps): Promise<Identity | null> {
  return identifyRequest(c.req.raw, deps);
}

/** Returns how to tell later whether somebody's session or key still holds; nothing for visitors. */
export function watchIdentity(
  identity: Identity | null,
  { accounts }: Pick<IdentityDeps, "accounts">,
): (() => Promise<boolean>) | undefined {
  if (!identity || identity.via === "operator" || !accounts) return undefined;
  return () => accounts.isInForce(identity);
}

/** Lets pass who may do what `scope` stands for; their answers are theirs alone. */
export function requireUser(deps: IdentityDeps, scope: Scope = "read"): MiddlewareHandler<ApiEnv> {
  const check = (identity: Identity | null) => requireIdentity(identity, scope);
  return markGuard(scope === "admin" ? "operator" : "user", guard(deps, check));
}

/** Lets pass who is signed in with password or passkey: no key, no operator's token. */
export function requireSignedIn(deps: IdentityDeps): MiddlewareHandler<ApiEnv> {
  return markGuard("user", guard(deps, requireSession));
}

/** A guard that logs whom it turns away though they have shown who they are. */
function guard(
  deps: IdentityDeps,
  check: (identity: Identity | null) => unknown,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const identity = await identify(c, deps);
    try {
      check(identity);
    } catch (error) {
      if (error instanceof ForbiddenError) logRefusal(c, deps, identity);
      throw error;
    }
    await next();
    keepPrivate(c);
  };
}

/** Logs that somebody known was refused. */
export function logRefusal(
  c: Context<ApiEnv>,
  { log }: Pick<IdentityDeps, "log">,
  identity: Identity | null,
): void {
  log.warn("Somebody was refused what is not theirs to do", {
    request_id: c.get("requestId"),
    method: c.req.method,
    path: c.req.path,
    userId: identity?.userId,
    via: identity?.via,
  });
}

/** No cache keeps an answer that is meant for one person. */
export function keepPrivate(c: Context<ApiEnv>): void {
  c.res.headers.set("cache-control", "no-store");
}

/** Says whether a header shows the token; in constant time, so that it is not found letter by letter. */
export function isOperator(header: string | undefined, token: string): boolean {
  const encoder = new TextEncoder();
  const given = encoder.encode(header?.match(/^Bearer (\S+)$/)?.[1] ?? "");
  const wanted = encoder.encode(token);
  return given.length === wanted.length && given.length > 0 && timingSafeEqual(given, wanted);
}
