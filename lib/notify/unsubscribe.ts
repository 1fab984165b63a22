/**
 * Signed texts by which mail is ended without signing in: whose mail, and our proof.
 *
 * @module
 */

/** Makes and reads them. */
export interface UnsubscribeTokens {
  sign(userId: string): Promise<string>;
  /** Returns the user; null for a text that was not made by this key, or was changed. */
  read(token: string): Promise<string | null>;
}

/** Returns tokens by HMAC-SHA-256; `secret` is at least 32 characters. They never expire. */
export async function createUnsubscribeTokens(secret: string): Promise<UnsubscribeTokens> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey(
    "raw",
    encode(`unsubscribe ${secret}`),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  const format = { alphabet: "base64url", omitPadding: true } as const;
  return {
    async sign(userId) {
      const name = encode(userId);
      const proof = new Uint8Array(await crypto.subtle.sign("HMAC", key, name));
      return `${name.toBase64(format)}.${proof.toBase64(format)}`;
    },
    async read(token) {
      const [name = "", proof = "", ...rest] = token.split(".");
      if (rest.length > 0) return null;
      try {
        const bytes = Uint8Array.fromBase64(name, { alphabet: "base64url" });
        const given = Uint8Array.fromBase64(proof, { alphabet: "base64url" });
        const isOurs = await crypto.subtle.verify("HMAC", key, given, bytes);
        return isOurs ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : null;
      } catch {
        // No base64url, or no text: none of ours.
        return null;
      }
    },
  };
}
