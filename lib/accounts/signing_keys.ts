/**
 * The keys that tokens are signed with: the first one signs, all of them are believed.
 *
 * To change keys, put a new one in front and start anew; take the old one away when the tokens that
 * it signed have ended (refresh tokens live longest).
 *
 * @module
 */
import { hashSecret } from "./secrets.ts";

/** A secret with the name that tokens know it by. */
export interface SigningKey {
  kid: string;
  secret: Uint8Array<ArrayBuffer>;
}

/** Characters of a secret; 32 bytes as hex are 64. */
const secretCharsMin = 32;
const keysMax = 10;

/**
 * Reads keys, one a line or parted by commas, the newest first.
 *
 * @throws {RangeError} If there is none, one is too short, or there are more than ten. The message
 * holds none of them.
 */
export function readSigningKeys(text: string): [SigningKey, ...SigningKey[]] {
  const secrets = text.split(/[\s,]+/).filter((part) => part !== "");
  const short = secrets.findIndex((secret) => secret.length < secretCharsMin);
  if (short >= 0) {
    throw new RangeError(
      `Cannot sign tokens: keys of at least ${secretCharsMin} characters are required, ` +
        `number ${short + 1} has ${secrets[short]!.length}`,
    );
  }
  if (secrets.length > keysMax) {
    throw new RangeError(`Cannot sign tokens: at most ${keysMax} keys, was ${secrets.length}`);
  }
  const [first, ...earlier] = secrets.map(describeKey);
  if (!first) throw new RangeError("Cannot sign tokens: a key is required, was none");
  return [first, ...earlier];
}

function describeKey(secret: string): SigningKey {
  // The name is a digest of a digest, so that it tells nothing of the secret.
  const kid = hashSecret(`kid ${hashSecret(secret)}`).slice(0, 12);
  return { kid, secret: new TextEncoder().encode(secret) };
}
