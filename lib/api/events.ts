/**
 * Live messages by server-sent events.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { BadRequestError, RateLimitedError } from "../contracts/errors.ts";
import { describeFull } from "../live/refusal.ts";
import { handleEvents } from "../live/sse.ts";
import { type PublicChannel, publicChannels } from "../live/types.ts";
import type { ApiDeps } from "./deps.ts";
import { getIp, requireReader } from "./guards.ts";
import { identify, watchIdentity } from "./identity.ts";
import { type Api, describeAnswers } from "./routes.ts";

const querySchema = z.object({
  channels: z.string().max(200).optional().openapi({ example: "prices,bars" }),
  symbols: z.string().max(4_000).optional().openapi({ example: "BTCUSDT,ETHUSDT" }),
  type: z.string().max(400).optional().openapi({ example: "price_alert,volume_anomaly" }),
  entity: z.string().max(80).optional(),
  minConfidence: z.coerce.number().min(0).max(1).optional(),
  after: z.string().max(80).optional(),
});

const answers = describeAnswers(z.string(), "An endless stream; the first event is `initial`");
const route = createRoute({
  method: "get",
  path: "/api/v1/events",
  tags: ["live"],
  summary: "Live messages as server-sent events; resumes by Last-Event-ID or `after`",
  request: { query: querySchema },
  responses: {
    ...answers,
    200: {
      description: answers[200].description,
      content: { "text/event-stream": { schema: z.string() } },
    },
  },
});

/** Binds the event stream. */
export function bindEvents(api: Api, deps: ApiDeps): void {
  api.use("/api/v1/events", requireReader(deps));
  api.openapi(route, async (c) => {
    const { channels, symbols, type, ...query } = c.req.valid("query");
    const ip = getIp(c);
    const identity = await identify(c, deps);
    const userId = identity?.userId ?? null;
    if (!deps.hub.hasRoom(ip, userId)) throw new RateLimitedError(describeFull(userId), 30_000);
    return handleEvents(c.req.raw, deps.hub, {
      ip,
      userId,
      isInForce: watchIdentity(identity, deps),
      query: {
        ...query,
        types: splitList(type),
        channels: splitList(channels)?.map(readChannel),
        symbols: splitList(symbols),
      },
    });
  });
}

function splitList(text: string | undefined): string[] | undefined {
  const parts = text?.split(",").map((part) => part.trim()).filter((part) => part !== "");
  return parts && parts.length > 0 ? parts : undefined;
}

function readChannel(name: string): PublicChannel {
  const channel = publicChannels.find((known) => known === name);
  if (channel) return channel;
  throw new BadRequestError("The request does not fit its contract", [
    { detail: `No such channel: ${name.slice(0, 40)}`, pointer: "/query/channels" },
  ]);
}
