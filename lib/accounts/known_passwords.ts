/**
 * Passwords that were stolen elsewhere and stand in public lists: a digest of each comes along.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Bytes that are kept of each digest: among 12,000, one in 90 million others looks like one. */
const digestBytes = 5;
const listUrl = new URL("./known_passwords.txt", import.meta.url);

/** A list of digests, sorted, one behind the other. */
export interface KnownPasswords {
  size: number;
  /** Says whether a password stands in the list, in whatever case. */
  has(password: string): boolean;
}

/** Returns the digests of passwords as the text of a list. */
export function packPasswords(passwords: Iterable<string>): string {
  const digests = [...new Set([...passwords].map((text) => digest(text).toHex()))].sort();
  return Uint8Array.fromHex(digests.join("")).toBase64().replace(/.{1,96}/g, "$&\n");
}

/**
 * Reads a list that `packPasswords` has written.
 *
 * @throws {RangeError} If it is cut off.
 */
export function readPasswords(text: string): KnownPasswords {
  const bytes = Uint8Array.fromBase64(text);
  if (bytes.length % digestBytes !== 0) {
    throw new RangeError(`Cannot read known passwords: ${bytes.length} bytes are no whole digests`);
  }
  const size = bytes.length / digestBytes;
  return {
    size,
    has(password) {
      const wanted = digest(password);
      let [low, high] = [0, size];
      while (low < high) {
        const middle = (low + high) >> 1;
        const order = compareAt(bytes, middle * digestBytes, wanted);
        if (order === 0) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      return false;
    },
  };
}

let known: KnownPasswords | undefined;

/** Returns the list that comes along; it is read once. */
export function openKnownPasswords(): KnownPasswords {
  known ??= readPasswords(Deno.readTextFileSync(listUrl));
  return known;
}

function digest(text: string): Uint8Array<ArrayBuffer> {
  const hash = createHash("sha256").update(text.normalize("NFC").toLowerCase()).digest();
  return new Uint8Array(hash).slice(0, digestBytes);
}

function compareAt(bytes: Uint8Array, start: number, wanted: Uint8Array): number {
  for (let i = 0; i < digestBytes; i++) {
    const difference = bytes[start + i]! - wanted[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
