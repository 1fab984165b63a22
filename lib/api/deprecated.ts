/**
 * Routes that will go: since when that is known, when they go, and what takes their place.
 *
 * @module
 */
import { deprecateRoute } from "./guards.ts";
import type { Api } from "./routes.ts";

/** One route that will go. */
export interface DeprecatedRoute {
  /** As it is declared, with its parameters. */
  path: string;
  /** Epoch ms, from which it is deprecated, and at which it goes. */
  sinceMs: number;
  sunsetMs: number;
  /** Where to go instead, and where the change is explained. */
  successor: string;
}

/** Every route that will go; before its end it answers as ever, and tells. */
export const deprecatedRoutes: readonly DeprecatedRoute[] = [];

/** Makes the answers of these routes tell it (RFC 9745 and RFC 8594); bind it before the routes. */
export function announceDeprecated(
  api: Api,
  routes: readonly DeprecatedRoute[] = deprecatedRoutes,
): void {
  for (const { path, ...change } of routes) {
    if (change.sunsetMs < change.sinceMs) {
      throw new RangeError(`Cannot deprecate ${path}: its end must not lie before its notice`);
    }
    api.use(path, deprecateRoute(change));
  }
}
