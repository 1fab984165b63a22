/**
 * Failures as answers: RFC 9457 problems that give the caller's mistakes and hide ours.
 *
 * @module
 */
import type { Context } from "hono";
import {
  ApiError,
  BadRequestError,
  type InputError,
  RateLimitedError,
} from "../contracts/errors.ts";
import type { Logger } from "../log.ts";
import type { ApiEnv } from "./deps.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  413: "Content Too Large",
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
    return answerProblem(c, error.status, error.message, { errors: error.errors, headers });
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
  status: number,
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
  return new Response(JSON.stringify(body), {
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
