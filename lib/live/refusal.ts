/**
 * Refusals of live connections, in the form of every other failure (RFC 9457).
 *
 * @module
 */

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  426: "Upgrade Required",
  429: "Too Many Requests",
};

/** How long whoever has too many connections should wait, seconds. */
const retrySeconds = 30;

/** Says why no further connection is granted to a user, or to a visitor's address. */
export function describeFull(userId: string | null | undefined): string {
  return `Cannot open another live connection of this ${userId ? "user" : "address"}`;
}

/** Answers a request for a live connection that is not granted. */
export function refuseConnection(req: Request, status: number, detail: string): Response {
  const request_id = crypto.randomUUID();
  const body = {
    type: "about:blank",
    title: titles[status] ?? "Error",
    status,
    detail,
    instance: new URL(req.url).pathname,
    request_id,
    errors: [],
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": request_id,
      ...(status === 426 ? { upgrade: "websocket", connection: "upgrade" } : {}),
      ...(status === 429 ? { "retry-after": String(retrySeconds) } : {}),
    },
  });
}
