/**
 * Signed-in devices: begun, renewed, listed, ended, and recognised by their tokens.
 *
 * @module
 */
import { UnauthorizedError } from "../contracts/errors.ts";
import type { SessionRecord, UserRecord } from "../contracts/owned.ts";
import { cleanText } from "./audit.ts";
import { type Identity, listScopes } from "./identity.ts";
import type { AccountParts, Origin, SignedIn } from "./parts.ts";
import { createRecent } from "./recent.ts";
import {
  judgeRefresh,
  makeRefreshToken,
  readRefreshToken,
  type RefreshVerdict,
} from "./refresh_tokens.ts";
import { hashSecret, makeSecret } from "./secrets.ts";
import { TokenError } from "./tokens.ts";

const dayMs = 86_400_000;
/** A device that was silent so long has to sign in again. */
export const idleMs = 30 * dayMs;
/** So has every device after this time, however busy. */
export const longestMs = 90 * dayMs;
/** Ended sessions are forgotten after this time. */
const keptEndedMs = 30 * dayMs;
/** Devices of one user; beyond that the one that was silent longest is signed out. */
const devicesMax = 30;
const listedMax = 500;

/** The sessions of everybody. */
export interface Sessions {
  /** Begins a session; null if one with the given `id` exists or existed. */
  start(user: UserRecord, origin: Origin, id?: string): Promise<SignedIn | null>;
  /** @throws {UnauthorizedError} For a refresh token that is not the newest of a running session. */
  renew(refreshToken: string, origin: Origin): Promise<SignedIn>;
  /** Running sessions, newest first. */
  list(userId: string): Promise<SessionRecord[]>;
  get(id: string): Promise<SessionRecord | null>;
  /** Says how many devices somebody has, and when the newest was signed in. */
  describe(userId: string): Promise<DevicesOf>;
  end(id: string, because: "signed_out" | "revoked"): Promise<void>;
  /** Signs out whoever holds this refresh token; returns their id, or null for none of ours. */
  endByToken(refreshToken: string): Promise<string | null>;
  endAll(userId: string, because: "signed_out" | "revoked"): Promise<void>;
  /** Forgets what was read of a user, so that a change counts at once. */
  forget(userId: string): void;
  /** @throws {UnauthorizedError} For a token that is expired, none of ours, or ended. */
  identify(accessToken: string): Promise<Identity>;
  /** Says whether a user's session runs; the end of it is noticed as fast as by `identify`. */
  isInForce(id: string, userId: string): Promise<boolean>;
}

/** Somebody's devices, as administrators see them. */
export interface DevicesOf {
  /** Signed in now. */
  running: number;
  /** Newest sign-in that is remembered, epoch ms; null for none. Ended ones are kept for 30 days. */
  signedInMs: number | null;
}

/** A session with whose it is. */
interface Held {
  session: SessionRecord;
  user: UserRecord;
}

/** Returns the sessions. */
export function createSessions(parts: AccountParts): Sessions {
  const { owned, now, random } = parts;
  const recent = createRecent<Held>(now);
  const end: Sessions["end"] = async (id, because) => {
    await owned.transact(async (transaction) => {
      const session = await transaction.get("sessions", id);
      if (!session || session.endedMs !== null) return;
      await transaction.put("sessions", { ...session, endedMs: now(), endedBecause: because });
    });
    recent.forget((_, { session }) => session.id === id);
  };
  const list = async (userId: string) =>
    (await listOf(parts, userId)).filter((session) => isRunning(session, now()));
  const sessions: Sessions = {
    async start(user, origin, id = makeSecret(random, 16)) {
      const refreshToken = makeToken(parts, id, 0);
      const nowMs = now();
      const session: SessionRecord = {
        id,
        userId: user.id,
        refreshHash: hashSecret(refreshToken),
        generation: 0,
        createdMs: nowMs,
        usedMs: nowMs,
        expiresMs: nowMs + idleMs,
        userAgent: cleanText(origin.userAgent, 200),
        ip: origin.ip,
        endedMs: null,
        endedBecause: null,
      };
      if (!await owned.sessions.create(session)) return null;
      await tidyDevices(parts, user.id, end);
      return await describeSignIn(parts, user, session, refreshToken);
    },
    renew: (refreshToken, origin) => renewSession(parts, refreshToken, origin, recent.forget),
    list,
    get: (id) => owned.sessions.get(id),
    describe: async (userId) => describeDevices(await listOf(parts, userId), now()),
    end,
    async endByToken(refreshToken) {
      const claims = readRefreshToken(refreshToken, parts.macKeys);
      const session = claims?.isOurs ? await owned.sessions.get(claims.sessionId) : null;
      if (!session || !isRunning(session, now())) return null;
      await end(session.id, "signed_out");
      return session.userId;
    },
    async endAll(userId, because) {
      for (const { id } of await list(userId)) await end(id, because);
      sessions.forget(userId);
    },
    forget: (userId) => recent.forget((_, { user }) => user.id === userId),
    async isInForce(id, userId) {
      return isHeld(await recent.get(id, () => readSession(parts, id)), userId, now());
    },
    async identify(accessToken) {
      const claims = await parts.tokens.readAccess(accessToken).catch(explainToken);
      const found = await recent.get(claims.sessionId, () => readSession(parts, claims.sessionId));
      if (!isHeld(found, claims.userId, now()) || found.user.tokenVersion !== claims.version) {
        throw new UnauthorizedError("Cannot use this token: its session has ended; sign in again");
      }
      const { user, session } = found;
      const scopes = listScopes(user.role);
      const { role, id: userId } = user;
      return { userId, role, via: "session", sessionId: session.id, keyId: null, scopes };
    },
  };
  return sessions;
}

function isRunning({ endedMs, expiresMs }: SessionRecord, nowMs: number): boolean {
  return endedMs === null && nowMs < expiresMs;
}

function describeDevices(all: readonly SessionRecord[], nowMs: number): DevicesOf {
  return {
    running: all.filter((session) => isRunning(session, nowMs)).length,
    signedInMs: all.length === 0 ? null : Math.max(...all.map(({ createdMs }) => createdMs)),
  };
}

/** Says whether a session runs and is this user's, who may still sign in. */
function isHeld(found: Held | null, userId: string, nowMs: number): found is Held {
  return found !== null && isRunning(found.session, nowMs) && !found.user.isDisabled &&
    found.user.id === userId;
}

function makeToken(
  { macKeys, random }: AccountParts,
  sessionId: string,
  generation: number,
): string {
  return makeRefreshToken({ sessionId, generation }, { macKey: macKeys[0]!, random });
}

async function listOf({ owned }: AccountParts, userId: string): Promise<SessionRecord[]> {
  const query = { index: "user", equals: [userId], limit: listedMax };
  return (await owned.sessions.list(query)).items;
}

async function readSession({ owned }: AccountParts, id: string) {
  const session = await owned.sessions.get(id);
  const user = session && await owned.users.get(session.userId);
  return session && user ? { session, user } : null;
}

async function describeSignIn(
  { tokens }: AccountParts,
  user: UserRecord,
  session: SessionRecord,
  refreshToken: string,
): Promise<SignedIn> {
  const accessToken = await tokens.signAccess({
    userId: user.id,
    sessionId: session.id,
    version: user.tokenVersion,
  });
  return {
    user,
    sessionId: session.id,
    accessToken,
    expiresIn: Math.round(tokens.accessMs / 1000),
    refreshToken,
    refreshExpiresMs: session.expiresMs,
  };
}

/** Ends the sessions beyond the most, and forgets those that ended long ago. */
async function tidyDevices(
  parts: AccountParts,
  userId: string,
  end: Sessions["end"],
): Promise<void> {
  const nowMs = parts.now();
  const all = await listOf(parts, userId);
  const running = all.filter((session) => isRunning(session, nowMs))
    .sort((a, b) => b.usedMs - a.usedMs || b.createdMs - a.createdMs);
  for (const { id } of running.slice(devicesMax)) await end(id, "revoked");
  for (const { id, endedMs, expiresMs } of all) {
    if (Math.min(endedMs ?? Infinity, expiresMs) < nowMs - keptEndedMs) {
      await parts.owned.sessions.delete(id);
    }
  }
}

/** Exchanges a refresh token; one that was exchanged before ends the session, whoever shows it. */
async function renewSession(
  parts: AccountParts,
  refreshToken: string,
  origin: Origin,
  forget: (of: (id: string) => boolean) => void,
): Promise<SignedIn> {
  const { owned, macKeys, now } = parts;
  const claims = readRefreshToken(refreshToken, macKeys);
  if (!claims) throw new UnauthorizedError(refusals.unknown);
  const { sessionId } = claims;
  const done = await owned.transact(async (transaction) => {
    const session = await transaction.get("sessions", sessionId);
    const verdict = judgeRefresh(session, refreshToken, claims, now());
    if (!session) return { verdict: "unknown", user: null } as const;
    const user = await transaction.get("users", session.userId);
    if (verdict === "reused") {
      const ended = { ...session, endedMs: now(), endedBecause: "reused" as const };
      await transaction.put("sessions", ended);
    }
    if (verdict !== "renew") return { verdict, user } as const;
    if (!user || user.isDisabled) return { verdict: "ended", user } as const;
    const next = makeToken(parts, sessionId, session.generation + 1);
    const renewed: SessionRecord = {
      ...session,
      refreshHash: hashSecret(next),
      generation: session.generation + 1,
      usedMs: now(),
      expiresMs: Math.min(now() + idleMs, session.createdMs + longestMs),
      ip: origin.ip,
    };
    await transaction.put("sessions", renewed);
    return { verdict, user, renewed, next } as const;
  });
  if (done.verdict === "renew") {
    return await describeSignIn(parts, done.user, done.renewed, done.next);
  }
  forget((id) => id === sessionId);
  if (done.verdict === "reused") {
    parts.log.warn("A refresh token came back: its session was ended", { sessionId });
    await parts.audit.note({
      actor: done.user?.id ?? "anonymous",
      act: "auth.token_reused",
      target: `session ${sessionId}`,
      ip: origin.ip,
      isDone: false,
      detail: "A refresh token came back after it was exchanged; the session was ended",
    });
  }
  throw new UnauthorizedError(refusals[done.verdict]);
}

const refusals: Readonly<Record<Exclude<RefreshVerdict, "renew">, string>> = {
  unknown: "Cannot renew: this refresh token is none of ours; sign in again",
  expired: "Cannot renew: this refresh token has expired; sign in again",
  ended: "Cannot renew: this session has ended; sign in again",
  just_renewed: "Cannot renew: this refresh token was exchanged a moment ago; use the newer one",
  reused:
    "Cannot renew: this refresh token was used before, so its session was ended for safety; " +
    "sign in again",
};

function explainToken(error: unknown): never {
  if (!(error instanceof TokenError)) throw error;
  throw new UnauthorizedError(
    error.code === "expired"
      ? "Cannot use this token: it has expired; renew it at POST /api/v1/auth/refresh"
      : "Cannot use this token: it is none of ours",
  );
}
