/**
 * Requests that may come twice: what was answered once is answered again and not done again.
 *
 * The answer is kept by the commit that does the work. So of two deliveries at once one is done, and
 * a process that ends between work and answer leaves neither or both.
 *
 * @module
 */
import { BadRequestError } from "../contracts/errors.ts";
import type { Transaction } from "../store/mod.ts";

/** How long an answer is kept for a repetition, ms. */
export const answerKeptMs = 86_400_000;

/** A request that carries a key; its header's form is `idempotencySchema` of the contracts. */
export interface KeyedRequest {
  userId: string;
  key: string;
  /** Of `hashRequest`. */
  hash: string;
}

/** An answer that can be given again. */
export interface KeptAnswer {
  status: number;
  /** JSON. */
  body: string;
  etag: string | null;
}

/** What came of a request: the answer of the first time, or what `work` returned. */
export type Answered<T> = { isRepeated: true; answer: KeptAnswer } | { isRepeated: false; done: T };

/**
 * Runs `work` inside a transaction unless the request was answered before. `keep` returns the answer
 * to keep, or null for an outcome that changed nothing and may be tried again (404, 412).
 *
 * @throws {BadRequestError} If the key came with another request.
 */
export async function answerOnce<T>(
  transaction: Transaction,
  request: KeyedRequest | null,
  { nowMs, work, keep }: {
    /** Wall time, epoch ms. */
    nowMs: number;
    work(): Promise<T>;
    keep(done: T): KeptAnswer | null;
  },
): Promise<Answered<T>> {
  if (!request) return { isRepeated: false, done: await work() };
  const id = `${request.userId} ${request.key}`;
  const known = await transaction.get("answered", id);
  if (known && nowMs - known.timestamp <= answerKeptMs) {
    if (known.requestHash !== request.hash) throw refuseKey();
    const { status, body, etag } = known;
    return { isRepeated: true, answer: { status, body, etag } };
  }
  const done = await work();
  const answer = keep(done);
  if (answer) {
    await transaction.put("answered", {
      id,
      timestamp: nowMs,
      requestHash: request.hash,
      ...answer,
    });
  }
  return { isRepeated: false, done };
}

function refuseKey(): BadRequestError {
  return new BadRequestError("The key was used for another request", [
    { pointer: "/header/idempotency-key", detail: "each request has a key of its own" },
  ]);
}

/** SHA-256 (hex) of what makes a request this one and no other. */
export async function hashRequest(method: string, path: string, body: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${method}\n${path}\n${body}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
