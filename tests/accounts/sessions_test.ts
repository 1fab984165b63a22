import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { createRecent } from "../../lib/accounts/recent.ts";
import {
  judgeRefresh,
  makeRefreshToken,
  readRefreshToken,
} from "../../lib/accounts/refresh_tokens.ts";
import { hashSecret } from "../../lib/accounts/secrets.ts";
import { idleMs, longestMs } from "../../lib/accounts/sessions.ts";
import { UnauthorizedError } from "../../lib/contracts/errors.ts";
import { buildSession } from "../support/owned.ts";
import {
  countingBytes,
  elsewhere,
  here,
  join,
  startMs,
  withAccounts,
} from "../support/accounts.ts";

const dayMs = 86_400_000;

Deno.test("a session is known by its access token and renewed without signing in again", () =>
  withAccounts(async ({ accounts, time }) => {
    const first = await join(accounts, "ada");
    equal(first.expiresIn, 3_600);
    deepEqual(await accounts.identify(first.accessToken), {
      userId: first.user.id,
      role: "user",
      via: "session",
      sessionId: first.sessionId,
      keyId: null,
      scopes: ["read", "alerts", "portfolio", "export", "live"],
    });
    time.nowMs += 3_600_000;
    await rejects(accounts.identify(first.accessToken), /has expired; renew it at POST/);
    const second = await accounts.sessions.renew(first.refreshToken, here);
    equal((await accounts.identify(second.accessToken)).sessionId, first.sessionId);
    notEqual(second.refreshToken, first.refreshToken);
  }));

Deno.test("a refresh token that comes back ends its session, for the thief and for the owner", () =>
  withAccounts(async ({ accounts, owned, time }) => {
    const stolen = (await join(accounts, "ada")).refreshToken;
    const mine = await accounts.sessions.renew(stolen, here);
    time.nowMs += 60_000;
    await rejects(
      accounts.sessions.renew(stolen, elsewhere),
      /used before, so its session was ended/,
    );
    await rejects(accounts.sessions.renew(mine.refreshToken, here), /this session has ended/);
    await rejects(accounts.identify(mine.accessToken), /its session has ended/);
    equal((await owned.sessions.get(mine.sessionId))!.endedBecause, "reused");
    const { items } = await owned.audit.list({ index: "act", equals: ["auth.token_reused"] });
    deepEqual(items.map(({ actor, ip, isDone }) => [actor, ip, isDone]), [
      [mine.user.id, elsewhere.ip, false],
    ]);
  }));

Deno.test("a token of long ago ends the session too, a made-up one does nothing", () =>
  withAccounts(async ({ accounts, time }) => {
    const old = (await join(accounts, "ada")).refreshToken;
    let newest = await accounts.sessions.renew(old, here);
    for (let i = 0; i < 5; i++) {
      time.nowMs += 60_000;
      newest = await accounts.sessions.renew(newest.refreshToken, here);
    }
    const [id, , secret, mac] = newest.refreshToken.split(".");
    for (
      const forged of [
        `${id}.0.${secret}.${mac}`,
        `${id}.9.${secret}.${mac}`,
        `${id}.5.${mac}.${secret}`,
      ]
    ) {
      await rejects(accounts.sessions.renew(forged, elsewhere), /none of ours/);
    }
    ok(await accounts.identify(newest.accessToken), "nobody can end a session by guessing");
    await rejects(accounts.sessions.renew(old, elsewhere), /used before/);
    await rejects(accounts.identify(newest.accessToken), UnauthorizedError);
  }));

Deno.test("two tabs that renew at once do not end their session", () =>
  withAccounts(async ({ accounts }) => {
    const { refreshToken } = await join(accounts, "ada");
    const done = await Promise.allSettled(
      [1, 2, 3].map(() => accounts.sessions.renew(refreshToken, here)),
    );
    const granted = done.filter(({ status }) => status === "fulfilled");
    equal(granted.length, 1, "one of them has the newer token");
    for (const one of done) {
      if (one.status === "rejected") match(String(one.reason), /exchanged a moment ago/);
      else ok(await accounts.identify(one.value.accessToken));
    }
  }));

const base = { sessionId: "session-1", generation: 3 };
const macKey = "mac";
const token = makeRefreshToken(base, { macKey, random: countingBytes() });
const claims = readRefreshToken(token, [macKey])!;
const session = buildSession("session-1", {
  generation: 3,
  refreshHash: hashSecret(token),
  usedMs: startMs,
  expiresMs: startMs + dayMs,
});
const verdicts = [
  { name: "the newest one", wanted: "renew" },
  { name: "one whose session is gone", session: null, wanted: "unknown" },
  { name: "one that we did not sign", claims: { ...claims, isOurs: false }, wanted: "unknown" },
  { name: "another one of the same generation", session: { refreshHash: "00" }, wanted: "unknown" },
  { name: "one of a generation to come", session: { generation: 2 }, wanted: "unknown" },
  { name: "the one before, a second later", session: { generation: 4 }, wanted: "just_renewed" },
  {
    name: "the one before, ten seconds later",
    session: { generation: 4 },
    afterMs: 10_000,
    wanted: "reused",
  },
  { name: "one of long ago, at once", session: { generation: 5 }, wanted: "reused" },
  { name: "one of an ended session", session: { endedMs: startMs }, wanted: "ended" },
  {
    name: "one of an ended session that was exchanged",
    session: { endedMs: 1, generation: 9 },
    wanted: "ended",
  },
  { name: "one whose time is over", afterMs: dayMs, wanted: "expired" },
  { name: "the newest one after the clock went back", afterMs: -dayMs, wanted: "renew" },
] as const;
for (const row of verdicts) {
  Deno.test(`as a refresh token, ${row.name} is judged "${row.wanted}"`, () => {
    const { session: part, claims: given = claims, afterMs = 1_000 } = { session: {}, ...row } as {
      session: Partial<typeof session> | null;
      claims?: typeof claims;
      afterMs?: number;
    };
    const judged = part === null ? null : { ...session, ...part };
    equal(judgeRefresh(judged, token, given, startMs + afterMs), row.wanted);
  });
}

Deno.test("any text is read as a refresh token without failing, and none is ours by chance", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    equal(readRefreshToken(text, [macKey])?.isOurs ?? false, false);
  }));
  equal(readRefreshToken(token, ["another"])?.isOurs, false);
  equal(readRefreshToken(token, ["another", macKey])?.isOurs, true);
  equal(readRefreshToken(`${token}x`, [macKey]), null);
});

Deno.test("a session that is used lives ninety days, one that is not thirty", () =>
  withAccounts(async ({ accounts, time }) => {
    const idle = await join(accounts, "idle");
    let busy = await join(accounts, "busy");
    time.nowMs += idleMs - 1;
    busy = await accounts.sessions.renew(busy.refreshToken, here);
    time.nowMs += 1;
    await rejects(accounts.sessions.renew(idle.refreshToken, here), /refresh token has expired/);
    time.nowMs += idleMs - 2;
    busy = await accounts.sessions.renew(busy.refreshToken, here);
    time.nowMs += 1_000;
    busy = await accounts.sessions.renew(busy.refreshToken, here);
    equal(busy.refreshExpiresMs, startMs + longestMs);
    time.nowMs = startMs + longestMs - 1;
    busy = await accounts.sessions.renew(busy.refreshToken, here);
    time.nowMs += 1;
    await rejects(accounts.identify(busy.accessToken), UnauthorizedError);
    await rejects(accounts.sessions.renew(busy.refreshToken, here), /expired/);
  }));

Deno.test("devices are listed newest first, and one that is signed out is known no longer at once", () =>
  withAccounts(async ({ accounts, time }) => {
    const first = await join(accounts, "ada");
    time.nowMs += 1_000;
    const second = (await accounts.sessions.start(first.user, elsewhere))!;
    const { id } = first.user;
    deepEqual((await accounts.sessions.list(id)).map((one) => one.id), [
      second.sessionId,
      first.sessionId,
    ]);
    await accounts.identify(first.accessToken);
    await accounts.sessions.end(first.sessionId, "revoked");
    await rejects(accounts.identify(first.accessToken), /session has ended; sign in again/);
    await rejects(accounts.sessions.renew(first.refreshToken, here), /session has ended/);
    deepEqual((await accounts.sessions.list(id)).map((one) => one.id), [second.sessionId]);
    await accounts.sessions.endAll(id, "revoked");
    await rejects(accounts.identify(second.accessToken), UnauthorizedError);
  }));

Deno.test("another process notices the end of a session within five seconds", () =>
  withAccounts(async ({ accounts, reopen, time }) => {
    const { accessToken, sessionId } = await join(accounts, "ada");
    const other = reopen();
    await other.identify(accessToken);
    await accounts.sessions.end(sessionId, "revoked");
    time.nowMs += 5_000;
    await rejects(other.identify(accessToken), /session has ended/);
  }));

Deno.test("the thirty-first device signs out the one that was silent longest", () =>
  withAccounts(async ({ accounts, owned, time }) => {
    const { user, sessionId } = await join(accounts, "ada");
    for (let i = 0; i < 30; i++) {
      time.nowMs += 1_000;
      await accounts.sessions.start(user, here);
    }
    equal((await accounts.sessions.list(user.id)).length, 30);
    equal((await owned.sessions.get(sessionId))!.endedBecause, "revoked");
    time.nowMs += 91 * dayMs;
    await accounts.sessions.start(user, here);
    equal(await owned.sessions.count(), 1, "those that ended long ago are forgotten");
  }));

Deno.test("sessions go on after a restart, and what devices call themselves is made harmless", () =>
  withAccounts(async ({ accounts, reopen }) => {
    const { user, accessToken, refreshToken } = await join(accounts, "ada");
    await accounts.sessions.start(user, {
      ...here,
      userAgent: "a\r\nset-cookie: x\u202e" + "y".repeat(900),
    });
    const after = reopen();
    equal((await after.identify(accessToken)).userId, user.id);
    ok(await after.sessions.renew(refreshToken, here));
    for (const { userAgent } of await after.sessions.list(user.id)) {
      ok(userAgent.length <= 200);
      ok(!/[\r\n\u202e]/.test(userAgent));
    }
    const moved = reopen({ signingKeys: "n".repeat(64) });
    await rejects(moved.identify(accessToken), /none of ours/);
  }));

Deno.test("a session that was ended while it was read is not remembered", async () => {
  const recent = createRecent<string>(() => 0);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const reading = recent.get("s", () => promise);
  recent.forget(() => true);
  resolve("old");
  equal(await reading, "old");
  equal(await recent.get("s", () => Promise.resolve("new")), "new");
});

Deno.test("what is remembered is read again after five seconds, or when the clock went back", async () => {
  const time = { nowMs: 10_000 };
  const recent = createRecent<number>(() => time.nowMs);
  let reads = 0;
  const get = () => recent.get("s", () => Promise.resolve(++reads));
  equal(await get(), 1);
  time.nowMs += 4_999;
  equal(await get(), 1);
  time.nowMs += 1;
  equal(await get(), 2);
  time.nowMs -= 60_000;
  equal(await get(), 3);
});
