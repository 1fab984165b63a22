/**
 * Bodies on their way in: none is larger than any of our requests needs.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { importBytesMax } from "../contracts/portfolios.ts";
import type { ApiEnv } from "./deps.ts";
import { answerProblem } from "./problems.ts";

/** Bytes that a body may have. */
const bodyMaxBytes = 262_144;

/** The same where all the world reports its visits. */
const reportMaxBytes = 16_384;

/** Where files come in, which are larger. */
const filePath = /^\/api\/v1\/portfolios\/[^/]+\/imports(\/preview)?$/;

/** Refuses larger bodies with 413, also those that do not tell their length. */
export function limitBodies(): MiddlewareHandler<ApiEnv> {
  const [limitBody, limitFile] = [limitTo(bodyMaxBytes), limitTo(importBytesMax)];
  const limitReport = limitTo(reportMaxBytes);
  return (c, next) => {
    const { path } = c.req;
    if (path === "/api/v1/visits") return limitReport(c, next);
    return (filePath.test(path) ? limitFile : limitBody)(c, next);
  };
}

function limitTo(maxSize: number): MiddlewareHandler<ApiEnv> {
  return bodyLimit({
    maxSize,
    onError: (c) =>
      answerProblem(c, 413, `Cannot take this body: at most ${maxSize} bytes are allowed`),
  });
}
