/**
 * Who may administer: whoever shows the operator's token, until there are accounts.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { timingSafeEqual } from "node:crypto";
import { UnauthorizedError } from "../contracts/errors.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";

/** Lets nobody pass who does not show the operator's token. */
export function requireOperator(
  { adminToken }: Pick<ApiDeps, "adminToken">,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (!isOperator(c.req.header("authorization"), adminToken)) {
      throw new UnauthorizedError(
        "Cannot administer: the operator's token is required as `authorization: Bearer …`; " +
          "it lies in the data folder",
      );
    }
    await next();
  };
}

/** Says whether a header shows the token; in constant time, so that it is not found letter by letter. */
export function isOperator(header: string | undefined, token: string): boolean {
  const encoder = new TextEncoder();
  const given = encoder.encode(header?.match(/^Bearer (\S+)$/)?.[1] ?? "");
  const wanted = encoder.encode(token);
  return given.length === wanted.length && given.length > 0 && timingSafeEqual(given, wanted);
}
