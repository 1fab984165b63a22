/**
 * The way out: requests to addresses that people gave, which must not reach what lies inside.
 *
 * The address that was judged is the one that is connected to: between a look-up and a connection
 * nothing can point the name elsewhere. Redirects are not followed.
 *
 * @module
 */
import { lookup as lookupName } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Clock } from "../clock.ts";
import { isInternalAddress } from "./addresses.ts";

/** An address that must not be used; the message says why, without what was found inside. */
export class EgressError extends Error {
  override name = "EgressError";
}

/** What a receiver answered. */
export interface EgressAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  /** At most 64 kB of it. */
  body: string;
}

/** Finds the addresses of a name. */
export type ResolveName = (hostname: string) => Promise<{ address: string; family: number }[]>;

/** Requests that leave this machine. */
export interface Egress {
  /**
   * @throws {EgressError} For an address that must not be used.
   * @throws {TypeError} When no answer came: refused, cut off, or not within 10 s.
   */
  post(
    url: string,
    request: { headers: Record<string, string>; body: string | Uint8Array },
  ): Promise<EgressAnswer>;
  /** Throws as `post` does for what can be told from the address alone. */
  check(url: string): void;
  close(): void;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64_000;
const SOCKETS_MAX = 16;

const resolveName: ResolveName = (hostname) =>
  new Promise((resolve, reject) =>
    lookupName(
      hostname,
      { all: true },
      (error, found) => error ? reject(error) : resolve(found),
    )
  );

/**
 * Returns the way out. `allowed` are hosts with ports (`host:port`) of one's own network that may be
 * reached, by plain HTTP too.
 */
export function createEgress(
  { clock, allowed = [], resolve = resolveName, timeoutMs = TIMEOUT_MS }: {
    clock: Pick<Clock, "wait">;
    allowed?: readonly string[];
    resolve?: ResolveName;
    timeoutMs?: number;
  },
): Egress {
  const lookup = createLookup(resolve);
  const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const agents = { "http:": new http.Agent(options), "https:": new https.Agent(options) };
  const check = (text: string): { url: URL; isAllowed: boolean } => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || !["http:", "https:"].includes(url.protocol)) {
      throw new EgressError("Cannot send: an address that begins with https:// is expected");
    }
    if (url.username || url.password) {
      throw new EgressError("Cannot send: an address must not carry a name and a password");
    }
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    if (allowed.includes(`${url.hostname}:${port}`)) return { url, isAllowed: true };
    if (url.protocol !== "https:") throw new EgressError("Cannot send: only https is allowed");
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && isInternalAddress(host)) throw refuseInternal();
    return { url, isAllowed: false };
  };
  return {
    check: (url) => void check(url),
    post(text, { headers, body }) {
      const { url, isAllowed } = check(text);
      const { request } = url.protocol === "https:" ? https : http;
      const agent = agents[url.protocol as keyof typeof agents];
      return exchange(
        (onAnswer) =>
          request(url, {
            method: "POST",
            agent,
            headers: { "user-agent": "CryptoIntel", ...headers },
            ...(!isAllowed && { lookup }),
          }, onAnswer),
        body,
        { clock, timeoutMs },
      );
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function refuseInternal(): EgressError {
  return new EgressError("Cannot send: the address lies in an internal network");
}

/** A look-up that knows no internal addresses; one of them among many makes all of them suspect. */
function createLookup(resolve: ResolveName): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname).then((found) => {
      const [first] = found;
      if (!first) throw new TypeError("Cannot send: the name has no address");
      if (found.some(({ address }) => isInternalAddress(address))) throw refuseInternal();
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    }).catch((error) => {
      const isOurs = error instanceof EgressError || error instanceof TypeError;
      done(isOurs ? error : new TypeError("Cannot send: the name is not known"), "");
    });
  };
}

function exchange(
  open: (onAnswer: (answer: http.IncomingMessage) => void) => http.ClientRequest,
  body: string | Uint8Array,
  { clock, timeoutMs }: { clock: Pick<Clock, "wait">; timeoutMs: number },
): Promise<EgressAnswer> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const fail = (error: unknown) => {
      ended.abort();
      request.destroy();
      if (error instanceof EgressError) return reject(error);
      const detail = error instanceof TypeError ? error.message : describeFailure(error);
      reject(new TypeError(detail));
    };
    const request = open((answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        if (text.length < ANSWER_BYTES_MAX) text += part;
        else answer.destroy();
      });
      answer.on("error", fail);
      answer.on("close", () => {
        ended.abort();
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers as Record<string, string | undefined>,
          body: text.slice(0, ANSWER_BYTES_MAX),
        });
      });
    });
    // The whole exchange, so that one drop each nine seconds is no way to hold it open.
    clock.wait(timeoutMs, ended.signal).then(() => {
      if (ended.signal.aborted) return;
      fail(new TypeError(`Cannot send: no answer within ${timeoutMs / 1_000} s`));
    });
    request.on("error", fail);
    request.end(body);
  });
}

/** In words that tell a person what to look at, without addresses. */
function describeFailure(error: unknown): string {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  if (code === "ECONNREFUSED") return "Cannot send: the connection was refused";
  if (code === "ECONNRESET") return "Cannot send: the connection was cut off";
  if (/CERT|SSL|TLS/.test(code) || /certificate|ssl|tls/i.test(String(error))) {
    return "Cannot send: the receiver's certificate was not accepted";
  }
  return "Cannot send: the receiver could not be reached";
}
