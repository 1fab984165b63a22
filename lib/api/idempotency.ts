/**
 * Requests that may come twice: one whose key was answered is answered the same and not done again.
 *
 * Of two deliveries at once the later one waits for the answer of the first. Where a process ends
 * between work and keeping, or two processes have one delivery each, the record's revision decides, as
 * it does for requests without a key.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { BadRequestError } from "../contracts/errors.ts";
import type { AnsweredRecord } from "../store/owned_indexes.ts";
import type { OwnedStore } from "../store/mod.ts";
import type { ApiEnv } from "./deps.ts";
import { identify, type IdentityDeps } from "./identity.ts";

/** How long an answer is kept for a repetition, ms. */
export const answerKeptMs = 86_400_000;
/** Answers longer than this many characters are not kept: a value of the store has its limit. */
const bodyMax = 20_000;
/** After so many kept answers those that nobody will ask for any more are deleted. */
const tidyEvery = 50;
const keyPattern = /^[\x21-\x7e]{8,100}$/;

/** What repeating answers takes. */
export interface IdempotencyDeps extends IdentityDeps {
  /** Absent where nothing is kept for people: then keys mean nothing. */
  owned?: OwnedStore | undefined;
  /** Wall time, epoch ms. */
  now(): number;
}

/**
 * Answers repetitions of changes that carry an `Idempotency-Key`. Only what was done (2xx) is kept;
 * a refusal changed nothing, and a second try may fare better.
 */
export function repeatAnswers(deps: IdempotencyDeps): MiddlewareHandler<ApiEnv> {
  const underWay = new Map<string, Promise<void>>();
  let kept = 0;
  return async (c, next) => {
    const key = c.req.header("idempotency-key");
    const { owned } = deps;
    if (!owned || key === undefined || !["PUT", "POST", "DELETE", "PATCH"].includes(c.req.method)) {
      return await next();
    }
    if (!keyPattern.test(key)) {
      throw refuse(
        "The request does not fit its contract",
        "must be 8 to 100 visible ASCII characters",
      );
    }
    const userId = (await identify(c, deps))?.userId;
    // Whoever is nobody is turned away further on.
    if (userId === undefined) return await next();
    const id = `${userId} request ${key}`;
    const hash = await hashRequest(c.req.method, c.req.path, await c.req.text());
    while (underWay.has(id)) await underWay.get(id);
    const done = Promise.withResolvers<void>();
    underWay.set(id, done.promise);
    try {
      const known = await owned.answered.get(id);
      if (known && deps.now() - known.timestamp <= answerKeptMs) {
        return answerKnown(c, known, hash);
      }
      await next();
      await keepAnswer(owned, { id, timestamp: deps.now(), requestHash: hash }, c.res);
      if (++kept % tidyEvery === 0) await deleteOld(owned, deps.now() - answerKeptMs);
    } finally {
      underWay.delete(id);
      done.resolve();
    }
  };
}

function answerKnown(c: Context<ApiEnv>, known: AnsweredRecord, hash: string): Response {
  if (known.requestHash !== hash) {
    throw refuse("The key was used for another request", "each request has a key of its own");
  }
  const { status, body, etag } = known;
  return c.newResponse(body, status as 200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "idempotency-replayed": "true",
    ...(etag === null ? {} : { etag }),
  });
}

async function keepAnswer(
  owned: OwnedStore,
  request: Pick<AnsweredRecord, "id" | "timestamp" | "requestHash">,
  answer: Response,
): Promise<void> {
  if (!answer.ok) return;
  const body = await answer.clone().text();
  if (body.length > bodyMax) return;
  const { status, headers } = answer;
  await owned.answered.put({ ...request, status, body, etag: headers.get("etag") });
}

/** Deletes twice as many as came meanwhile, so that they end. */
async function deleteOld(owned: OwnedStore, beforeMs: number): Promise<void> {
  const { items } = await owned.answered.list({ to: beforeMs, limit: 2 * tidyEvery });
  for (const { id } of items) await owned.answered.delete(id);
}

function refuse(message: string, detail: string): BadRequestError {
  return new BadRequestError(message, [
    { pointer: "/header/idempotency-key", detail },
  ]);
}

/** SHA-256 (hex) of what makes a request this one and no other. */
async function hashRequest(method: string, path: string, body: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${method}\n${path}\n${body}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
