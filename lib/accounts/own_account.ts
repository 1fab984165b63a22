/**
 * What people do with their own account, each after showing the password once more.
 *
 * @module
 */
import { ForbiddenError, UnauthorizedError } from "../contracts/errors.ts";
import type { AccountParts, Origin, Rooms, SignedIn } from "./parts.ts";
import type { People } from "./people.ts";
import { removeRecords, removeUser } from "./removal.ts";
import { TokenError } from "./tokens.ts";
import { begin, countTry, hashPassword, keepAnAdmin, noteAct, updateUser } from "./users.ts";

const usedLink = "Cannot set a password: this link was used already, or the password was changed";

/** Returns the acts on one's own account. */
export function createOwnAccounts(
  parts: AccountParts,
  { sessions, keys }: Rooms,
  get: People["get"],
): Pick<People, "prove" | "changePassword" | "reset" | "remove"> {
  const { hasher } = parts;
  const prove: People["prove"] = async (userId, password, origin) => {
    const user = await get(userId);
    await countTry(parts, { emailKey: user.emailKey, user, origin });
    if (await hasher.verify(password, user.passwordHash)) return user;
    const detail = "Wrong password";
    await noteAct(parts, userId, "auth.prove", origin, { isDone: false, detail });
    throw new UnauthorizedError("Cannot do this: the password is wrong");
  };
  /** Signs out every device, and the one that asks in anew. */
  const setPassword = async (
    { userId, passwordHash, version }: { userId: string; passwordHash: string; version: number },
    origin: Origin,
  ): Promise<SignedIn> => {
    const changed = await updateUser(parts, userId, (found) => {
      if (found.tokenVersion !== version || found.isDisabled) throw new ForbiddenError(usedLink);
      return { ...found, passwordHash };
    });
    await sessions.endAll(userId, "revoked");
    sessions.forget(userId);
    keys.forget(userId);
    await noteAct(parts, userId, "auth.password_changed", origin);
    return await begin(sessions, changed, origin);
  };
  return {
    prove,
    async changePassword(userId, { current, next }, origin) {
      const user = await prove(userId, current, origin);
      const passwordHash = await hashPassword(parts, next, user.email, "/json/next");
      return await setPassword({ userId, passwordHash, version: user.tokenVersion }, origin);
    },
    async reset(token, password, origin) {
      await parts.throttle.countRegistration(origin.client);
      const { userId, version } = await readResetToken(parts, token);
      const user = await parts.owned.users.get(userId);
      if (user?.tokenVersion !== version) throw new ForbiddenError(usedLink);
      const passwordHash = await hashPassword(parts, password, user.email, "/json/password");
      return await setPassword({ userId, passwordHash, version }, origin);
    },
    async remove(userId, password, origin) {
      await prove(userId, password, origin);
      await removeUser(parts, userId, (transaction) => keepAnAdmin(parts, transaction, userId));
      sessions.forget(userId);
      keys.forget(userId);
      await removeRecords(parts, userId);
      await noteAct(parts, userId, "auth.account_removed", origin);
    },
  };
}

async function readResetToken({ tokens }: AccountParts, token: string) {
  try {
    const { userId, version } = await tokens.readTicket("reset", token);
    return { userId: String(userId), version: Number(version) };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ForbiddenError(
      error.code === "expired"
        ? "Cannot set a password: this link has expired; ask for another one"
        : "Cannot set a password: this link is none of ours",
    );
  }
}
