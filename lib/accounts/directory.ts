/**
 * Users as administrators see and change them.
 *
 * @module
 */
import { NotFoundError } from "../contracts/errors.ts";
import type { AccountParts, Rooms } from "./parts.ts";
import type { People } from "./people.ts";
import { keepAnAdmin, noteAct, updateUser } from "./users.ts";

/** How long the link to a new password is good, ms. */
export const resetLiveMs = 3_600_000;

/** Returns the directory. */
export function createDirectory(
  parts: AccountParts,
  { sessions, keys }: Rooms,
): Pick<People, "get" | "list" | "change" | "endSessions" | "makeResetToken"> {
  const { owned } = parts;
  const get: People["get"] = async (userId) => {
    const user = await owned.users.get(userId);
    if (!user) throw new NotFoundError("Cannot find such a user");
    return user;
  };
  const forget = (userId: string) => {
    sessions.forget(userId);
    keys.forget(userId);
  };
  return {
    get,
    list: (query) => owned.users.list(query),
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
