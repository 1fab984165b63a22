/**
 * The limit of requests a client may make: a token bucket each, shared by all processes.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { RateLimitedError } from "../contracts/errors.ts";
import { createBuckets, createMemoryBucketCells } from "../store/mod.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { getIp, setHeader } from "./guards.ts";
import { identify, type IdentityDeps } from "./identity.ts";

const windowMs = 60_000;
/** Load balancers ask these as often as they like. */
const unlimited: ReadonlySet<string> = new Set([
  "/health",
  "/api/v1/health",
  "/dashboard/api/health",
]);
/** Questions that pages ask in this process for their visitor; pages are not counted. */
const uncounted = new WeakSet<Request>();
/** Clients whose refusals are told once a window. */
const toldMax = 20_000;

/** Returns the same request, which is not counted: a page of ours asks it. */
export function spareRequest(req: Request): Request {
  uncounted.add(req);
  return req;
}

/**
 * Lets each address make `rateLimit` requests per 60 s, and each signed-in user `userRateLimit` wherever
 * they are, bursts up to that many included; the first refusal of a client in 60 s is logged. Health
 * is not counted.
 */
export function limitRate(
  deps: IdentityDeps & Pick<ApiDeps, "rateLimit" | "userRateLimit" | "now" | "buckets">,
): MiddlewareHandler<ApiEnv> {
  const { now, log, buckets } = deps;
  const shared = buckets ?? createBuckets({ openCell: createMemoryBucketCells(), now });
  const isFirst = createReminder(now);
  return async (c, next) => {
    if (unlimited.has(c.req.path) || uncounted.has(c.req.raw)) return next();
    const { client, capacity } = await nameRequester(c, deps);
    const { isGranted, remaining, retryAfterMs } = await shared.take(client, {
      capacity,
      windowMs,
    });
    if (!isGranted) {
      c.header("ratelimit-limit", String(capacity));
      c.header("ratelimit-remaining", "0");
      if (isFirst(client)) {
        log.warn("A client exceeds the limit of requests", {
          request_id: c.get("requestId"),
          path: c.req.path,
          // A user may be asked what went wrong; an address is nobody's to keep.
          ...(client.startsWith("user ") && { client }),
          rateLimit: capacity,
        });
      }
      throw new RateLimitedError(
        `Cannot take more requests: the limit is ${capacity} in 60 s`,
        retryAfterMs,
      );
    }
    await next();
    setHeader(c, "ratelimit-limit", String(capacity));
    setHeader(c, "ratelimit-remaining", String(remaining));
  };
}

/** Returns who is counted, and to what: a user wherever they are, anybody else by the address. */
async function nameRequester(
  c: Context<ApiEnv>,
  deps: IdentityDeps & Pick<ApiDeps, "rateLimit" | "userRateLimit">,
): Promise<{ client: string; capacity: number }> {
  const { rateLimit, userRateLimit = rateLimit } = deps;
  // Who proves nothing is counted as a visitor; the guards say what is wrong.
  const identity = await identify(c, deps).catch(() => null);
  if (!identity || identity.via === "operator") {
    return { client: nameClient(getIp(c)), capacity: rateLimit };
  }
  return { client: `user ${identity.userId}`, capacity: userRateLimit };
}

/** Returns whether a client was not told of within the window, and notes it. */
function createReminder(now: () => number): (client: string) => boolean {
  const told = new Map<string, number>();
  return (client) => {
    const nowMs = now();
    if (nowMs - (told.get(client) ?? -Infinity) < windowMs) return false;
    told.delete(client);
    told.set(client, nowMs);
    if (told.size > toldMax) told.delete(told.keys().next().value!);
    return true;
  };
}

/**
 * Returns who asks, from the address of the connection. Of IPv6 the first 64 bits count: whoever has
 * one such address has all the others of its network too.
 */
export function nameClient(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return `ip ${mapped}`;
  if (!ip.includes(":")) return `ip ${ip.slice(0, 64)}`;
  const [head = "", tail] = ip.split("%")[0]!.toLowerCase().split("::");
  const first = head.split(":").filter(Boolean);
  const last = tail?.split(":").filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill("0"), ...last].slice(0, 4);
  return `net ${groups.map((group) => group.replace(/^0+(?=.)/, "").slice(0, 4)).join(":")}`;
}
