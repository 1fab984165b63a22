/**
 * The few path functions the framework needs; POSIX only.
 *
 * @module
 */

/** Joins parts to a path without doubled slashes, dots resolved; a later absolute part wins. */
export function join(...parts: string[]): string {
  const start = parts.findLastIndex((part) => part.startsWith("/"));
  const whole = parts.slice(Math.max(start, 0)).join("/");
  const kept: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else kept.push(part);
  }
  return `${whole.startsWith("/") ? "/" : ""}${kept.join("/")}`;
}

/** Returns how to reach a file from a folder, both absolute; begins with a dot. */
export function relative(fromDir: string, to: string): string {
  const from = fromDir.split("/").filter(Boolean);
  const target = to.split("/").filter(Boolean);
  let same = 0;
  while (same < from.length && from[same] === target[same]) same++;
  const ups = from.slice(same).map(() => "..");
  const path = [...ups, ...target.slice(same)].join("/");
  return path.startsWith("..") ? path : `./${path}`;
}

/** Returns the `file:` URL of an absolute path. */
export function toFileUrl(path: string): string {
  return `file://${encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23")}`;
}
