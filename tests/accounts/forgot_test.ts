/** Links to new passwords by mail: who gets one, how often, how long it is good, and what nobody learns. */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { forgotTopic, mailedLiveMs } from "../../lib/accounts/mod.ts";
import { throttleLimits } from "../../lib/accounts/throttle.ts";
import {
  BadRequestError,
  ForbiddenError,
  RateLimitedError,
  ServiceUnavailableError,
  UnauthorizedError,
} from "../../lib/contracts/errors.ts";
import {
  goodPassword,
  here,
  join,
  setUp,
  type TestAccounts,
  withAccounts,
} from "../support/accounts.ts";

const next = "another good one 77";
const email = "ada@example.org";

/** Does at once what was queued for an address. */
async function mailTo({ accounts, time }: TestAccounts, emailKey: string): Promise<void> {
  const body = { id: crypto.randomUUID(), emailKey, askedMs: time.nowMs, ip: here.ip };
  await accounts.jobs[forgotTopic]!(body);
}

/** What the audit log says of mailed links, newest first. */
async function listNotes({ owned }: TestAccounts) {
  const { items } = await owned.audit.list({ index: "act", equals: ["auth.reset_mailed"] });
  return items.map(({ actor, isDone, detail, ip }) => ({ actor, isDone, detail, ip }));
}

Deno.test("who asks for a link is mailed one; it sets a password once and signs out every device", () =>
  withAccounts(async (given) => {
    const { accounts, mail, owned } = given;
    const { user, accessToken } = await join(accounts, "ada");
    await mailTo(given, email);
    const [link] = mail.sent;
    equal(link?.address, email);
    equal(link.liveMs, mailedLiveMs);
    const done = await accounts.people.reset(link.token, next, here);
    equal(done.user.id, user.id);
    await rejects(accounts.identify(accessToken), UnauthorizedError);
    equal((await accounts.sessions.list(user.id)).length, 1, "only the one that asked");
    await rejects(accounts.people.reset(link.token, `${next}!`, here), (error) => {
      ok(error instanceof ForbiddenError);
      match(error.message, /was used already/);
      return true;
    });
    ok(await accounts.people.signIn({ email, password: next }, here));
    await rejects(accounts.people.signIn({ email, password: goodPassword }, here));
    deepEqual(await listNotes(given), [
      { actor: user.id, isDone: true, detail: "taken", ip: here.ip },
    ]);
    ok(!JSON.stringify((await owned.audit.list()).items).includes(link.token));
  }));

Deno.test("the wish goes through the queue of the store, in any case of the address", () =>
  withAccounts(async ({ accounts, store, mail }) => {
    await join(accounts, "ada");
    const sent = Promise.withResolvers<void>();
    const job = accounts.jobs[forgotTopic]!;
    store.jobs.listen({
      [forgotTopic]: async (body) => {
        ok(!JSON.stringify(body).includes("token"), "nothing secret waits in the store");
        await job(body);
        sent.resolve();
      },
    });
    await accounts.people.askReset("ADA@Example.ORG", here);
    await sent.promise;
    deepEqual(mail.sent.map(({ address }) => address), [email]);
  }));

Deno.test("nobody, the disabled and those without a password are mailed nothing, and the log says why", () =>
  withAccounts(async (given) => {
    const { accounts, mail, owned } = given;
    const off = await join(accounts, "off");
    await owned.users.put({ ...off.user, isDisabled: true });
    const key = await join(accounts, "key");
    await owned.users.put({ ...key.user, passwordHash: null });
    const rows = [
      ["nobody@example.org", "anonymous", "Nobody has this address"],
      ["off@example.org", off.user.id, "The account is disabled"],
      ["key@example.org", key.user.id, "The account has no password"],
    ] as const;
    for (const [address, actor, detail] of rows) {
      given.time.nowMs += 1;
      await mailTo(given, address);
      deepEqual((await listNotes(given))[0], { actor, isDone: false, detail, ip: here.ip });
    }
    deepEqual(mail.sent, []);
  }));

Deno.test("asking is the same for an address with and without an account, answer and work", () =>
  withAccounts(async ({ accounts, owned, store }) => {
    await join(accounts, "ada");
    const before = await owned.audit.count();
    const asked: string[] = [];
    const both = Promise.withResolvers<void>();
    store.jobs.listen({
      [forgotTopic]: (body) => {
        const { emailKey } = body as { emailKey: string };
        if (asked.push(emailKey) === 2) both.resolve();
        return Promise.resolve();
      },
    });
    for (const address of [email, "nobody@example.org"]) {
      equal(await accounts.people.askReset(address, here), undefined);
    }
    await both.promise;
    deepEqual(asked.toSorted(), [email, "nobody@example.org"], "both are queued");
    equal(await owned.audit.count(), before, "and nothing else is written for either");
  }));

Deno.test("a mailed link ends after 30 minutes, and with any change of the password", () =>
  withAccounts(async (given) => {
    const { accounts, mail, time } = given;
    const { user } = await join(accounts, "ada");
    await mailTo(given, email);
    await mailTo(given, email);
    time.nowMs += mailedLiveMs - 1_000;
    const [first, second] = mail.sent;
    await rejects(
      accounts.people.reset(first!.token, "short", here),
      BadRequestError,
      "a weak password does not use the link up",
    );
    ok(await accounts.people.reset(first!.token, next, here));
    await rejects(accounts.people.reset(second!.token, next, here), /was used already/);
    await mailTo(given, email);
    time.nowMs += mailedLiveMs + 1_000;
    await rejects(accounts.people.reset(mail.sent[2]!.token, next, here), /has expired/);
    await mailTo(given, email);
    const { people } = accounts;
    await people.changePassword(user.id, { current: next, next: goodPassword }, here);
    await rejects(people.reset(mail.sent[3]!.token, next, here), /was used already/);
  }));

Deno.test("a link of another kind, a forged one and one of another server set nothing", () =>
  withAccounts(async (given) => {
    const { accounts, mail, reopen } = given;
    const { accessToken } = await join(accounts, "ada");
    const setup = (await accounts.people.makeSetupToken())!;
    await mailTo(given, email);
    const { token } = mail.sent[0]!;
    const forged = token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA");
    for (const text of [accessToken, setup, forged, "", "a.b.c", "x".repeat(3_000)]) {
      await rejects(accounts.people.reset(text, next, here), /none of ours/);
    }
    const other = reopen({ signingKeys: "z".repeat(64) });
    await rejects(other.people.reset(token, next, here), /none of ours/);
  }));

Deno.test("a mail server that is busy is tried again; what waited too long is left", () =>
  withAccounts(async (given) => {
    const { accounts, mail, time } = given;
    await join(accounts, "ada");
    const body = { id: "one", emailKey: email, askedMs: time.nowMs, ip: here.ip };
    const job = accounts.jobs[forgotTopic]!;
    mail.outcome = { status: "retry", detail: "the mail server answered 451" };
    await rejects(job(body), /the mail server answered 451/);
    deepEqual(await listNotes(given), []);
    mail.outcome = { status: "gone", detail: "the mail server answered 550" };
    await job(body);
    deepEqual((await listNotes(given)).map(({ isDone, detail }) => [isDone, detail]), [
      [false, "the mail server answered 550"],
    ]);
    deepEqual(mail.sent.map(({ id }) => id), ["one", "one"], "each try under the same id");
    notEqual(mail.sent[0]!.token, "");
    time.nowMs += mailedLiveMs;
    await job(body);
    equal(mail.sent.length, 2);
  }));

Deno.test("links are counted by address and by account, alike for accounts that there are none of", () =>
  withAccounts(async ({ accounts, time }) => {
    await join(accounts, "ada");
    const { people } = accounts;
    const from = (n: number) => ({ ...here, client: `ip 198.51.100.${n}` });
    for (const address of [email, "nobody@example.org"]) {
      for (let n = 0; n < throttleLimits.mailbox.capacity; n++) {
        await people.askReset(n % 2 ? address.toUpperCase() : address, from(n));
      }
      await rejects(people.askReset(address, from(99)), RateLimitedError);
    }
    for (let n = 0; n < throttleLimits.forgot.capacity; n++) {
      await people.askReset(`p${n}@example.org`, here);
    }
    await rejects(people.askReset("one-more@example.org", here), (error) => {
      ok(error instanceof RateLimitedError);
      match(error.message, /too many tries/);
      return true;
    });
    ok(await people.signIn({ email, password: goodPassword }, here), "signing in goes on");
    time.nowMs += throttleLimits.forgot.windowMs;
    await people.askReset(email, here);
  }));

Deno.test("without mail nobody is promised any", () =>
  withAccounts(async ({ reopen, mail, accounts }) => {
    equal(accounts.people.isMailOn, true);
    const closed = reopen({ hasMail: false });
    equal(closed.people.isMailOn, false);
    await rejects(closed.people.askReset(email, here), (error) => {
      ok(error instanceof ServiceUnavailableError);
      match(error.message, /administrator/);
      return true;
    });
    await closed.jobs[forgotTopic]!({ id: "1", emailKey: email, askedMs: 0, ip: "" });
    deepEqual(mail.sent, []);
  }));

Deno.test("an administrator removes somebody with all that is theirs, but not themselves or the last one", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { people } = accounts;
    const { user: root } = await setUp(accounts);
    const ada = await join(accounts, "ada");
    const by = { actor: root.id, origin: here };
    await rejects(people.expel(root.id, by), ForbiddenError);
    await rejects(people.expel(root.id, { ...by, actor: "operator" }), /needs an administrator/);
    await rejects(people.expel("nobody", by), /Cannot find/);
    await people.expel(ada.user.id, by);
    await rejects(people.expel(ada.user.id, by), /Cannot find/);
    await rejects(accounts.identify(ada.accessToken), UnauthorizedError);
    equal(await people.find(email), null);
    equal((await owned.sessions.list({ index: "user", equals: [ada.user.id] })).items.length, 0);
    const { items } = await owned.audit.list({ index: "act", equals: ["auth.user_removed"] });
    deepEqual(items.map(({ actor, target }) => [actor, target]), [[
      root.id,
      `user ${ada.user.id}`,
    ]]);
    ok((await join(accounts, "ada")).user.id !== ada.user.id, "the address is free again");
    const eve = (await join(accounts, "eve")).user;
    await people.change(eve.id, { role: "admin" }, by);
    await people.expel(root.id, { actor: eve.id, origin: here });
    await rejects(people.change(eve.id, { role: "user" }, by), /needs an administrator/);
    await rejects(people.change(eve.id, { isDisabled: true }, by), /needs an administrator/);
  }));

Deno.test("two administrators who remove each other at once leave one", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { people } = accounts;
    const { user: root } = await setUp(accounts);
    const { user: eve } = await join(accounts, "eve");
    await people.change(eve.id, { role: "admin" }, { actor: root.id, origin: here });
    await Promise.allSettled([
      people.expel(root.id, { actor: eve.id, origin: here }),
      people.expel(eve.id, { actor: root.id, origin: here }),
      people.change(eve.id, { role: "user" }, { actor: root.id, origin: here }),
    ]);
    const { items } = await owned.users.list({ index: "role", equals: ["admin"] });
    equal(items.length, 1);
  }));

Deno.test("devices of somebody are counted, and their newest sign-in is told, also after its end", () =>
  withAccounts(async ({ accounts, time }) => {
    const { sessions, people } = accounts;
    deepEqual(await sessions.describe("nobody"), { running: 0, signedInMs: null });
    const { user, sessionId } = await join(accounts, "ada");
    const firstMs = time.nowMs;
    deepEqual(await sessions.describe(user.id), { running: 1, signedInMs: firstMs });
    time.nowMs += 60_000;
    await people.signIn({ email, password: goodPassword }, here);
    deepEqual(await sessions.describe(user.id), { running: 2, signedInMs: firstMs + 60_000 });
    await sessions.end(sessionId, "signed_out");
    equal((await sessions.describe(user.id)).running, 1);
    await sessions.endAll(user.id, "revoked");
    deepEqual(await sessions.describe(user.id), { running: 0, signedInMs: firstMs + 60_000 });
  }));
