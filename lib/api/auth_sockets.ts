/**
 * Who opens a live connection: a token in the query, a header, or the cookie of a page of ours.
 *
 * @module
 */
import type { Identity } from "../accounts/mod.ts";
import { ApiError, UnauthorizedError } from "../contracts/errors.ts";
import { refuseConnection } from "../live/refusal.ts";
import { identifyRequest, type IdentityDeps } from "./identity.ts";

/** Close code of a connection whose token proves nothing. */
export const closeUnauthorized = 4001;
/** A reason is at most 123 bytes; ours are ASCII. */
const reasonMax = 120;

/** Who connects, or the answer that refuses them. */
export type SocketAccess =
  | { identity: Identity | null; refusal?: undefined }
  | { identity?: undefined; refusal: Response };

/**
 * Tells who opens a live connection. Browsers cannot send headers with it, so `?token=` takes a token
 * or an API key as well. What proves nothing is connected and closed with 4001, as only that reaches
 * a browser's script; visitors pass while `publicRead` is on.
 */
export async function identifySocket(
  req: Request,
  deps: IdentityDeps & { publicRead: boolean },
): Promise<SocketAccess> {
  try {
    const identity = await identifyRequest(withToken(req), deps);
    if (identity === null && !deps.publicRead) {
      throw new UnauthorizedError("Cannot connect: it needs a signed-in user");
    }
    if (identity !== null && !identity.scopes.includes("live")) {
      throw new UnauthorizedError('Cannot connect: this key does not have the scope "live"');
    }
    return { identity };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { refusal: refuseSocket(req, error) };
  }
}

/** The same request with the query's token in the header. */
function withToken(req: Request): Request {
  const token = new URL(req.url).searchParams.get("token");
  if (token === null) return req;
  const headers = new Headers(req.headers);
  headers.set("authorization", `Bearer ${token.slice(0, 2_048)}`);
  return new Request(req.url, { headers });
}

/** Refuses a connection; a browser's script learns of nothing but a close code. */
function refuseSocket(req: Request, { status, message }: ApiError): Response {
  const isUpgrade = req.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (status !== 401 || !isUpgrade) return refuseConnection(req, status, message);
  try {
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => socket.close(closeUnauthorized, message.slice(0, reasonMax));
    return response;
  } catch (error) {
    // Not the protocol of WebSockets after all.
    if (!(error instanceof TypeError)) throw error;
    return refuseConnection(req, status, message);
  }
}
