/**
 * Secrets of people, locked for the store: an address of Slack, the key of a webhook.
 *
 * @module
 */

/** Locks and unlocks texts. */
export interface Vault {
  lock(text: string): Promise<string>;
  /** Null for what was not locked by this key, or was changed since. */
  unlock(locked: string): Promise<string | null>;
}

const NONCE_BYTES = 12;

/** Returns a vault; `secret` is at least 32 characters. AES-256-GCM, its key made by HKDF-SHA-256. */
export async function createVault(secret: string): Promise<Vault> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const material = await crypto.subtle.importKey("raw", encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: encode("cryptointel"), info: encode("vault") },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  return {
    async lock(text) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, encode(text));
      return new Uint8Array([...iv, ...new Uint8Array(sealed)]).toBase64();
    },
    async unlock(locked) {
      try {
        const bytes = Uint8Array.fromBase64(locked);
        const iv = bytes.subarray(0, NONCE_BYTES);
        const sealed = bytes.subarray(NONCE_BYTES);
        const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
        return new TextDecoder().decode(text);
      } catch {
        return null;
      }
    },
  };
}
