/**
 * Who may call what: guards say whom they let pass, and the API's document reads it from them.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { ApiEnv } from "./deps.ts";

/**
 * Whom an endpoint serves: everybody, readers (everybody while public read is on), whoever is signed
 * in or shows an API key, or operators.
 */
const accessClasses = ["public", "reader", "user", "operator"] as const;
/** Whom an endpoint serves. */
export type AccessClass = (typeof accessClasses)[number];

type Guard = MiddlewareHandler<ApiEnv>;

const classes = new WeakMap<object, AccessClass>();

/** Notes whom a guard lets pass, and returns it. */
export function markGuard(access: AccessClass, guard: Guard): Guard {
  classes.set(guard, access);
  return guard;
}

/** Returns whom the endpoint of `path` (`/a/{id}`) serves: what the strictest guard before it says. */
export function findAccess(
  { routes }: { routes: readonly { path: string; handler: object }[] },
  path: string,
): AccessClass {
  const ranks = routes
    .filter((route) => isBelow(path, route.path))
    .map(({ handler }) => accessClasses.indexOf(classes.get(handler) ?? "public"));
  return accessClasses[Math.max(0, ...ranks)]!;
}

/** Says whether a pattern such as `/a/*` holds `path`. */
function isBelow(path: string, pattern: string): boolean {
  if (!pattern.endsWith("/*")) return path === pattern;
  const start = pattern.slice(0, -2);
  return path === start || path.startsWith(`${start}/`);
}
