/** The mail with a link to a new password, as it arrives. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { createResetMail } from "../../lib/notify/account_mail.ts";
import { createEmailChannel } from "../../lib/notify/email.ts";
import { withMailServer } from "../support/receivers.ts";

const askedMs = Date.UTC(2026, 0, 5, 12);
const aLink = (part: Partial<Parameters<ReturnType<typeof createResetMail>>[0]> = {}) => ({
  id: "one",
  address: "ada@example.org",
  token: "head.body.proof",
  liveMs: 1_800_000,
  askedMs,
  ...part,
});
const describe = (port: number, certificates: string) => ({
  host: "127.0.0.1",
  port,
  security: "starttls" as const,
  user: "intel",
  password: "secret",
  from: "CryptoIntel <intel@example.org>",
  certificates,
  serverName: "localhost",
});

Deno.test("the mail holds the link, how long it is good, what to do if it was not you, and no way to end mail", () =>
  withMailServer(async ({ port, certificates, mails }) => {
    const email = createEmailChannel(describe(port, certificates));
    const send = createResetMail({ email, baseUrl: "https://intel.example.org" });
    equal((await send(aLink())).status, "sent");
    const [mail] = mails;
    deepEqual(mail!.to, ["ada@example.org"]);
    equal(mail!.email.subject, "Your link to a new password");
    for (const text of [mail!.email.text!, mail!.email.html!]) {
      ok(text.includes("https://intel.example.org/reset#head.body.proof"));
      match(text, /good once, for 30 minutes/);
      match(text, /If it was not you/);
      doesNotMatch(text, /No more mail|recorded/);
    }
    match(mail!.email.html!, />Set a new password</);
    ok(!mail!.email.headers.some(({ key }) => key.startsWith("list-")));
    equal(mail!.email.messageId, "<reset-one@example.org>");
    email.close();
  }));

Deno.test("what the mail server says is handed on; an address that would smuggle is never tried", () =>
  withMailServer(async ({ port, certificates, mails }) => {
    const email = createEmailChannel(describe(port, certificates));
    const send = createResetMail({ email, baseUrl: "http://127.0.0.1:8000" });
    equal((await send(aLink({ address: "dead@example.org" }))).status, "gone");
    equal((await send(aLink({ address: "busy@example.org" }))).status, "retry");
    equal((await send(aLink({ address: "a@x\r\nBcc: evil@y.org" }))).status, "failed");
    deepEqual(mails, []);
    email.close();
  }, (address) => address.startsWith("dead") ? 550 : address.startsWith("busy") ? 451 : null));
