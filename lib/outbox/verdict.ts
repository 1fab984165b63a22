/**
 * What an answer of the server says of an edit.
 *
 * Only our own server can say that an edit is done or refused: the sign-in page of a hotel's network
 * answers 200 too, and a proxy 403 or 404.
 *
 * @module
 */
import type { Edit, Fields, Verdict } from "./types.ts";

/** An answer, as far as it counts; null where none came. */
export type Answer = {
  status: number;
  /** Media type of the body. */
  type: string;
  /** Seconds, or a date, as the header says it. */
  retryAfter: string | null;
  text: string;
} | null;

/** Refusals that say nothing of the edit: who asks, how often, at which moment. */
const passing = [401, 408, 409, 425, 429];

/** Failures that the next edit need not meet. */
const alone = [409, 500];

/** Judges an answer to an edit. */
export function judgeAnswer({ method }: Pick<Edit, "method">, answer: Answer): Verdict {
  const later = (isSignedOut = false): Verdict => ({
    kind: "later",
    isSignedOut,
    isAlone: answer !== null && alone.includes(answer.status) && readJson(answer) !== null,
    afterMs: readSeconds(answer?.retryAfter ?? null),
  });
  if (!answer) return later();
  const { status } = answer;
  if (passing.includes(status)) return later(status === 401);
  const body = readJson(answer);
  const isOurs = body !== null || (status === 204 && answer.text === "");
  if (!isOurs || status < 200 || status >= 500 || (status >= 300 && status < 400)) return later();
  if (status < 300) return { kind: "done", record: body };
  // What was to be deleted is gone already.
  if (method === "DELETE" && (status === 404 || status === 410)) {
    return { kind: "done", record: null };
  }
  if (status === 412) return { kind: "stale", current: asFields(body?.current) };
  return { kind: "refused", problem: describeProblem(body, status) };
}

function readJson({ type, text }: NonNullable<Answer>): Fields | null {
  if (!/\bjson\b/.test(type)) return null;
  try {
    return asFields(JSON.parse(text));
  } catch {
    // Cut off on its way.
    return null;
  }
}

function asFields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Fields
    : null;
}

function readSeconds(header: string | null): number | null {
  const seconds = Number(header ?? "");
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** The problem's own words: what is wrong in general, and where. */
function describeProblem(body: Fields | null, status: number): string {
  const detail = typeof body?.detail === "string" ? body.detail : `Refused with ${status}`;
  const errors = Array.isArray(body?.errors) ? body.errors : [];
  const details = errors.slice(0, 3).flatMap((error) => {
    const found = asFields(error);
    return typeof found?.detail === "string" ? [found.detail] : [];
  });
  return [detail, ...details].join(": ").slice(0, 500);
}
