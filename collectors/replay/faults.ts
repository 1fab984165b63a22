/**
 * Faults of the recorded world: what can be switched on to see whether a collector survives it.
 *
 * @module
 */
import { z } from "zod";

/** One fault; it lasts until another is set, but for those with an end of their own. */
export const replayFaultSchema = z.discriminatedUnion("kind", [
  /** Every request is answered with this status; 418 and 451 refuse the stream too. */
  z.object({
    kind: z.literal("status"),
    status: z.number().int().min(400).max(599),
    retryAfterSeconds: z.number().int().min(0).max(86_400).optional(),
    /** Only this source, such as `binance`. */
    source: z.string().max(40).optional(),
  }),
  /** Sockets stay open and say nothing for so many seconds of the market. */
  z.object({ kind: z.literal("silence"), seconds: z.number().positive().max(86_400) }),
  /** Every so many frames one is cut in the middle. */
  z.object({ kind: z.literal("torn"), every: z.number().int().min(1).max(1000).default(5) }),
  /** Every trade comes twice. */
  z.object({ kind: z.literal("duplicate") }),
  /** Trades come in swapped pairs. */
  z.object({ kind: z.literal("reorder") }),
  /** Sockets are cut and refused for so many minutes of the market; REST keeps the bars. */
  z.object({ kind: z.literal("hole"), minutes: z.number().positive().max(10_080) }),
  /** Sockets are cut once. */
  z.object({ kind: z.literal("drop") }),
]);

/** A fault as it is set. */
export type ReplayFault = z.input<typeof replayFaultSchema>;
/** A fault with its defaults filled in. */
export type ActiveFault = z.output<typeof replayFaultSchema>;

const messages: Readonly<Record<number, { code: number; msg: string }>> = {
  418: { code: -1003, msg: "Way too much request weight used; IP banned until further notice." },
  429: {
    code: -1003,
    msg: "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. " +
      "Please use WebSocket Streams for live updates to avoid polling the API.",
  },
  451: {
    code: 0,
    msg: "Service unavailable from a restricted location according to 'b. Eligibility'.",
  },
};

/** Returns the answer to a request during a `status` fault, or null where it does not apply. */
export function answerFault(fault: ActiveFault | null, source: string): Response | null {
  if (fault?.kind !== "status" || (fault.source && fault.source !== source)) return null;
  const { status, retryAfterSeconds } = fault;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (status === 429 || status === 418 || retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(retryAfterSeconds ?? (status === 418 ? 120 : 10));
  }
  const body = messages[status] ?? { code: -1000, msg: "An unknown error occurred." };
  return new Response(JSON.stringify(body), { status, headers });
}
