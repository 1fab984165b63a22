/**
 * Accounts: who people are, how they prove it, and what they may do.
 *
 * Decisions lie in files of their own (`identity`, `passwords`, `refresh_tokens`, `tokens`); time and
 * chance come in from outside. HTTP is elsewhere: here are texts, records and errors.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { Buckets, OwnedStore } from "../store/mod.ts";
import { type ApiKeys, createApiKeys, isKeyText } from "./api_keys.ts";
import { type Audit, createAudit } from "./audit.ts";
import { forgotTopic, mailLink, type SendResetMail } from "./forgot.ts";
import { createPasswordHasher, type PasswordHasher } from "./hasher.ts";
import type { Identity } from "./identity.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createPeople, type People } from "./people.ts";
import { removalTopic, removeRecords } from "./removal.ts";
import { hashSecret, type RandomBytes } from "./secrets.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { readSigningKeys } from "./signing_keys.ts";
import { createThrottle } from "./throttle.ts";
import { createTokens } from "./tokens.ts";

export type { ApiKeys, KeyDraft } from "./api_keys.ts";
export type { Audit, AuditEntry } from "./audit.ts";
export { forgotTopic, mailedLiveMs, type ResetMail, type SendResetMail } from "./forgot.ts";
export type { PasswordHasher } from "./hasher.ts";
export * from "./identity.ts";
export type { Origin, SignedIn } from "./parts.ts";
export type { Asked, Passkeys } from "./passkeys.ts";
export { passwordCharsMax, passwordCharsMin } from "./passwords.ts";
export type { Credentials, People } from "./people.ts";
export { removalTopic } from "./removal.ts";
export type { RandomBytes } from "./secrets.ts";
export type { DevicesOf, Sessions } from "./sessions.ts";
export { readSigningKeys } from "./signing_keys.ts";

/** All that concerns accounts. */
export interface Accounts {
  people: People;
  sessions: Sessions;
  keys: ApiKeys;
  passkeys: Passkeys;
  audit: Audit;
  /**
   * Returns who shows a text: an API key, or an access token.
   *
   * @throws {UnauthorizedError} When it proves nothing; the message says why.
   */
  identify(text: string): Promise<Identity>;
  /** Says whether the session or key that proved who somebody is has not ended since. */
  isInForce(identity: Identity): Promise<boolean>;
  /** Handlers of queued work, by topic. */
  jobs: Readonly<Record<string, (body: unknown) => Promise<void>>>;
  /** Ends the thread that hashes passwords. */
  stop(): void;
}

/** What accounts are made of. */
export interface AccountsOptions {
  owned: OwnedStore;
  buckets: Buckets;
  /** Keys that tokens are signed with, one a line, the newest first. */
  signingKeys: string;
  /** Life of access tokens; 60 by default. */
  accessMinutes?: number;
  /** Wall time, epoch ms. */
  now(): number;
  random?: RandomBytes;
  hasher?: PasswordHasher;
  /** Mails links to new passwords; without it nobody is mailed any. */
  sendResetMail?: SendResetMail | null;
  log: Logger;
}

const accessMinutesDefault = 60;

/**
 * Opens the accounts.
 *
 * @throws {RangeError} For signing keys that are missing or too short.
 */
export function createAccounts(options: AccountsOptions): Accounts {
  const { owned, buckets, now, log, accessMinutes = accessMinutesDefault } = options;
  const { sendResetMail = null } = options;
  const random: RandomBytes = options.random ??
    ((count) => crypto.getRandomValues(new Uint8Array(count)));
  const keys = readSigningKeys(options.signingKeys);
  const hasher = options.hasher ?? createPasswordHasher({ random });
  const decoder = new TextDecoder();
  const parts = {
    owned,
    now,
    random,
    log,
    hasher,
    tokens: createTokens({ keys, now, accessMs: accessMinutes * 60_000 }),
    macKeys: keys.map(({ secret }) => hashSecret(`refresh ${decoder.decode(secret)}`)),
    throttle: createThrottle(buckets),
    audit: createAudit({ owned, now, random, log }),
  };
  const sessions = createSessions(parts);
  const apiKeys = createApiKeys(parts);
  return {
    sessions,
    keys: apiKeys,
    people: createPeople(parts, { sessions, keys: apiKeys }, sendResetMail),
    passkeys: createPasskeys(parts, sessions),
    audit: parts.audit,
    identify: (text) => isKeyText(text) ? apiKeys.identify(text) : sessions.identify(text),
    isInForce: async ({ userId, sessionId, keyId }) =>
      keyId !== null
        ? await apiKeys.isInForce(keyId)
        : sessionId !== null && await sessions.isInForce(sessionId, userId),
    jobs: {
      [forgotTopic]: (body) => mailLink(parts, sendResetMail, body),
      [removalTopic]: async (body) => {
        const userId = readUserId(body);
        // An account of the same id came to be again; that is only so for the first administrator.
        if (userId === null || await owned.users.get(userId)) return;
        await removeRecords(parts, userId);
      },
    },
    stop: () => hasher.stop(),
  };
}

function readUserId(body: unknown): string | null {
  const isRecord = typeof body === "object" && body !== null && "userId" in body;
  return isRecord && typeof body.userId === "string" ? body.userId : null;
}
