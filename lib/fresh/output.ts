/**
 * Describes the static files of a build, compresses them, and writes the build to disk.
 *
 * @module
 */

import { brotliCompress, constants, gzip } from "node:zlib";
import { promisify } from "node:util";
import { type Bundle, scriptBase } from "./bundle.ts";
import { walkFiles } from "./crawl.ts";
import { join, relative } from "./paths.ts";
import type { StaticFile } from "./types.ts";

const types: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json",
  map: "application/json",
  webmanifest: "application/manifest+json",
  txt: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  xml: "application/xml",
  csv: "text/csv; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  ico: "image/x-icon",
  woff2: "font/woff2",
  wasm: "application/wasm",
  pdf: "application/pdf",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
};
const compressible = new Set(["js", "mjs", "css", "html", "json", "webmanifest", "svg", "xml"]);
const compressMinBytes = 1024;
/** Above this size the best Brotli level takes seconds. */
const bestBrotliMaxBytes = 256 * 1024;

/** Returns the content type of a path by its extension. */
export function typeOfPath(path: string): string {
  return types[extensionOf(path)] ?? "application/octet-stream";
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

/** Returns 20 hex digits of the SHA-256 of the content. */
export async function hashBytes(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", content);
  return new Uint8Array(digest).toHex().slice(0, 20);
}

/** Describes a file that exists only in memory. */
export async function describeContent(
  url: string,
  content: Uint8Array<ArrayBuffer>,
  immutable: boolean,
): Promise<StaticFile> {
  return { path: "", content, hash: await hashBytes(content), type: typeOfPath(url), immutable };
}

/** Describes the files of a folder by URL; TypeScript and `ignore`d ones are not public. */
export async function describeStatic(
  dir: string,
  ignore: RegExp[],
): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for await (const file of walkFiles(dir)) {
    if (/\.tsx?$/.test(file) || ignore.some((rule) => rule.test(file))) continue;
    const path = join(dir, file);
    const hash = await hashBytes(await Deno.readFile(path));
    files.set(`/${file}`, { path, hash, type: typeOfPath(file), immutable: false });
  }
  return files;
}

/** Describes the bundle's files by URL. */
export async function describeBundle(bundle: Bundle): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const [url, content] of bundle.files) {
    files.set(url, await describeContent(url, content, url.startsWith(scriptBase)));
  }
  return files;
}

const runBrotli = promisify(brotliCompress) as (
  content: Uint8Array,
  options: object,
) => Promise<Uint8Array>;
const runGzip = promisify(gzip) as (content: Uint8Array, options: object) => Promise<Uint8Array>;

/**
 * Writes files that exist only in memory, and compressed variants of all that gain by it, to
 * `static` below the folder. Returns the files with their paths relative to the root.
 */
export async function writeFiles(
  root: string,
  outDir: string,
  files: Map<string, StaticFile>,
): Promise<Record<string, StaticFile>> {
  const written = await Promise.all([...files].map(async ([url, file]) => {
    const { content, ...rest } = file;
    const path = content === undefined ? file.path : join(outDir, `static${url}`);
    const bytes = content ?? await Deno.readFile(path);
    const target = join(outDir, `static${url}`);
    if (content !== undefined) await writeFile(target, bytes);
    const variants = compressible.has(extensionOf(url)) && bytes.byteLength >= compressMinBytes
      ? await writeVariants(root, target, bytes)
      : {};
    return [url, { ...rest, path: relative(root, path), ...variants }] as const;
  }));
  return Object.fromEntries(written);
}

async function writeVariants(
  root: string,
  target: string,
  bytes: Uint8Array,
): Promise<{ br?: string; gz?: string }> {
  const quality = bytes.byteLength > bestBrotliMaxBytes ? 6 : 11;
  const [br, gz] = await Promise.all([
    runBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
    runGzip(bytes, { level: 9 }),
  ]);
  const variants: { br?: string; gz?: string } = {};
  for (const [name, packed] of [["br", br], ["gz", gz]] as const) {
    if (packed.byteLength >= bytes.byteLength) continue;
    await writeFile(`${target}.${name}`, packed);
    variants[name] = relative(root, `${target}.${name}`);
  }
  return variants;
}

/** Writes a file and the folders above it. */
export async function writeFile(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
}
