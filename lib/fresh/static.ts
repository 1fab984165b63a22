/**
 * Serves the files of `static/` and the built modules, compressed where the build did so.
 *
 * @module
 */

import { type Context, internals } from "./context.ts";
import { assetParameter } from "./runtime.ts";
import type { Middleware, StaticFile } from "./types.ts";

/** Returns a middleware that answers GET and HEAD for known files and passes on the rest. */
export function staticFiles<State>(): Middleware<State> {
  return async function serveStaticFile(ctx) {
    const { method } = ctx.req;
    if (method !== "GET" && method !== "HEAD") return await ctx.next();
    const path = decodePath(ctx.url.pathname);
    if (path === "/") return await ctx.next();
    const { files, buildId, mode } = ctx[internals].snapshot;
    const file = files.get(path);
    if (file === undefined) {
      return path === "/favicon.ico" ? new Response(null, { status: 404 }) : await ctx.next();
    }
    const wanted = ctx.url.searchParams.get(assetParameter);
    if (wanted !== null && wanted !== buildId) return redirectToPlain(ctx.url);
    const cache = mode === "development"
      ? "no-store"
      : file.immutable || wanted !== null
      ? "public, max-age=31536000, immutable"
      : "no-cache";
    return await answerFile(ctx, file, cache);
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The URL of another build must not be cached with this build's content. */
function redirectToPlain(url: URL): Response {
  const plain = new URL(url);
  plain.searchParams.delete(assetParameter);
  const headers = { location: plain.pathname + plain.search, "cache-control": "no-store" };
  return new Response(null, { status: 307, headers });
}

async function answerFile<State>(
  ctx: Context<State>,
  file: StaticFile,
  cache: string,
): Promise<Response> {
  const etag = `W/"${file.hash}"`;
  const headers = new Headers({
    "content-type": file.type,
    "cache-control": cache,
    "x-content-type-options": "nosniff",
    etag,
    ...file.headers,
  });
  if (file.br !== undefined || file.gz !== undefined) headers.set("vary", "Accept-Encoding");
  if (matchesEtag(ctx.req.headers.get("if-none-match"), file.hash)) {
    return new Response(null, { status: 304, headers });
  }
  const encoding = pickEncoding(ctx.req.headers.get("accept-encoding") ?? "", file);
  if (encoding !== null) headers.set("content-encoding", encoding.name);
  const body = encoding === null
    ? file.content ?? await Deno.readFile(file.path)
    : await Deno.readFile(encoding.path);
  headers.set("content-length", String(body.byteLength));
  return new Response(ctx.req.method === "HEAD" ? null : body, { headers });
}

function matchesEtag(header: string | null, hash: string): boolean {
  if (header === null) return false;
  return header.split(",").some((tag) => {
    const value = tag.trim();
    return value === "*" || value.replace(/^W\//, "") === `"${hash}"`;
  });
}

/** Returns the best variant the client takes; Brotli first. */
export function pickEncoding(
  accepted: string,
  { br, gz }: { br?: string; gz?: string },
): { name: string; path: string } | null {
  const weights = new Map(
    accepted.toLowerCase().split(",").map((part) => {
      const [name = "", ...params] = part.trim().split(/\s*;\s*/);
      const weight = params.find((param) => param.startsWith("q="))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  const takes = (name: string) => (weights.get(name) ?? weights.get("*") ?? 0) > 0;
  if (br !== undefined && takes("br")) return { name: "br", path: br };
  if (gz !== undefined && takes("gzip")) return { name: "gzip", path: gz };
  return null;
}
