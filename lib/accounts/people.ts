/**
 * People: registered, signed in, changed and removed; the first administrator among them.
 *
 * @module
 */
import type { Role, UserRecord } from "../contracts/owned.ts";
import type { Page, RecordQuery } from "../store/mod.ts";
import { createDirectory } from "./directory.ts";
import { createForgot, type SendResetMail } from "./forgot.ts";
import type { Identity } from "./identity.ts";
import { createOwnAccounts } from "./own_account.ts";
import type { AccountParts, Origin, Rooms, SignedIn } from "./parts.ts";
import { createEntrance } from "./sign_in.ts";

/** What somebody signs in with. */
export interface Credentials {
  email: string;
  password: string;
}

/** Everybody with an account. */
export interface People {
  /** A token for the set-up link; null once there is an administrator. */
  makeSetupToken(): Promise<string | null>;
  isSetupNeeded(): Promise<boolean>;
  /**
   * Makes the first administrator, once.
   *
   * @throws {ForbiddenError} For a link that is used, expired or none of ours.
   */
  setUp(token: string, credentials: Credentials, origin: Origin): Promise<SignedIn>;
  /** @throws {BadRequestError} For a weak password, or an address that has an account. */
  register(credentials: Credentials, origin: Origin): Promise<SignedIn>;
  /** @throws {UnauthorizedError} For anything but the right password of an account in use. */
  signIn(credentials: Credentials, origin: Origin): Promise<SignedIn>;
  signOut(identity: Identity, origin: Origin): Promise<void>;
  /**
   * Asks for the password once more, before something that matters.
   *
   * @throws {UnauthorizedError} For a wrong one.
   */
  prove(userId: string, password: string, origin: Origin): Promise<UserRecord>;
  /** Changes the password and signs out every device; the one that asks is signed in anew. */
  changePassword(
    userId: string,
    change: { current: string; next: string },
    origin: Origin,
  ): Promise<SignedIn>;
  /** Whether links to new passwords can be mailed here. */
  isMailOn: boolean;
  /**
   * Has a link to a new password mailed to the account of an address, if there is one. Nothing that
   * the caller sees tells whether there is.
   *
   * @throws {ServiceUnavailableError} Where no mail is sent.
   */
  askReset(email: string, origin: Origin): Promise<void>;
  /**
   * Sets a new password by a link that was mailed, or made by an administrator; every device is
   * signed out.
   *
   * @throws {ForbiddenError} For a link that is used, expired or none of ours.
   */
  reset(token: string, password: string, origin: Origin): Promise<SignedIn>;
  /**
   * Removes an account with all that belongs to it.
   *
   * @throws {ForbiddenError} For the only administrator.
   */
  remove(userId: string, password: string, origin: Origin): Promise<void>;
  /** @throws {NotFoundError} When there is none. */
  get(userId: string): Promise<UserRecord>;
  /** A page, newest first. */
  list(query: RecordQuery): Promise<Page<UserRecord>>;
  /** Whoever has this address; null for nobody. */
  find(email: string): Promise<UserRecord | null>;
  /**
   * Changes what somebody may do; their tokens end.
   *
   * @throws {ForbiddenError} When no administrator would be left.
   */
  change(
    userId: string,
    change: { role?: Role | undefined; isDisabled?: boolean | undefined },
    by: Actor,
  ): Promise<UserRecord>;
  /**
   * Removes somebody's account with all that belongs to it, without their password.
   *
   * @throws {ForbiddenError} For one's own, and when no administrator would be left.
   */
  expel(userId: string, by: Actor): Promise<void>;
  /** Signs somebody out everywhere. */
  endSessions(userId: string, by: Actor): Promise<void>;
  /** A token with which somebody sets a new password, once and within an hour. */
  makeResetToken(userId: string, by: Actor): Promise<{ token: string; expiresMs: number }>;
}

/** Who changes something of somebody else. */
export interface Actor {
  actor: string;
  origin: Origin;
}

/** Returns the people. */
export function createPeople(
  parts: AccountParts,
  rooms: Rooms,
  sendResetMail: SendResetMail | null,
): People {
  const directory = createDirectory(parts, rooms);
  return {
    ...directory,
    ...createEntrance(parts, rooms),
    ...createForgot(parts, sendResetMail),
    ...createOwnAccounts(parts, rooms, directory.get),
  };
}
