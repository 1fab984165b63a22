/**
 * A collection cycle on demand, for operators.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { ServiceUnavailableError } from "../contracts/errors.ts";
import { collectSchema } from "../contracts/operations.ts";
import type { ApiDeps } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { answerProblem } from "./problems.ts";
import type { CollectResult } from "./public_deps.ts";
import { hideAddresses } from "./reasons.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const route = createRoute({
  method: "post",
  path: "/collect",
  tags: ["administration"],
  summary: "Runs a whole collection cycle and tells what it brought; joins the running one",
  responses: { ...describeAnswers(collectSchema, "What the cycle brought"), ...unavailable },
});

/** Records shown of each source. */
const shownMax = 50;

/** Binds collection. */
export function bindCollect(api: Api, deps: ApiDeps): void {
  api.use("/collect", requireOperator(deps));
  let running: Promise<CollectResult> | null = null;
  api.openapi(route, async (c) => {
    if (!deps.collect) {
      throw new ServiceUnavailableError("Cannot collect: no collection cycle runs in this process");
    }
    const joined = running !== null;
    running ??= deps.collect().finally(() => running = null);
    const { signals, sources } = await running;
    const named = Object.entries(sources);
    const failed = named.filter(([, { error }]) => error !== undefined);
    const collected = named.filter(([, { status }]) => status === "ok").length;
    if (collected === 0 && named.length > 0) {
      return answerProblem(c, 500, "The cycle reached no source", {
        errors: failed.map(([source, { error = "" }]) => ({
          detail: hideAddresses(error),
          pointer: `/results/sources/${source}/error`,
        })),
      }) as never;
    }
    const shown = named.map(([source, result]) =>
      [source, {
        source,
        ...result,
        data: result.data.slice(0, shownMax),
        ...(result.error !== undefined && { error: hideAddresses(result.error) }),
      }] as const
    );
    return c.json({
      success: collected > 0,
      timestamp: deps.now(),
      joined,
      results: { collected, signals, sources: Object.fromEntries(shown) },
    }, 200);
  });
}
