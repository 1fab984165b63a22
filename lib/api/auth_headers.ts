/**
 * Headers that make every answer harmless to a browser, whatever is in it.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { securityHeaders } from "../ui/headers.ts";
import { isSecure } from "./auth_cookies.ts";
import type { ApiEnv } from "./deps.ts";

/** Data is no page: nothing in it is loaded, run, framed or sent. */
const dataPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A year; told over TLS only, as browsers believe it nowhere else. */
const transportPolicy = "max-age=31536000; includeSubDomains";

/**
 * Returns an answer with the security headers that it lacks. The one to a live connection is left
 * alone.
 */
export function secureAnswer(req: Request, answer: Response): Response {
  if (answer.status === 101) return answer;
  try {
    addHeaders(req, answer.headers);
    return answer;
  } catch (error) {
    // The headers of an answer that the platform made cannot be changed.
    if (!(error instanceof TypeError)) throw error;
    const headers = addHeaders(req, new Headers(answer.headers));
    return new Response(answer.body, { status: answer.status, headers });
  }
}

function addHeaders(req: Request, headers: Headers): Headers {
  const given = headers.get("content-security-policy");
  const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
  securityHeaders(headers);
  if (given !== null) headers.set("content-security-policy", given);
  else if (!isPage) headers.set("content-security-policy", dataPolicy);
  if (isSecure(req)) headers.set("strict-transport-security", transportPolicy);
  return headers;
}

/** The same for the API's own answers. */
export function secureAnswers(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    const secured = secureAnswer(c.req.raw, c.res);
    if (secured === c.res) return;
    c.res = undefined;
    c.res = secured;
  };
}
