/**
 * Who may administer: administrators, and whoever shows the operator's token. What they change is
 * written down.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { requireIdentity } from "../accounts/mod.ts";
import { UnauthorizedError } from "../contracts/errors.ts";
import { markGuard } from "./access.ts";
import type { ApiEnv } from "./deps.ts";
import { getIp } from "./guards.ts";
import { identify, type IdentityDeps, keepPrivate, logRefusal } from "./identity.ts";

export { isOperator } from "./identity.ts";

const required =
  "Cannot administer: an administrator's sign-in or key, or the operator's token is " +
  "required as `authorization: Bearer …`; the latter lies in the data folder";

/** Requests that are written down; a path may be guarded by more than one pattern. */
const noted = new WeakSet<Request>();

/** Lets nobody pass who may not administer. */
export function requireOperator(deps: IdentityDeps): MiddlewareHandler<ApiEnv> {
  return markGuard("operator", async (c, next) => {
    const identity = await identify(c, deps).catch(explain);
    if (!identity) throw new UnauthorizedError(required);
    try {
      requireIdentity(identity, "admin");
    } catch (error) {
      logRefusal(c, deps, identity);
      await noteRequest(c, deps, { actor: identity.userId, status: 403 });
      throw error;
    }
    await next();
    keepPrivate(c);
    await noteRequest(c, deps, { actor: identity.userId, status: c.res.status });
  });
}

/** Writes down who asked for a change, once, and how it was answered. */
async function noteRequest(
  c: Context<ApiEnv>,
  { accounts }: IdentityDeps,
  { actor, status }: { actor: string; status: number },
): Promise<void> {
  if (["GET", "HEAD", "OPTIONS"].includes(c.req.method) || noted.has(c.req.raw)) return;
  noted.add(c.req.raw);
  await accounts?.audit.note({
    actor,
    act: "admin.request",
    target: `${c.req.method} ${c.req.path}`,
    ip: getIp(c),
    isDone: status < 400,
    detail: `Answered ${status}`,
  });
}

/** Says what is wrong with what was shown, and what is required. */
function explain(error: unknown): never {
  if (!(error instanceof UnauthorizedError)) throw error;
  throw new UnauthorizedError(`${error.message}. ${required}`);
}
