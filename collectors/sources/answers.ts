/**
 * Reading what polled sources answer: error bodies are refused, rows are checked one by one.
 *
 * @module
 */
import { z } from "zod";
import { SourceParseError } from "../source.ts";

/** The share of rows of a list that may be unusable before the whole answer is refused. */
const badShareMax = 0.1;

/** No figure in dollars, coins or percent is larger; what is, is a fault. */
export const figureMax = 1e30;
/** A decimal number, as a JSON number or as text. */
export const decimal = z.union([
  z.number(),
  z.string().max(200).regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i).transform(Number),
]).refine((value) => Math.abs(value) <= figureMax);
/** A figure that may be missing. */
export const figure = decimal.nullish().transform((value) => value ?? null);
/** An amount of something that may be missing, never negative. */
export const amount = decimal.refine((value) => value >= 0).nullish().transform((value) =>
  value ?? null
);
/** A time as ISO text, as epoch ms; one of another century is a fault. */
export const isoTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
  .refine((ms) => ms > Date.UTC(2000, 0) && ms < Date.UTC(2100, 0));
/** A time as epoch seconds, as a number or text, as epoch ms. */
export const epochSeconds = z.union([
  z.number().int(),
  z.string().regex(/^\d{1,11}$/).transform(Number),
]).refine((seconds) => seconds > 0 && seconds < 1e11).transform((seconds) => seconds * 1_000);
/** An identifier that some versions write as a number. */
export const idText = z.union([z.string().min(1).max(200), z.number().int().transform(String)]);

/** Where an answer comes from, for messages: `CoinGecko`, `coins`. */
export interface AnswerName {
  source: string;
  what: string;
}

/** Returns the error for an answer that is not what it should be. */
export function refuseAnswer({ source, what }: AnswerName, was: string): SourceParseError {
  return new SourceParseError(
    `Cannot use an answer of ${source}: it must hold ${what}, was ${was.slice(0, 200)}`,
  );
}

/**
 * Returns a whole answer as `schema` reads it.
 *
 * @throws {SourceParseError} For an error body, or a field that is not what it should be.
 */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown, name: AnswerName): T {
  refuseErrorBody(body, name);
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw refuseAnswer(name, `wrong at ${describeIssue(read.error)}`);
}

/**
 * Returns the rows of a list as `schema` reads them. A row that cannot be used is left out, as a
 * list of thousands is not worth losing for one; where more than a tenth is unusable, the source
 * speaks another language than we know.
 *
 * @throws {SourceParseError} For an error body, no list, or too many unusable rows.
 */
export function readRows<T>(schema: z.ZodType<T>, body: unknown, name: AnswerName): T[] {
  refuseErrorBody(body, name);
  if (!Array.isArray(body)) throw refuseAnswer(name, `no list (${typeof body})`);
  const rows: T[] = [];
  let first: string | null = null;
  for (const row of body) {
    const read = schema.safeParse(row);
    if (read.success) rows.push(read.data);
    else first ??= describeIssue(read.error);
  }
  const bad = body.length - rows.length;
  if (bad > body.length * badShareMax) {
    throw refuseAnswer(name, `wrong in ${bad} of ${body.length} rows, first at ${first}`);
  }
  return rows;
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const message = issue?.message ?? "unknown";
  const words = /received undefined$/.test(message) ? "missing" : message;
  return `${issue?.path.map(String).join(".") || "the top"} (${words})`;
}

const codeOf = z.union([z.number(), z.string()]).transform(Number);
const statusError = z.object({
  error_code: codeOf.refine((code) => code !== 0),
  error_message: z.string().nullish(),
}).transform((status) => `${status.error_code}: ${status.error_message ?? ""}`);
/** Error bodies of the sources, whatever the HTTP status they come with. */
const errorBody = z.union([
  z.object({ status: statusError }).transform(({ status }) => status),
  z.object({ error: z.object({ status: statusError }) }).transform(({ error }) => error.status),
  z.object({ error: z.string() }).transform(({ error }) => error),
  // DeFi Llama; an answer with data has no message at its top.
  z.object({ message: z.string() }).transform(({ message }) => message),
  // CryptoPanic.
  z.object({ info: z.string(), status: z.string() })
    .transform(({ status, info }) => `${status}: ${info}`),
]);

function refuseErrorBody(body: unknown, name: AnswerName): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  const failed = errorBody.safeParse(body);
  if (failed.success) throw refuseAnswer(name, `an error (${failed.data})`);
}

/** Returns percent of a fraction: 0.05 gives 5, without the dust of binary arithmetic. */
export function toPercent(fraction: number | null): number | null {
  return fraction === null ? null : Number((fraction * 100).toPrecision(12));
}

/** Cuts a list into pieces of at most `size`. */
export function splitPieces<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
