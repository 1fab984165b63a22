/** Ways in which sending an edit fails, for drills. */
import { equal } from "node:assert/strict";
import { type EditRequest, flushEdits, type OutboxStore } from "../../lib/outbox/flush.ts";
import type { Answer } from "../../lib/outbox/verdict.ts";

/** Sends a request; null where no answer came. */
export type Ask = (request: EditRequest) => Promise<Answer>;

/** Ways of one request to fail; `gone` stands for whatever ends the browser. */
type Fault = "none" | "lost" | "answer lost" | "503" | "500" | "twice" | "twice at once" | "gone";
const faults: Fault[] = [
  ...["none", "none", "lost", "answer lost", "503", "500", "twice", "twice at once", "gone"],
] as Fault[];

const refuse = (status: number, detail: string): Answer => ({
  status,
  type: "application/problem+json",
  retryAfter: null,
  text: JSON.stringify({ detail }),
});

/** Sends for real, or fails in one of the ways. */
export function sendBadly(ask: Ask, chance: () => number, seen: Set<string>): Ask {
  return async (request) => {
    const fault = faults[Math.floor(chance() * faults.length)]!;
    seen.add(fault);
    if (fault === "lost") return null;
    if (fault === "503") return refuse(503, "The store does not answer; try again soon");
    if (fault === "500") return refuse(500, "Something went wrong on our side");
    if (fault === "twice at once") return (await Promise.all([ask(request), ask(request)]))[1]!;
    const answer = await ask(request);
    if (fault === "answer lost") return null;
    if (fault === "gone") throw new Error("the browser was ended");
    return fault === "twice" ? await ask(request) : answer;
  };
}

/** Sends what waits, until all is sent or the browser is ended. */
export async function flushBadly(
  store: OutboxStore,
  send: Ask,
  createId: () => string,
): Promise<void> {
  const getOwner = () => Promise.resolve("u");
  await flushEdits({ store, send, getOwner, createId }).catch((error) => {
    equal(error.message, "the browser was ended");
  });
}

/** Returns an answer as the outbox judges it. */
export const toAnswer = async (response: Response): Promise<Answer> => ({
  status: response.status,
  type: response.headers.get("content-type") ?? "",
  retryAfter: response.headers.get("retry-after"),
  text: await response.text(),
});
