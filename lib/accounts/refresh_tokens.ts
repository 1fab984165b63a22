/**
 * Refresh tokens: each is good once, and one that comes back later ends its whole family.
 *
 * @module
 */
import type { SessionRecord } from "../contracts/owned.ts";
import { hashSecret, isSameText, makeSecret, type RandomBytes, signText } from "./secrets.ts";

/** What a refresh token says of itself. */
export interface RefreshClaims {
  sessionId: string;
  generation: number;
  /** Signed by us: nobody else can make a token of an earlier generation. */
  isOurs: boolean;
}

/** What a refresh token is good for. */
export type RefreshVerdict =
  /** It is the newest of its session. */
  | "renew"
  /** It was exchanged a moment ago: two tabs, or an answer that was lost. Nobody gains by it. */
  | "just_renewed"
  /** It was exchanged before: one of two holders has stolen it. */
  | "reused"
  /** Its session has ended. */
  | "ended"
  | "expired"
  | "unknown";

/** How long the token before the newest is taken for a repetition and not for a theft, ms. */
const repeatMs = 10_000;
const shape = /^([\w-]{8,64})\.(\d{1,9})\.([\w-]{43})\.([\w-]{43})$/;

/** Makes the token of a session's generation. */
export function makeRefreshToken(
  { sessionId, generation }: Pick<RefreshClaims, "sessionId" | "generation">,
  { macKey, random }: { macKey: string; random: RandomBytes },
): string {
  const body = `${sessionId}.${generation}.${makeSecret(random)}`;
  return `${body}.${signText(macKey, body)}`;
}

/** Reads a token; null for a text that is none. */
export function readRefreshToken(token: string, macKeys: readonly string[]): RefreshClaims | null {
  const parts = shape.exec(token);
  if (!parts) return null;
  const [, sessionId, generation, , mac] = parts;
  const body = token.slice(0, token.lastIndexOf("."));
  const isOurs = macKeys.some((key) => isSameText(mac!, signText(key, body)));
  return { sessionId: sessionId!, generation: Number(generation), isOurs };
}

/** Judges a token by its session, at wall time `nowMs`. */
export function judgeRefresh(
  session: SessionRecord | null,
  token: string,
  { generation, isOurs }: RefreshClaims,
  nowMs: number,
): RefreshVerdict {
  if (!session || !isOurs) return "unknown";
  if (session.endedMs !== null) return "ended";
  if (nowMs >= session.expiresMs) return "expired";
  if (generation === session.generation) {
    return isSameText(session.refreshHash, hashSecret(token)) ? "renew" : "unknown";
  }
  if (generation > session.generation) return "unknown";
  const isRepeated = generation === session.generation - 1 && nowMs - session.usedMs < repeatMs;
  return isRepeated ? "just_renewed" : "reused";
}
