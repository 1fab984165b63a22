import type { Context } from "fresh";
import { securityHeaders } from "../lib/ui/headers.ts";
import type { State } from "../lib/ui/state.ts";

/** Puts the security headers on whatever the pages answer. */
export async function handler(ctx: Context<State>): Promise<Response> {
  const answer = await ctx.next();
  try {
    securityHeaders(answer.headers);
    return answer;
  } catch {
    // The headers of a redirect made by the platform cannot be changed.
    const headers = securityHeaders(new Headers(answer.headers));
    return new Response(answer.body, { status: answer.status, headers });
  }
}
