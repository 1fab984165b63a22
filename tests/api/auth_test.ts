/** Signing in over HTTP: what clients and browsers get, and what they are told when it is refused. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { goodPassword } from "../support/accounts.ts";
import { adminToken, home, joinByHttp, readSetCookies, withAuthApi } from "../support/auth_api.ts";

const email = "ada@example.org";
const credentials = { email, password: goodPassword };

Deno.test("a client registers, signs in, renews and signs out", () =>
  withAuthApi(async ({ ask, time }) => {
    const made = await ask("POST", "/api/v1/auth/register", { body: credentials });
    equal(made.status, 200);
    deepEqual(Object.keys(made.json), [
      "access_token",
      "refresh_token",
      "token_type",
      "expires_in",
      "user",
    ]);
    equal(made.json.token_type, "Bearer");
    equal(made.json.expires_in, 3_600);
    deepEqual(made.headers.getSetCookie(), []);
    equal(made.headers.get("cache-control"), "no-store");

    const login = await ask("POST", "/api/v1/auth/login", { body: credentials });
    const token = login.json.access_token as string;
    const me = await ask("GET", "/api/v1/auth/me", { token });
    equal(me.json.email, email);
    equal(me.json.role, "user");
    match(me.headers.get("cache-control")!, /^no-store/);
    ok(!me.text.includes("$2"), "no hash leaves the house");

    time.nowMs += 3_600_000;
    const late = await ask("GET", "/api/v1/auth/me", { token });
    equal(late.status, 401);
    match(String(late.json.detail), /has expired; renew it at POST \/api\/v1\/auth\/refresh/);
    equal(late.headers.get("www-authenticate"), "Bearer");
    const body = { refresh_token: login.json.refresh_token };
    const renewed = await ask("POST", "/api/v1/auth/refresh", { body });
    equal(renewed.status, 200);
    const next = renewed.json.access_token as string;
    equal((await ask("GET", "/api/v1/auth/me", { token: next })).status, 200);
    equal((await ask("POST", "/api/v1/auth/logout", { token: next })).status, 200);
    equal((await ask("GET", "/api/v1/auth/me", { token: next })).status, 401);
    const gone = await ask("POST", "/api/v1/auth/refresh", {
      body: { refresh_token: renewed.json.refresh_token },
    });
    equal(gone.status, 401);
    match(String(gone.json.detail), /this session has ended/);
  }));

Deno.test("a browser keeps its tokens where no script and no other site can reach them", () =>
  withAuthApi(async ({ ask }) => {
    const headers = { origin: home };
    const body = { ...credentials, cookie: true };
    const made = await ask("POST", "/api/v1/auth/register", { body, headers });
    equal(made.json.access_token, null);
    equal(made.json.refresh_token, null);
    const { header: cookie, lines } = readSetCookies(made);
    equal(lines.length, 2);
    match(lines[0]!, /^ci_access=[^;]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);
    match(
      lines[1]!,
      /^ci_refresh=[^;]+; Path=\/api\/v1\/auth; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    equal((await ask("GET", "/api/v1/auth/me", { headers: { cookie } })).json.email, email);
    const renewed = await ask("POST", "/api/v1/auth/refresh", {
      body: {},
      headers: { ...headers, cookie },
    });
    equal(renewed.status, 200);
    const next = readSetCookies(renewed).header;
    const out = await ask("POST", "/api/v1/auth/logout", {
      body: {},
      headers: { ...headers, cookie: next },
    });
    equal(readSetCookies(out).header, "", "both are cleared");
    equal((await ask("GET", "/api/v1/auth/me", { headers: { cookie: next } })).status, 401);
  }));

Deno.test("over TLS the cookies are for this host alone", () =>
  withAuthApi(async ({ ask }) => {
    const headers = { origin: "https://localhost", host: "localhost" };
    const body = { ...credentials, cookie: true };
    const { lines, header: cookie } = readSetCookies(
      await ask("POST", "/api/v1/auth/register", { body, headers }),
    );
    match(lines[0]!, /^__Host-ci_access=[^;]+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
    match(lines[1]!, /^__Secure-ci_refresh=[^;]+; .*HttpOnly; SameSite=Strict; Secure$/);
    equal((await ask("GET", "/api/v1/auth/me", { headers: { cookie } })).status, 200);
  }));

const foreign: { name: string; headers: Record<string, string>; status: number }[] = [
  { name: "a page of ours", headers: { origin: home }, status: 200 },
  {
    name: "a page of ours that hides its origin",
    headers: { "sec-fetch-site": "same-origin" },
    status: 200,
  },
  { name: "a page that is listed", headers: { origin: "https://friend.example" }, status: 200 },
  { name: "a page of elsewhere", headers: { origin: "https://evil.example" }, status: 403 },
  { name: "a page of another port", headers: { origin: "http://localhost:81" }, status: 403 },
  { name: "a page in a sandbox", headers: { origin: "null" }, status: 403 },
  { name: "a form of elsewhere", headers: { "sec-fetch-site": "cross-site" }, status: 403 },
  { name: "a page of a neighbour", headers: { "sec-fetch-site": "same-site" }, status: 403 },
  { name: "nobody knows whom", headers: {}, status: 403 },
];
for (const { name, headers, status } of foreign) {
  Deno.test(`with a cookie, a change asked for by ${name} is answered ${status}`, () =>
    withAuthApi(async ({ ask }) => {
      const made = await ask("POST", "/api/v1/auth/register", {
        body: { ...credentials, cookie: true },
        headers: { origin: home },
      });
      const { header: cookie } = readSetCookies(made);
      const body = { name: "k" };
      const done = await ask("POST", "/api/v1/auth/keys", {
        body,
        headers: { ...headers, cookie },
      });
      equal(done.status, status, done.text);
      const login = await ask("POST", "/api/v1/auth/login", {
        body: { ...credentials, cookie: true },
        headers,
      });
      equal(login.status, status, "nor is anybody signed in under another name");
      const { json } = await ask("GET", "/api/v1/auth/keys", { headers: { cookie } });
      equal(json.count, status === 200 ? 1 : 0);
    }));
}

Deno.test("a cookie that has ended makes a visitor, a header that proves nothing is refused", () =>
  withAuthApi(async ({ ask, time }) => {
    const body = { ...credentials, cookie: true };
    const headers = { origin: home };
    const { header: cookie } = readSetCookies(
      await ask("POST", "/api/v1/auth/register", { body, headers }),
    );
    time.nowMs += 3_600_000;
    equal((await ask("GET", "/api/v1/auth/setup", { headers: { cookie } })).status, 200);
    equal((await ask("GET", "/api/v1/auth/me", { headers: { cookie } })).status, 401);
  }));

Deno.test("the set-up link's token makes the administrator, who sees users and the audit log", () =>
  withAuthApi(async ({ ask, accounts }) => {
    deepEqual((await ask("GET", "/api/v1/auth/setup")).json, { isNeeded: true });
    const token = await accounts.people.makeSetupToken();
    const body = { token, ...credentials };
    const root = await ask("POST", "/api/v1/auth/setup", { body });
    equal((root.json.user as { role: string }).role, "admin");
    deepEqual((await ask("GET", "/api/v1/auth/setup")).json, { isNeeded: false });
    const again = await ask("POST", "/api/v1/auth/setup", {
      body: { ...body, email: "eve@example.org" },
    });
    equal(again.status, 403);
    match(String(again.json.detail), /was used already/);

    const user = await joinByHttp({ ask }, "bob");
    const admin = root.json.access_token as string;
    const users = await ask("GET", "/api/v1/admin/users?limit=1", { token: admin });
    equal(users.json.count, 1);
    match(users.headers.get("link")!, /rel="next"/);
    const rest = await ask(
      "GET",
      `/api/v1/admin/users?limit=1&cursor=${users.json.next_cursor}`,
      { token: admin },
    );
    equal(rest.json.next_cursor, null);
    const path = `/api/v1/admin/users/${user.user.id}`;
    const changed = await ask("PATCH", path, { token: admin, body: { isDisabled: true } });
    equal(changed.json.isDisabled, true);
    equal((await ask("GET", "/api/v1/auth/me", { token: user.access })).status, 401);
    await ask("PATCH", path, { token: admin, body: { isDisabled: false } });
    const reset = await ask("POST", `${path}/reset`, { token: admin });
    const password = "another good one 77";
    const body2 = { token: reset.json.token, password };
    equal((await ask("POST", "/api/v1/auth/reset", { body: body2 })).status, 200);
    equal((await ask("POST", "/api/v1/auth/reset", { body: body2 })).status, 403);
    const bob = await ask("POST", "/api/v1/auth/login", {
      body: { email: "bob@example.org", password },
    });
    equal((await ask("DELETE", `${path}/sessions`, { token: admin })).status, 200);
    const gone = bob.json.access_token as string;
    equal((await ask("GET", "/api/v1/auth/me", { token: gone })).status, 401);
    const log = await ask("GET", "/api/v1/admin/audit?act=auth.user_changed", { token: admin });
    equal(log.json.count, 2);
    const mine = await ask("GET", "/api/v1/admin/audit?actor=owner&limit=100", { token: admin });
    ok((mine.json.count as number) >= 2);
    ok(!mine.text.includes(goodPassword));
    const byOperator = await ask("GET", "/api/v1/admin/users", { token: adminToken });
    equal(byOperator.status, 200, "the token of the data folder administers too");
  }));

Deno.test("devices are listed with the one that asks, and each or all others are signed out", () =>
  withAuthApi(async ({ ask }) => {
    const phone = await joinByHttp({ ask }, "ada");
    const login = () => ask("POST", "/api/v1/auth/login", { body: credentials });
    const [laptop, tablet] = [await login(), await login()];
    const token = laptop.json.access_token as string;
    const list = async () =>
      (await ask("GET", "/api/v1/auth/sessions", { token })).json.sessions as {
        id: string;
        isCurrent: boolean;
        ip: string;
      }[];
    const devices = await list();
    equal(devices.length, 3);
    equal(devices.filter(({ isCurrent }) => isCurrent).length, 1);
    equal(devices[0]!.ip, "203.0.113.9");
    ok(!JSON.stringify(devices).includes("Hash"));
    const other = devices.find(({ isCurrent }) => !isCurrent)!;
    equal((await ask("DELETE", `/api/v1/auth/sessions/${other.id}`, { token })).status, 200);
    equal((await list()).length, 2);
    equal((await ask("DELETE", "/api/v1/auth/sessions", { token })).status, 200);
    deepEqual((await list()).map(({ isCurrent }) => isCurrent), [true]);
    for (const gone of [phone.access, tablet.json.access_token as string]) {
      equal((await ask("GET", "/api/v1/auth/me", { token: gone })).status, 401);
    }
  }));

Deno.test("a key is shown once, works in either header, and makes no further keys", () =>
  withAuthApi(async ({ ask }) => {
    const { access: token } = await joinByHttp({ ask }, "ada");
    const made = await ask("POST", "/api/v1/auth/keys", { token, body: { name: "bot" } });
    const secret = made.json.secret as string;
    deepEqual(made.json.scopes, ["read"]);
    const list = await ask("GET", "/api/v1/auth/keys", { token });
    ok(!list.text.includes(secret) && !list.text.includes("hash"));
    equal((await ask("GET", "/api/v1/auth/me", { token: secret })).status, 200);
    const headers = { "x-api-key": secret };
    equal((await ask("GET", "/api/v1/auth/me", { headers })).status, 200);
    const more = await ask("POST", "/api/v1/auth/keys", { token: secret, body: { name: "more" } });
    equal(more.status, 403);
    match(String(more.json.detail), /sign in with password or passkey/);
    for (const path of ["/sessions", "/passkeys", "/keys"]) {
      equal((await ask("GET", `/api/v1/auth${path}`, { token: secret })).status, 403, path);
    }
    const remove = { token: secret, body: { password: goodPassword } };
    equal((await ask("DELETE", "/api/v1/auth/me", remove)).status, 403);
    const path = `/api/v1/auth/keys/${made.json.id}`;
    equal((await ask("DELETE", path, { token })).status, 200);
    equal((await ask("GET", "/api/v1/auth/me", { token: secret })).status, 401);
  }));

Deno.test("a password is changed with the old one, an account removed with it", () =>
  withAuthApi(async ({ ask, owned }) => {
    const { access: token } = await joinByHttp({ ask }, "ada");
    const change = { current: goodPassword, next: "another good one 77" };
    const path = "/api/v1/auth/password";
    const wrong = await ask("PUT", path, { token, body: { ...change, current: "wrong" } });
    equal(wrong.status, 401);
    const weak = await ask("PUT", path, { token, body: { ...change, next: "short" } });
    equal(weak.status, 400);
    deepEqual((weak.json.errors as { pointer: string }[])[0]!.pointer, "/json/next");
    const done = await ask("PUT", path, { token, body: change });
    const next = done.json.access_token as string;
    equal((await ask("GET", "/api/v1/auth/me", { token })).status, 401);
    const remove = (password: string) =>
      ask("DELETE", "/api/v1/auth/me", { token: next, body: { password } });
    equal((await remove(goodPassword)).status, 401);
    equal((await remove(change.next)).status, 200);
    equal(await owned.users.count(), 0);
    equal((await ask("GET", "/api/v1/auth/me", { token: next })).status, 401);
  }));
