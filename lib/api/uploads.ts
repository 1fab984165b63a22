/**
 * Bodies on their way in: none is larger than any of our requests needs.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ApiEnv } from "./deps.ts";
import { answerProblem } from "./problems.ts";

/** Bytes that a body may have. */
const bodyMaxBytes = 262_144;

/** Refuses larger bodies with 413, also those that do not tell their length. */
export function limitBodies(): MiddlewareHandler<ApiEnv> {
  return bodyLimit({
    maxSize: bodyMaxBytes,
    onError: (c) =>
      answerProblem(c, 413, `Cannot take this body: at most ${bodyMaxBytes} bytes are allowed`),
  });
}
