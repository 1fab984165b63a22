/**
 * How a route is declared: its answers by status, with the problems that any route may give.
 *
 * @module
 */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import { getPath } from "hono/utils/url";
import { problemSchema } from "../contracts/common.ts";
import type { ApiEnv } from "./deps.ts";
import { refuseInvalid } from "./problems.ts";
import { joinCanonicalId } from "./resolve.ts";

/** The app that routes are bound to. */
export type Api = OpenAPIHono<ApiEnv>;

/** Returns an app that refuses invalid input with pointers and takes unencoded canonical ids. */
export function createRouter(): Api {
  return new OpenAPIHono<ApiEnv>({
    getPath: (request) => joinCanonicalId(getPath(request)),
    defaultHook: (result) => refuseInvalid(result),
  });
}

/** Returns an answer that is a problem. */
export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problemSchema } },
});

/** The answer of a route whose data or provider may be missing for now. */
export const unavailable = { 503: problem("It cannot be had now; the detail says why") };

/** Answers of a route: 200 in JSON by `schema`, and the problems it may give instead. */
export function describeAnswers<T extends z.ZodType>(schema: T, description: string) {
  return {
    200: { description, content: { "application/json": { schema } } },
    400: problem("The input does not fit its contract"),
    401: problem("It needs a signed-in user"),
    404: problem("No such thing"),
    429: problem("Too many requests"),
    500: problem("A failure on our side"),
  };
}
