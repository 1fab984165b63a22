/**
 * What every request passes on its way: number, log, headers, limit, ETag, compression.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { requireIdentity } from "../accounts/mod.ts";
import { ForbiddenError, UnauthorizedError } from "../contracts/errors.ts";
import { markGuard } from "./access.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { identify, type IdentityDeps, logRefusal } from "./identity.ts";

/** Returns the address of a client, as the connection tells it. */
export function getIp(c: Context<ApiEnv>): string {
  // `env` is undefined when a request is made in process.
  return c.env?.ip ?? c.env?.remoteAddr?.hostname ?? "127.0.0.1";
}

/**
 * Sets a header of an answer that is made already. Hono's own way wraps the answer anew, which turns
 * the bytes of its body into a stream.
 */
export function setHeader(c: Context<ApiEnv>, name: string, value: string): void {
  c.res.headers.set(name, value);
}

/**
 * Numbers each request, logs it with its answer, and sends the number back. What changes something
 * is told at the usual level, what only reads at the finest.
 */
export function numberRequests({ log, now }: Pick<ApiDeps, "log" | "now">): MiddlewareHandler<
  ApiEnv
> {
  return async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    const requestId = /^[\w.-]{8,64}$/.test(given) ? given : crypto.randomUUID();
    c.set("requestId", requestId);
    const startMs = now();
    await next();
    setHeader(c, "x-request-id", requestId);
    const isRead = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
    log[isRead ? "debug" : "info"]("Request", {
      request_id: requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      durationMs: now() - startMs,
    });
  };
}

/** Headers of answers that pages of other origins may read. */
const exposedHeaders = "etag, link, retry-after, x-request-id, ratelimit-limit, " +
  "ratelimit-remaining, deprecation, sunset";

/** Lets any origin read with GET, and the listed ones do more. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isListed = origin !== undefined && origins.includes(origin);
    if (c.req.method === "OPTIONS" && c.req.header("access-control-request-method")) {
      const methods = isListed ? "GET, HEAD, POST, PUT, PATCH, DELETE" : "GET, HEAD";
      return c.body(null, 204, {
        "access-control-allow-origin": isListed ? origin : "*",
        "access-control-allow-methods": methods,
        "access-control-allow-headers":
          "content-type, if-match, if-none-match, authorization, idempotency-key, x-api-key, x-request-id",
        "access-control-max-age": "600",
        "vary": "origin",
      });
    }
    await next();
    if (origin === undefined) return;
    const vary = c.res.headers.get("vary");
    setHeader(c, "vary", vary ? `${vary}, origin` : "origin");
    if (isListed) {
      setHeader(c, "access-control-allow-origin", origin);
      setHeader(c, "access-control-allow-credentials", "true");
    } else if (c.req.method === "GET" || c.req.method === "HEAD") {
      setHeader(c, "access-control-allow-origin", "*");
    }
    setHeader(c, "access-control-expose-headers", exposedHeaders);
  };
}

/** Refuses state changes that a page of another origin asks for (no page, no Origin: let through). */
export function refuseForeignWrites(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isRead = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
    if (!isRead && origin !== undefined && !origins.includes(origin)) {
      const host = c.req.header("host") ?? new URL(c.req.url).host;
      if (!URL.canParse(origin) || new URL(origin).host !== host) {
        throw new ForbiddenError("Cannot do this: the request comes from another origin");
      }
    }
    await next();
  };
}

/** Where public read is off, lets nobody read who is not signed in and shows no key that may. */
export function requireReader(
  deps: IdentityDeps & Pick<ApiDeps, "publicRead">,
): MiddlewareHandler<ApiEnv> {
  return markGuard("reader", async (c, next) => {
    if (deps.publicRead) return await next();
    const identity = await identify(c, deps);
    if (!identity) throw new UnauthorizedError("Cannot read this: it needs a signed-in user");
    try {
      requireIdentity(identity, "read");
    } catch (error) {
      logRefusal(c, deps, identity);
      throw error;
    }
    await next();
  });
}

/** Tells clients that a route will go, and when (RFC 9745 and RFC 8594). */
export function deprecateRoute(
  { sinceMs, sunsetMs, successor }: { sinceMs: number; sunsetMs: number; successor?: string },
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    c.header("deprecation", `@${Math.floor(sinceMs / 1000)}`);
    c.header("sunset", new Date(sunsetMs).toUTCString());
    if (successor) c.header("link", `<${successor}>; rel="successor-version"`, { append: true });
  };
}

/** A request that changes something has to come from our own pages, under the name we serve. */
export function isOwnRequest(req: Request): boolean {
  const origin = req.headers.get("origin");
  return origin !== null && origin === new URL(req.url).origin;
}
