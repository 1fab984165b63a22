/** An authenticator of software: makes passkeys and signs with them, as a phone would. */

type Bytes = Uint8Array<ArrayBuffer>;
const encoder = new TextEncoder();

/** Bytes as WebAuthn writes them in JSON. */
export const toBase64Url = (bytes: Bytes) =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });

function concat(...parts: (Bytes | readonly number[])[]): Bytes {
  const all = parts.map((part) => part instanceof Uint8Array ? part : new Uint8Array(part));
  const joined = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** CBOR, as far as an authenticator needs it: small numbers, texts, bytes, maps. */
function encodeCbor(value: number | string | Bytes | Map<number | string, unknown>): Bytes {
  const head = (major: number, size: number): number[] =>
    size < 24
      ? [major << 5 | size]
      : size < 256
      ? [major << 5 | 24, size]
      : [major << 5 | 25, size >> 8, size & 255];
  if (typeof value === "number") return concat(value < 0 ? head(1, -1 - value) : head(0, value));
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return concat(head(3, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  const entries = [...value].flatMap(([key, inner]) => [
    encodeCbor(key),
    encodeCbor(inner as Parameters<typeof encodeCbor>[0]),
  ]);
  return concat(head(5, value.size), ...entries);
}

/** What a test changes of an honest answer. */
export interface Trick {
  origin?: string;
  challenge?: string;
  rpId?: string;
  /** Whether a finger or face was shown. */
  isVerified?: boolean;
  type?: string;
  counter?: number;
}

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** ECDSA signatures travel as DER. */
function toDer(raw: Bytes): Bytes {
  const integer = (bytes: Bytes) => {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start++;
    const rest = bytes.slice(start);
    const padded = rest[0]! >= 128 ? concat([0], rest) : rest;
    return concat([2, padded.length], padded);
  };
  const both = concat(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return concat([0x30, both.length], both);
}

/** Returns an authenticator with one new passkey. */
export async function createAuthenticator(pageOrigin: string) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign"]) as CryptoKeyPair;
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const id = crypto.getRandomValues(new Uint8Array(32));
  const fromText = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" });
  const publicKey = encodeCbor(
    new Map<number, unknown>([[1, 2], [3, -7], [-1, 1], [-2, fromText(x!)], [-3, fromText(y!)]]),
  );
  let counter = 0;

  const describe = async (
    asked: { challenge: string },
    { isNew, trick }: { isNew: boolean; trick: Trick },
  ) => {
    counter = trick.counter ?? counter + 1;
    const clientData = encoder.encode(JSON.stringify({
      type: trick.type ?? (isNew ? "webauthn.create" : "webauthn.get"),
      challenge: trick.challenge ?? asked.challenge,
      origin: trick.origin ?? pageOrigin,
      crossOrigin: false,
    }));
    const flags = 1 | (trick.isVerified === false ? 0 : 4) | (isNew ? 64 : 0);
    const rpId = trick.rpId ?? new URL(pageOrigin).hostname;
    const data = concat(
      await sha256(encoder.encode(rpId)),
      [flags, 0, 0, counter >> 8, counter & 255],
      isNew ? concat(new Uint8Array(16), [0, id.length], id, publicKey) : [],
    );
    return { clientData, data };
  };
  const named = { id: toBase64Url(id), rawId: toBase64Url(id), type: "public-key" as const };
  return {
    id: named.id,
    /** Answers the question for a new passkey. */
    async make(asked: { challenge: string }, trick: Trick = {}) {
      const { clientData, data } = await describe(asked, { isNew: true, trick });
      const attestation = encodeCbor(
        new Map<string, unknown>([["fmt", "none"], ["attStmt", new Map()], ["authData", data]]),
      );
      return {
        ...named,
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64Url(clientData),
          attestationObject: toBase64Url(attestation),
        },
      };
    },
    /** Answers the question to sign in. */
    async sign(asked: { challenge: string }, trick: Trick = {}) {
      const { clientData, data } = await describe(asked, { isNew: false, trick });
      const signed = await crypto.subtle.sign(
        { name: "ECDSA", hash: "SHA-256" },
        pair.privateKey,
        concat(data, await sha256(clientData)),
      );
      return {
        ...named,
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64Url(clientData),
          authenticatorData: toBase64Url(data),
          signature: toBase64Url(toDer(new Uint8Array(signed))),
        },
      };
    },
  };
}
