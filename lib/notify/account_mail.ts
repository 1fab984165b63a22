/**
 * Mail about an account itself: the link to a new password.
 *
 * @module
 */
import type { EmailTarget } from "./email.ts";
import type { Channel, Message, Outcome } from "./types.ts";

/** A link on its way. */
export interface MailedLink {
  /** The same over all tries. */
  id: string;
  address: string;
  /** Stands behind `#`, which browsers send to nobody. */
  token: string;
  /** How long the link is good, ms. */
  liveMs: number;
  /** When it was asked for; wall time, epoch ms. */
  askedMs: number;
}

/**
 * Returns what mails links to new passwords; never rejects. They lead to `baseUrl`, the product's own
 * address without a slash at the end, and never to what a request calls its host.
 */
export function createResetMail(
  { email, baseUrl }: { email: Channel<EmailTarget>; baseUrl: string },
): (mail: MailedLink) => Promise<Outcome> {
  return ({ id, address, token, liveMs, askedMs }) => {
    const minutes = Math.round(liveMs / 60_000);
    const message: Message = {
      id: `reset-${id}`,
      kind: "account",
      title: "Your link to a new password",
      text: `Somebody asked for a new password for the account of ${address}. The link below is ` +
        `good once, for ${minutes} minutes; setting a password signs out every device. If it was ` +
        `not you, leave it: nothing has changed.`,
      url: `${baseUrl}/reset#${token}`,
      urlWords: "Set a new password",
      timestamp: askedMs,
      isRecorded: false,
      topic: "account",
      parts: [],
    };
    return email.send(message, { address, unsubscribeUrl: null });
  };
}
