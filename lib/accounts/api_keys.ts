/**
 * API keys: made, listed, revoked, and recognised. Only their hashes are kept.
 *
 * @module
 */
import { BadRequestError, ForbiddenError, UnauthorizedError } from "../contracts/errors.ts";
import type { ApiKeyRecord, Scope, UserRecord } from "../contracts/owned.ts";
import { type Identity, listScopes, narrowScopes, requireOwn } from "./identity.ts";
import type { AccountParts, Origin } from "./parts.ts";
import { createRecent } from "./recent.ts";
import { hashSecret, isSameText, makeSecret } from "./secrets.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Keys that one user may have at a time. */
export const keysMax = 50;
const listedMax = 1_000;
const shape = /^ci_([0-9a-f]{16})_[\w-]{43}$/;

/** What a new key is to be. */
export interface KeyDraft {
  name: string;
  scopes: readonly Scope[];
  /** Null for a key that does not end by itself. */
  expiresDays: number | null;
}

/** The keys of everybody. */
export interface ApiKeys {
  /**
   * Makes a key; `secret` is told this once.
   *
   * @throws {ForbiddenError} For a scope that its owner does not have.
   * @throws {BadRequestError} Beyond fifty keys.
   */
  create(owner: Identity, draft: KeyDraft, origin: Origin): Promise<{
    key: ApiKeyRecord;
    secret: string;
  }>;
  /** Keys that are not revoked, newest first. */
  list(userId: string): Promise<ApiKeyRecord[]>;
  /** @throws {NotFoundError} For a key of somebody else, or none. */
  revoke(owner: Identity, id: string, origin: Origin): Promise<void>;
  /** @throws {UnauthorizedError} For a key that is unknown, revoked or expired. */
  identify(secret: string): Promise<Identity>;
  /** Says whether a key still opens something. */
  isInForce(id: string): Promise<boolean>;
  forget(userId: string): void;
}

/** Says whether a text is meant to be a key. */
export const isKeyText = (text: string): boolean => text.startsWith("ci_");

/** Returns the keys. */
export function createApiKeys(parts: AccountParts): ApiKeys {
  const { owned, now, random, audit } = parts;
  const recent = createRecent<{ key: ApiKeyRecord; user: UserRecord }>(now);
  const list = async (userId: string) => {
    const query = { index: "user", equals: [userId], limit: listedMax };
    return (await owned.apiKeys.list(query)).items.filter(({ revokedMs }) => revokedMs === null);
  };
  return {
    async create(owner, draft, origin) {
      requireScopes(owner, draft.scopes);
      if ((await list(owner.userId)).length >= keysMax) {
        throw new BadRequestError(`Cannot make a key: at most ${keysMax} are allowed; revoke one`);
      }
      const { key, secret } = draftKey(owner.userId, draft, { now, random });
      await owned.apiKeys.put(key);
      await audit.note({
        actor: owner.userId,
        act: "auth.key_created",
        target: `key ${key.id}`,
        ip: origin.ip,
        isDone: true,
        detail: `Scopes: ${key.scopes.join(", ")}`,
      });
      return { key, secret };
    },
    list,
    async revoke(owner, id, origin) {
      await owned.transact(async (transaction) => {
        const found = await transaction.get("apiKeys", id);
        const mine = requireOwn(found, ({ userId }) => userId, owner, "such a key");
        await transaction.put("apiKeys", { ...mine, revokedMs: mine.revokedMs ?? now() });
      });
      recent.forget((_, { key }) => key.id === id);
      await audit.note({
        actor: owner.userId,
        act: "auth.key_revoked",
        target: `key ${id}`,
        ip: origin.ip,
        isDone: true,
        detail: "",
      });
    },
    async identify(secret) {
      const id = shape.exec(secret)?.[1];
      const found = id === undefined ? null : await recent.get(id, () => readKey(parts, id));
      if (!found || !isSameText(found.key.hash, hashSecret(secret)) || found.user.isDisabled) {
        throw new UnauthorizedError("Cannot use this API key: it is none of ours");
      }
      const { key, user } = found;
      if (key.revokedMs !== null) {
        throw new UnauthorizedError("Cannot use this API key: it was revoked");
      }
      if (key.expiresMs !== null && now() >= key.expiresMs) {
        throw new UnauthorizedError("Cannot use this API key: it has expired; make a new one");
      }
      await noteUse(parts, found);
      const { role, id: userId } = user;
      const scopes = narrowScopes(key, role);
      return { userId, role, via: "key", sessionId: null, keyId: key.id, scopes };
    },
    async isInForce(id) {
      const found = await recent.get(id, () => readKey(parts, id));
      if (!found || found.user.isDisabled || found.key.revokedMs !== null) return false;
      return found.key.expiresMs === null || now() < found.key.expiresMs;
    },
    forget: (userId) => recent.forget((_, { user }) => user.id === userId),
  };
}

function requireScopes({ role }: Identity, wanted: readonly Scope[]): void {
  const allowed = listScopes(role);
  const beyond = wanted.find((scope) => !allowed.includes(scope));
  if (beyond !== undefined) {
    throw new ForbiddenError(`Cannot make a key with the scope "${beyond}": you do not have it`);
  }
}

function draftKey(
  userId: string,
  { name, scopes, expiresDays }: KeyDraft,
  { now, random }: Pick<AccountParts, "now" | "random">,
): { key: ApiKeyRecord; secret: string } {
  const id = random(8).toHex();
  const secret = `ci_${id}_${makeSecret(random)}`;
  const key: ApiKeyRecord = {
    id,
    userId,
    name,
    hash: hashSecret(secret),
    start: secret.slice(0, 10),
    scopes: [...new Set(scopes)],
    createdMs: now(),
    usedMs: null,
    expiresMs: expiresDays === null ? null : now() + expiresDays * dayMs,
    revokedMs: null,
  };
  return { key, secret };
}

async function readKey({ owned }: AccountParts, id: string) {
  const key = await owned.apiKeys.get(id);
  const user = key && await owned.users.get(key.userId);
  return key && user ? { key, user } : null;
}

/** Keeps the minute in which a key was last used. */
async function noteUse(
  { owned, now, log }: AccountParts,
  found: { key: ApiKeyRecord },
): Promise<void> {
  const usedMs = Math.floor(now() / minuteMs) * minuteMs;
  const { id } = found.key;
  if (found.key.usedMs !== null && found.key.usedMs >= usedMs) return;
  found.key = { ...found.key, usedMs };
  try {
    await owned.transact(async (transaction) => {
      const key = await transaction.get("apiKeys", id);
      if (key) await transaction.put("apiKeys", { ...key, usedMs });
    });
  } catch (error) {
    // A request is not refused because its time could not be noted.
    log.warn("The use of a key was not noted", { keyId: id, error: String(error) });
  }
}
