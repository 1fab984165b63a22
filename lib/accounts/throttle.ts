/**
 * How often somebody may try a password: by address, by address and account, and by account.
 *
 * The account's own limit spares addresses from which its owner signed in before. So whoever tries
 * many passwords from many places is slowed down, and cannot lock the owner out.
 *
 * @module
 */
import { RateLimitedError } from "../contracts/errors.ts";
import type { Buckets } from "../store/mod.ts";
import { hashSecret } from "./secrets.ts";

const minuteMs = 60_000;

/** Tries within a time, by what is counted. Kept in the store, so that a restart forgives nothing. */
export const throttleLimits = {
  /** Passwords from one address, whatever the account. */
  address: { capacity: 30, windowMs: 5 * minuteMs },
  /** Passwords for one account from one address. */
  pair: { capacity: 10, windowMs: 5 * minuteMs },
  /** Passwords for one account from addresses that its owner never used. */
  account: { capacity: 50, windowMs: 60 * minuteMs },
  /** New accounts, and tries of set-up links, from one address. */
  register: { capacity: 10, windowMs: 60 * minuteMs },
  /** Links that are asked for from one address. */
  forgot: { capacity: 10, windowMs: 60 * minuteMs },
  /** Links that are asked for one account, so that no mailbox is flooded. */
  mailbox: { capacity: 5, windowMs: 60 * minuteMs },
} as const;

/** Counts tries. */
export interface Throttle {
  /** @throws {RateLimitedError} When there were too many. */
  countSignIn(attempt: { client: string; emailKey: string; isKnownAddress: boolean }): Promise<
    void
  >;
  /** @throws {RateLimitedError} When there were too many. */
  countRegistration(client: string): Promise<void>;
  /** Passkeys and refresh tokens, whose account is not known beforehand. */
  countProof(client: string): Promise<void>;
  /**
   * Links to a new password, counted alike whether anybody has the address or not.
   *
   * @throws {RateLimitedError} When there were too many.
   */
  countForgot(asked: { client: string; emailKey: string }): Promise<void>;
}

/** Returns a throttle on buckets; `client` names an address, or the network that one person has. */
export function createThrottle(buckets: Buckets): Throttle {
  const take = async (
    name: string,
    limits: { capacity: number; windowMs: number },
    act = "sign in",
  ) => {
    const { isGranted, retryAfterMs } = await buckets.take(`sign-in ${name}`, limits);
    if (!isGranted) {
      throw new RateLimitedError(
        `Cannot ${act} now: too many tries; wait a while`,
        retryAfterMs,
      );
    }
  };
  const nameAccount = (emailKey: string) => hashSecret(emailKey).slice(0, 32);
  return {
    async countSignIn({ client, emailKey, isKnownAddress }) {
      const account = nameAccount(emailKey);
      await take(`address ${client}`, throttleLimits.address);
      await take(`pair ${account} ${client}`, throttleLimits.pair);
      if (!isKnownAddress) await take(`account ${account}`, throttleLimits.account);
    },
    countRegistration: (client) => take(`register ${client}`, throttleLimits.register),
    countProof: (client) => take(`proof ${client}`, throttleLimits.address),
    async countForgot({ client, emailKey }) {
      const act = "mail a link";
      await take(`forgot ${client}`, throttleLimits.forgot, act);
      await take(`mailbox ${nameAccount(emailKey)}`, throttleLimits.mailbox, act);
    },
  };
}
