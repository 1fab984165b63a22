import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { readSigningKeys } from "../../lib/accounts/signing_keys.ts";
import { createTokens, TokenError } from "../../lib/accounts/tokens.ts";
import { signingKey, startMs } from "../support/accounts.ts";

const time = { nowMs: startMs };
const now = () => time.nowMs;
const keys = readSigningKeys(signingKey);
const tokens = createTokens({ keys, now, accessMs: 3_600_000 });
const claims = { userId: "u1", sessionId: "session-1", version: 3 };
const nowS = Math.floor(startMs / 1000);

Deno.test("an access token says who it is, for sixty minutes and not a second longer", async () => {
  time.nowMs = startMs;
  const token = await tokens.signAccess(claims);
  deepEqual(await tokens.readAccess(token), { ...claims, expiresMs: startMs + 3_600_000 });
  time.nowMs = startMs + 3_599_999;
  equal((await tokens.readAccess(token)).userId, "u1");
  time.nowMs = startMs + 3_600_000;
  await rejects(tokens.readAccess(token), { code: "expired" });
  time.nowMs = startMs;
});

/** A token with everything right but what `change` says. */
function forge(
  change: {
    header?: Record<string, unknown>;
    payload?: Record<string, unknown>;
    secret?: Uint8Array;
  } = {},
): Promise<string> {
  const payload = {
    sub: "u1",
    sid: "session-1",
    ver: 3,
    iss: "cryptointel",
    aud: "api",
    iat: nowS,
    exp: nowS + 3_600,
    ...change.payload,
  };
  const header = { alg: "HS256", typ: "at+jwt", kid: keys[0].kid, ...change.header };
  return new SignJWT(payload).setProtectedHeader(header).sign(change.secret ?? keys[0].secret);
}

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
const right = await forge();
const [rightHead, rightBody, rightMac] = right.split(".") as [string, string, string];
const other = new TextEncoder().encode("o".repeat(64));

const forged: Record<string, string> = {
  "nothing": "",
  "one dot": ".",
  "no token at all": "Robert'); DROP TABLE users;--",
  "10 kB of text": "x".repeat(10_000),
  "no signature": `${rightHead}.${rightBody}.`,
  "algorithm none": new UnsecuredJWT({ sub: "u1", sid: "session-1", ver: 3 })
    .setIssuer("cryptointel").setAudience("api").setIssuedAt(nowS).setExpirationTime(nowS + 60)
    .encode(),
  "algorithm none with our key's name": `${
    encode({ alg: "none", typ: "at+jwt", kid: keys[0].kid })
  }.${rightBody}.${rightMac}`,
  "another algorithm": await forge({ header: { alg: "HS512" } }),
  "another key": await forge({ secret: other }),
  "another key under an unknown name": await forge({ secret: other, header: { kid: "other" } }),
  "no name of a key": await forge({ header: { kid: undefined } }),
  "a path for a name": await forge({ header: { kid: "../../dev/null" } }),
  "a key of its own in the header": await forge({
    secret: other,
    header: { jwk: { kty: "oct", k: encode("x") } },
  }),
  "an address of keys in the header": await forge({
    secret: other,
    header: { jku: "https://evil.example/keys" },
  }),
  "another payload under an old signature": `${rightHead}.${
    encode({ sub: "owner", sid: "session-1", ver: 3, aud: "api", iss: "cryptointel", exp: 9e9 })
  }.${rightMac}`,
  "another issuer": await forge({ payload: { iss: "somebody" } }),
  "another audience": await forge({ payload: { aud: "passkey-add" } }),
  "another type": await forge({ header: { typ: "ticket+jwt" } }),
  "no end": await forge({ payload: { exp: undefined } }),
  "no subject": await forge({ payload: { sub: undefined } }),
  "an empty subject": await forge({ payload: { sub: "" } }),
  "a version that is no number": await forge({ payload: { ver: "3" } }),
  "a start in the future": await forge({ payload: { nbf: nowS + 600 } }),
};
for (const [name, token] of Object.entries(forged)) {
  Deno.test(`a token with ${name} is none of ours`, () =>
    rejects(
      tokens.readAccess(token),
      (error) => error instanceof TokenError && error.code === "invalid",
    ));
}

Deno.test("a token that ended is said to have ended, not to be forged", async () => {
  const token = await forge({ payload: { exp: nowS - 1 } });
  await rejects(tokens.readAccess(token), { code: "expired" });
  const forgedToo = await forge({ payload: { exp: nowS - 1 }, secret: other });
  await rejects(tokens.readAccess(forgedToo), { code: "invalid" });
});

Deno.test("a token with any one character changed is refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(right.length - 1), fc.constantFrom("A", "b", "7", "."), (at, put) => {
      const changed = right.slice(0, at) + put + right.slice(at + 1);
      // The last character of a part holds bits that base64 does not use.
      const isSame = changed.split(".").length === 3 &&
        changed.split(".").every((part, i) =>
          part.length % 4 !== 1 &&
          Uint8Array.fromBase64(part, { alphabet: "base64url", lastChunkHandling: "loose" })
              .toHex() ===
            Uint8Array.fromBase64(right.split(".")[i]!, { alphabet: "base64url" }).toHex()
        );
      return isSame ? Promise.resolve() : rejects(tokens.readAccess(changed), TokenError);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a ticket is good for its purpose only, and never as an access token", async () => {
  const ticket = await tokens.signTicket("setup", { nonce: "n" }, 60_000);
  equal((await tokens.readTicket("setup", ticket)).nonce, "n");
  await rejects(tokens.readTicket("passkey-add", ticket), { code: "invalid" });
  await rejects(tokens.readAccess(ticket), { code: "invalid" });
  await rejects(tokens.readTicket("setup", right), { code: "invalid" });
});

Deno.test("a new key signs, the one before it is still believed, one that was taken away is not", async () => {
  const [young, old] = ["y".repeat(40), "o".repeat(40)];
  const before = createTokens({ keys: readSigningKeys(old), now, accessMs: 60_000 });
  const both = createTokens({ keys: readSigningKeys(`${young}\n${old}\n`), now, accessMs: 60_000 });
  const after = createTokens({ keys: readSigningKeys(young), now, accessMs: 60_000 });
  const [ofOld, ofBoth] = [await before.signAccess(claims), await both.signAccess(claims)];
  equal((await both.readAccess(ofOld)).userId, "u1");
  equal((await after.readAccess(ofBoth)).userId, "u1");
  await rejects(after.readAccess(ofOld), { code: "invalid" });
  await rejects(before.readAccess(ofBoth), { code: "invalid" });
});

Deno.test("keys that are missing, short or too many are refused, and not shown", () => {
  const secret = "sesame-open-the-door-now-please"; // 31 characters
  for (
    const text of [
      "",
      " \n ",
      secret,
      `${"k".repeat(40)},${secret}`,
      `${"k".repeat(32)} `.repeat(11),
    ]
  ) {
    throws(() => readSigningKeys(text), (error: Error) => {
      ok(error instanceof RangeError);
      ok(!error.message.includes("sesame"));
      return true;
    });
  }
  const [first, second] = readSigningKeys(`${"a".repeat(32)}, ${"b".repeat(32)}`);
  notEqual(first.kid, second!.kid);
  ok(!"a".repeat(32).includes(first.kid));
});
