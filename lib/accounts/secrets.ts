/**
 * Random texts, their hashes, and comparisons that take the same time whatever they find.
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Gives `count` bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array<ArrayBuffer>;

/** Returns a random text of base64url; 32 bytes are 43 characters. */
export function makeSecret(random: RandomBytes, bytes = 32): string {
  return random(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Returns the SHA-256 of a text, hex. Only for texts that are random themselves. */
export function hashSecret(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Returns the HMAC-SHA-256 of a text, base64url. */
export function signText(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Says whether two texts are the same, in a time that depends on their length alone. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  return left!.length === right!.length && timingSafeEqual(left!, right!);
}
