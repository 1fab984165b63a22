/**
 * Failures as answers: RFC 9457 problems that give the caller's mistakes and hide ours.
 *
 * @module
 */
import type { Context } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import { HTTPException } from "hono/http-exception";
import {
  ApiError,
  BadRequestError,
  type InputError,
  RateLimitedError,
  UnauthorizedError,
} from "../contracts/errors.ts";
import type { Logger } from "../log.ts";
import { StoreError } from "../store/errors.ts";
import type { ApiEnv } from "./deps.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Answers a failure; anything but an `ApiError` is logged and becomes a bare 500. */
export function answerError(error: Error, c: Context<ApiEnv>, log: Logger): Response {
  if (error instanceof ApiError) {
    const headers: Record<string, string> = {};
    if (error instanceof RateLimitedError) {
      headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
    }
    if (error instanceof UnauthorizedError) headers["www-authenticate"] = "Bearer";
    return answerProblem(c, error.status, error.message, { errors: error.errors, headers });
  }
  if (error instanceof StoreError && error.code === "unavailable") {
    log.error("The store does not answer", { path: c.req.path, error: String(error) });
    return answerProblem(c, 503, "The store does not answer; try again soon");
  }
  if (error instanceof StoreError && error.code === "conflict") {
    // Nothing was written, and a second try may fare better; 412 is for a revision that was named.
    log.warn("Too many write the same records", { path: c.req.path, error: String(error) });
    const detail = "Cannot change it: too many change the same at once; try again";
    return answerProblem(c, 409, detail, { headers: { "retry-after": "1" } });
  }
  if (error instanceof HTTPException && error.status < 500) {
    // The framework's own refusals: of bodies, before any contract has seen them.
    const detail = error.status === 415
      ? "Cannot read this body: `content-type: application/json` is required"
      : `Cannot read this body: ${error.message}`;
    return answerProblem(c, error.status, detail);
  }
  log.error("A request failed", {
    request_id: c.get("requestId"),
    path: c.req.path,
    error: error.stack ?? String(error),
  });
  return answerProblem(c, 500, "Something went wrong on our side");
}

/** Answers with a problem. */
export function answerProblem(
  c: Context<ApiEnv>,
  status: StatusCode,
  detail: string,
  { errors = [], headers = {} }: {
    errors?: readonly InputError[];
    headers?: Record<string, string>;
  } = {},
): Response {
  const title = titles[status] ?? "Error";
  const request_id = c.get("requestId") ?? "";
  const body = {
    type: "about:blank",
    title,
    status,
    detail,
    instance: c.req.path,
    request_id,
    errors,
  };
  // Of the context, so that headers which were set on the way are not lost.
  return c.newResponse(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": request_id,
      ...headers,
    },
  });
}

/** Throws what validation found, each fault with a pointer such as `/query/limit`. */
export function refuseInvalid(
  result: {
    success: boolean;
    target?: string;
    error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
  },
): void {
  if (result.success || !result.error) return;
  const where = result.target === "param" ? "path" : result.target ?? "body";
  throw new BadRequestError(
    "The request does not fit its contract",
    result.error.issues.map(({ path, message }) => ({
      detail: message,
      pointer: `/${[where, ...path].map(String).map(escapePointer).join("/")}`,
    })),
  );
}

function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
