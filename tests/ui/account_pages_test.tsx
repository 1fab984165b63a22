/** Pages of signing in, of setting up and of settings, as the server writes and takes them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createAsk, readVisitor } from "../../lib/api/page_account.ts";
import { goodPassword, setUp } from "../support/accounts.ts";
import { home, readSetCookies, type TestAuth, withAuthApi } from "../support/auth_api.ts";
import { tellAll } from "../support/person_answers.ts";
import { type Answers, aPerson, createAnswers, servePerson } from "../support/person_app.tsx";

function open(answers: Answers, person: typeof aPerson | null = null) {
  const { ask, asked } = createAnswers(answers);
  return { get: servePerson({ person, ask }), asked };
}

/** The API of a test as pages call it. */
const asApi = ({ ask }: TestAuth) => ({
  async fetch(req: Request, { ip }: { ip: string }): Promise<Response> {
    const { pathname, search } = new URL(req.url);
    const text = await req.text();
    const headers = Object.fromEntries(req.headers);
    const answer = await ask(req.method, pathname + search, {
      ip,
      headers,
      ...(text === "" ? {} : { body: text }),
    });
    return new Response(answer.text, { status: answer.status, headers: answer.headers });
  },
});

const fromPage = (headers: Record<string, string> = {}) =>
  new Request(`${home}/signin`, { headers: { origin: home, host: "localhost", ...headers } });

Deno.test("AUT-03 signing in hands the cookies on and goes back to where one was", async () => {
  const { get, asked } = open({ "POST /api/v1/auth/login": { ok: true } });
  const form = { act: "sign-in", email: "a@b.org", password: "secret", next: "/alerts" };
  const { status, headers } = await get("/signin", form);
  deepEqual([status, headers.get("location")], [303, "/alerts"]);
  deepEqual(headers.getSetCookie(), ["ci_access=a; Path=/; HttpOnly"]);
  deepEqual(asked.at(-1)?.body, { email: "a@b.org", password: "secret", cookie: true });
  const away = await get("/signin", { ...form, next: "//evil.example" });
  equal(away.headers.get("location"), "/");
  const isIn = await open({}, aPerson).get("/signin?next=/alerts");
  equal(isIn.headers.get("location"), "/alerts", "who is signed in is not asked");
});

Deno.test("AUT-03 a refusal is said, the address kept, the password never", async () => {
  const { get } = open({ "POST /api/v1/auth/login": 401 });
  const { status, html } = await get("/signin", {
    act: "sign-in",
    email: "<b>@x.org",
    password: "my secret",
    next: "/alerts",
  });
  equal(status, 401);
  match(html, /role="alert">refused with 401/);
  match(html, /value="&lt;b(?:>|&gt;)@x\.org"/);
  match(html, /name="next" value="\/alerts"/);
  ok(!html.includes("my secret"));
});

Deno.test("without accounts the pages say so, and every public page goes on", async () => {
  const get = servePerson({});
  const { status, html } = await get("/signin", {
    act: "sign-in",
    email: "a@b.org",
    password: "x",
  });
  equal(status, 503);
  match(html, /Accounts are not open/);
  match((await get("/setup")).html, /Accounts are not open/);
  ok(!(await get("/signin")).html.includes('class="button signin"'));
});

Deno.test("AUT-07 the set-up page takes the code once, and says when it is over", async () => {
  const needed = open({
    "GET /api/v1/auth/setup": { isNeeded: true },
    "POST /api/v1/auth/setup": { ok: true },
  });
  match((await needed.get("/setup")).html, /name="token"/);
  match((await needed.get("/signin")).html, /no administrator yet/);
  const form = { token: " code ", email: "a@b.org", password: "p" };
  equal((await needed.get("/setup", form)).headers.get("location"), "/");
  deepEqual(needed.asked.findLast(({ method }) => method === "POST")?.body, {
    token: "code",
    email: "a@b.org",
    password: "p",
    cookie: true,
  });
  const over = open({ "GET /api/v1/auth/setup": { isNeeded: false } });
  match((await over.get("/setup")).html, /has its administrator/);
});

Deno.test("the menu says who is signed in and how much is unread", async () => {
  const { get } = open(tellAll("x"), { ...aPerson, unread: 120 });
  const { html } = await get("/alerts");
  match(html, /Signed in as <strong>mara@example\.org/);
  match(html, /aria-label="Notifications, 99\+ unread"/);
  const visitor = await open({}).get("/setup");
  match(visitor.html, /class="button signin" href="\/signin"/);
});

Deno.test("settings ask the API for what their buttons say, and for no id that is none", async () => {
  const id = "a".repeat(64);
  const { get, asked } = open({
    ...tellAll("x"),
    [`PATCH /api/v1/push/subscriptions/${id}`]: {},
    [`DELETE /api/v1/push/subscriptions/${id}`]: {},
    [`POST /api/v1/push/subscriptions/${id}/test`]: { status: "sent", detail: "" },
    "DELETE /api/v1/auth/sessions/s2": {},
    "DELETE /api/v1/auth/sessions": {},
    "DELETE /api/v1/auth/keys/k1": {},
    "DELETE /api/v1/auth/me": {},
    "PUT /api/v1/auth/password": {},
    "POST /api/v1/preferences/test": { status: "failed", detail: "HTTP 500" },
  }, aPerson);
  const acts: readonly (readonly [string, Record<string, string>, string, unknown])[] = [
    ["/settings/devices", { id, act: "off" }, "PATCH", { isEnabled: false }],
    ["/settings/devices", { id, act: "wants", wants: "all" }, "PATCH", { wants: "all" }],
    ["/settings/devices", { id, act: "remove" }, "DELETE", undefined],
    ["/settings/security", { id: "s2", act: "session" }, "DELETE", undefined],
    ["/settings/security", { act: "others" }, "DELETE", undefined],
    ["/settings/security", { act: "password", current: "a", next: "b" }, "PUT", {
      current: "a",
      next: "b",
      cookie: true,
    }],
    ["/settings/keys", { id: "k1", act: "revoke" }, "DELETE", undefined],
    ["/settings/account", { password: "p", confirm: "on" }, "DELETE", { password: "p" }],
  ];
  for (const [path, form, method, body] of acts) {
    const { status } = await get(path, form);
    equal(status, 303, `${path} ${form.act}`);
    deepEqual([asked.at(-1)?.method, asked.at(-1)?.body], [method, body]);
  }
  match((await get("/settings/devices", { id, act: "test" })).html, /Sent\./);
  match((await get("/settings", { test: "SLACK" })).html, /Slack: It failed\. HTTP 500/);
  equal((await get("/settings/account", { password: "p" })).status, 422);
  const count = asked.length;
  await get("/settings/devices", { id: "../../admin", act: "remove" });
  await get("/settings/security", { id: "../me", act: "session" });
  equal(asked.length, count);
});

Deno.test("AUT-05 the secret of a new key is shown this once", async () => {
  const key = { id: "k2", name: "Bot", start: "ci_", scopes: ["read"], secret: "ci_very_secret" };
  const { get, asked } = open({ ...tellAll("x"), "POST /api/v1/auth/keys": key }, aPerson);
  const form = { name: "Bot", scope: "read", expiresDays: "0" };
  match((await get("/settings/keys", form)).html, /ci_very_secret/);
  deepEqual(asked.find(({ method }) => method === "POST")?.body, {
    name: "Bot",
    scopes: ["read"],
    expiresDays: null,
  });
  ok(!(await get("/settings/keys")).html.includes("ci_very_secret"));
});

Deno.test("only an administrator is offered the scope of administration", async () => {
  for (const role of ["user", "admin"] as const) {
    const { get } = open(tellAll("x"), { ...aPerson, role });
    equal((await get("/settings/keys")).html.includes('value="admin"'), role === "admin");
  }
});

Deno.test("AUT-01 a page asks the API as its visitor: cookies, origin and address go along", async () => {
  await withAuthApi(async (given) => {
    await setUp(given.accounts);
    const api = asApi(given);
    const body = { email: "mara@example.org", password: goodPassword, cookie: true };
    const refused = createAsk(api, fromPage({ origin: "https://evil.example" }), "203.0.113.9");
    equal((await refused("POST", "/api/v1/auth/register", { body })).status, 403);
    const ask = createAsk(api, fromPage(), "203.0.113.9");
    const made = await ask("POST", "/api/v1/auth/register", { body });
    equal(made.status, 200);
    equal(made.cookies.length, 2);

    const { header } = readSetCookies({ headers: toHeaders(made.cookies) } as never);
    const visitor = await readVisitor(api, fromPage({ cookie: header }), "203.0.113.9");
    equal(visitor.person?.email, "mara@example.org");
    equal(visitor.person?.unread, 0, "what cannot be read is as if nothing had been said");
    equal((await visitor.ask("GET", "/api/v1/auth/sessions")).status, 200);
    for (const cookie of ["", "ci_access=forged", "other=1"]) {
      const stranger = await readVisitor(api, fromPage({ cookie }), "203.0.113.9");
      equal(stranger.person, null, cookie);
    }
    const foreign = fromPage({ cookie: header, origin: "https://evil.example" });
    const acting = await readVisitor(api, foreign, "203.0.113.9");
    const end = await acting.ask("DELETE", "/api/v1/auth/sessions");
    equal(end.status, 403, "no other site acts with our cookie through a form");
  });
});

function toHeaders(cookies: readonly string[]): Headers {
  return new Headers(cookies.map((cookie) => ["set-cookie", cookie] as [string, string]));
}
