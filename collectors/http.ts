/**
 * Answers by HTTP from a source that may refuse, block, lie or be away: every outcome has a type.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import { type AnswerFacts, type Breaker, BreakerOpenError } from "../lib/resilience/mod.ts";
import type { RequestQueue, Urgency } from "./queue.ts";
import type { SourceRequest } from "./source.ts";
import { describeFetchFailure } from "./unreachable.ts";

/** The answer was not what the source's documentation promises. */
export class SourceAnswerError extends Error {
  override name = "SourceAnswerError";
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

/** Says whether our key, its plan or we ourselves are refused: HTTP 401, 402 or 403. */
export function isRefused(error: unknown): boolean {
  return error instanceof SourceAnswerError && [401, 402, 403].includes(error.status);
}

/** The source refuses requests from our region (HTTP 451) on every host that we know. */
export class GeoBlockedError extends Error {
  override name = "GeoBlockedError";
  /** @param variable Environment variable by which another address is given, where there is one. */
  constructor(readonly hosts: readonly string[], variable?: string) {
    super(
      `Cannot ask ${hosts.join(", ")}: a host that serves our region is required, was refused by ` +
        `all of them (HTTP 451). Configure another address` +
        (variable === undefined ? "" : `: set ${variable}`),
    );
  }
}

/** A recording was asked for what it does not hold: nobody failed, and there is nothing to tell. */
export class NotRecordedError extends Error {
  override name = "NotRecordedError";
}

/** The source says that we ask too often. */
export class RateLimitedError extends Error {
  override name = "RateLimitedError";
  constructor(readonly retryAfterMs: number, readonly status: number, host: string) {
    super(
      `Cannot ask ${host}: fewer requests are required, was refused with HTTP ${status} for ` +
        `${retryAfterMs} ms`,
    );
  }
}

/** Nobody answered in time, or at all. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

/** The base addresses of one source, and which of them refuse our region. */
export class Hosts {
  #current = 0;
  readonly #blocked = new Set<string>();

  /**
   * @param variable Environment variable by which other addresses are given, where there is one.
   * @throws {RangeError} Without an address.
   */
  constructor(readonly addresses: readonly string[], readonly variable?: string) {
    if (addresses.length === 0) {
      throw new RangeError("Cannot list hosts: one address is required, was none");
    }
  }

  /** The host to ask now, or null when all are blocked. */
  getCurrent(): string | null {
    for (let i = 0; i < this.addresses.length; i++) {
      const host = this.addresses[(this.#current + i) % this.addresses.length]!;
      if (!this.#blocked.has(host)) return host;
    }
    return null;
  }

  /** Asks another host next time, as this one is away. */
  rotate(): void {
    this.#current = (this.#current + 1) % this.addresses.length;
  }

  /** Never asks this host again until `unblock`. */
  block(host: string): void {
    this.#blocked.add(host);
  }

  /** Tries every host again. */
  unblock(): void {
    this.#blocked.clear();
  }

  listBlocked(): string[] {
    return [...this.#blocked];
  }
}

/** How one request ended, for the record of use. */
export interface AnswerReport {
  outcome: "ok" | "refused" | "failed";
  /** From sending to the end of the answer. */
  ms: number;
  credits: number;
  /** When it was given, epoch ms, where a recording is played. */
  recordedMs?: number;
}

/** What a source is asked through; one for all requests to it. */
export interface HttpOptions {
  hosts: Hosts;
  clock: Clock;
  breaker: Breaker;
  queue: RequestQueue;
  /** Who waits for the answer; default normal. */
  urgency?: Urgency;
  /** Rejects with a `BudgetError` what could not be sent so soon; default waits for ever. */
  withinMs?: number;
  /** How the body is read; default JSON. */
  format?: "json" | "text";
  /** Told of every request that was sent. */
  onAnswer?: (report: AnswerReport) => void;
  fetch?: typeof fetch;
  /** For the whole answer, its body included. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** No answer of a source is longer; exchangeInfo, the longest, has some 15 MB. */
const bodyBytesMax = 64 * 1024 * 1024;
/** What to wait when a refusal does not say how long. */
const defaultRetryMs: Readonly<Record<number, number>> = { 429: 60_000, 418: 120_000 };
const retryMaxMs = 24 * 3_600_000;

/**
 * Asks a source and returns the body: parsed JSON, or text. Waits until the budget allows it.
 *
 * @throws {BreakerOpenError} While the breaker is open.
 * @throws {BudgetError} When the month's credits are spent, or it would wait longer than it may.
 * @throws {RateLimitedError} On HTTP 429 and 418; the source then stands still for that long.
 * @throws {GeoBlockedError} When every host answered 451.
 * @throws {SourceAnswerError} For any other status, no JSON, or an error with status 200.
 * @throws {UnreachableError} When nobody answered within the timeout.
 */
export async function fetchJson(request: SourceRequest, options: HttpOptions): Promise<unknown> {
  const { hosts, clock, breaker } = options;
  for (;;) {
    const host = hosts.getCurrent();
    if (host === null) throw new GeoBlockedError(hosts.addresses, hosts.variable);
    const retryAfterMs = breaker.getRetryAfterMs(clock.now());
    if (retryAfterMs > 0) throw new BreakerOpenError(breaker.name, retryAfterMs, breaker.reason);
    await waitForBudget(request, options);
    breaker.enter(clock.now());
    try {
      const body = await ask(host, request, options);
      breaker.succeed(clock.now());
      return body;
    } catch (error) {
      if (error instanceof BlockedHere) {
        breaker.leave();
        hosts.block(host);
        continue;
      }
      judge(error, options);
      if (!(error instanceof RateLimitedError)) throw error;
      const stoodMs = await options.queue.refuse(error.retryAfterMs);
      throw new RateLimitedError(stoodMs, error.status, host);
    }
  }
}

/** One host refuses our region; the next may not. */
class BlockedHere extends Error {}

async function waitForBudget(
  { weight, credits = 0 }: SourceRequest,
  { queue, signal, urgency = "normal", withinMs }: HttpOptions,
): Promise<void> {
  try {
    await queue.enter({
      weight,
      credits,
      urgency,
      ...(signal && { signal }),
      ...(withinMs !== undefined && { withinMs }),
    });
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new UnreachableError("Cannot ask: still wanted, was stopped");
  }
}

/** Tells the breaker what counts as the source's failure; our own mistakes and limits do not. */
function judge(error: unknown, { breaker, hosts, clock, signal }: HttpOptions): void {
  const isOurs = error instanceof RateLimitedError || signal?.aborted ||
    error instanceof NotRecordedError ||
    (error instanceof SourceAnswerError && error.status >= 400 && error.status < 500);
  if (isOurs) return breaker.leave();
  breaker.fail(clock.now(), error instanceof Error ? error.message : String(error));
  hosts.rotate();
}

async function ask(host: string, request: SourceRequest, options: HttpOptions): Promise<unknown> {
  const { clock, queue, signal, timeoutMs = 10_000, format = "json" } = options;
  const sentMs = clock.now();
  let outcome: AnswerReport["outcome"] = "failed";
  let recordedMs = NaN;
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal?.addEventListener("abort", stop, { once: true });
  const done = new AbortController();
  let isLate = false;
  const watch = clock.wait(timeoutMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    isLate = true;
    abort.abort();
  });
  try {
    const answer = await (options.fetch ?? fetch)(`${host}${request.path}`, {
      headers: { accept: "application/json", ...request.headers },
      signal: abort.signal,
    });
    recordedMs = Date.parse(answer.headers.get("x-recorded-at") ?? "");
    const text = await readText(answer, host);
    const facts = readLimitHeaders(answer.headers, clock.now());
    if (Object.keys(facts).length > 0) queue.note(facts);
    const body = readAnswer(answer, text, { host, request, now: clock.now(), format });
    queue.note({ answers: 1, latencyMs: clock.now() - sentMs });
    outcome = "ok";
    return body;
  } catch (error) {
    if (error instanceof RateLimitedError) outcome = "refused";
    if (isTyped(error)) throw error;
    const was = isLate ? `none within ${timeoutMs} ms` : describeFetchFailure(error);
    throw new UnreachableError(`Cannot ask ${host}: an answer is required, was ${was}`);
  } finally {
    done.abort();
    signal?.removeEventListener("abort", stop);
    await watch;
    options.onAnswer?.({
      ...{ outcome, ms: clock.now() - sentMs, credits: request.credits ?? 0 },
      ...(Number.isFinite(recordedMs) && { recordedMs }),
    });
  }
}

function isTyped(error: unknown): boolean {
  return error instanceof SourceAnswerError || error instanceof NotRecordedError ||
    error instanceof RateLimitedError ||
    error instanceof BlockedHere;
}

async function readText(answer: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      throw new SourceAnswerError(
        `Cannot read the answer of ${host}: at most ${bodyBytesMax} bytes are read, was longer`,
        answer.status,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

interface AskContext {
  host: string;
  request: SourceRequest;
  now: number;
  format: "json" | "text";
}

function readAnswer(answer: Response, text: string, context: AskContext): unknown {
  const { host, request } = context;
  const { status } = answer;
  const where = `${host}${request.path.split("?")[0]}`;
  if (status === 451) throw new BlockedHere();
  if (status === 429 || status === 418) throw refuse(answer.headers, text, status, context);
  const fault = (was: string) => new SourceAnswerError(`${where} ${was}`, status);
  if (!answer.ok) {
    // Only the server of a recording says so: what it does not hold nobody was asked for.
    if (answer.headers.get("x-recorded-at") === "none") {
      throw new NotRecordedError(`Not recorded: ${where}`);
    }
    const words = findErrorText(tryJson(text)) ?? findMessage(tryJson(text)) ?? cut(text);
    throw fault(`${tellRefusal(status)}: HTTP ${status} (${words})`);
  }
  if (text.trim() === "") throw fault("answered with an empty body");
  const body = tryJson(text);
  if (body === undefined) {
    if (context.format === "text") return text;
    const what = /^\s*</.test(text) ? "a web page instead of data" : "something that is not JSON";
    throw fault(`answered with ${what} (${cut(text)})`);
  }
  const errorText = findErrorText(body);
  // CoinGecko is known to send the body of a 429 with status 200; the others are CoinMarketCap's.
  if (errorText !== null && /^(429|1008|1009|1010|1011)\b/.test(errorText)) {
    throw refuse(answer.headers, text, 429, context);
  }
  if (errorText !== null) throw fault(`answered with an error: HTTP ${status} (${errorText})`);
  return context.format === "text" ? text : body;
}

function refuse(headers: Headers, text: string, status: number, context: AskContext) {
  const { now, host } = context;
  // Binance names the end of a ban in its message only.
  const bannedUntilMs = Number(/banned until (\d{13})/.exec(text)?.[1] ?? 0);
  const headerMs = readRetryAfterMs(headers.get("retry-after"), now);
  // CoinMarketCap: 1009 is the day's limit, 1010 the month's. https://coinmarketcap.com/api (errors)
  const isLong = /^(1009|1010)\b/.test(findErrorText(tryJson(text)) ?? "");
  const dayMs = 86_400_000;
  const unsaidMs = isLong ? dayMs - now % dayMs : defaultRetryMs[status]!;
  const waitMs = headerMs ?? (bannedUntilMs > now ? bannedUntilMs - now : unsaidMs);
  const retryAfterMs = Math.min(retryMaxMs, Math.max(1_000, waitMs));
  return new RateLimitedError(retryAfterMs, status, host);
}

/** Reads a Retry-After header: seconds or a date; null for anything else. */
function readRetryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const untilMs = Date.parse(header);
  return Number.isNaN(untilMs) ? null : untilMs - now;
}

/** Reads what a source says of its own limit: Binance's weight, or the customary three headers. */
function readLimitHeaders(headers: Headers, now: number): AnswerFacts {
  const read = (name: string): number | undefined => {
    const text = headers.get(`x-ratelimit-${name}`) ?? headers.get(`ratelimit-${name}`);
    return text !== null && /^\d{1,13}$/.test(text.trim()) ? Number(text) : undefined;
  };
  const usedWeight = Number(headers.get("x-mbx-used-weight-1m"));
  const [remaining, limit, reset] = [read("remaining"), read("limit"), read("reset")];
  // Seconds from now, or since 1970.
  const resetMs = reset === undefined ? undefined : reset * 1_000 - (reset > 1e9 ? now : 0);
  return {
    ...(usedWeight > 0 && { usedWeight }),
    ...(remaining !== undefined && { remaining }),
    ...(limit !== undefined && { advertisedLimit: limit }),
    ...(resetMs !== undefined && { resetMs }),
  };
}

/** What a status says of the question, in plain words. */
function tellRefusal(status: number): string {
  if (status === 401 || status === 402 || status === 403) return "refuses us or our key";
  if (status === 404 || status === 410) return "does not know what was asked for";
  if (status >= 500) return "has a fault of its own";
  return "does not take the question";
}

/** Returns what a body says in its "message", or null. */
function findMessage(body: unknown): string | null {
  return isObject(body) && typeof body.message === "string" ? cut(body.message) : null;
}

/** Returns the words of a body in one of the usual error shapes, or null when it is none. */
function findErrorText(body: unknown): string | null {
  if (!isObject(body)) return null;
  if (typeof body.code === "number" && typeof body.msg === "string") {
    return cut(`${body.code}: ${body.msg}`);
  }
  if (typeof body.error === "string") return cut(body.error);
  const status = isObject(body.error) && isObject(body.error.status)
    ? body.error.status
    : body.status;
  if (isObject(status) && Number(status.error_code) > 0) {
    return cut(`${status.error_code}: ${status.error_message}`);
  }
  return null;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function cut(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 160)}…` : line || "nothing";
}
