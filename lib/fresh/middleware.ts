/**
 * Middlewares for forged requests, content policy and trailing slashes.
 *
 * @module
 */

import { HttpError } from "./error.ts";
import type { Middleware } from "./types.ts";

/** Refuses unsafe requests another site sent, with status 403; `origins` may be trusted too. */
export function csrf<State>({ origins = [] }: { origins?: string[] } = {}): Middleware<State> {
  return function refuseForeignOrigin(ctx) {
    const { method, headers } = ctx.req;
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") return ctx.next();
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isTrusted = origin !== null && (origin === ctx.url.origin || origins.includes(origin));
    // Programs send neither header; a browser sends at least one.
    const isOwn = site === "same-origin" || site === "none" || (site === null && origin === null);
    if (isTrusted || isOwn) return ctx.next();
    throw new HttpError(403, "Cannot accept the request: it came from another site");
  };
}

/** Policy under which islands work: scripts from the own host only, none inline. */
export const defaultPolicy: readonly string[] = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** Adds a content security policy; given directives replace the default ones of their name. */
export function csp<State>(
  { directives = [], reportOnly = false }: { directives?: string[]; reportOnly?: boolean } = {},
): Middleware<State> {
  const byName = new Map<string, string>();
  for (const directive of [...defaultPolicy, ...directives]) {
    byName.set(directive.split(" ")[0] ?? directive, directive);
  }
  const value = [...byName.values()].join("; ");
  const name = reportOnly ? "content-security-policy-report-only" : "content-security-policy";
  return async function addPolicy(ctx) {
    const response = await ctx.next();
    return setHeader(response, name, value);
  };
}

/** Sets a header even where the response came immutable, as from `fetch`. */
function setHeader(response: Response, name: string, value: string): Response {
  try {
    response.headers.set(name, value);
    return response;
  } catch {
    const headers = new Headers(response.headers);
    headers.set(name, value);
    return new Response(response.body, { status: response.status, headers });
  }
}

/** Redirects GET and HEAD to the one form of a path, with status 308. */
export function trailingSlashes<State>(mode: "always" | "never"): Middleware<State> {
  return function unifySlash(ctx) {
    const { pathname, search } = ctx.url;
    const { method } = ctx.req;
    if (pathname === "/" || (method !== "GET" && method !== "HEAD")) return ctx.next();
    const has = pathname.endsWith("/");
    if (mode === "never" && has) return ctx.redirect(pathname.slice(0, -1) + search, 308);
    const isFile = /\.[^/]*$/.test(pathname);
    if (mode === "always" && !has && !isFile) return ctx.redirect(`${pathname}/${search}`, 308);
    return ctx.next();
  };
}
