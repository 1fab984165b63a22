/**
 * A client of the API: one function for each endpoint, with types, retries and live events.
 *
 * It runs wherever there is `fetch`: a browser, Deno, Node.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { createBackoff } from "../resilience/mod.ts";
import type { CallOptions, EndpointAddress } from "./calls.ts";
import { type Calls, endpoints, eventsEndpoint } from "./endpoints.ts";
import { ApiCallError, readError } from "./errors.ts";
import { type LiveEvent, readEvents } from "./events.ts";

export type { CallOptions } from "./calls.ts";
export type { Calls } from "./endpoints.ts";
export { ApiCallError, type Problem } from "./errors.ts";
export type { LiveEvent } from "./events.ts";
export { createSession, type Session, type SessionOptions, type SessionTokens } from "./session.ts";

/** How to reach the API. */
export interface ClientOptions {
  /** Such as `http://localhost:8000`; a path in front of the API is kept. */
  baseUrl: string;
  /**
   * An access token, an API key or the operator's token, for what needs one; or what gives it, such as
   * `getToken` of a session.
   */
  token?: string | (() => Promise<string | undefined>);
  fetch?: typeof fetch;
  /** Tells the time and waits. */
  clock?: Clock;
  /** How often a call is tried again after 429, 503 or a failed connection; default 4. */
  retries?: number;
  /** The longest wait before a further try, ms; who asks for more is given up; default 60 s. */
  waitMaxMs?: number;
}

/** What live events are narrowed to. */
export interface EventsQuery {
  channels?: readonly string[];
  symbols?: readonly string[];
  type?: string;
  entity?: string;
  minConfidence?: number;
  /** The id of the last event that was seen. */
  after?: string;
}

/** What a list takes that comes in pages. */
interface Paged {
  cursor?: string | undefined;
}

/** The whole API. */
export interface Client extends Calls {
  /** Live events; connects anew and resumes where it was, until `signal` is aborted. */
  events(query?: EventsQuery, options?: CallOptions): AsyncIterable<LiveEvent>;
  /** Every page of a list that has `next_cursor`, one after the other. */
  pages<In extends Paged | undefined, Out extends { next_cursor: string | null }>(
    call: (input: In, options?: CallOptions) => Promise<Out>,
    input: NoInfer<NonNullable<In>>,
    options?: CallOptions,
  ): AsyncIterable<Out>;
}

/** The wait before the second try, ms, up to half of it taken off by chance. */
const firstWaitMs = 500;

type Input = Record<string, unknown>;
type Send = (
  address: EndpointAddress,
  input: Input,
  options: CallOptions & { accept?: string },
) => Promise<Response>;

/**
 * Returns a client.
 *
 * Each function throws `ApiCallError` when the API refuses, `TypeError` when it cannot be reached,
 * and the reason of the signal when that is aborted.
 *
 * Examples: `README.md` beside this file; a test runs them.
 */
export function createClient(options: ClientOptions): Client {
  const send = createSender(options);
  const calls = Object.fromEntries(
    Object.entries(endpoints).map(([name, address]) => [
      name,
      async (input: Input = {}, options: CallOptions = {}) =>
        await readBody(await send(address, input, options)),
    ]),
  ) as unknown as Calls;
  return {
    ...calls,
    events: (query = {}, { signal } = {}) =>
      readEvents({
        open: (after) => openEvents(send, after === null ? query : { ...query, after }, signal),
        clock: options.clock ?? systemClock,
        signal,
      }),
    pages: listPages,
  };
}

async function* listPages<
  In extends Paged | undefined,
  Out extends { next_cursor: string | null },
>(
  call: (input: In, options?: CallOptions) => Promise<Out>,
  input: NoInfer<NonNullable<In>>,
  options: CallOptions = {},
): AsyncGenerator<Out> {
  for (let cursor = input.cursor;;) {
    const page = await call(cursor === undefined ? input : { ...input, cursor }, options);
    yield page;
    if (page.next_cursor === null) return;
    cursor = page.next_cursor;
  }
}

async function readBody(response: Response): Promise<unknown> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  return isJson ? await response.json() : await response.text();
}

function openEvents(
  send: Send,
  { channels, symbols, ...query }: EventsQuery,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const lists = { channels: channels?.join(","), symbols: symbols?.join(",") };
  return send(eventsEndpoint, { ...query, ...lists }, {
    accept: "text/event-stream",
    ...(signal ? { signal } : {}),
  });
}

/** Returns a function that sends a call, and again where that may help. */
function createSender(
  { baseUrl, token, fetch: ask = fetch, clock = systemClock, retries = 4, waitMaxMs = 60_000 }:
    ClientOptions,
): Send {
  return async (address, input, { signal, accept = "application/json" }) => {
    const backoff = createBackoff({
      initialMs: firstWaitMs,
      maxMs: Math.max(firstWaitMs, waitMaxMs),
      jitter: 0.5,
    });
    const { url, body } = buildRequest(baseUrl, address, input);
    const bearer = typeof token === "function" ? await token() : token;
    const headers: Record<string, string> = {
      accept: `${accept}, application/problem+json`,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const init: RequestInit = {
      method: address.method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    };
    for (let tries = 0;; tries++) {
      const outcome = await attempt(ask, url, init, clock.now);
      if (outcome instanceof Response) return outcome;
      signal?.throwIfAborted();
      const waitMs = Math.max(backoff.next(clock.random()), getWait(outcome));
      const isLast = tries >= retries || waitMs > waitMaxMs;
      if (isLast || !mayHelp(outcome, address)) throw outcome;
      await clock.wait(waitMs, signal);
      signal?.throwIfAborted();
    }
  };
}

async function attempt(
  ask: typeof fetch,
  url: string,
  init: RequestInit,
  now: () => number,
): Promise<Response | unknown> {
  try {
    const response = await ask(url, init);
    return response.ok ? response : await readError(response, now());
  } catch (error) {
    return error;
  }
}

function getWait(error: unknown): number {
  return error instanceof ApiCallError ? error.retryAfterMs ?? 0 : 0;
}

/** A refusal came before anything was done; a broken connection may have come after. */
function mayHelp(error: unknown, { method }: EndpointAddress): boolean {
  if (error instanceof ApiCallError) return error.status === 429 || error.status === 503;
  return error instanceof TypeError && method !== "POST";
}

/** Puts the input where it belongs: into the path, the body or the query. */
function buildRequest(
  baseUrl: string,
  { path }: EndpointAddress,
  { body, ...input }: Input,
): { url: string; body: string | undefined } {
  const rest = new Map(Object.entries(input));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    if (value === undefined || value === "") {
      throw new TypeError(`Cannot call ${path}: ${name} is required`);
    }
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of rest) {
    for (const each of [value].flat()) if (each !== undefined) query.append(name, String(each));
  }
  const search = query.size > 0 ? `?${query}` : "";
  return {
    url: `${baseUrl.replace(/\/+$/, "")}${filled}${search}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}
