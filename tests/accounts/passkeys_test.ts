import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Accounts } from "../../lib/accounts/mod.ts";
import { passkeysMax, ticketLiveMs } from "../../lib/accounts/passkeys.ts";
import {
  ApiError,
  BadRequestError,
  NotFoundError,
  RateLimitedError,
  UnauthorizedError,
} from "../../lib/contracts/errors.ts";
import { createAuthenticator, type Trick } from "../support/authenticator.ts";
import { elsewhere, here, join, withAccounts } from "../support/accounts.ts";

const pageOrigin = "https://intel.example";
const from = { pageOrigin, origin: here };

/** Somebody with a passkey, and the phone that holds it. */
async function withPasskey(accounts: Accounts, name = "ada") {
  const signedIn = await join(accounts, name);
  const owner = await accounts.identify(signedIn.accessToken);
  const phone = await createAuthenticator(pageOrigin);
  const { ticket, options } = await accounts.passkeys.askToAdd(signedIn.user, pageOrigin);
  const response = await phone.make(options);
  const passkey = await accounts.passkeys.add(owner, { ticket, name: "Phone", response }, from);
  return { ...signedIn, owner, phone, passkey };
}

Deno.test("a passkey signs in without address and password", () =>
  withAccounts(async ({ accounts, owned, time }) => {
    const { user, phone, passkey } = await withPasskey(accounts);
    const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
    equal(options.rpId, "intel.example");
    equal(options.userVerification, "required");
    deepEqual(options.allowCredentials ?? [], [], "nobody learns who has which passkey");
    time.nowMs += 1_000;
    const response = await phone.sign(options);
    const signedIn = await accounts.passkeys.signIn({ ticket, response }, from);
    equal(signedIn.user.id, user.id);
    ok(await accounts.identify(signedIn.accessToken));
    ok(await accounts.sessions.renew(signedIn.refreshToken, here));
    const kept = (await owned.passkeys.get(passkey.id))!;
    deepEqual([kept.counter, kept.usedMs], [2, time.nowMs]);
  }));

Deno.test("an answer is good once: whoever repeats it is not signed in", () =>
  withAccounts(async ({ accounts, owned, reopen }) => {
    const { phone, passkey } = await withPasskey(accounts);
    const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
    const response = await phone.sign(options, { counter: 0 });
    // Phones that keep their passkeys in a cloud count nothing.
    await owned.passkeys.put({ ...passkey, counter: 0 });
    const { sessionId } = await accounts.passkeys.signIn({ ticket, response }, from);
    for (const again of [accounts, reopen()]) {
      await rejects(again.passkeys.signIn({ ticket, response }, from), UnauthorizedError);
    }
    await accounts.sessions.end(sessionId, "signed_out");
    const late = accounts.passkeys.signIn({ ticket, response }, from);
    await rejects(late, UnauthorizedError, "nor after that session has ended");
  }));

const tricks: Record<string, Trick> = {
  "another page": { origin: "https://evil.example" },
  "a page without TLS": { origin: "http://intel.example" },
  "a part of our host": { origin: "https://a.intel.example" },
  "another question": { challenge: "AAAA" },
  "another host's passkey": { rpId: "evil.example" },
  "nobody's finger or face": { isVerified: false },
  "an answer of another kind": { type: "payment.get" },
};
for (const [name, trick] of Object.entries(tricks)) {
  Deno.test(`an authenticator's answer with ${name} adds nothing and signs nobody in`, () =>
    withAccounts(async ({ accounts, owned }) => {
      const { user, owner, phone } = await withPasskey(accounts);
      const toSignIn = await accounts.passkeys.askToSignIn(pageOrigin);
      const response = await phone.sign(toSignIn.options, trick);
      const { ticket } = toSignIn;
      await rejects(accounts.passkeys.signIn({ ticket, response }, from), UnauthorizedError);
      const toAdd = await accounts.passkeys.askToAdd(user, pageOrigin);
      const other = await createAuthenticator(pageOrigin);
      const made = await other.make(toAdd.options, trick);
      const answer = { ticket: toAdd.ticket, name: "x", response: made };
      await rejects(accounts.passkeys.add(owner, answer, from), BadRequestError);
      equal(await owned.passkeys.count(), 1);
      const { items } = await owned.audit.list({ index: "act", equals: ["auth.sign_in"] });
      deepEqual(items.map(({ isDone }) => isDone), [false]);
    }));
}

Deno.test("a counter that does not rise betrays a copied passkey", () =>
  withAccounts(async ({ accounts }) => {
    const { phone } = await withPasskey(accounts);
    for (const [counter, isRight] of [[7, true], [7, false], [5, false], [8, true]] as const) {
      const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
      const response = await phone.sign(options, { counter });
      const done = accounts.passkeys.signIn({ ticket, response }, from);
      if (isRight) ok(await done);
      else await rejects(done, UnauthorizedError, `${counter}`);
    }
  }));

Deno.test("a ticket of another purpose, person or hour is worth nothing", () =>
  withAccounts(async ({ accounts, time }) => {
    const ada = await withPasskey(accounts);
    const eve = await accounts.identify((await join(accounts, "eve")).accessToken);
    const phone = await createAuthenticator(pageOrigin);
    const toAdd = await accounts.passkeys.askToAdd(ada.user, pageOrigin);
    const made = { ticket: toAdd.ticket, name: "x", response: await phone.make(toAdd.options) };
    await rejects(
      accounts.passkeys.add(eve, made, from),
      BadRequestError,
      "asked by somebody else",
    );
    const toSignIn = await accounts.passkeys.askToSignIn(pageOrigin);
    const response = await ada.phone.sign(toSignIn.options);
    for (const ticket of [toAdd.ticket, ada.accessToken, "", "x.y.z"]) {
      await rejects(accounts.passkeys.signIn({ ticket, response }, from), BadRequestError);
    }
    time.nowMs += ticketLiveMs;
    const { ticket } = toSignIn;
    await rejects(accounts.passkeys.signIn({ ticket, response }, from), /ask anew/);
    await rejects(accounts.passkeys.add(ada.owner, made, from), /ask anew/);
  }));

Deno.test("a passkey is added once, listed for its owner only, and removed by nobody else", () =>
  withAccounts(async ({ accounts }) => {
    const { user, owner, phone, passkey } = await withPasskey(accounts);
    const { ticket, options } = await accounts.passkeys.askToAdd(user, pageOrigin);
    deepEqual(options.excludeCredentials?.map(({ id }) => id), [passkey.id]);
    const again = { ticket, name: "x", response: await phone.make(options) };
    await rejects(accounts.passkeys.add(owner, again, from), /added already/);
    const eve = await accounts.identify((await join(accounts, "eve")).accessToken);
    deepEqual(await accounts.passkeys.list(eve.userId), []);
    await rejects(accounts.passkeys.remove(eve, passkey.id, elsewhere), NotFoundError);
    await rejects(accounts.passkeys.remove(owner, "none", here), NotFoundError);
    await accounts.passkeys.remove(owner, passkey.id, here);
    const asked = await accounts.passkeys.askToSignIn(pageOrigin);
    const answer = { ticket: asked.ticket, response: await phone.sign(asked.options) };
    await rejects(accounts.passkeys.signIn(answer, from), UnauthorizedError);
  }));

Deno.test("a disabled or removed account has no passkeys that open it", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { user, phone } = await withPasskey(accounts);
    const tryIt = async () => {
      const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
      return await accounts.passkeys.signIn({ ticket, response: await phone.sign(options) }, from);
    };
    await owned.users.put({ ...user, isDisabled: true });
    await rejects(tryIt(), UnauthorizedError);
    await owned.users.delete(user.id);
    await rejects(tryIt(), UnauthorizedError);
  }));

Deno.test("garbage in place of an authenticator's answer is refused like any wrong one", () =>
  withAccounts(async ({ accounts }) => {
    const { phone } = await withPasskey(accounts);
    for (const garbage of ["", "AA", "_".repeat(5_000), "eyJhIjoxfQ"]) {
      const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
      const honest = await phone.sign(options);
      for (const field of ["clientDataJSON", "authenticatorData", "signature"] as const) {
        const response = { ...honest, response: { ...honest.response, [field]: garbage } };
        const origin = { ...here, client: `${field} ${garbage.length}` };
        const done = accounts.passkeys.signIn({ ticket, response }, { pageOrigin, origin });
        await rejects(done, (error) => error instanceof ApiError && error.status === 401);
      }
    }
  }));

Deno.test("passkeys are not tried without end, nor collected without end", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { user, phone, passkey } = await withPasskey(accounts);
    let last: unknown;
    for (let i = 0; i <= 30; i++) {
      const { ticket, options } = await accounts.passkeys.askToSignIn(pageOrigin);
      const response = await phone.sign(options, { challenge: "AAAA" });
      last = await accounts.passkeys.signIn({ ticket, response }, from).catch((error) => error);
    }
    ok(last instanceof RateLimitedError);
    await owned.passkeys.putMany(
      Array.from({ length: passkeysMax - 1 }, (_, i) => ({ ...passkey, id: `p${i}` })),
    );
    await rejects(accounts.passkeys.askToAdd(user, pageOrigin), BadRequestError);
  }));
