/**
 * Conditional writes (RFC 9110, section 13): a record is changed only as its writer knew it, so that
 * two devices, one of them offline for a while, never undo each other's work unseen.
 *
 * @module
 */
import type { Context } from "hono";
import { BadRequestError } from "../contracts/errors.ts";
import type { ApiEnv } from "./deps.ts";

/** What a writer takes for granted. */
export interface Precondition {
  /** Revisions one of which it has to be; null where nothing was said; empty for any. */
  revisions: readonly number[] | null;
  /** There must not be one. */
  isNew: boolean;
}

/**
 * Reads `If-Match` and `If-None-Match`. A tag of ours begins with the revision; what follows a dash
 * tells apart what changes without one.
 *
 * @throws {BadRequestError} For tags that are none of ours.
 */
export function readPrecondition(
  headers: { "if-match"?: string | undefined; "if-none-match"?: string | undefined },
): Precondition {
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (noneMatch !== undefined && noneMatch.trim() !== "*") {
    throw refuse("if-none-match", "Only * is understood with a write");
  }
  return {
    isNew: noneMatch !== undefined,
    revisions: match === undefined
      ? null
      : match.trim() === "*"
      ? []
      : match.split(",").map(readTag),
  };
}

function readTag(text: string): number {
  const revision = /^\s*(?:W\/)?"?(\d{1,15})(?:-[\w.-]*)?"?\s*$/.exec(text)?.[1];
  if (revision === undefined) throw refuse("if-match", "A revision in quotes is required");
  return Number(revision);
}

function refuse(name: string, detail: string): BadRequestError {
  return new BadRequestError("The request does not fit its contract", [
    { detail, pointer: `/header/${name}` },
  ]);
}

/** Says whether a record (null: there is none) is what its writer takes for granted. */
export function isAsExpected(
  { revisions, isNew }: Precondition,
  record: { revision: number } | null,
): boolean {
  if (isNew && record !== null) return false;
  if (revisions === null) return true;
  return record !== null && (revisions.length === 0 || revisions.includes(record.revision));
}

/** Answers that a record is another one by now, and which: for whoever has to merge. */
export function answerStale(c: Context<ApiEnv>, current: unknown): Response {
  const request_id = c.get("requestId") ?? "";
  const body = {
    type: "about:blank",
    title: "Precondition Failed",
    status: 412,
    detail: current === null
      ? "Cannot change it: it is not there (any more)"
      : "Cannot change it: it was changed meanwhile; `current` is what it is now",
    instance: c.req.path,
    request_id,
    errors: [],
    current,
  };
  return c.newResponse(JSON.stringify(body), {
    status: 412,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": request_id,
    },
  });
}
