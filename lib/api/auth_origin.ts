/**
 * Where a request comes from: for lists of devices, limits of tries, and passkeys.
 *
 * @module
 */
import type { Context } from "hono";
import type { Accounts, Origin, SignedIn } from "../accounts/mod.ts";
import type { signedInSchema, userSchema } from "../contracts/auth.ts";
import { BadRequestError, ServiceUnavailableError } from "../contracts/errors.ts";
import type { UserRecord } from "../contracts/owned.ts";
import type { z } from "zod";
import { setTokenCookies } from "./auth_cookies.ts";
import type { ApiEnv } from "./deps.ts";
import { getIp } from "./guards.ts";
import { type IdentityDeps, isSameHost, requireOwnPage } from "./identity.ts";
import { nameClient } from "./rate_limit.ts";

/** What the endpoints of accounts are given. */
export interface AuthDeps extends IdentityDeps {
  /** Wall time, epoch ms. */
  now(): number;
}

/** @throws {ServiceUnavailableError} While there are no accounts. */
export function getAccounts({ accounts }: AuthDeps): Accounts {
  if (accounts) return accounts;
  throw new ServiceUnavailableError("Cannot sign anybody in: accounts are not open here");
}

/** Returns where a request comes from. */
export function readOrigin(c: Context<ApiEnv>): Origin {
  const ip = getIp(c);
  return { ip, client: nameClient(ip), userAgent: c.req.header("user-agent") ?? "" };
}

/**
 * Returns where the asking page lies, which passkeys are bound to.
 *
 * @throws {BadRequestError} For what is no page of ours.
 */
export function readPageOrigin(c: Context<ApiEnv>): string {
  const origin = c.req.header("origin");
  if (origin !== undefined && isSameHost(c.req.raw, origin)) return origin;
  throw new BadRequestError("Cannot use passkeys: a page of this host has to ask");
}

/** Returns a user as they see themselves. */
export function describeUser(user: UserRecord): z.output<typeof userSchema> {
  const { id, email, role, passwordHash, createdMs } = user;
  return { id, email, role, hasPassword: passwordHash !== null, createdMs };
}

/**
 * Returns the answer to who has signed in, and sets the cookies where they are wanted.
 *
 * @throws {ForbiddenError} For cookies that a page of another origin wants.
 */
export function answerSignedIn(
  c: Context<ApiEnv>,
  signedIn: SignedIn,
  { cookie, now }: { cookie: boolean; now(): number },
): z.output<typeof signedInSchema> {
  if (cookie) setTokenCookies(c, signedIn, now());
  c.header("cache-control", "no-store");
  return {
    access_token: cookie ? null : signedIn.accessToken,
    refresh_token: cookie ? null : signedIn.refreshToken,
    token_type: "Bearer",
    expires_in: signedIn.expiresIn,
    user: describeUser(signedIn.user),
  };
}

/**
 * Cookies are for pages of this host: else somebody could sign a visitor in under another name.
 *
 * @throws {ForbiddenError} For cookies that anybody else wants.
 */
export function checkCookieWish(c: Context<ApiEnv>, cookie: boolean, deps: AuthDeps): void {
  if (cookie) requireOwnPage(c.req.raw, deps);
}
