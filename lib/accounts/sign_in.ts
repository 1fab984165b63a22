/**
 * The entrance: set up, registered, signed in and out.
 *
 * @module
 */
import { ForbiddenError, UnauthorizedError } from "../contracts/errors.ts";
import type { AccountParts, Rooms } from "./parts.ts";
import type { People } from "./people.ts";
import { makeSecret } from "./secrets.ts";
import { TokenError } from "./tokens.ts";
import { addUser, begin, countTry, draftUser, listAdmins, noteAct } from "./users.ts";

/** How long a set-up link is good, ms. */
export const setupLiveMs = 24 * 3_600_000;
/** The first administrator has this id, so there is one at most and a link is good once. */
const ownerId = "owner";
const wrong = "Cannot sign in: address and password do not belong together";
const usedLink = "Cannot set up: this link was used already; there is an administrator";

/** Returns the ways in. */
export function createEntrance(
  parts: AccountParts,
  { sessions }: Rooms,
): Pick<People, "makeSetupToken" | "isSetupNeeded" | "setUp" | "register" | "signIn" | "signOut"> {
  const { owned, throttle, hasher } = parts;
  const isSetupNeeded = async () => (await listAdmins(parts, 1)).length === 0;
  return {
    isSetupNeeded,
    async makeSetupToken() {
      if (!await isSetupNeeded()) return null;
      const claims = { nonce: makeSecret(parts.random, 16) };
      return await parts.tokens.signTicket("setup", claims, setupLiveMs);
    },
    async setUp(token, credentials, origin) {
      await throttle.countRegistration(origin.client);
      await readSetupToken(parts, token);
      if (!await isSetupNeeded()) throw new ForbiddenError(usedLink);
      const draft = await draftUser(parts, credentials, { id: ownerId, role: "admin" });
      await owned.transact(async (transaction) => {
        if (await transaction.get("users", ownerId)) throw new ForbiddenError(usedLink);
        await addUser(transaction, draft);
      });
      parts.log.info("The first administrator was made", { ip: origin.ip });
      await noteAct(parts, draft.id, "auth.set_up", origin);
      return await begin(sessions, draft, origin);
    },
    async register(credentials, origin) {
      await throttle.countRegistration(origin.client);
      const id = makeSecret(parts.random, 16);
      const draft = await draftUser(parts, credentials, { id, role: "user" });
      await owned.transact((transaction) => addUser(transaction, draft));
      await noteAct(parts, draft.id, "auth.register", origin);
      return await begin(sessions, draft, origin);
    },
    async signIn({ email, password }, origin) {
      const emailKey = email.toLowerCase();
      const known = await owned.emails.get(emailKey);
      const user = known && await owned.users.get(known.userId);
      await countTry(parts, { emailKey, user, origin });
      const isRight = await hasher.verify(password, user?.passwordHash ?? null);
      if (!user || !isRight || user.isDisabled) {
        const detail = isRight ? "The account is disabled" : "Wrong address or password";
        const actor = user?.id ?? "anonymous";
        await noteAct(parts, actor, "auth.sign_in", origin, { isDone: false, detail });
        throw new UnauthorizedError(wrong);
      }
      await noteAct(parts, user.id, "auth.sign_in", origin, { detail: "By password" });
      return await begin(sessions, user, origin);
    },
    async signOut({ userId, sessionId }, origin) {
      if (sessionId === null) return;
      await sessions.end(sessionId, "signed_out");
      await noteAct(parts, userId, "auth.sign_out", origin);
    },
  };
}

async function readSetupToken({ tokens }: AccountParts, token: string): Promise<void> {
  try {
    await tokens.readTicket("setup", token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ForbiddenError(
      error.code === "expired"
        ? "Cannot set up: this link has expired; start the product anew to have another one"
        : "Cannot set up: this link is none of ours",
    );
  }
}
