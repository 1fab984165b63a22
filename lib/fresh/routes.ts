/**
 * File names to URL patterns, their order, and the router that matches them.
 *
 * @module
 */

/** A file of `routes/`, understood. */
export interface ParsedFile {
  kind: "app" | "layout" | "middleware" | "error" | "route";
  /** URL pattern; for special files that of the folder. */
  pattern: string;
  /** Keys of the folders from the root to the file, groups included. */
  folders: string[];
}

const specials: Record<string, ParsedFile["kind"]> = {
  _app: "app",
  _layout: "layout",
  _middleware: "middleware",
  _error: "error",
};

/** Reads a path below `routes/` without extension; throws a `SyntaxError` on a bad name. */
export function parseFileId(id: string): ParsedFile {
  const parts = id.split("/");
  const name = parts.pop() ?? "";
  const folders = parts.map((part) => /^\(.+\)$/.test(part) ? part : parseSegment(part, id));
  const kind = specials[name] ?? "route";
  const visible = folders.filter((folder) => !folder.startsWith("("));
  if (kind === "route" && name !== "index") visible.push(parseSegment(name, id));
  return { kind, pattern: joinSegments(visible), folders };
}

function joinSegments(segments: string[]): string {
  const pattern = segments.reduce(
    (path, segment) => {
      if (!/^\{.*\}\?$/.test(segment)) return `${path}/${segment}`;
      // The slash belongs to the optional part, except at the root, where it is always there.
      return path === "" ? `/${segment}` : `${path}{/${segment.slice(1)}`;
    },
    "",
  );
  return pattern === "" ? "/" : pattern;
}

function parseSegment(segment: string, id: string): string {
  const optional = /^\[\[(\w+)\]\]$/.exec(segment);
  if (optional !== null) return `{:${optional[1]}}?`;
  const rest = /^\[\.\.\.(\w+)\]$/.exec(segment);
  if (rest !== null) return `:${rest[1]}*`;
  if (segment.includes("[[") || segment.includes("[...")) {
    throw new SyntaxError(
      `Cannot read route "${id}": an optional or catch-all parameter must be a whole segment`,
    );
  }
  if (segment.includes("][")) {
    throw new SyntaxError(`Cannot read route "${id}": two parameters need text between them`);
  }
  const pattern = segment.split(/(\[\w+\])/).map((part) =>
    /^\[\w+\]$/.test(part) ? `:${part.slice(1, -1)}` : part.replace(/[+*?{}()\\:]/g, "\\$&")
  ).join("");
  if (/[[\]]/.test(pattern)) {
    throw new SyntaxError(`Cannot read route "${id}": brackets do not match`);
  }
  return pattern;
}

function rankSegment(segment: string | undefined): number {
  if (segment === undefined) return 0;
  if (/^:\w+\*$/.test(segment)) return 5;
  if (segment.startsWith("{")) return 4;
  if (/^:\w+$/.test(segment)) return 3;
  return segment.includes(":") ? 2 : 1;
}

/** Orders file ids most specific first: literal, mixed, parameter, optional, catch-all. */
export function compareFileIds(a: string, b: string): number {
  const read = (id: string) =>
    id.split("/").filter((part, index, all) =>
      !/^\(.+\)$/.test(part) && !(part === "index" && index === all.length - 1)
    ).map((part) => parseSegment(part, id));
  const [left, right] = [read(a), read(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = rankSegment(left[index]) - rankSegment(right[index]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the scope keys of a pattern: its segments. */
export function splitPattern(pattern: string): string[] {
  return pattern.split("/").filter((segment) => segment !== "");
}

/** What a router found. */
export interface Match<T> {
  value: T;
  pattern: string;
  params: Record<string, string>;
}

interface PatternRow<T> {
  pattern: string;
  /** Literal text every match begins with. */
  prefix: string;
  compiled: URLPattern;
  value: T;
}

/** Matches URLs: exact paths in a map, patterns in order of registration. */
export class Router<T> {
  #exact = new Map<string, { pattern: string; value: T }>();
  #rows: PatternRow<T>[] = [];

  /** Returns what is registered under the pattern. */
  get(pattern: string): T | undefined {
    return this.#exact.get(exactKey(pattern))?.value ??
      this.#rows.find((row) => row.pattern === pattern)?.value;
  }

  /** Adds a pattern; one that was there before keeps its place and value. */
  add(pattern: string, value: T): void {
    if (this.get(pattern) !== undefined) return;
    if (!/[:*{}()?+\\]/.test(pattern)) {
      this.#exact.set(exactKey(pattern), { pattern, value });
      return;
    }
    const compiled = new URLPattern({ pathname: pattern });
    this.#rows.push({ pattern, prefix: literalPrefix(pattern), compiled, value });
  }

  /** Finds the first match of a URL whose path holds no double slashes. */
  match(url: URL): Match<T> | null {
    const path = url.pathname;
    const exact = this.#exact.get(path) ?? this.#exact.get(exactKey(path));
    if (exact !== undefined) return { ...exact, params: {} };
    const href = `${url.origin}${path}`;
    for (const row of this.#rows) {
      if (!path.startsWith(row.prefix)) continue;
      const found = row.compiled.exec(href);
      if (found !== null) {
        const params = decodeGroups(found.pathname.groups);
        return { value: row.value, pattern: row.pattern, params };
      }
    }
    return null;
  }
}

function exactKey(path: string): string {
  const encoded = new URL(`http://x${path.startsWith("/") ? path : `/${path}`}`).pathname;
  return encoded.length > 1 && encoded.endsWith("/") ? encoded.slice(0, -1) : encoded;
}

function literalPrefix(pattern: string): string {
  const end = pattern.search(/[^\w\-./~]/);
  const prefix = end === -1 ? pattern : pattern.slice(0, end);
  // The last slash or letter may belong to an optional part.
  return /[?*+]/.test(pattern[end] ?? "") || pattern[end] === ":" ? prefix.slice(0, -1) : prefix;
}

function decodeGroups(groups: Record<string, string | undefined>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(groups)) params[name] = decodeParam(value ?? "");
  return params;
}

function decodeParam(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURI(value);
  } catch {
    return value;
  }
}
