/**
 * Metrics on a port of their own, for scrapers that are not to reach anything else.
 *
 * @module
 */

/** Who asks the API for them: this machine, at an address whose budget nobody else uses. */
const scraperIp = "127.0.0.127";

/** A port that answers `/metrics`. */
interface MetricsServer {
  /** Null while there is none. */
  port: number | null;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` and nothing else on `port`, and nothing at all where it is null. Whoever reaches
 * the port may read: it is meant for loopback and for networks of one's own.
 *
 * @throws {Error} If the port cannot be had; the message names the variable.
 */
export function serveMetrics(
  { port, hostname, answer }: {
    port: number | null;
    hostname: string;
    /** The API: answers a request of an address. */
    answer(request: Request, ip: string): Response | Promise<Response>;
  },
): MetricsServer {
  if (port === null) return { port, close: () => Promise.resolve() };
  const handle = (request: Request): Response | Promise<Response> => {
    const { pathname, origin } = new URL(request.url);
    if (pathname !== "/metrics") return new Response("Cannot find it\n", { status: 404 });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Cannot change metrics\n", { status: 405, headers: { allow: "GET" } });
    }
    // Made anew, as nothing that a scraper sends may change what it is shown, but for its encoding.
    const encoding = request.headers.get("accept-encoding") ?? "identity";
    const headers = { "accept-encoding": encoding };
    const { method } = request;
    return answer(new Request(`${origin}/metrics`, { method, headers }), scraperIp);
  };
  const server = listen({ port, hostname }, handle);
  return { port: server.addr.port, close: () => server.shutdown() };
}

function listen(where: { port: number; hostname: string }, handle: Deno.ServeHandler) {
  try {
    return Deno.serve({ ...where, onListen: () => {} }, handle);
  } catch (cause) {
    const was = cause instanceof Deno.errors.AddrInUse ? "it is taken" : String(cause);
    throw new Error(`Cannot use port ${where.port} for CRYPTOINTEL_METRICS_PORT: ${was}`, {
      cause,
    });
  }
}
