/** Accounts in the whole API: who reads, who administers, how much, and what every answer carries. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { readVisitor } from "../../lib/api/page_account.ts";
import { answerSocket } from "../../lib/api/sockets.ts";
import {
  goodPassword,
  here,
  join,
  setUp,
  type TestAccounts,
  withAccounts,
} from "../support/accounts.ts";
import { anApi, checkSchema, type TestApi } from "../support/api.ts";
import { type DocumentedOperation, readDocument } from "../support/documents.ts";

const adminToken = "t".repeat(64);

/** Runs `test` with the whole API and its accounts. */
function withWholeApi(
  part: Partial<ApiDeps>,
  test: (given: TestAccounts & Omit<TestApi, "store" | "time"> & { get: Getter }) => Promise<void>,
): Promise<void> {
  return withAccounts(async (given) => {
    const { accounts, time } = given;
    const now = () => time.nowMs;
    const whole = await anApi({ accounts, now, adminToken, ...part });
    const get: Getter = async (path, token, { method = "GET", body, ip = "203.0.113.9" } = {}) => {
      const response = await whole.api.request(path, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body ? { "content-type": "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }, { ip });
      const { status, headers } = response;
      return { status, headers, text: await response.text() };
    };
    try {
      await test({ ...whole, ...given, get });
    } finally {
      whole.hub.close();
    }
  });
}

type Getter = (
  path: string,
  token?: string | null,
  options?: { method?: string; body?: object; ip?: string },
) => Promise<{ status: number; headers: Headers; text: string }>;

async function makeKey({ accounts }: TestAccounts, accessToken: string, scopes: string[]) {
  const owner = await accounts.identify(accessToken);
  const draft = { name: "k", scopes: scopes as never[], expiresDays: 1 };
  return (await accounts.keys.create(owner, draft, here)).secret;
}

const readers = ["/signals", "/dashboard/api/signals", "/udf/config"];

Deno.test("with public read off, users and their keys read, visitors are asked to sign in", () =>
  withWholeApi({ publicRead: false }, async (given) => {
    const { get, accounts, time } = given;
    const { accessToken } = await join(accounts, "ada");
    const reader = await makeKey(given, accessToken, ["read"]);
    const exporter = await makeKey(given, accessToken, ["export"]);
    for (const path of readers) {
      equal((await get(path)).status, 401, path);
      equal((await get(path, "nonsense")).status, 401);
      equal((await get(path, exporter)).status, 403);
      for (const token of [accessToken, reader, adminToken]) {
        equal((await get(path, token)).status, 200, path);
      }
    }
    time.nowMs += 3_600_000;
    const late = await get(readers[0]!, accessToken);
    equal(late.status, 401);
    match(late.text, /has expired/);
    equal((await get("/health")).status !== 401, true, "health is for everybody");
  }));

Deno.test("with public read on, visitors keep every public page and channel", () =>
  withWholeApi({}, async ({ get, api }) => {
    for (const path of readers) equal((await get(path)).status, 200, path);
    const { operations } = await readDocument(api);
    const isOpen = ({ security }: DocumentedOperation) => (security ?? []).length === 0;
    for (const operation of operations) {
      const isForAll = ["public", "reader"].includes(operation["x-access"]);
      equal(isOpen(operation), isForAll, `${operation.method} ${operation.path}`);
    }
    const open = new Set(operations.filter(isOpen).map(({ path }) => path));
    const pages = ["charts/{symbol}", "features/{symbol}", "quality/{symbol}", "events", "symbols"];
    for (const path of pages) ok(open.has(`/api/v1/${path}`), path);
  }));

Deno.test("administrators administer with session or key, users do not", () =>
  withWholeApi({}, async (given) => {
    const { get, accounts } = given;
    const root = (await setUp(accounts)).accessToken;
    const user = (await join(accounts, "ada")).accessToken;
    const adminKey = await makeKey(given, root, ["admin"]);
    const readKey = await makeKey(given, root, ["read"]);
    for (const path of ["/api/v1/admin/symbols", "/api/v1/admin/users", "/api/v1/admin/audit"]) {
      equal((await get(path)).status, 401, path);
      for (const token of [user, readKey]) equal((await get(path, token)).status, 403, path);
      for (const token of [root, adminKey, adminToken]) {
        equal((await get(path, token)).status, 200, path);
      }
    }
  }));

Deno.test("a change of configuration or symbols stands in the audit log, a refused one too", () =>
  withWholeApi({}, async (given) => {
    const { get, accounts, owned, time } = given;
    const root = await setUp(accounts);
    const { accessToken: user, user: ada } = await join(accounts, "ada");
    const body = { symbol: "SOLUSDT" };
    const path = "/api/v1/admin/symbols";
    equal((await get(path, root.accessToken, { method: "PUT", body })).status, 200);
    time.nowMs += 1_000;
    equal((await get(path, user, { method: "PUT", body })).status, 403);
    const { items } = await owned.audit.list({ index: "act", equals: ["admin.request"] });
    deepEqual(items.map(({ actor, target, isDone }) => ({ actor, target, isDone })), [
      { actor: ada.id, target: `PUT ${path}`, isDone: false },
      { actor: root.user.id, target: `PUT ${path}`, isDone: true },
    ]);
  }));

Deno.test("SEC-04 signed-in users have a limit of their own, by whatever they show who they are", () =>
  withWholeApi({ rateLimit: 2, userRateLimit: 5 }, async (given) => {
    const { get, accounts } = given;
    const ada = await join(accounts, "ada");
    const key = await makeKey(given, ada.accessToken, ["read"]);
    const ask = (token: string | null, ip: string) => get("/api/v1/symbols", token, { ip });
    const statuses: number[] = [];
    for (const token of [ada.accessToken, key, ada.accessToken, key, key, ada.accessToken]) {
      const { status, headers } = await ask(token, `203.0.113.${statuses.push(0)}`);
      statuses[statuses.length - 1] = status;
      equal(headers.get("ratelimit-limit"), "5");
    }
    deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    const visitor = [];
    for (let i = 0; i < 3; i++) visitor.push((await ask(null, "203.0.113.1")).status);
    deepEqual(visitor, [200, 200, 429]);
  }));

Deno.test("SEC-04 looking at pages takes nothing of the limit; what their forms change does", () =>
  withWholeApi({ rateLimit: 3 }, async ({ api, accounts }) => {
    const { accessToken } = await join(accounts, "ada");
    const page = new Request("http://localhost/settings", {
      headers: { cookie: `ci_access=${accessToken}`, origin: "http://localhost" },
    });
    for (let i = 0; i < 10; i++) {
      const { person, ask } = await readVisitor(api, page, "203.0.113.9");
      equal(person?.email, "ada@example.org");
      equal((await ask("GET", "/api/v1/auth/keys")).status, 200);
    }
    const { ask } = await readVisitor(api, page, "203.0.113.9");
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      statuses.push((await ask("POST", "/api/v1/auth/keys", { body: { name: "k" } })).status);
    }
    deepEqual(statuses, [200, 200, 200, 429]);
  }));

Deno.test("metrics are shown to administrators from anywhere, and to no other user", () =>
  withWholeApi({}, async (given) => {
    const { get, accounts } = given;
    const root = await setUp(accounts);
    const user = (await join(accounts, "ada")).accessToken;
    const from = { ip: "203.0.113.9" };
    const rows: [string | null, number][] = [
      [null, 401],
      ["nonsense", 401],
      [user, 403],
      [await makeKey(given, root.accessToken, ["read"]), 403],
      [await makeKey(given, root.accessToken, ["admin"]), 200],
      [root.accessToken, 200],
      [adminToken, 200],
    ];
    for (const [token, status] of rows) {
      const answer = await get("/metrics", token, from);
      equal(answer.status, status, String(token).slice(0, 12));
    }
  }));

Deno.test("each user has a bucket of their own, wherever they are; visitors have their address's", () =>
  withWholeApi({ rateLimit: 4 }, async ({ get, accounts, time }) => {
    const ada = (await join(accounts, "ada")).accessToken;
    const bob = (await join(accounts, "bob")).accessToken;
    const count = async (token: string | null, ip: string) => {
      for (let n = 0; n < 20; n++) {
        const { status, headers } = await get("/api/v1/symbols", token, { ip });
        if (status !== 429) continue;
        ok(Number(headers.get("retry-after")) >= 1);
        return n;
      }
      return 20;
    };
    equal(await count(ada, "203.0.113.1"), 4);
    equal(await count(ada, "203.0.113.2"), 0, "from another address");
    equal(await count(bob, "203.0.113.1"), 4, "a neighbour at the same address");
    equal(await count(null, "203.0.113.1"), 4);
    equal(await count("nonsense", "203.0.113.1"), 0, "a made-up token is a visitor's");
    time.nowMs += 60_000;
    equal(await count(ada, "203.0.113.3"), 4);
  }));

Deno.test("every operation's answer carries the security headers", () =>
  withWholeApi({}, async ({ get, api }) => {
    const { operations } = await readDocument(api);
    const paths = operations.filter(({ method }) => method === "GET")
      .map(({ path }) => path.replace(/\{\w+\}/g, "x")).filter((path) => !path.endsWith("/events"));
    for (const path of [...paths, "/openapi.json", "/docs", "/docs/start.js", "/nowhere"]) {
      const { headers } = await get(path);
      equal(headers.get("x-content-type-options"), "nosniff", path);
      equal(headers.get("x-frame-options"), "DENY", path);
      const isPage = headers.get("content-type")?.startsWith("text/html");
      const policy = headers.get("content-security-policy")!;
      match(policy, isPage ? /^default-src 'self'/ : /^default-src 'none'/, path);
      match(policy, /base-uri 'none'.*frame-ancestors 'none'/, path);
    }
  }));

Deno.test("live connections take tokens too, and are refused without one where public read is off", () =>
  withWholeApi({ publicRead: false }, async ({ deps, accounts }) => {
    const { accessToken } = await join(accounts, "ada");
    const connect = async (query: string) =>
      (await answerSocket(deps, new Request(`http://localhost/ws/BTCUSDT${query}`), "::1"))!.status;
    equal(await connect(""), 401);
    equal(await connect("?token=nonsense"), 401);
    equal(await connect(`?token=${accessToken}`), 426, "let in, but it asks for no upgrade");
  }));

Deno.test("the answer of every operation of accounts fits the document", () =>
  withWholeApi({}, async (given) => {
    const { get, api, accounts } = given;
    const { operations, schemas } = await readDocument(api);
    const credentials = { email: "eve@example.org", password: goodPassword };
    const done = new Set<string>();
    const ask = async (endpoint: string, token: string | null, body?: object, path?: string) => {
      const [method = "", template = ""] = endpoint.split(" ");
      const found = operations.find((one) => one.method === method && one.path === template)!;
      const answer = await get(path ?? template, token, { method, ...(body && { body }) });
      equal(answer.status, 200, `${endpoint}: ${answer.text}`);
      const { schema } = found.responses[200]!.content!["application/json"]!;
      const value = JSON.parse(answer.text);
      deepEqual(checkSchema(value, schema, schemas), [], endpoint);
      done.add(endpoint);
      return value;
    };
    await ask("GET /api/v1/auth/setup", null);
    const setup = { ...credentials, email: "root@example.org" };
    const token = await accounts.people.makeSetupToken();
    const root = (await ask("POST /api/v1/auth/setup", null, { token, ...setup })).access_token;
    await ask("POST /api/v1/auth/register", null, credentials);
    const eve = await ask("POST /api/v1/auth/login", null, credentials);
    const { refresh_token } = eve;
    const { access_token: mine } = await ask("POST /api/v1/auth/refresh", null, { refresh_token });
    for (const name of ["me", "sessions", "keys", "passkeys"]) {
      await ask(`GET /api/v1/auth/${name}`, mine);
    }
    const key = await ask("POST /api/v1/auth/keys", mine, { name: "k" });
    await ask("DELETE /api/v1/auth/keys/{id}", mine, undefined, `/api/v1/auth/keys/${key.id}`);
    const other = (await accounts.people.signIn(credentials, here)).sessionId;
    const session = `/api/v1/auth/sessions/${other}`;
    await ask("DELETE /api/v1/auth/sessions/{id}", mine, undefined, session);
    await ask("DELETE /api/v1/auth/sessions", mine);
    await ask("GET /api/v1/admin/users", root);
    await ask("GET /api/v1/admin/audit", root);
    const user = `/api/v1/admin/users/${eve.user.id}`;
    await ask("PATCH /api/v1/admin/users/{id}", root, { role: "user" }, user);
    await ask("DELETE /api/v1/admin/users/{id}/sessions", root, undefined, `${user}/sessions`);
    const reset = await ask(
      "POST /api/v1/admin/users/{id}/reset",
      root,
      undefined,
      `${user}/reset`,
    );
    const next = "another good one 77";
    const body = { token: reset.token, password: next };
    const again = (await ask("POST /api/v1/auth/reset", null, body)).access_token;
    const change = { current: next, next: goodPassword };
    const last = (await ask("PUT /api/v1/auth/password", again, change)).access_token;
    await ask("DELETE /api/v1/auth/me", last, { password: goodPassword });
    await ask("GET /api/v1/auth/forgot", null);
    await ask("POST /api/v1/auth/forgot", null, { email: "root@example.org" });
    const dora = `/api/v1/admin/users/${(await join(accounts, "dora")).user.id}`;
    await ask("DELETE /api/v1/admin/users/{id}", root, undefined, dora);
    await ask("POST /api/v1/auth/logout", root, {});
    const left = operations.map(({ method, path }) => `${method} ${path}`)
      .filter((one) => /\/v1\/(auth|admin\/(users|audit))/.test(one) && !done.has(one));
    ok(left.every((one) => one.includes("passkey")), `${left}: only those need an authenticator`);
  }));
