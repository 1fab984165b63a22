/**
 * Signed tokens (JWT): who is signed in, and tickets that prove what we asked or offered before.
 *
 * @module
 */
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { SigningKey } from "./signing_keys.ts";

/** What a ticket is good for; one for another purpose is refused. */
export type TicketPurpose = "setup" | "reset" | "passkey-add" | "passkey-sign-in";

/** What an access token says. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  /** The user's `tokenVersion` when it was signed. */
  version: number;
  /** Wall time, epoch ms. */
  expiresMs: number;
}

/** A token that cannot be used. */
export class TokenError extends Error {
  override name = "TokenError";

  constructor(readonly code: "expired" | "invalid") {
    super(code === "expired" ? "The token has expired" : "The token is none of ours");
  }
}

/** Signs and reads tokens. */
export interface Tokens {
  /** How long access tokens live, ms. */
  accessMs: number;
  signAccess(claims: Omit<AccessClaims, "expiresMs">): Promise<string>;
  /** @throws {TokenError} Expired, or none of ours. */
  readAccess(token: string): Promise<AccessClaims>;
  signTicket(purpose: TicketPurpose, claims: Record<string, string>, liveMs: number): Promise<
    string
  >;
  /** @throws {TokenError} Expired, of another purpose, or none of ours. */
  readTicket(purpose: TicketPurpose, token: string): Promise<Record<string, unknown>>;
}

/** The one way of signing; a token that names another is refused unread. */
const alg = "HS256";
const issuer = "cryptointel";
const accessType = "at+jwt";
const ticketType = "ticket+jwt";
/** Characters; ours are shorter. */
const tokenCharsMax = 2_048;

const accessSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  ver: z.number().int().min(0),
  exp: z.number(),
});

/** Returns tokens signed with the first of `keys`; `now` is wall time in epoch ms. */
export function createTokens({ keys, now, accessMs }: {
  keys: readonly [SigningKey, ...SigningKey[]];
  now: () => number;
  accessMs: number;
}): Tokens {
  const sign = (payload: JWTPayload, { typ, audience, liveMs }: Kind & { liveMs: number }) => {
    const nowS = Math.floor(now() / 1000);
    return new SignJWT(payload)
      .setProtectedHeader({ alg, typ, kid: keys[0].kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + Math.ceil(liveMs / 1000))
      .sign(keys[0].secret);
  };
  return {
    accessMs,
    signAccess: ({ userId, sessionId, version }) =>
      sign({ sub: userId, sid: sessionId, ver: version }, {
        typ: accessType,
        audience: "api",
        liveMs: accessMs,
      }),
    async readAccess(token) {
      const payload = await readToken(token, { keys, now, typ: accessType, audience: "api" });
      const claims = accessSchema.safeParse(payload);
      if (!claims.success) throw new TokenError("invalid");
      const { sub, sid, ver, exp } = claims.data;
      return { userId: sub, sessionId: sid, version: ver, expiresMs: exp * 1000 };
    },
    signTicket: (purpose, claims, liveMs) =>
      sign(claims, { typ: ticketType, audience: purpose, liveMs }),
    readTicket: (purpose, token) =>
      readToken(token, { keys, now, typ: ticketType, audience: purpose }),
  };
}

interface Kind {
  typ: string;
  audience: string;
}

async function readToken(
  token: string,
  { keys, now, typ, audience }: Kind & { keys: readonly SigningKey[]; now: () => number },
): Promise<JWTPayload> {
  if (token.length > tokenCharsMax) throw new TokenError("invalid");
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => findKey(keys, kid), {
      algorithms: [alg],
      issuer,
      audience,
      typ,
      currentDate: new Date(now()),
      requiredClaims: ["iat", "exp"],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new TokenError("expired");
    // Everything else is the caller's: whatever is wrong with the text, it is no token of ours.
    throw new TokenError("invalid");
  }
}

function findKey(keys: readonly SigningKey[], kid: string | undefined): Uint8Array<ArrayBuffer> {
  const key = keys.find((known) => known.kid === kid);
  if (!key) throw new TokenError("invalid");
  return key.secret;
}
