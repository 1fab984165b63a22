/**
 * Why nobody answered, in plain words: what the network says also names the whole address, which
 * may carry a key.
 *
 * @module
 */

/** What the network's own words mean, the more special first. */
const meanings: readonly [RegExp, string][] = [
  [/dns error|failed to lookup|name or service not known/i, "no address for its name (DNS)"],
  [/connection refused/i, "a refused connection"],
  [/certificate|InvalidContentType|tls|handshake/i, "a secure connection that failed (TLS)"],
  [/network (is )?unreachable|no route to host/i, "no way through the network"],
  [/connection reset|broken pipe|connection closed|reading a body|unexpected end/i, "a lost one"],
  [/invalid (http|chunk|gzip|header)|corrupt/i, "none in the language of the web"],
  [/timed? ?out/i, "none in time"],
];

/** Returns what came instead of an answer, after "was": `a refused connection`. */
export function describeFetchFailure(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const text = [error, cause].map((one) => one instanceof Error ? one.message : "").join(" ");
  const known = meanings.find(([pattern]) => pattern.test(text.replaceAll(/\(?https?:\S*/g, "")));
  return known?.[1] ?? "none: the network failed";
}
