import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { keysMax } from "../../lib/accounts/api_keys.ts";
import {
  hasScope,
  type Identity,
  listScopes,
  narrowScopes,
  operatorIdentity,
  requireIdentity,
  requireOwn,
  requireSession,
} from "../../lib/accounts/mod.ts";
import {
  BadRequestError,
  ForbiddenError,
  NotFoundError,
  UnauthorizedError,
} from "../../lib/contracts/errors.ts";
import { type Scope, scopes } from "../../lib/contracts/owned.ts";
import { here, join, setUp, withAccounts } from "../support/accounts.ts";

const dayMs = 86_400_000;
const draft = { name: "my bot", scopes: ["read", "alerts"] as Scope[], expiresDays: 30 };

Deno.test("a key does what its scopes say, and only its hash is kept", () =>
  withAccounts(async ({ accounts, owned }) => {
    const owner = await accounts.identify((await join(accounts, "ada")).accessToken);
    const { key, secret } = await accounts.keys.create(owner, draft, here);
    match(secret, /^ci_[0-9a-f]{16}_[\w-]{43}$/);
    deepEqual(await accounts.identify(secret), {
      userId: owner.userId,
      role: "user",
      via: "key",
      sessionId: null,
      keyId: key.id,
      scopes: ["read", "alerts"],
    });
    const kept = JSON.stringify(await owned.apiKeys.list());
    ok(!kept.includes(secret) && !kept.includes(secret.slice(20)));
    equal(key.start, secret.slice(0, 10));
  }));

Deno.test("a key that is revoked, expired or guessed is refused, each in its own words", () =>
  withAccounts(async ({ accounts, time }) => {
    const owner = await accounts.identify((await join(accounts, "ada")).accessToken);
    const { key, secret } = await accounts.keys.create(owner, draft, here);
    const other = await accounts.keys.create(owner, { ...draft, expiresDays: 1 }, here);
    await accounts.identify(secret);
    for (
      const guess of [
        "ci_",
        `ci_${"0".repeat(16)}_${"A".repeat(43)}`,
        secret.slice(0, -1) + (secret.endsWith("A") ? "B" : "A"),
        other.secret.slice(0, 20) + secret.slice(20),
        `${secret}A`,
        "ci_'; DROP TABLE api_keys;--",
      ]
    ) await rejects(accounts.identify(guess), /none of ours/);
    await accounts.keys.revoke(owner, key.id, here);
    await rejects(accounts.identify(secret), /it was revoked/);
    await accounts.keys.revoke(owner, key.id, here);
    time.nowMs += dayMs;
    await rejects(accounts.identify(other.secret), /it has expired/);
    deepEqual((await accounts.keys.list(owner.userId)).map(({ id }) => id), [other.key.id]);
  }));

Deno.test("a key of somebody else cannot be revoked, and looks as if it were not there", () =>
  withAccounts(async ({ accounts }) => {
    const ada = await accounts.identify((await join(accounts, "ada")).accessToken);
    const eve = await accounts.identify((await join(accounts, "eve")).accessToken);
    const { key, secret } = await accounts.keys.create(ada, draft, here);
    const told: string[] = [];
    for (const id of [key.id, "0".repeat(16), "", "../users/owner"]) {
      await rejects(accounts.keys.revoke(eve, id, here), (error: Error) => {
        ok(error instanceof NotFoundError);
        told.push(error.message);
        return true;
      });
    }
    equal(new Set(told).size, 1);
    ok(await accounts.identify(secret));
    deepEqual(await accounts.keys.list(eve.userId), []);
  }));

Deno.test("nobody gives a key what they may not do themselves, or keeps it when they may no longer", () =>
  withAccounts(async ({ accounts, time }) => {
    const root = await setUp(accounts);
    const owner = await accounts.identify(root.accessToken);
    const user = await accounts.identify((await join(accounts, "ada")).accessToken);
    const wanted = { ...draft, scopes: ["read", "admin"] as Scope[] };
    await rejects(accounts.keys.create(user, wanted, here), ForbiddenError);
    const { secret } = await accounts.keys.create(owner, wanted, here);
    deepEqual((await accounts.identify(secret)).scopes, ["read", "admin"]);
    const by = { actor: owner.userId, origin: here };
    await accounts.people.change(user.userId, { role: "admin" }, by);
    await accounts.people.change(owner.userId, { role: "user" }, by);
    time.nowMs += 5_000;
    deepEqual((await accounts.identify(secret)).scopes, ["read"]);
  }));

Deno.test("use is noted to the minute, and costs one write a minute at most", () =>
  withAccounts(async ({ accounts, owned, time }) => {
    const owner = await accounts.identify((await join(accounts, "ada")).accessToken);
    const { key, secret } = await accounts.keys.create(owner, draft, here);
    equal(key.usedMs, null);
    const usedMs = async () => (await owned.apiKeys.get(key.id))!.usedMs;
    let commits = 0;
    const { transact } = owned;
    owned.transact = (work) => (commits++, transact(work));
    for (let i = 0; i < 20; i++) await accounts.identify(secret);
    equal(await usedMs(), time.nowMs);
    equal(commits, 1);
    time.nowMs += 59_999;
    await accounts.identify(secret);
    equal(commits, 1);
    time.nowMs += 1;
    await accounts.identify(secret);
    equal(await usedMs(), time.nowMs);
    equal(commits, 2);
    owned.transact = () => Promise.reject(new Error("the disk is full"));
    time.nowMs += 60_000;
    ok(await accounts.identify(secret), "a note that fails refuses nobody");
  }));

Deno.test("there are fifty keys at most, and a revoked one makes room", () =>
  withAccounts(async ({ accounts }) => {
    const owner = await accounts.identify((await join(accounts, "ada")).accessToken);
    const made = [];
    for (let i = 0; i < keysMax; i++) made.push(await accounts.keys.create(owner, draft, here));
    await rejects(accounts.keys.create(owner, draft, here), BadRequestError);
    await accounts.keys.revoke(owner, made[7]!.key.id, here);
    ok(await accounts.keys.create(owner, draft, here));
  }));

const session: Identity = {
  userId: "u",
  role: "user",
  via: "session",
  sessionId: "s",
  keyId: null,
  scopes: listScopes("user"),
};
const key: Identity = { ...session, via: "key", sessionId: null, keyId: "k", scopes: ["read"] };
const admin: Identity = { ...session, role: "admin", scopes: listScopes("admin") };

/** Who may do what: `yes`, not signed in (`who`), or not allowed (`no`). */
const rights: {
  who: string;
  identity: Identity | null;
  may: Record<Scope, "yes" | "no" | "who">;
}[] = [
  {
    who: "a visitor",
    identity: null,
    may: { read: "who", alerts: "who", portfolio: "who", export: "who", live: "who", admin: "who" },
  },
  {
    who: "a user",
    identity: session,
    may: { read: "yes", alerts: "yes", portfolio: "yes", export: "yes", live: "yes", admin: "no" },
  },
  {
    who: "a key that reads",
    identity: key,
    may: { read: "yes", alerts: "no", portfolio: "no", export: "no", live: "no", admin: "no" },
  },
  {
    who: "an administrator",
    identity: admin,
    may: { read: "yes", alerts: "yes", portfolio: "yes", export: "yes", live: "yes", admin: "yes" },
  },
  {
    who: "the operator",
    identity: operatorIdentity,
    may: { read: "yes", alerts: "yes", portfolio: "yes", export: "yes", live: "yes", admin: "yes" },
  },
];
for (const { who, identity, may } of rights) {
  Deno.test(`${who} may do exactly what stands in the table`, () => {
    for (const scope of scopes) {
      equal(hasScope(identity, scope), may[scope] === "yes", scope);
      if (may[scope] === "yes") equal(requireIdentity(identity, scope), identity);
      else {
        throws(
          () => requireIdentity(identity, scope),
          may[scope] === "who" ? UnauthorizedError : ForbiddenError,
        );
      }
    }
  });
}

Deno.test("what only a signed-in person may do is refused to keys and to the operator's token", () => {
  equal(requireSession(session).sessionId, "s");
  throws(() => requireSession(null), UnauthorizedError);
  throws(() => requireSession(key), ForbiddenError);
  throws(() => requireSession(operatorIdentity), ForbiddenError);
});

Deno.test("a key never does more than its owner's role, whatever stands in its record", () => {
  for (const role of ["user", "admin"] as const) {
    const narrowed = narrowScopes({ scopes: [...scopes] }, role);
    deepEqual(narrowed, listScopes(role));
  }
  deepEqual(narrowScopes({ scopes: [] }, "admin"), []);
});

Deno.test("another owner's record is answered like one that does not exist", () => {
  const getOwner = ({ userId }: { userId: string | null }) => userId;
  const mine = { userId: "u" };
  equal(requireOwn(mine, getOwner, session, "such a list"), mine);
  for (const record of [null, { userId: "v" }, { userId: null }, { userId: "" }, { userId: "U" }]) {
    throws(() => requireOwn(record, getOwner, session, "such a list"), {
      name: "NotFoundError",
      message: "Cannot find such a list",
    });
  }
});
