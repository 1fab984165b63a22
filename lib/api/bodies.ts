/**
 * Bodies on their way out: strong ETags, 304, and gzip for whoever takes it.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { ApiEnv } from "./deps.ts";

/** Bodies below this many bytes are not worth compressing. */
const compressMinBytes = 1_024;

/** Compressed charts kept, so that a popular one is compressed once. */
const keptMax = 64;

/**
 * Gives each GET answer a strong ETag, answers 304 when the client has it, and compresses by
 * `Accept-Encoding`. A compressed body is another representation, hence its ETag ends in `-gz`.
 */
export function tagAndCompress(): MiddlewareHandler<ApiEnv> {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return async (c, next) => {
    await next();
    const { res } = c;
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    if (!isRead || res.status !== 200 || isStream(res)) return;
    const isGzipWanted = takesGzip(c.req.header("accept-encoding") ?? "") && isText(res);
    const asked = c.req.header("if-none-match");
    const known = res.headers.get("etag");
    // Bytes that bring their tag go out as they are: looking at `body` would make them a stream.
    if (!isGzipWanted && c.req.method === "GET" && known !== null) {
      describeBody(res.headers);
      if (hasTag(asked, known)) answerUnchanged(c, res.headers);
      return;
    }
    if (!res.body) return;
    const bytes = new Uint8Array(await res.arrayBuffer());
    const tag = known ?? await hashBytes(bytes);
    const isPacked = isGzipWanted && bytes.byteLength >= compressMinBytes;
    const etag = isPacked ? tag.replace(/"$/, '-gz"') : tag;
    const headers = new Headers(res.headers);
    headers.set("etag", etag);
    describeBody(headers);
    if (hasTag(asked, etag)) return answerUnchanged(c, headers);
    let body = bytes;
    if (isPacked) {
      headers.set("content-encoding", "gzip");
      const key = `${c.req.path} ${tag}`;
      body = kept.get(key) ?? await packBytes(bytes);
      kept.set(key, body);
      if (kept.size > keptMax) kept.delete(kept.keys().next().value!);
    }
    c.res = undefined;
    c.res = new Response(c.req.method === "HEAD" ? null : body, { status: 200, headers });
  };
}

/** Answers that the client has it already. */
function answerUnchanged(c: Context<ApiEnv>, described: Headers): void {
  const headers = new Headers(described);
  headers.delete("content-type");
  c.res = undefined;
  c.res = new Response(null, { status: 304, headers });
}

/** Whoever changes bytes on their way makes a strong tag a weak one: the server that we run on, too. */
function describeBody(headers: Headers): void {
  headers.append("vary", "accept-encoding");
  headers.set("cache-control", `${headers.get("cache-control") ?? "no-cache"}, no-transform`);
  headers.delete("content-length");
}

/** Says whether an `Accept-Encoding` takes gzip. */
export function takesGzip(accepted: string): boolean {
  for (const part of accepted.toLowerCase().split(",")) {
    const [name, ...parameters] = part.split(";").map((text) => text.trim());
    if (name !== "gzip" && name !== "*") continue;
    return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}

/** Says whether `If-None-Match` names this tag (or any, by `*`). */
function hasTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag;
  });
}

/** Events, and files that are made while they are sent: neither may be held back. */
function isStream(res: Response): boolean {
  return res.headers.has("content-disposition") ||
    (res.headers.get("content-type")?.startsWith("text/event-stream") ?? false);
}

function isText(res: Response): boolean {
  return /json|text|javascript|xml|svg/.test(res.headers.get("content-type") ?? "");
}

async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `"${digest.slice(0, 12).toHex()}"`;
}

async function packBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Response(bytes).body!.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
