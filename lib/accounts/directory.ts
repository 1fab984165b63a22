/**
 * Users as administrators see and change them.
 *
 * @module
 */
import { ForbiddenError, NotFoundError } from "../contracts/errors.ts";
import type { AccountParts, Rooms } from "./parts.ts";
import type { People } from "./people.ts";
import { removeRecords, removeUser } from "./removal.ts";
import { keepAnAdmin, noteAct, updateUser } from "./users.ts";

/** How long the link to a new password is good, ms. */
export const resetLiveMs = 3_600_000;
const nobody = "Cannot find such a user";
const ownAccount = "Cannot remove your own account here: that asks for your password, at DELETE " +
  "/api/v1/auth/me";

/** Returns the directory. */
export function createDirectory(
  parts: AccountParts,
  { sessions, keys }: Rooms,
): Pick<
  People,
  "get" | "list" | "find" | "change" | "expel" | "endSessions" | "makeResetToken"
> {
  const { owned } = parts;
  const get: People["get"] = async (userId) => {
    const user = await owned.users.get(userId);
    if (!user) throw new NotFoundError(nobody);
    return user;
  };
  const forget = (userId: string) => {
    sessions.forget(userId);
    keys.forget(userId);
  };
  return {
    get,
    list: (query) => owned.users.list(query),
    async find(email) {
      const known = await owned.emails.get(email.toLowerCase());
      return known && await owned.users.get(known.userId);
    },
    async change(userId, { role, isDisabled }, { actor, origin }) {
      const changed = await updateUser(parts, userId, async (found, transaction) => {
        const next = {
          ...found,
          role: role ?? found.role,
          isDisabled: isDisabled ?? found.isDisabled,
        };
        const isLess = next.role !== "admin" || next.isDisabled;
        if (found.role === "admin" && isLess) await keepAnAdmin(parts, transaction, userId);
        return next;
      });
      forget(userId);
      const detail = `Role ${changed.role}, ${changed.isDisabled ? "disabled" : "in use"}`;
      await noteAct(parts, actor, "auth.user_changed", origin, { target: userId, detail });
      return changed;
    },
    async expel(userId, { actor, origin }) {
      if (userId === actor) throw new ForbiddenError(ownAccount);
      await removeUser(parts, userId, async (transaction) => {
        if (!await transaction.get("users", userId)) throw new NotFoundError(nobody);
        await keepAnAdmin(parts, transaction, userId);
      });
      forget(userId);
      await removeRecords(parts, userId);
      await noteAct(parts, actor, "auth.user_removed", origin, { target: userId });
    },
    async endSessions(userId, { actor, origin }) {
      await get(userId);
      await sessions.endAll(userId, "revoked");
      await noteAct(parts, actor, "auth.sessions_revoked", origin, { target: userId });
    },
    async makeResetToken(userId, { actor, origin }) {
      const { tokenVersion } = await get(userId);
      // A changed password raises the version, so the link is good once.
      const claims = { userId, version: String(tokenVersion) };
      const token = await parts.tokens.signTicket("reset", claims, resetLiveMs);
      await noteAct(parts, actor, "auth.reset_offered", origin, { target: userId });
      return { token, expiresMs: parts.now() + resetLiveMs };
    },
  };
}
