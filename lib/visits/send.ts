/**
 * Reports on their way to the server: with nothing that says whose they are, and again with the same
 * ids when it is not known whether they arrived.
 *
 * @module
 */
import { visitReportsMax } from "../contracts/visit_limits.ts";
import type { VisitReport } from "../contracts/visits.ts";

/** Where reports go. */
export const visitsPath = "/api/v1/visits";

/** As the browser's. */
export type SendVisits = (
  path: string,
  init: RequestInit,
) => Promise<Pick<Response, "status">>;

/** What came of sending. */
export interface Sending {
  /** Ids that need not be sent again. */
  done: string[];
  /** The server keeps nothing of it. */
  isOff: boolean;
}

/** Sends reports, the oldest first. Never rejects: what cannot be sent is sent another time. */
export async function sendReports(
  reports: readonly VisitReport[],
  send: SendVisits,
): Promise<Sending> {
  const sent = reports.slice(0, visitReportsMax);
  if (sent.length === 0) return { done: [], isOff: false };
  try {
    const { status } = await send(visitsPath, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ reports: sent }),
      // Without cookies the server does not learn who it is; the page may be gone before it answers.
      credentials: "omit",
      keepalive: true,
    });
    const isAgain = status === 408 || status === 429 || status >= 500;
    return { done: isAgain ? [] : sent.map(({ id }) => id), isOff: status === 204 };
  } catch {
    return { done: [], isOff: false };
  }
}
