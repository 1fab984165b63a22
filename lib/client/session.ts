/**
 * A signed-in session of the client: its access token is renewed before it ends.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import type { Calls } from "./endpoints.ts";
import { ApiCallError } from "./errors.ts";

/** What a session goes on with. */
export interface SessionTokens {
  access: string;
  /** Good once. */
  refresh: string;
  /** End of the access token, epoch ms. */
  expiresMs: number;
}

/** Somebody who is signed in, or is not. */
export interface Session {
  signIn(credentials: { email: string; password: string }): Promise<void>;
  /**
   * The token to send, renewed when it is about to end; undefined while nobody is signed in.
   *
   * @throws {ApiCallError} When it cannot be renewed; with 401 the session is over.
   */
  getToken(): Promise<string | undefined>;
  signOut(): Promise<void>;
}

/** How a session is kept. */
export interface SessionOptions {
  /** Tokens of an earlier run. */
  tokens?: SessionTokens | null;
  /** Is told every change; null when the session is over. Keep them where only you can read. */
  onTokens?(tokens: SessionTokens | null): void;
  clock?: Clock;
}

/** An access token that ends within this time is renewed first, ms. */
const earlyMs = 60_000;

/**
 * Returns a session. `calls` is a client without a token; give `getToken` to the one that needs it:
 * `createClient({ baseUrl, token: session.getToken })`.
 */
export function createSession(
  calls: Pick<Calls, "login" | "refreshTokens" | "logout">,
  { tokens: first = null, onTokens, clock = systemClock }: SessionOptions = {},
): Session {
  let tokens = first;
  let renewing: Promise<void> | null = null;
  const keep = (next: SessionTokens | null) => {
    tokens = next;
    onTokens?.(next);
  };
  const take = (answer: Awaited<ReturnType<Calls["login"]>>) => {
    const { access_token: access, refresh_token: refresh, expires_in } = answer;
    if (access === null || refresh === null) throw new TypeError("Cannot sign in: no tokens came");
    keep({ access, refresh, expiresMs: clock.now() + expires_in * 1000 });
  };
  const renew = async (refresh_token: string) => {
    try {
      take(await calls.refreshTokens({ body: { refresh_token } }));
    } catch (error) {
      if (error instanceof ApiCallError && error.status === 401) keep(null);
      throw error;
    }
  };
  return {
    async signIn(credentials) {
      take(await calls.login({ body: credentials }));
    },
    async getToken() {
      if (tokens && tokens.expiresMs - clock.now() < earlyMs) {
        // A refresh token is good once: all who wait share one exchange.
        renewing ??= renew(tokens.refresh).finally(() => renewing = null);
        await renewing;
      }
      return tokens?.access;
    },
    async signOut() {
      const refresh_token = tokens?.refresh;
      keep(null);
      if (refresh_token !== undefined) await calls.logout({ body: { refresh_token } });
    },
  };
}
