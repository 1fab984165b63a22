/** Bad input to accounts: a row each, with its clear answer; nothing is lost, leaked or acted upon. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { UnsecuredJWT } from "jose";
import { SignJWT } from "jose";
import { readSigningKeys } from "../../lib/accounts/mod.ts";
import { goodPassword, signingKey, startMs } from "../support/accounts.ts";
import {
  adminToken,
  type Answer,
  joinByHttp,
  type TestAuth,
  withAuthApi,
} from "../support/auth_api.ts";

/** A refusal is a problem with words for people, and no word of the inside. */
function checkRefusal(answer: Answer, status: number, name: string): void {
  equal(answer.status, status, `${name}: ${answer.text.slice(0, 300)}`);
  match(answer.headers.get("content-type")!, /^application\/problem\+json/, name);
  equal(answer.json.status, status, name);
  ok(String(answer.json.detail).length > 10, name);
  ok(!/lib\/|\.ts:|at async|Deno|kv|\$2[aby]\$/.test(answer.text), `${name}: ${answer.text}`);
}

const nasty: Record<string, string> = {
  "SQL": "'; DROP TABLE users; --",
  "SQL in an address": "a@b.c' OR '1'='1",
  "a script": "<script>alert(1)</script>",
  "a script in an attribute": '"><img src=x onerror=alert(1)>',
  "a formula": '=HYPERLINK("http://evil.example";"x")',
  "a formula with an address": "=1+1@example.org",
  "another formula": "@SUM(1+9)*cmd|' /C calc'!A0",
  "a plus formula": "+1@example.org",
  "a header": "a@b.co\r\nbcc: all@example.org",
  "a null byte": "a\u0000@example.org",
  "a text from right to left": "\u202egro.elpmaxe@ada",
  "a letter that looks like another": "\u0430da@example.org",
  "a template": "{{constructor.constructor('return 1')()}}${7*7}",
  "a path": "../../../../etc/passwd",
  "a key of the store": '["people","users","owner"]',
  "a lone surrogate": "\ud800@example.org",
  "a shell's command": "$(rm -rf /)@example.org",
  "an address that is too long": `${"a".repeat(250)}@example.org`,
  "an object's prototype": "__proto__",
};

for (const [name, text] of Object.entries(nasty)) {
  Deno.test(`${name} is no address, in no endpoint that takes one`, () =>
    withAuthApi(async ({ ask, owned, accounts }) => {
      const token = await accounts.people.makeSetupToken();
      for (const path of ["register", "login", "setup"]) {
        const body = { token, email: text, password: goodPassword };
        const answer = await ask("POST", `/api/v1/auth/${path}`, { body });
        checkRefusal(answer, 400, path);
        const [error] = answer.json.errors as { pointer: string }[];
        equal(error!.pointer, "/json/email");
        ok(!answer.text.includes(text) || text.length < 12, "nor is it sent back");
      }
      equal(await owned.users.count(), 0);
      equal(await owned.emails.count(), 0);
    }));

  Deno.test(`as a password, token, id or cursor, ${name} opens nothing`, () =>
    withAuthApi(async ({ ask }) => {
      const { access: token } = await joinByHttp({ ask }, "ada");
      const tries: [string, string, object, number[]][] = [
        ["POST", "/auth/login", { email: "ada@example.org", password: text }, [401]],
        ["POST", "/auth/refresh", { refresh_token: text }, [401]],
        ["POST", "/auth/setup", { token: text, email: "x@example.org", password: goodPassword }, [
          403,
        ]],
        ["POST", "/auth/reset", { token: text, password: goodPassword }, [403]],
        ["PUT", "/auth/password", { current: text, next: goodPassword }, [401]],
        ["DELETE", "/auth/me", { password: text }, [401]],
        ["POST", "/auth/passkeys", { ticket: text, response: {} }, [400]],
        ["POST", "/auth/passkey-login", { ticket: text, response: {} }, [400]],
      ];
      for (const [method, path, body, statuses] of tries) {
        const answer = await ask(method, `/api/v1${path}`, { token, body });
        ok(statuses.includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`);
        checkRefusal(answer, answer.status, path);
      }
      const encoded = encodeURIComponent(text.toWellFormed());
      for (
        const path of [
          `/auth/keys/${encoded}`,
          `/auth/sessions/${encoded}`,
          `/auth/passkeys/${encoded}`,
        ]
      ) {
        const answer = await ask("DELETE", `/api/v1${path}`, { token });
        ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
      }
      for (const query of [`cursor=${encoded}`, `limit=${encoded}`]) {
        const answer = await ask("GET", `/api/v1/admin/audit?${query}`, { token: adminToken });
        checkRefusal(answer, 400, query);
      }
      for (const name of ["actor", "act"]) {
        const path = `/api/v1/admin/audit?${name}=${encoded}`;
        const answer = await ask("GET", path, { token: adminToken });
        if (answer.status === 200) equal(answer.json.count, 0);
        else checkRefusal(answer, 400, name);
      }
    }));
}

Deno.test("a name of a key may be any line of text, and comes back as data, never as a page", () =>
  withAuthApi(async ({ ask }) => {
    const { access: token } = await joinByHttp({ ask }, "ada");
    for (
      const name of [nasty["a script"]!, nasty["a formula"]!, nasty["SQL"]!, nasty["a template"]!]
    ) {
      const made = await ask("POST", "/api/v1/auth/keys", { token, body: { name } });
      equal(made.status, 200);
      equal(made.json.name, name);
      match(made.headers.get("content-type")!, /^application\/json/);
      equal(made.headers.get("x-content-type-options"), "nosniff");
      match(made.headers.get("content-security-policy")!, /default-src 'none'/);
    }
    for (
      const name of [
        "",
        " ",
        "a\r\nb",
        "a\u0000b",
        "\u202ex",
        "\ud800",
        "x".repeat(61),
        7,
        null,
        {},
      ]
    ) {
      const answer = await ask("POST", "/api/v1/auth/keys", { token, body: { name } });
      checkRefusal(answer, 400, JSON.stringify(name));
    }
    equal((await ask("GET", "/api/v1/auth/keys", { token })).json.count, 4);
  }));

const bodies: { name: string; body: string; headers?: Record<string, string>; status: number }[] = [
  { name: "no JSON", body: "{", status: 400 },
  { name: "nothing", body: "", status: 400 },
  { name: "null", body: "null", status: 400 },
  { name: "a list", body: "[]", status: 400 },
  { name: "a number", body: "7", status: 400 },
  { name: "no fields", body: "{}", status: 400 },
  { name: "an object for an address", body: '{"email":{"$ne":null},"password":"x"}', status: 400 },
  { name: "a list for a password", body: '{"email":"a@b.co","password":["x"]}', status: 400 },
  { name: "a prototype", body: '{"__proto__":{"email":"a@b.co","password":"x"}}', status: 400 },
  {
    name: "a form",
    body: "email=a@b.co",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
  },
  {
    name: "plain text",
    body: '{"email":"a@b.co"}',
    headers: { "content-type": "text/plain" },
    status: 415,
  },
  {
    name: "a password of 1001 characters",
    body: JSON.stringify({ email: "a@b.co", password: "x".repeat(1_001) }),
    status: 400,
  },
  {
    name: "10 MB",
    body: JSON.stringify({ email: "a@b.co", password: "x".repeat(10_000_000) }),
    status: 413,
  },
  { name: "10 MB of brackets", body: "[".repeat(10_000_000), status: 413 },
  { name: "100 000 brackets", body: "[".repeat(100_000), status: 400 },
];
for (const { name, body, headers, status } of bodies) {
  Deno.test(`a body with ${name} is answered ${status} by every endpoint that signs in`, () =>
    withAuthApi(async ({ ask, owned, lines }) => {
      for (const path of ["register", "login", "setup", "passkey-login"]) {
        const answer = await ask("POST", `/api/v1/auth/${path}`, {
          body,
          ...(headers && { headers }),
        });
        checkRefusal(answer, status, path);
      }
      equal(await owned.users.count(), 0);
      deepEqual(lines.filter((line) => line.includes('"ERROR"')), []);
    }));
}

const nowS = Math.floor(startMs / 1000);
const [key] = readSigningKeys(signingKey);
const signed = (
  payload: Record<string, unknown>,
  { secret = key.secret, header = {} }: { secret?: Uint8Array; header?: object } = {},
) =>
  new SignJWT({ iss: "cryptointel", aud: "api", iat: nowS, exp: nowS + 60, ver: 0, ...payload })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: key.kid, ...header })
    .sign(secret);

/** Tokens that prove nothing, made for the session of `ada`. */
const forgeries: {
  name: string;
  forge(ids: { sub: string; sid: string }): Promise<string>;
  says: RegExp;
}[] = [
  {
    name: "without a signature",
    forge: (ids) => Promise.resolve(new UnsecuredJWT(ids).encode()),
    says: /none of ours/,
  },
  {
    name: "of another key",
    forge: (ids) => signed(ids, { secret: new Uint8Array(32).fill(7) }),
    says: /none of ours/,
  },
  {
    name: "that has expired",
    forge: (ids) => signed({ ...ids, exp: nowS - 1 }),
    says: /has expired; renew it/,
  },
  {
    name: "for another audience",
    forge: (ids) => signed({ ...ids, aud: "setup" }),
    says: /none of ours/,
  },
  {
    name: "of an earlier password",
    forge: (ids) => signed({ ...ids, ver: -1 }),
    says: /none of ours/,
  },
  {
    name: "of a later password",
    forge: (ids) => signed({ ...ids, ver: 1 }),
    says: /session has ended/,
  },
  {
    name: "of another user in this session",
    forge: ({ sid }) => signed({ sub: "owner", sid }),
    says: /session has ended/,
  },
  {
    name: "of a session that never was",
    forge: ({ sub }) => signed({ sub, sid: "nothing-here" }),
    says: /session has ended/,
  },
  {
    name: "that claims a role",
    forge: (ids) => signed({ ...ids, role: "admin", ver: 9 }),
    says: /session has ended/,
  },
  {
    name: "that is the operator's, but one letter",
    forge: () => Promise.resolve("t".repeat(63) + "u"),
    says: /none of ours/,
  },
  { name: "that is no token", forge: () => Promise.resolve("hello"), says: /none of ours/ },
];
for (const { name, forge, says } of forgeries) {
  Deno.test(`a token ${name} is refused everywhere, in clear words`, () =>
    withAuthApi(async ({ ask }) => {
      const { user, access } = await joinByHttp({ ask }, "ada");
      const { json } = await ask("GET", "/api/v1/auth/sessions", { token: access });
      const [{ id: sid }] = json.sessions as [{ id: string }];
      const token = await forge({ sub: user.id, sid });
      for (
        const path of [
          "/auth/me",
          "/auth/keys",
          "/auth/sessions",
          "/auth/passkeys",
          "/admin/users",
          "/admin/audit",
        ]
      ) {
        const answer = await ask("GET", `/api/v1${path}`, { token });
        checkRefusal(answer, 401, path);
        match(String(answer.json.detail), says);
        equal(answer.headers.get("www-authenticate"), "Bearer");
      }
    }));
}

Deno.test("a header that is no bearer's is refused; several tokens are none", () =>
  withAuthApi(async ({ ask }) => {
    const { access } = await joinByHttp({ ask }, "ada");
    for (
      const authorization of [
        "",
        "Basic YTpi",
        "Bearer",
        access,
        `Bearer ${access} ${access}`,
        `Bearer ${access}, Bearer x`,
      ]
    ) {
      const answer = await ask("GET", "/api/v1/auth/me", { headers: { authorization } });
      checkRefusal(answer, 401, authorization.slice(0, 12));
    }
  }));

Deno.test("a stolen refresh token ends the session it was stolen from, and says why", () =>
  withAuthApi(async ({ ask, time, owned }) => {
    const { refresh, access } = await joinByHttp({ ask }, "ada");
    const renew = (refresh_token: unknown) =>
      ask("POST", "/api/v1/auth/refresh", { body: { refresh_token } });
    const thief = await renew(refresh);
    equal(thief.status, 200);
    time.nowMs += 60_000;
    const owner = await renew(refresh);
    checkRefusal(owner, 401, "the owner's");
    match(String(owner.json.detail), /used before, so its session was ended for safety/);
    checkRefusal(await renew(thief.json.refresh_token), 401, "the thief's");
    for (const token of [access, thief.json.access_token as string]) {
      checkRefusal(await ask("GET", "/api/v1/auth/me", { token }), 401, "an access token");
    }
    equal(
      (await owned.audit.list({ index: "act", equals: ["auth.token_reused"] })).items.length,
      1,
    );
  }));

/** Everything that is somebody's, with the request that would reach it. */
async function listOwned({ ask, owned }: TestAuth, token: string, userId: string) {
  const key = await ask("POST", "/api/v1/auth/keys", { token, body: { name: "k" } });
  const sessions = await ask("GET", "/api/v1/auth/sessions", { token });
  const [{ id: session }] = sessions.json.sessions as [{ id: string }];
  await owned.passkeys.put({
    id: "passkey-of-ada",
    userId,
    name: "Phone",
    publicKey: "AA",
    counter: 0,
    transports: [],
    createdMs: 1,
    usedMs: null,
  });
  return [`keys/${key.json.id}`, `sessions/${session}`, "passkeys/passkey-of-ada"];
}

Deno.test("another owner's ids look like none, to users and administrators alike", () =>
  withAuthApi(async (given) => {
    const { ask, accounts, owned } = given;
    const ada = await joinByHttp(given, "ada");
    const paths = await listOwned(given, ada.access, ada.user.id);
    const eve = await joinByHttp(given, "eve");
    const token = await accounts.people.makeSetupToken();
    const root = await ask("POST", "/api/v1/auth/setup", {
      body: { token, email: "root@example.org", password: goodPassword },
    });
    for (const token of [eve.access, root.json.access_token as string]) {
      for (const path of paths) {
        const theirs = await ask("DELETE", `/api/v1/auth/${path}`, { token });
        checkRefusal(theirs, 404, path);
        const none = path.replace(/[^/]+$/, "0123456789abcdef");
        const missing = await ask("DELETE", `/api/v1/auth/${none}`, { token });
        equal(missing.status, 404);
        equal(theirs.json.detail, missing.json.detail, "the same words");
      }
    }
    equal((await ask("GET", "/api/v1/auth/me", { token: ada.access })).status, 200);
    equal((await ask("GET", "/api/v1/auth/keys", { token: ada.access })).json.count, 1);
    ok(await owned.passkeys.get("passkey-of-ada"));
  }));

Deno.test("each endpoint serves whom the table says", () =>
  withAuthApi(async ({ ask, accounts, lines }) => {
    const user = (await joinByHttp({ ask }, "ada")).access;
    const setupToken = await accounts.people.makeSetupToken();
    const { json } = await ask("POST", "/api/v1/auth/setup", {
      body: { token: setupToken, email: "root@example.org", password: goodPassword },
    });
    const admin = json.access_token as string;
    const make = async (token: string, scopes: string[]) =>
      (await ask("POST", "/api/v1/auth/keys", { token, body: { name: "k", scopes } })).json
        .secret as string;
    const [reader, exporter, adminKey] = [
      await make(user, ["read"]),
      await make(user, ["export"]),
      await make(admin, ["admin"]),
    ];
    const who = {
      nobody: undefined,
      user,
      admin,
      reader,
      exporter,
      adminKey,
      operator: adminToken,
    };
    type Wanted = Record<keyof typeof who, number>;
    const whoIsSignedIn: Wanted = {
      nobody: 401,
      user: 200,
      admin: 200,
      reader: 403,
      exporter: 403,
      adminKey: 403,
      operator: 403,
    };
    const whoAdministers: Wanted = {
      nobody: 401,
      user: 403,
      admin: 200,
      reader: 403,
      exporter: 403,
      adminKey: 200,
      operator: 200,
    };
    const table: [string, Wanted][] = [
      ["GET /auth/setup", {
        nobody: 200,
        user: 200,
        admin: 200,
        reader: 200,
        exporter: 200,
        adminKey: 200,
        operator: 200,
      }],
      ["GET /auth/me", {
        nobody: 401,
        user: 200,
        admin: 200,
        reader: 200,
        exporter: 403,
        adminKey: 403,
        operator: 404,
      }],
      ["GET /auth/keys", whoIsSignedIn],
      ["GET /auth/sessions", whoIsSignedIn],
      ["GET /auth/passkeys", whoIsSignedIn],
      ["GET /admin/users", whoAdministers],
      ["GET /admin/audit", whoAdministers],
    ];
    for (const [endpoint, wanted] of table) {
      const [method, path] = endpoint.split(" ") as [string, string];
      const found: Record<string, number> = {};
      for (const [name, token] of Object.entries(who)) {
        found[name] = (await ask(method, `/api/v1${path}`, { token })).status;
      }
      deepEqual(found, wanted, endpoint);
    }
    const scopes = ["read", "admin"];
    const greedy = await ask("POST", "/api/v1/auth/keys", {
      token: user,
      body: { name: "k", scopes },
    });
    checkRefusal(greedy, 403, "a key with more than its owner");
    const promote = await ask("PATCH", "/api/v1/admin/users/owner", {
      token: user,
      body: { role: "admin" },
    });
    checkRefusal(promote, 403, "a user who would be administrator");
    const told = lines.filter((line) => line.includes("not theirs to do"));
    ok(told.some((line) => line.includes('"/api/v1/admin/users/owner"')), "refusals are logged");
  }));

Deno.test("too many tries are answered 429 with the time to wait, and reveal no account", () =>
  withAuthApi(async ({ ask }) => {
    await joinByHttp({ ask }, "ada");
    const texts: string[] = [];
    for (const email of ["ada@example.org", "nobody@example.org"]) {
      let last: Answer | null = null;
      for (let i = 0; i <= 10; i++) {
        last = await ask("POST", "/api/v1/auth/login", {
          body: { email, password: "wrong password" },
          ip: "198.51.100.7",
        });
      }
      checkRefusal(last!, 429, email);
      ok(Number(last!.headers.get("retry-after")) >= 1);
      texts.push(String(last!.json.detail));
    }
    equal(texts[0], texts[1]);
  }));

Deno.test("no secret is logged, whatever happens to it", () =>
  withAuthApi(async ({ ask, accounts, lines }) => {
    const setup = (await accounts.people.makeSetupToken())!;
    const body = { token: setup, email: "root@example.org", password: goodPassword };
    const { json } = await ask("POST", "/api/v1/auth/setup", { body });
    const token = json.access_token as string;
    const { json: key } = await ask("POST", "/api/v1/auth/keys", { token, body: { name: "k" } });
    await ask("POST", "/api/v1/auth/refresh", { body: { refresh_token: json.refresh_token } });
    await ask("POST", "/api/v1/auth/refresh", { body: { refresh_token: json.refresh_token } });
    await ask("POST", "/api/v1/auth/login", { body: { ...body, password: "wrong password" } });
    const text = lines.join("\n");
    ok(lines.length >= 5);
    for (
      const hidden of [
        setup,
        token,
        json.refresh_token,
        key.secret,
        goodPassword,
        "wrong password",
        signingKey,
      ]
    ) {
      ok(!text.includes(hidden as string), "a secret stands in the log");
    }
  }));

Deno.test("every answer carries the security headers, refusals too", () =>
  withAuthApi(async ({ ask }) => {
    const answers = [
      await ask("GET", "/api/v1/auth/setup"),
      await ask("GET", "/api/v1/auth/me"),
      await ask("POST", "/api/v1/auth/login", { body: "{" }),
      await ask("GET", "/api/v1/nothing-here"),
      await ask("OPTIONS", "/api/v1/auth/login", {
        headers: { "origin": "https://x.example", "access-control-request-method": "POST" },
      }),
    ];
    for (const { headers, status } of answers) {
      equal(headers.get("x-content-type-options"), "nosniff", `${status}`);
      equal(headers.get("x-frame-options"), "DENY");
      match(
        headers.get("content-security-policy")!,
        /^default-src 'none'.*frame-ancestors 'none'$/,
      );
      ok(headers.get("referrer-policy") && headers.get("permissions-policy"));
      equal(headers.get("strict-transport-security"), null, "not without TLS");
      equal(headers.get("server"), null);
    }
    const headers = { "x-forwarded-proto": "https" };
    const secure = await ask("GET", "/api/v1/auth/setup", { headers });
    match(secure.headers.get("strict-transport-security")!, /^max-age=31536000/);
  }));
