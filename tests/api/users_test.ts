/** Users as administrators change them, and links to new passwords, over HTTP. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { goodPassword, setUp } from "../support/accounts.ts";
import {
  adminToken,
  type Answer,
  home,
  joinByHttp,
  type TestAuth,
  withAuthApi,
} from "../support/auth_api.ts";

const users = "/api/v1/admin/users";
const forgot = "/api/v1/auth/forgot";

/** An administrator's token beside the API. */
async function withRoot({ accounts }: TestAuth) {
  const { accessToken, user } = await setUp(accounts);
  return { token: accessToken, id: user.id };
}

/** What does not differ by who was asked for. */
const readOutside = ({ status, headers, text }: Answer) => ({
  status,
  text,
  names: [...headers.keys()].toSorted(),
});

Deno.test("API-48 users are listed with role, devices and newest sign-in, and without their secrets", () =>
  withAuthApi(async (given) => {
    const root = await withRoot(given);
    const { ask, time } = given;
    time.nowMs += 1_000;
    const bob = await joinByHttp(given, "bob");
    time.nowMs += 1_000;
    const body = { email: "bob@example.org", password: goodPassword };
    await ask("POST", "/api/v1/auth/login", { body });
    const { json, text } = await ask("GET", users, { token: root.token });
    deepEqual(json.users, [
      {
        id: bob.user.id,
        email: "bob@example.org",
        role: "user",
        hasPassword: true,
        createdMs: time.nowMs - 1_000,
        isDisabled: false,
        devices: 2,
        signedInMs: time.nowMs,
      },
      {
        id: root.id,
        email: "root@example.org",
        role: "admin",
        hasPassword: true,
        createdMs: time.nowMs - 2_000,
        isDisabled: false,
        devices: 1,
        signedInMs: time.nowMs - 2_000,
      },
    ]);
    ok(!/hash|token/i.test(text.replace("next_cursor", "")));
    const found = await ask("GET", `${users}?email=BOB@example.org`, { token: root.token });
    deepEqual([found.json.count, found.json.next_cursor], [1, null]);
    const nobody = await ask("GET", `${users}?email=bo`, { token: root.token });
    deepEqual(nobody.json, { users: [], count: 0, next_cursor: null });
  }));

Deno.test("AUT-04 no act on users is anybody's but an administrator's", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    await withRoot(given);
    const bob = await joinByHttp(given, "bob");
    const eve = await joinByHttp(given, "eve");
    const one = `${users}/${bob.user.id}`;
    const acts = [
      ["GET", users, undefined],
      ["PATCH", one, { role: "admin" }],
      ["PATCH", one, { isDisabled: true }],
      ["DELETE", one, undefined],
      ["DELETE", `${one}/sessions`, undefined],
      ["POST", `${one}/reset`, undefined],
    ] as const;
    for (const [method, path, body] of acts) {
      const call = body === undefined ? {} : { body };
      equal((await ask(method, path, call)).status, 401, `${method} ${path}`);
      const cookie = { cookie: `ci_access=${eve.access}`, origin: home };
      for (
        const as of [{ token: eve.access }, { token: bob.access }, { headers: cookie }]
      ) {
        equal((await ask(method, path, { ...call, ...as })).status, 403, `${method} ${path}`);
      }
    }
    equal((await ask("GET", "/api/v1/auth/me", { token: bob.access })).status, 200);
  }));

Deno.test("AUT-04 the last administrator cannot be removed, demoted or disabled, by nobody", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    const root = await withRoot(given);
    const one = `${users}/${root.id}`;
    for (const token of [root.token, adminToken]) {
      for (const body of [{ role: "user" }, { isDisabled: true }]) {
        const { status, json } = await ask("PATCH", one, { token, body });
        equal(status, 403);
        match(String(json.detail), /needs an administrator/);
      }
      equal((await ask("DELETE", one, { token })).status, 403);
    }
    const bob = await joinByHttp(given, "bob");
    const change = (body: object) =>
      ask("PATCH", `${users}/${bob.user.id}`, { token: root.token, body });
    await change({ role: "admin" });
    await change({ isDisabled: true });
    const alone = await ask("DELETE", one, { token: adminToken });
    equal(alone.status, 403, "a disabled administrator is none");
    await change({ isDisabled: false });
    equal((await ask("DELETE", one, { token: root.token })).status, 403, "nor oneself");
    equal((await ask("DELETE", one, { token: adminToken })).status, 200);
    equal((await ask("GET", "/api/v1/auth/me", { token: root.token })).status, 401);
  }));

Deno.test("whoever is removed is gone at once, and the log says by whom", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    const root = await withRoot(given);
    const bob = await joinByHttp(given, "bob");
    const one = `${users}/${bob.user.id}`;
    equal((await ask("DELETE", one, { token: root.token })).status, 200);
    equal((await ask("DELETE", one, { token: root.token })).status, 404);
    equal((await ask("GET", "/api/v1/auth/me", { token: bob.access })).status, 401);
    const body = { email: "bob@example.org", password: goodPassword };
    equal((await ask("POST", "/api/v1/auth/login", { body })).status, 401);
    const log = await ask("GET", "/api/v1/admin/audit?act=auth.user_removed", {
      token: root.token,
    });
    const [entry] = log.json.entries as { actor: string; target: string; isDone: boolean }[];
    deepEqual([entry!.actor, entry!.target, entry!.isDone], [
      root.id,
      `user ${bob.user.id}`,
      true,
    ]);
  }));

const hostile = ["../me", "%00", "__proto__", "'; DROP TABLE users; --", "9".repeat(300), "😀"];

Deno.test("ids that are none change nobody", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    const { token } = await withRoot(given);
    for (const text of [...hostile, "nobody"]) {
      const one = `${users}/${encodeURIComponent(text)}`;
      for (
        const [method, path] of [
          ["DELETE", one],
          ["DELETE", `${one}/sessions`],
          ["POST", `${one}/reset`],
        ] as const
      ) {
        const { status } = await ask(method, path, { token });
        ok([400, 404].includes(status), `${method} ${path}: ${status}`);
      }
    }
    equal((await ask("GET", users, { token })).json.count, 1);
  }));

Deno.test("forgotten passwords: one answer for every address, and a 400 for what is none", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    await joinByHttp(given, "ada");
    deepEqual((await ask("GET", forgot)).json, { byMail: true });
    const told = new Set<string>();
    for (const email of ["ada@example.org", "ADA@EXAMPLE.ORG", "nobody@example.org"]) {
      const answer = await ask("POST", forgot, { body: { email } });
      equal(answer.headers.get("cache-control"), "no-store");
      deepEqual(answer.headers.getSetCookie(), []);
      told.add(JSON.stringify(readOutside(answer)));
    }
    equal(told.size, 1, [...told].join("\n"));
    const bodies = [
      {},
      { email: "" },
      { email: "no address" },
      { email: ["ada@example.org"] },
      { email: "ada@example.org\r\nbcc: eve@example.org" },
      { email: `${"a".repeat(300)}@example.org` },
      "not json",
      ...hostile.map((email) => ({ email })),
    ];
    for (const body of bodies) {
      equal((await ask("POST", forgot, { body })).status, 400, JSON.stringify(body));
    }
  }));

Deno.test("asking too often is refused alike for every address, with the time to wait", () =>
  withAuthApi(async (given) => {
    const { ask } = given;
    await joinByHttp(given, "ada");
    const told = new Set<string>();
    for (const [n, email] of ["ada@example.org", "nobody@example.org"].entries()) {
      const last = [];
      for (let i = 0; i < 6; i++) {
        last.push(await ask("POST", forgot, { body: { email }, ip: `203.0.113.${100 + n}` }));
      }
      deepEqual(last.map(({ status }) => status), [200, 200, 200, 200, 200, 429]);
      const { headers, json } = last.at(-1)!;
      ok(Number(headers.get("retry-after")) > 0);
      told.add(JSON.stringify([headers.get("retry-after"), json.title, json.detail]));
    }
    equal(told.size, 1, [...told].join("\n"));
  }));

Deno.test("an administrator's link sets a password once, within its hour; used, expired and wrong are told apart", () =>
  withAuthApi(async (given) => {
    const { ask, time } = given;
    const root = await withRoot(given);
    const bob = await joinByHttp(given, "bob");
    const make = async () =>
      String(
        (await ask("POST", `${users}/${bob.user.id}/reset`, { token: root.token })).json.token,
      );
    const set = (token: string, password = "another good one 77") =>
      ask("POST", "/api/v1/auth/reset", {
        body: { token, password, cookie: true },
        headers: { origin: home },
      });
    const link = await make();
    const weak = await set(link, "FinalFantasy");
    equal(weak.status, 400);
    match(weak.text, /public lists of stolen passwords/);
    const done = await set(link);
    equal(done.status, 200);
    equal(done.headers.getSetCookie().length, 2, "it signs in");
    equal((await ask("GET", "/api/v1/auth/me", { token: bob.access })).status, 401);
    const refuse = async (token: string, wanted: RegExp) => {
      const { status, json } = await set(token);
      equal(status, 403, wanted.source);
      match(String(json.detail), wanted);
    };
    await refuse(link, /was used already/);
    await refuse("nonsense", /none of ours/);
    const late = await make();
    time.nowMs += 3_600_000 + 1_000;
    await refuse(late, /has expired; ask for another/);
  }));
