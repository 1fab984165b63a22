import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { ApiCallError } from "../../lib/client/errors.ts";
import { createSession, type SessionTokens } from "../../lib/client/session.ts";
import { createManualClock } from "../support/clock.ts";

const credentials = { email: "ada@example.org", password: "tram lemon quartz 91" };

/** Calls that answer like the API, numbered. */
function fakeCalls({ fail }: { fail?: () => Error | null } = {}) {
  const asked: string[] = [];
  let count = 0;
  const answer = () => {
    const error = fail?.();
    if (error) return Promise.reject(error);
    count++;
    return Promise.resolve({
      access_token: `access ${count}`,
      refresh_token: `refresh ${count}`,
      token_type: "Bearer" as const,
      expires_in: 3_600,
      user: { id: "u", email: "a@b.co", role: "user" as const, hasPassword: true, createdMs: 1 },
    });
  };
  return {
    asked,
    login: (input: { body: { email: string } }) => (asked.push(input.body.email), answer()),
    refreshTokens: (input?: { body: { refresh_token?: string | undefined } }) => (
      asked.push(`renew ${input?.body.refresh_token}`), answer()
    ),
    logout: (input?: { body: { refresh_token?: string | undefined } }) => {
      asked.push(`out ${input?.body.refresh_token}`);
      return Promise.resolve({ done: true as const });
    },
  };
}

Deno.test("a token is handed out until a minute before its end, then renewed without signing in", async () => {
  const clock = createManualClock(1_000);
  const calls = fakeCalls();
  const session = createSession(calls, { clock });
  equal(await session.getToken(), undefined);
  await session.signIn(credentials);
  await clock.advance(3_540_000);
  equal(await session.getToken(), "access 1");
  await clock.advance(1);
  equal(await session.getToken(), "access 2");
  equal(await session.getToken(), "access 2");
  deepEqual(calls.asked, ["ada@example.org", "renew refresh 1"]);
});

Deno.test("however many wait for a token, it is renewed once", async () => {
  const clock = createManualClock();
  const calls = fakeCalls();
  const session = createSession(calls, { clock });
  await session.signIn(credentials);
  await clock.advance(3_600_000);
  const tokens = await Promise.all([1, 2, 3, 4, 5].map(() => session.getToken()));
  deepEqual(new Set(tokens), new Set(["access 2"]));
  equal(calls.asked.filter((one) => one.startsWith("renew")).length, 1);
});

Deno.test("a session that was ended is over; one that cannot be renewed now is tried again", async () => {
  const clock = createManualClock();
  const told: (SessionTokens | null)[] = [];
  const refusals = [
    new ApiCallError("busy", 503, null, null),
    new TypeError("connection refused"),
    new ApiCallError("ended", 401, null, null),
  ];
  let isFailing = false;
  const calls = fakeCalls({ fail: () => isFailing ? refusals.shift() ?? null : null });
  const session = createSession(calls, { clock, onTokens: (tokens) => told.push(tokens) });
  await session.signIn(credentials);
  await clock.advance(3_600_000);
  isFailing = true;
  await rejects(session.getToken());
  await rejects(session.getToken(), TypeError);
  equal(told.at(-1)?.access, "access 1", "still signed in");
  await rejects(session.getToken(), ApiCallError);
  equal(told.at(-1), null);
  equal(await session.getToken(), undefined);
});

Deno.test("tokens of an earlier run go on, and signing out gives them back", async () => {
  const clock = createManualClock();
  const calls = fakeCalls();
  let kept: SessionTokens | null = { access: "a", refresh: "r", expiresMs: 3_600_000 };
  const session = createSession(calls, {
    clock,
    tokens: kept,
    onTokens: (tokens) => kept = tokens,
  });
  equal(await session.getToken(), "a");
  await session.signOut();
  equal(kept, null);
  equal(await session.getToken(), undefined);
  deepEqual(calls.asked, ["out r"]);
  await session.signOut();
  ok(calls.asked.length === 1, "nobody to sign out");
});
