import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { removalTopic } from "../../lib/accounts/mod.ts";
import { throttleLimits } from "../../lib/accounts/throttle.ts";
import {
  BadRequestError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  UnauthorizedError,
} from "../../lib/contracts/errors.ts";
import { buildAlert, buildUser, buildWatchlist } from "../support/owned.ts";
import { elsewhere, goodPassword, here, join, setUp, withAccounts } from "../support/accounts.ts";

const ada = { email: "Ada@Example.org", password: goodPassword };
const acts = async ({ list }: { list(query: object): Promise<{ items: { act: string }[] }> }) =>
  (await list({ limit: 100 })).items.map(({ act }) => act);

Deno.test("who registers is signed in, and signs in again in any case of the address", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { user } = await accounts.people.register(ada, here);
    equal(user.email, "Ada@Example.org");
    equal(user.role, "user");
    for (const email of ["ada@example.org", "ADA@EXAMPLE.ORG"]) {
      const again = await accounts.people.signIn({ ...ada, email }, here);
      equal(again.user.id, user.id);
      ok(await accounts.identify(again.accessToken));
    }
    const kept = JSON.stringify([await owned.users.get(user.id), await owned.sessions.list()]);
    ok(!kept.includes(goodPassword), "the password is nowhere");
    match((await owned.users.get(user.id))!.passwordHash!, /^\$2[aby]\$/);
  }));

Deno.test("wrong password, unknown address, disabled account: one answer, the same work", () =>
  withAccounts(async ({ accounts, owned }) => {
    await setUp(accounts);
    const { user } = await accounts.people.register(ada, here);
    const off = await join(accounts, "off");
    await owned.users.put({ ...off.user, isDisabled: true });
    const told = new Set<string>();
    for (
      const credentials of [
        { ...ada, password: `${goodPassword}!` },
        { ...ada, password: "" },
        { email: "nobody@example.org", password: goodPassword },
        { email: "off@example.org", password: goodPassword },
        { email: user.id, password: goodPassword },
      ]
    ) {
      await rejects(accounts.people.signIn(credentials, here), (error: Error) => {
        ok(error instanceof UnauthorizedError);
        told.add(error.message);
        return true;
      });
    }
    deepEqual([...told], ["Cannot sign in: address and password do not belong together"]);
    const { items } = await owned.audit.list({ index: "act", equals: ["auth.sign_in"] });
    equal(items.filter(({ isDone }) => !isDone).length, 5);
    ok(!JSON.stringify(items).includes(goodPassword));
  }));

Deno.test("an address is taken once, however many register it at the same time", () =>
  withAccounts(async ({ accounts, owned }) => {
    const done = await Promise.allSettled(
      ["ada@example.org", "Ada@example.org", "ADA@EXAMPLE.ORG"].map((email) =>
        accounts.people.register({ ...ada, email }, here)
      ),
    );
    equal(done.filter(({ status }) => status === "fulfilled").length, 1);
    for (const one of done) {
      if (one.status === "fulfilled") continue;
      ok(one.reason instanceof BadRequestError);
      deepEqual(one.reason.errors.map(({ pointer }) => pointer), ["/json/email"]);
    }
    equal(await owned.users.count(), 1);
  }));

Deno.test("a weak password makes no account, and the answer says what is wrong", () =>
  withAccounts(async ({ accounts, owned }) => {
    await rejects(accounts.people.register({ ...ada, password: "short" }, here), (error) => {
      ok(error instanceof BadRequestError);
      match(error.errors[0]!.detail, /At least 12 characters/);
      equal(error.errors[0]!.pointer, "/json/password");
      return true;
    });
    equal(await owned.users.count(), 0);
    equal(await owned.emails.count(), 0);
  }));

Deno.test("the set-up link makes one administrator, once", () =>
  withAccounts(async ({ accounts, owned }) => {
    ok(await accounts.people.isSetupNeeded());
    const token = (await accounts.people.makeSetupToken())!;
    const done = await Promise.allSettled(
      ["a", "b", "c"].map((name) =>
        accounts.people.setUp(token, { email: `${name}@example.org`, password: goodPassword }, here)
      ),
    );
    equal(done.filter(({ status }) => status === "fulfilled").length, 1);
    equal(await owned.users.count(), 1);
    equal(await accounts.people.isSetupNeeded(), false);
    equal(await accounts.people.makeSetupToken(), null);
    const again = accounts.people.setUp(token, ada, elsewhere);
    await rejects(again, /this link was used already/);
    const { items: [owner] } = await owned.users.list();
    equal(owner!.role, "admin");
  }));

Deno.test("a set-up link that is used, old, of another store or made up opens nothing", () =>
  withAccounts(async ({ accounts, owned, reopen, time }) => {
    const token = (await accounts.people.makeSetupToken())!;
    const foreign = (await reopen({ signingKeys: "f".repeat(64) }).people.makeSetupToken())!;
    const { accessToken } = await join(accounts, "eve");
    for (const wrong of [foreign, accessToken, "", "admin", `${token}x`]) {
      await rejects(accounts.people.setUp(wrong, ada, here), ForbiddenError);
    }
    time.nowMs += 24 * 3_600_000;
    await rejects(accounts.people.setUp(token, ada, here), /this link has expired/);
    equal((await owned.users.list({ index: "role", equals: ["admin"] })).items.length, 0);
    ok(await accounts.people.makeSetupToken(), "the next start gives another one");
  }));

Deno.test("nobody is an administrator by registering, and no default account exists", () =>
  withAccounts(async ({ accounts, owned }) => {
    equal(await owned.users.count(), 0);
    equal((await join(accounts, "first")).user.role, "user");
    ok(await accounts.people.isSetupNeeded());
    for (const email of ["admin", "admin@example.org", "owner", "root@localhost"]) {
      for (const password of ["", "admin", "password", "changeme"]) {
        await rejects(accounts.people.signIn({ email, password }, { ...here, client: email }));
      }
    }
  }));

Deno.test("tries from one address are slowed down, and a restart forgives none", () =>
  withAccounts(async ({ accounts, reopen, time }) => {
    await accounts.people.register(ada, here);
    const tries = (given = accounts) =>
      given.people.signIn({ ...ada, password: "wrong password" }, elsewhere);
    for (let i = 0; i < throttleLimits.pair.capacity; i++) {
      await rejects(tries(), UnauthorizedError);
    }
    await rejects(tries(), (error) => {
      ok(error instanceof RateLimitedError);
      ok(error.retryAfterMs > 0 && error.retryAfterMs <= throttleLimits.pair.windowMs);
      return true;
    });
    await rejects(tries(reopen()), RateLimitedError);
    const right = accounts.people.signIn(ada, elsewhere);
    await rejects(right, RateLimitedError, "the right password is no way around");
    time.nowMs += throttleLimits.pair.windowMs;
    ok(await accounts.people.signIn(ada, elsewhere));
  }));

Deno.test("many addresses together cannot try for ever, nor lock the owner out", () =>
  withAccounts(async ({ accounts }) => {
    await accounts.people.register(ada, here);
    let isSlowed = false;
    for (let i = 0; i < throttleLimits.account.capacity + 1 && !isSlowed; i++) {
      const origin = { ...elsewhere, ip: `198.51.100.${i}`, client: `ip 198.51.100.${i}` };
      const tried = accounts.people.signIn({ ...ada, password: "wrong password" }, origin);
      await tried.catch((error) => isSlowed = error instanceof RateLimitedError);
    }
    ok(isSlowed);
    ok(await accounts.people.signIn(ada, here), "from where its owner has signed in before");
  }));

Deno.test("an address that nobody has is slowed down like one that somebody has", () =>
  withAccounts(async ({ accounts }) => {
    await accounts.people.register(ada, here);
    const count = async (email: string) => {
      const origin = { ...elsewhere, client: `ip of ${email}` };
      for (let tries = 0;; tries++) {
        const tried = accounts.people.signIn({ email, password: "wrong password" }, origin);
        const error: unknown = await tried.catch((error) => error);
        if (error instanceof RateLimitedError) return tries;
      }
    };
    equal(await count("nobody@example.org"), await count(ada.email));
  }));

Deno.test("accounts are not made by the thousand from one address", () =>
  withAccounts(async ({ accounts, owned }) => {
    for (let i = 0; i < throttleLimits.register.capacity; i++) await join(accounts, `user${i}`);
    await rejects(join(accounts, "one-more"), RateLimitedError);
    equal(await owned.users.count(), throttleLimits.register.capacity);
  }));

Deno.test("a changed password signs out every device and leaves the one that changed it", () =>
  withAccounts(async ({ accounts }) => {
    const { user, accessToken, refreshToken } = await accounts.people.register(ada, here);
    const phone = await accounts.people.signIn(ada, elsewhere);
    const wrong = { current: "not the password", next: "another good one 77" };
    await rejects(accounts.people.changePassword(user.id, wrong, here), /the password is wrong/);
    const weak = { current: goodPassword, next: "password1234" };
    await rejects(accounts.people.changePassword(user.id, weak, here), BadRequestError);
    ok(await accounts.identify(phone.accessToken), "nothing has changed so far");
    const change = { current: goodPassword, next: "another good one 77" };
    const now = await accounts.people.changePassword(user.id, change, here);
    for (const old of [accessToken, phone.accessToken]) {
      await rejects(accounts.identify(old), UnauthorizedError);
    }
    for (const old of [refreshToken, phone.refreshToken]) {
      await rejects(accounts.sessions.renew(old, here), UnauthorizedError);
    }
    ok(await accounts.identify(now.accessToken));
    await rejects(accounts.people.signIn(ada, here), UnauthorizedError);
    ok(await accounts.people.signIn({ ...ada, password: change.next }, here));
  }));

Deno.test("an administrator's link sets a new password once, within an hour", () =>
  withAccounts(async ({ accounts, time }) => {
    const root = await setUp(accounts);
    const by = { actor: root.user.id, origin: here };
    const { user, accessToken, refreshToken } = await accounts.people.register(ada, here);
    const { token } = await accounts.people.makeResetToken(user.id, by);
    const late = await accounts.people.makeResetToken(user.id, by);
    await rejects(accounts.people.reset(token, "short", here), BadRequestError);
    const password = "another good one 77";
    const done = await accounts.people.reset(token, password, here);
    ok(await accounts.identify(done.accessToken));
    await rejects(accounts.identify(accessToken), UnauthorizedError);
    await rejects(accounts.sessions.renew(refreshToken, here), UnauthorizedError);
    ok(await accounts.people.signIn({ ...ada, password }, here));
    for (const used of [token, late.token]) {
      const again = accounts.people.reset(used, "a third good one 78", elsewhere);
      await rejects(again, /this link was used already, or the password was changed/);
    }
    const fresh = await accounts.people.makeResetToken(user.id, by);
    const setup = accounts.people.reset(done.accessToken, password, here);
    await rejects(setup, /none of ours/);
    time.nowMs = fresh.expiresMs;
    await rejects(accounts.people.reset(fresh.token, password, here), /this link has expired/);
    await rejects(accounts.people.makeResetToken("nobody", by), NotFoundError);
  }));

Deno.test("a link to a new password opens no account that is disabled or gone", () =>
  withAccounts(async ({ accounts, owned }) => {
    const root = await setUp(accounts);
    const by = { actor: root.user.id, origin: here };
    const { user } = await accounts.people.register(ada, here);
    await owned.users.put({ ...user, isDisabled: true });
    const { token } = await accounts.people.makeResetToken(user.id, by);
    const password = "another good one 77";
    await rejects(accounts.people.reset(token, password, here), ForbiddenError);
    await owned.users.delete(user.id);
    await rejects(accounts.people.reset(token, password, here), ForbiddenError);
  }));

Deno.test("an administrator signs somebody out everywhere", () =>
  withAccounts(async ({ accounts }) => {
    const root = await setUp(accounts);
    const by = { actor: root.user.id, origin: here };
    const { user, accessToken, refreshToken } = await accounts.people.register(ada, here);
    const phone = await accounts.people.signIn(ada, elsewhere);
    await accounts.people.endSessions(user.id, by);
    for (const token of [accessToken, phone.accessToken]) {
      await rejects(accounts.identify(token), UnauthorizedError);
    }
    await rejects(accounts.sessions.renew(refreshToken, here), UnauthorizedError);
    ok(await accounts.identify(root.accessToken));
    await rejects(accounts.people.endSessions("nobody", by), NotFoundError);
  }));

Deno.test("a removed account leaves no record, and everybody else keeps theirs", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { user, accessToken } = await accounts.people.register(ada, here);
    const other = await join(accounts, "bob");
    for (const { id } of [user, other.user]) {
      await accounts.keys.create(
        await accounts.identify(id === user.id ? accessToken : other.accessToken),
        {
          name: "k",
          scopes: ["read"],
          expiresDays: null,
        },
        here,
      );
      await owned.alerts.put(buildAlert(`alert-${id}`, { user_id: id }));
      await owned.watchlists.put(buildWatchlist(`list-${id}`, { userId: id }));
      const own = { userId: id, revision: 1, created_at: 1, updated_at: 1 };
      await owned.portfolios.put({ id: `book-${id}`, name: "b", currency: "USD", ...own });
      await owned.activities.putMany(Array.from({ length: 230 }, (_, i) => ({
        id: `${id}-${i}`,
        portfolioId: `book-${id}`,
        userId: id,
        type: "buy" as const,
        symbol: "BTCUSDT",
        exchange: "binance",
        quantity: "1",
        price: "1",
        currency: "USD",
        fee: "0",
        feeCurrency: "USD",
        timestamp: i,
        note: "",
        importId: null,
        reference: `${i}`,
      })));
    }
    await rejects(accounts.people.remove(user.id, "wrong password", here), /password is wrong/);
    await accounts.people.remove(user.id, goodPassword, here);
    await rejects(accounts.identify(accessToken), UnauthorizedError);
    await rejects(accounts.people.signIn(ada, here), UnauthorizedError);
    const names = [
      "users",
      "emails",
      "sessions",
      "apiKeys",
      "alerts",
      "watchlists",
      "portfolios",
    ] as const;
    for (const name of names) equal(await owned[name].count(), 1, `${name} of the other one`);
    equal(await owned.activities.count(), 230);
    ok(await accounts.identify(other.accessToken));
    const again = await accounts.people.register(ada, here);
    notEqual(again.user.id, user.id, "the address is free again");
    ok((await acts(owned.audit)).includes("auth.account_removed"), "the log stays");
  }));

Deno.test("a removal that was interrupted is finished by the queue, and harms nobody who is there", () =>
  withAccounts(async ({ accounts, owned }) => {
    await owned.alerts.put(buildAlert("left", { user_id: "gone" }));
    const { user } = await join(accounts, "ada");
    await owned.alerts.put(buildAlert("kept", { user_id: user.id }));
    const job = accounts.jobs[removalTopic]!;
    for (const body of [{ userId: "gone" }, { userId: "gone" }, { userId: user.id }, null, 7, {}]) {
      await job(body);
    }
    equal(await owned.alerts.get("left"), null);
    ok(await owned.alerts.get("kept"));
  }));

Deno.test("the only administrator stays one; with another there, they may go", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { user: root } = await setUp(accounts);
    const by = { actor: root.id, origin: here };
    const { people } = accounts;
    await rejects(people.remove(root.id, goodPassword, here), ForbiddenError);
    await rejects(people.change(root.id, { role: "user" }, by), ForbiddenError);
    await rejects(people.change(root.id, { isDisabled: true }, by), ForbiddenError);
    await owned.users.put(buildUser("off", { role: "admin", isDisabled: true }));
    await rejects(people.change(root.id, { role: "user" }, by), ForbiddenError, "not one in use");
    const { user: next } = await join(accounts, "next");
    await people.change(next.id, { role: "admin" }, by);
    const gone = await Promise.allSettled([
      people.change(root.id, { role: "user" }, by),
      people.change(next.id, { role: "user" }, by),
    ]);
    equal(gone.filter(({ status }) => status === "fulfilled").length, 1, "never both at once");
    await rejects(people.change("nobody", { role: "admin" }, by), NotFoundError);
  }));

Deno.test("who is disabled or loses a role feels it at once, with every token and key", () =>
  withAccounts(async ({ accounts }) => {
    const { user: root } = await setUp(accounts);
    const by = { actor: root.id, origin: here };
    const eve = await join(accounts, "eve");
    const identity = await accounts.identify(eve.accessToken);
    const draft = { name: "k", scopes: ["read"] as const, expiresDays: 1 };
    const { secret } = await accounts.keys.create(identity, draft, here);
    await accounts.identify(secret);
    await accounts.people.change(eve.user.id, { isDisabled: true }, by);
    await rejects(accounts.identify(eve.accessToken), UnauthorizedError);
    await rejects(accounts.identify(secret), UnauthorizedError);
    await rejects(accounts.sessions.renew(eve.refreshToken, here), UnauthorizedError);
    const who = { email: "eve@example.org", password: goodPassword };
    await rejects(accounts.people.signIn(who, here), UnauthorizedError);
    await accounts.people.change(eve.user.id, { isDisabled: false }, by);
    ok(await accounts.people.signIn(who, here));
    ok(await accounts.identify(secret));
  }));

Deno.test("every act on an account stands in the audit log, without a secret", () =>
  withAccounts(async ({ accounts, owned }) => {
    const { accessToken, user } = await accounts.people.register(ada, here);
    const identity = await accounts.identify(accessToken);
    await accounts.people.signIn(ada, here);
    const { key, secret } = await accounts.keys.create(identity, {
      name: "k",
      scopes: ["read"],
      expiresDays: null,
    }, here);
    await accounts.keys.revoke(identity, key.id, here);
    await accounts.people.changePassword(user.id, {
      current: goodPassword,
      next: "another good one 77",
    }, here);
    await accounts.people.signOut(identity, here);
    deepEqual((await acts(owned.audit)).toSorted(), [
      "auth.key_created",
      "auth.key_revoked",
      "auth.password_changed",
      "auth.register",
      "auth.sign_in",
      "auth.sign_out",
    ]);
    const text = JSON.stringify(await owned.audit.list({ limit: 100 }));
    for (const hidden of [goodPassword, secret, accessToken, "$2"]) ok(!text.includes(hidden));
    match(text, /203\.0\.113\.9/);
  }));
