/**
 * What goes wrong with a call, and how long a server asks to wait.
 *
 * @module
 */
import type { z } from "zod";
import type { problemSchema } from "../contracts/common.ts";

/** An error of the API as RFC 9457 wants it. */
export type Problem = z.output<typeof problemSchema>;

/** The API refused a call, or answered what is none of its answers. */
export class ApiCallError extends Error {
  override name = "ApiCallError";

  constructor(
    message: string,
    /** Status of the answer. */
    readonly status: number,
    /** What the API said of it; null where the answer did not come from the API. */
    readonly problem: Problem | null,
    /** How long it asked to wait, ms; null where it did not. */
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }

  /** The faults of the input by JSON pointer, such as `/query/limit`. */
  get faults(): Record<string, string> {
    return Object.fromEntries(
      (this.problem?.errors ?? []).map(({ pointer, detail }) => [pointer, detail]),
    );
  }
}

/** Returns the error of an answer that is none of 200 to 299. */
export async function readError(response: Response, nowMs: number): Promise<ApiCallError> {
  const { status, headers } = response;
  const problem = await readProblem(response);
  const message = problem
    ? `${problem.title}: ${problem.detail}`
    : `The server answered ${status} without saying why`;
  return new ApiCallError(message, status, problem, readRetryAfter(headers, nowMs));
}

async function readProblem(response: Response): Promise<Problem | null> {
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  if (!type.startsWith("application/problem+json")) return null;
  try {
    const body = JSON.parse(text) as Partial<Problem> | null;
    return typeof body?.title === "string" && typeof body.detail === "string"
      ? { errors: [], ...body } as Problem
      : null;
  } catch {
    return null; // cut off on its way
  }
}

/** Reads Retry-After (RFC 9110), seconds or a date, as ms from `nowMs`; null where there is none. */
export function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
