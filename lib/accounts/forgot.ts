/**
 * A link to a new password, by mail to whoever asks for one.
 *
 * Asking is the same work for every address, whether anybody has it or not: what is asked is queued,
 * and looked up only later. So neither the answer nor its time says who has an account.
 *
 * @module
 */
import { ServiceUnavailableError } from "../contracts/errors.ts";
import type { UserRecord } from "../contracts/owned.ts";
import type { AccountParts, Origin } from "./parts.ts";
import type { People } from "./people.ts";
import { hashSecret, makeSecret } from "./secrets.ts";
import { noteAct } from "./users.ts";

/** How long a link that was mailed is good, ms. */
export const mailedLiveMs = 30 * 60_000;
/** Topic of the queued work that mails a link. */
export const forgotTopic = "account_forgot";

/** A link on its way. */
export interface ResetMail {
  /** The same over all tries, so that a repetition is known as one. */
  id: string;
  address: string;
  /** What the link proves itself with. */
  token: string;
  /** How long the link is good, ms. */
  liveMs: number;
  /** When it was asked for; wall time, epoch ms. */
  askedMs: number;
}

/** Mails a link; never rejects. `detail` is without secrets. */
export type SendResetMail = (mail: ResetMail) => Promise<
  { status: "sent" | "retry" | "gone" | "failed"; detail: string }
>;

/** What was asked for, as it waits. */
interface AskedLink {
  id: string;
  emailKey: string;
  askedMs: number;
  ip: string;
}

/** Returns the way to ask for a link; without `send` it is closed. */
export function createForgot(
  { owned, throttle, random, now }: AccountParts,
  send: SendResetMail | null,
): Pick<People, "isMailOn" | "askReset"> {
  return {
    isMailOn: send !== null,
    async askReset(email, origin) {
      if (!send) {
        throw new ServiceUnavailableError(
          "Cannot mail a link: this server sends no mail; ask an administrator for a link",
        );
      }
      const emailKey = email.toLowerCase();
      await throttle.countForgot({ client: origin.client, emailKey });
      const id = hashSecret(makeSecret(random)).slice(0, 32);
      const asked: AskedLink = { id, emailKey, askedMs: now(), ip: origin.ip };
      await owned.transact((transaction) => {
        transaction.enqueue(forgotTopic, asked, { id: `${forgotTopic} ${id}` });
        return Promise.resolve();
      });
    },
  };
}

/**
 * Mails a link that was asked for. A rejection has the queue try again.
 *
 * An account without a password gets none: a passkey is stronger than a mailbox.
 */
export async function mailLink(
  parts: AccountParts,
  send: SendResetMail | null,
  body: unknown,
): Promise<void> {
  const { id, emailKey, askedMs, ip } = body as AskedLink;
  // After so long nobody waits for it any more.
  if (!send || parts.now() - askedMs >= mailedLiveMs) return;
  const known = await parts.owned.emails.get(emailKey);
  const user = known && await parts.owned.users.get(known.userId);
  const refusal = findRefusal(user);
  const origin: Origin = { ip, client: "", userAgent: "" };
  const note = (isDone: boolean, detail: string) =>
    noteAct(parts, user?.id ?? "anonymous", "auth.reset_mailed", origin, { isDone, detail });
  if (!user || refusal !== null) return await note(false, refusal ?? "");
  const claims = { userId: user.id, version: String(user.tokenVersion) };
  const token = await parts.tokens.signTicket("reset", claims, mailedLiveMs);
  const { status, detail } = await send({
    id,
    address: user.email,
    token,
    liveMs: mailedLiveMs,
    askedMs,
  });
  if (status === "retry") throw new Error(`Cannot mail a link now: ${detail}`);
  if (status !== "sent") parts.log.warn("A link to a new password was not mailed", { detail });
  await note(status === "sent", detail);
}

/** Says why nobody is mailed; null when somebody is. */
function findRefusal(user: UserRecord | null): string | null {
  if (!user) return "Nobody has this address";
  if (user.isDisabled) return "The account is disabled";
  return user.passwordHash === null ? "The account has no password" : null;
}
