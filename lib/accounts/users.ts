/**
 * What happens to the record of a user, each in one commit.
 *
 * @module
 */
import { BadRequestError, ForbiddenError, NotFoundError } from "../contracts/errors.ts";
import type { UserRecord } from "../contracts/owned.ts";
import type { Transaction } from "../store/mod.ts";
import type { AccountParts, Origin, SignedIn } from "./parts.ts";
import { findPasswordFault } from "./passwords.ts";
import type { Sessions } from "./sessions.ts";

/** Administrators looked at when one of them is to go. */
const adminsMax = 50;

/** Writes an act on an account down. */
export function noteAct(
  { audit }: Pick<AccountParts, "audit">,
  actor: string,
  act: string,
  { ip }: Origin,
  { isDone = true, target = actor, detail = "" } = {},
): Promise<void> {
  return audit.note({ actor, act, target: `user ${target}`, ip, isDone, detail });
}

/** Begins a session for somebody who has proved who they are. */
export async function begin(
  sessions: Sessions,
  user: UserRecord,
  origin: Origin,
): Promise<SignedIn> {
  const signedIn = await sessions.start(user, origin);
  // Its id is random, so it cannot have been there.
  if (!signedIn) throw new Error("Cannot sign in: the session's id is taken");
  return signedIn;
}

/** Counts a try of a password; the devices of the owner are spared the limit of the account. */
export async function countTry(
  { owned, throttle }: AccountParts,
  { emailKey, user, origin }: { emailKey: string; user: UserRecord | null; origin: Origin },
): Promise<void> {
  // Who has no account has no devices either; the question takes as long.
  const query = { index: "user", equals: [user?.id ?? "nobody"], limit: 50 };
  const { items } = await owned.sessions.list(query);
  const isKnownAddress = items.some(({ ip }) => ip === origin.ip);
  await throttle.countSignIn({ client: origin.client, emailKey, isKnownAddress });
}

/** @throws {BadRequestError} For a password that is too easy to guess. */
export async function hashPassword(
  { hasher }: AccountParts,
  password: string,
  email: string,
  pointer: string,
): Promise<string> {
  const fault = findPasswordFault(password, email);
  if (fault !== null) {
    throw new BadRequestError("Cannot take this password", [{ detail: fault, pointer }]);
  }
  return await hasher.hash(password);
}

/** @throws {BadRequestError} For a password that is too easy to guess. */
export async function draftUser(
  parts: AccountParts,
  { email, password }: { email: string; password: string },
  { id, role }: Pick<UserRecord, "id" | "role">,
): Promise<UserRecord> {
  return {
    id,
    email,
    emailKey: email.toLowerCase(),
    passwordHash: await hashPassword(parts, password, email, "/json/password"),
    role,
    isDisabled: false,
    createdMs: parts.now(),
    tokenVersion: 0,
  };
}

/** @throws {BadRequestError} For an address that has an account. */
export async function addUser(transaction: Transaction, user: UserRecord): Promise<void> {
  if (await transaction.get("emails", user.emailKey)) {
    throw new BadRequestError("Cannot register with this address", [{
      detail: "It has an account already: sign in instead",
      pointer: "/json/email",
    }]);
  }
  await transaction.put("emails", { id: user.emailKey, userId: user.id });
  await transaction.put("users", user);
}

/** Changes a user; all tokens that were signed before end. */
export function updateUser(
  { owned }: AccountParts,
  userId: string,
  change: (user: UserRecord, transaction: Transaction) => UserRecord | Promise<UserRecord>,
): Promise<UserRecord> {
  return owned.transact(async (transaction) => {
    const found = await transaction.get("users", userId);
    if (!found) throw new NotFoundError("Cannot find such a user");
    const changed = await change(found, transaction);
    const next = { ...changed, tokenVersion: found.tokenVersion + 1 };
    await transaction.put("users", next);
    return next;
  });
}

/** Returns administrators, some of whom may be disabled. */
export async function listAdmins({ owned }: AccountParts, limit: number): Promise<UserRecord[]> {
  return (await owned.users.list({ index: "role", equals: ["admin"], limit })).items;
}

/** @throws {ForbiddenError} If nobody but `userId` administers. Reads within the transaction. */
export async function keepAnAdmin(
  parts: AccountParts,
  transaction: Transaction,
  userId: string,
): Promise<void> {
  const user = await transaction.get("users", userId);
  if (user?.role !== "admin") return;
  for (const { id } of await listAdmins(parts, adminsMax)) {
    if (id === userId) continue;
    const other = await transaction.get("users", id);
    if (other?.role === "admin" && !other.isDisabled) return;
  }
  throw new ForbiddenError("Cannot do this: the product needs an administrator; name another one");
}
