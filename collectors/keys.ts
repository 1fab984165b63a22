/**
 * Keys of sources: read from the environment's variables, and put on every request.
 *
 * @module
 */
import type { SourceKey, StreamSource } from "./source.ts";

/** What a source knows us by; the secret is empty where it gives only a key. */
export interface SourceCredentials {
  key: string;
  secret: string;
}

/** What is known of a source's key: `missing` names the variables without a value. */
export type KeyState =
  | { kind: "none" }
  | { kind: "given"; credentials: SourceCredentials }
  | { kind: "missing"; variables: string[]; detail: string };

/**
 * Reads the key of a source; `read` returns the value of a variable, or nothing. Without a key a
 * source that requires one is to be reported as disabled with `detail`, and left alone.
 */
export function readKey(
  key: SourceKey | undefined,
  read: (variable: string) => string | undefined,
): KeyState {
  if (!key) return { kind: "none" };
  const names = [key.variable, ...(key.secretVariable ? [key.secretVariable] : [])];
  const values = names.map((name) => read(name)?.trim() ?? "");
  const missing = names.filter((_, index) => values[index] === "");
  if (missing.length === 0) {
    return { kind: "given", credentials: { key: values[0]!, secret: values[1] ?? "" } };
  }
  if (!key.isRequired && missing.length === names.length) return { kind: "none" };
  const detail = `disabled: ${missing.join(" and ")} must be set`;
  return { kind: "missing", variables: missing, detail };
}

/**
 * Returns a fetch that carries the source's key, and asks another of its servers where the source
 * says so. With `isOwnAddress` false (a configured address, the recorded world) every path is asked
 * at the given address.
 */
export function createKeyedFetch(
  source: Pick<StreamSource, "apiKey" | "findAddress" | "addresses">,
  { credentials, isOwnAddress, fetch: ask = fetch }: {
    credentials: SourceCredentials;
    isOwnAddress: boolean;
    fetch?: typeof fetch;
  },
): typeof fetch {
  const { key, secret } = credentials;
  const own = source.apiKey?.headers(key, secret) ?? {};
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const other = isOwnAddress ? source.findAddress?.(url.pathname, key) ?? null : null;
    const address = other === null ? url.href : `${other}${url.pathname}${url.search}`;
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    return ask(address, { ...init, headers });
  };
}
