/**
 * What the parts of accounts are made of and hand to each other.
 *
 * @module
 */
import type { UserRecord } from "../contracts/owned.ts";
import type { Logger } from "../log.ts";
import type { OwnedStore } from "../store/mod.ts";
import type { ApiKeys } from "./api_keys.ts";
import type { Audit } from "./audit.ts";
import type { PasswordHasher } from "./hasher.ts";
import type { RandomBytes } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";
import type { Throttle } from "./throttle.ts";
import type { Tokens } from "./tokens.ts";

/** What all of them use. */
export interface AccountParts {
  owned: OwnedStore;
  tokens: Tokens;
  /** Keys of refresh tokens, the newest first. */
  macKeys: readonly string[];
  hasher: PasswordHasher;
  throttle: Throttle;
  audit: Audit;
  /** Wall time, epoch ms. */
  now(): number;
  random: RandomBytes;
  log: Logger;
}

/** Where a request comes from. */
export interface Origin {
  /** The address, as it is shown. */
  ip: string;
  /** What tries are counted by: an address, or the network that one person has. */
  client: string;
  /** What the device calls itself. */
  userAgent: string;
}

/** Somebody has signed in, with what they go on with. */
export interface SignedIn {
  user: UserRecord;
  sessionId: string;
  accessToken: string;
  /** Life of the access token, s. */
  expiresIn: number;
  refreshToken: string;
  /** End of the refresh token, epoch ms. */
  refreshExpiresMs: number;
}

/** What people are looked after with. */
export interface Rooms {
  sessions: Sessions;
  keys: ApiKeys;
}
