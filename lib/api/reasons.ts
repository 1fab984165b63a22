/**
 * Reasons of failures as strangers may read them: the log has the addresses, answers do not.
 *
 * @module
 */

/** Several addresses in a row read as one. */
const urls = /\b(?:https?|wss?):\/\/[^\s,;()"'<>]+(?:, (?:https?|wss?):\/\/[^\s,;()"'<>]+)*/gi;
/** Addresses of machines, with or without a port; a version has three parts, a machine four. */
const machines = /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\[[\da-f]*:[\da-f:]+\](?::\d{1,5})?/gi;
/** Such as `key=…` and `authorization: Bearer …`. */
const secrets =
  /\b([\w-]*(?:key|token|secret|password|signature|authorization))(["']?\s*[=:]\s*)(?:bearer\s+)?["']?[^\s,;&()"'<>]{6,}["']?/gi;
/** Nothing that people write is that long without a blank. */
const blobs = /[\w+/=-]{40,}/g;

/** Returns a reason without addresses of sources and machines, and without what looks secret. */
export function hideAddresses(reason: string): string {
  return reason
    .replace(urls, (address) => {
      // What ends a sentence, or a part of one, is no part of the address.
      const end = /[.:]+$/.exec(address)?.[0] ?? "";
      return `the source${end}`;
    })
    .replace(machines, "the source")
    .replace(secrets, "$1$2…")
    .replace(blobs, "…");
}

/** Returns the HTTP status that a reason names, such as 451; undefined for none. */
export function findStatusCode(reason: string): number | undefined {
  const code = /\bHTTP ([1-5]\d\d)\b/.exec(reason)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Names of fields that hold reasons. */
const reasonFields: ReadonlySet<string> = new Set([
  "detail",
  "error",
  "lastError",
  "message",
  "reason",
]);

/** Returns a copy of what an answer is made of, with addresses hidden in all fields that hold reasons. */
export function hideReasons<T>(value: T): T {
  if (Array.isArray(value)) return value.map((each) => hideReasons(each as unknown)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [
      name,
      typeof inner === "string" && reasonFields.has(name)
        ? hideAddresses(inner)
        : hideReasons(inner),
    ]),
  ) as T;
}
