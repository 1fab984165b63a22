/**
 * What channels that post share: an exchange that ends in an outcome, never in an exception.
 *
 * @module
 */
import { type Egress, type EgressAnswer, EgressError } from "./egress.ts";
import { judgeStatus, type Outcome } from "./types.ts";

/** Posts, and judges the answer; `judge` may know better than its status does. */
export async function sendByHttp(
  egress: Egress,
  url: string,
  request: { headers: Record<string, string>; body: string | Uint8Array },
  now: () => number,
  judge: (answer: EgressAnswer) => Outcome | null = () => null,
): Promise<Outcome> {
  try {
    const answer = await egress.post(url, request);
    return judge(answer) ?? judgeStatus(answer.status, answer.headers, now());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof EgressError) return { status: "failed", detail };
    return { status: "retry", detail, afterMs: null };
  }
}
