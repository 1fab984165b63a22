/**
 * Who asks, and what that allows: decisions only.
 *
 * @module
 */
import { ForbiddenError, NotFoundError, UnauthorizedError } from "../contracts/errors.ts";
import { type ApiKeyRecord, type Role, type Scope, scopes } from "../contracts/owned.ts";

/** Somebody who has proved who they are. */
export interface Identity {
  /** A user's id; `operator` for the token of the data folder. */
  userId: string;
  role: Role;
  /** How they proved it. */
  via: "session" | "key" | "operator";
  /** Of a session. */
  sessionId: string | null;
  /** Of an API key. */
  keyId: string | null;
  scopes: readonly Scope[];
}

/** The operator, who has the data folder in hand. */
export const operatorIdentity: Identity = {
  userId: "operator",
  role: "admin",
  via: "operator",
  sessionId: null,
  keyId: null,
  scopes,
};

/** Returns what a role may do at most. */
export function listScopes(role: Role): Scope[] {
  return scopes.filter((scope) => scope !== "admin" || role === "admin");
}

/** Returns what a key may do: what it was given, as far as its owner still may. */
export function narrowScopes({ scopes: given }: Pick<ApiKeyRecord, "scopes">, role: Role): Scope[] {
  const allowed = listScopes(role);
  return given.filter((scope) => allowed.includes(scope));
}

/** Says whether somebody may do what `scope` stands for. */
export function hasScope(identity: Identity | null, scope: Scope): boolean {
  return identity !== null && identity.scopes.includes(scope);
}

/**
 * Requires somebody who may do what `scope` stands for, and returns them.
 *
 * @throws {UnauthorizedError} When nobody is signed in.
 * @throws {ForbiddenError} When whoever is may not.
 */
export function requireIdentity(identity: Identity | null, scope: Scope): Identity {
  if (!identity) {
    throw new UnauthorizedError("Cannot do this: sign in, or send an API key");
  }
  if (!identity.scopes.includes(scope)) {
    throw new ForbiddenError(
      scope === "admin"
        ? "Cannot do this: it needs an administrator"
        : `Cannot do this: it needs the scope "${scope}", which this key does not have`,
    );
  }
  return identity;
}

/**
 * Requires a session: keys cannot make further keys, nor the operator's token an account's settings.
 *
 * @throws {UnauthorizedError} When nobody is signed in.
 * @throws {ForbiddenError} For a key, or the operator's token.
 */
export function requireSession(identity: Identity | null): Identity & { sessionId: string } {
  if (!identity) throw new UnauthorizedError("Cannot do this: sign in first");
  const { sessionId } = identity;
  if (sessionId === null) {
    throw new ForbiddenError("Cannot do this with a key: sign in with password or passkey");
  }
  return { ...identity, sessionId };
}

/**
 * Returns a record if it belongs to whoever asks. Somebody else's is answered like one that does not
 * exist, so that ids tell nothing.
 *
 * @throws {NotFoundError} Otherwise.
 */
export function requireOwn<T>(
  record: T | null,
  getOwner: (record: T) => string | null,
  { userId }: Pick<Identity, "userId">,
  what: string,
): T {
  if (record === null || getOwner(record) !== userId) {
    throw new NotFoundError(`Cannot find ${what}`);
  }
  return record;
}
