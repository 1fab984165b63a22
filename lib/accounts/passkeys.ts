/**
 * Passkeys: made and used as WebAuthn says. Our question travels as a signed ticket, so that nothing
 * is kept in between; each ticket is good once.
 *
 * @module
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { BadRequestError, UnauthorizedError } from "../contracts/errors.ts";
import type { PasskeyRecord, UserRecord } from "../contracts/owned.ts";
import { type Identity, requireOwn } from "./identity.ts";
import type { AccountParts, Origin, SignedIn } from "./parts.ts";
import { makeSecret } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";

type RegistrationAnswer = Parameters<typeof verifyRegistrationResponse>[0]["response"];
type SignInAnswer = Parameters<typeof verifyAuthenticationResponse>[0]["response"];
type RegistrationOptions = Awaited<ReturnType<typeof generateRegistrationOptions>>;
type SignInOptions = Awaited<ReturnType<typeof generateAuthenticationOptions>>;

/** What an authenticator is asked, and the ticket that its answer has to bring. */
export interface Asked<Options> {
  ticket: string;
  options: Options;
}

/** The passkeys of everybody. */
export interface Passkeys {
  askToAdd(user: UserRecord, pageOrigin: string): Promise<Asked<RegistrationOptions>>;
  /** @throws {BadRequestError} For an answer that is not to our question, or a known passkey. */
  add(
    owner: Identity,
    answer: { ticket: string; name: string; response: RegistrationAnswer },
    from: { pageOrigin: string; origin: Origin },
  ): Promise<PasskeyRecord>;
  list(userId: string): Promise<PasskeyRecord[]>;
  /** @throws {NotFoundError} For a passkey of somebody else, or none. */
  remove(owner: Identity, id: string, origin: Origin): Promise<void>;
  askToSignIn(pageOrigin: string): Promise<Asked<SignInOptions>>;
  /** @throws {UnauthorizedError} For an answer that proves nothing, or comes a second time. */
  signIn(
    answer: { ticket: string; response: SignInAnswer },
    from: { pageOrigin: string; origin: Origin },
  ): Promise<SignedIn>;
}

/** How long a question may be answered, ms. */
export const ticketLiveMs = 5 * 60_000;
/** Passkeys that one user may have. */
export const passkeysMax = 20;
const challengeBytes = 32;
const refused = "Cannot sign in: this passkey's answer does not fit; try again";

/** Returns the passkeys; `pageOrigin` is where the asking page lies, such as `https://a.example`. */
export function createPasskeys(parts: AccountParts, sessions: Sessions): Passkeys {
  return { ...createOwnPasskeys(parts), ...createPasskeySignIn(parts, sessions) };
}

function createOwnPasskeys(
  parts: AccountParts,
): Pick<Passkeys, "askToAdd" | "add" | "list" | "remove"> {
  const { owned } = parts;
  const list: Passkeys["list"] = async (userId) =>
    (await owned.passkeys.list({ index: "user", equals: [userId], limit: passkeysMax })).items;
  return {
    list,
    async askToAdd(user, pageOrigin) {
      const known = await list(user.id);
      if (known.length >= passkeysMax) {
        throw new BadRequestError(`Cannot add a passkey: at most ${passkeysMax} are allowed`);
      }
      const { challenge, ticket } = await makeQuestion(parts, "passkey-add", user.id);
      const options = await generateRegistrationOptions({
        rpName: "CryptoIntel",
        rpID: new URL(pageOrigin).hostname,
        userName: user.email,
        userID: new TextEncoder().encode(user.id),
        challenge,
        timeout: ticketLiveMs,
        attestationType: "none",
        excludeCredentials: known.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      return { ticket, options };
    },
    async add(owner, { ticket, name, response }, { pageOrigin, origin }) {
      const { userId, challenge } = await readTicket(parts, "passkey-add", ticket);
      const info = userId === owner.userId
        ? await verifyAdded(response, challenge, pageOrigin)
        : null;
      if (!info) throw new BadRequestError("Cannot add this passkey: its answer does not fit");
      const { id, publicKey, counter } = info.credential;
      const passkey: PasskeyRecord = {
        id,
        userId: owner.userId,
        name,
        publicKey: toBase64Url(new Uint8Array(publicKey)),
        counter,
        transports: response.response.transports ?? [],
        createdMs: parts.now(),
        usedMs: null,
      };
      if (!await owned.passkeys.create(passkey)) {
        throw new BadRequestError("Cannot add this passkey: it was added already");
      }
      await notePasskey(parts, owner.userId, { act: "auth.passkey_added", id, origin });
      return passkey;
    },
    async remove(owner, id, origin) {
      await owned.transact(async (transaction) => {
        const found = await transaction.get("passkeys", id);
        requireOwn(found, ({ userId }) => userId, owner, "such a passkey");
        await transaction.delete("passkeys", id);
      });
      await notePasskey(parts, owner.userId, { act: "auth.passkey_removed", id, origin });
    },
  };
}

function createPasskeySignIn(
  parts: AccountParts,
  sessions: Sessions,
): Pick<Passkeys, "askToSignIn" | "signIn"> {
  return {
    async askToSignIn(pageOrigin) {
      const { challenge, ticket } = await makeQuestion(parts, "passkey-sign-in", "");
      const options = await generateAuthenticationOptions({
        rpID: new URL(pageOrigin).hostname,
        challenge,
        timeout: ticketLiveMs,
        userVerification: "required",
      });
      return { ticket, options };
    },
    async signIn({ ticket, response }, { pageOrigin, origin }) {
      await parts.throttle.countProof(origin.client);
      const { challenge, nonce } = await readTicket(parts, "passkey-sign-in", ticket);
      const user = await verifyPasskey(parts, response, { challenge, pageOrigin });
      // The session has the ticket's number: a second one with it cannot begin.
      const signedIn = user && await sessions.start(user, origin, nonce);
      const actor = user?.id ?? "anonymous";
      const isDone = signedIn !== null;
      await notePasskey(parts, actor, { act: "auth.sign_in", id: response.id, origin, isDone });
      if (!signedIn) throw new UnauthorizedError(refused);
      return signedIn;
    },
  };
}

/** Makes a question, and the ticket that proves that it was ours. */
async function makeQuestion(
  { random, tokens }: AccountParts,
  purpose: "passkey-add" | "passkey-sign-in",
  userId: string,
) {
  const challenge = random(challengeBytes);
  const claims = { challenge: toBase64Url(challenge), userId, nonce: makeSecret(random, 16) };
  return { challenge, ticket: await tokens.signTicket(purpose, claims, ticketLiveMs) };
}

function notePasskey(
  { audit }: AccountParts,
  actor: string,
  { act, id, origin, isDone = true }: {
    act: string;
    id: string;
    origin: Origin;
    isDone?: boolean;
  },
): Promise<void> {
  return audit.note({ actor, act, target: `passkey ${id}`, ip: origin.ip, isDone, detail: "" });
}

const toBase64Url = (bytes: Uint8Array) =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });

async function verifyAdded(response: RegistrationAnswer, challenge: string, pageOrigin: string) {
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: pageOrigin,
      expectedRPID: new URL(pageOrigin).hostname,
      requireUserVerification: true,
    });
    return registrationInfo ?? null;
  } catch {
    // The library throws for whatever does not fit; all of it comes from the client.
    return null;
  }
}

/** Returns whose passkey has signed our question, and counts its use; null when none has. */
async function verifyPasskey(
  { owned, now }: AccountParts,
  response: SignInAnswer,
  { challenge, pageOrigin }: { challenge: string; pageOrigin: string },
): Promise<UserRecord | null> {
  const known = await owned.passkeys.get(response.id);
  if (!known) return null;
  const newCounter = await verifySigned(known, response, challenge, pageOrigin);
  if (newCounter === null) return null;
  return await owned.transact(async (transaction) => {
    const passkey = await transaction.get("passkeys", known.id);
    const user = passkey && await transaction.get("users", passkey.userId);
    if (!passkey || !user || user.isDisabled) return null;
    // Counted by somebody else in between: two devices hold the same key.
    if (newCounter > 0 && newCounter <= passkey.counter) return null;
    await transaction.put("passkeys", { ...passkey, counter: newCounter, usedMs: now() });
    return user;
  });
}

async function verifySigned(
  { id, publicKey, counter }: PasskeyRecord,
  response: SignInAnswer,
  challenge: string,
  pageOrigin: string,
): Promise<number | null> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: pageOrigin,
      expectedRPID: new URL(pageOrigin).hostname,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: Uint8Array.fromBase64(publicKey, { alphabet: "base64url" }),
        counter,
      },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    // As above: what does not fit was sent by the client.
    return null;
  }
}

async function readTicket(
  { tokens }: AccountParts,
  purpose: "passkey-add" | "passkey-sign-in",
  ticket: string,
): Promise<{ challenge: string; userId: string; nonce: string }> {
  try {
    const { challenge, userId, nonce } = await tokens.readTicket(purpose, ticket);
    return { challenge: String(challenge), userId: String(userId), nonce: String(nonce) };
  } catch {
    throw new BadRequestError("Cannot use this ticket: ask anew, and answer within five minutes");
  }
}
