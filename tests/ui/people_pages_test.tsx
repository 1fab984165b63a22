/** Pages of lost passwords and of the administration of users, as the server writes and takes them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mailedLiveMs } from "../../lib/accounts/mod.ts";
import { peopleStrings } from "../../lib/format/people_strings.ts";
import { listUsersPath, type UserView } from "../../lib/ui/user_acts.ts";
import { type Answers, aPerson, createAnswers, servePerson } from "../support/person_app.tsx";

const HOSTILE = `<script>alert(1)</script>"'&`;
const admin = { ...aPerson, role: "admin" as const };
const words = peopleStrings.users;
const users = "/api/v1/admin/users";
const dayMs = 86_400_000;

const aUser = (part: Partial<UserView> = {}): UserView => ({
  id: "u2",
  email: "bob@example.org",
  role: "user",
  hasPassword: true,
  createdMs: dayMs,
  isDisabled: false,
  devices: 2,
  signedInMs: 2 * dayMs,
  ...part,
});
const list = (...found: UserView[]) => ({
  [`GET ${users}`]: { users: found, count: found.length, next_cursor: null },
});

function open(answers: Answers, person: typeof aPerson | null = null) {
  const { ask, asked } = createAnswers(answers);
  return { get: servePerson({ person, ask }), asked };
}

Deno.test("the sign-in page leads to the page of forgotten passwords, the registration does not", async () => {
  const { get } = open({});
  match((await get("/signin")).html, /<a href="\/forgot">Forgot your password\?<\/a>/);
  ok(!(await get("/signin?new=1")).html.includes("/forgot"));
});

Deno.test("who forgot their password is told truthfully whether mail can help", async () => {
  const byMail = open({ "GET /api/v1/auth/forgot": { byMail: true } });
  const { html, headers } = await byMail.get("/forgot");
  equal(headers.get("cache-control"), "no-store");
  match(html, /type="email"/);
  match(html, new RegExp(`for ${mailedLiveMs / 60_000} minutes`));
  ok(!html.includes(peopleStrings.forgot.noMail));
  const without =
    (await open({ "GET /api/v1/auth/forgot": { byMail: false } }).get("/forgot")).html;
  match(without, /sends no mail/);
  match(without, /An administrator of this server can make a link/);
  match(without, /href="\/guides\/security#passwords"/);
  ok(!without.includes('type="email"'), "no form that would go nowhere");
  match((await servePerson({})("/forgot")).html, /Accounts are not open/);
});

Deno.test("after asking, the page is the same whoever was asked for", async () => {
  const { get, asked } = open({
    "GET /api/v1/auth/forgot": { byMail: true },
    "POST /api/v1/auth/forgot": { done: true },
  });
  const { status, headers } = await get("/forgot", { email: "ada@example.org" });
  deepEqual([status, headers.get("location")], [303, "/forgot?sent=1"]);
  deepEqual(headers.getSetCookie(), []);
  deepEqual(asked.find(({ method }) => method === "POST")?.body, { email: "ada@example.org" });
  match((await get("/forgot?sent=1")).html, /If that address has an account/);
});

Deno.test("a refusal is said beside the form, the address kept", async () => {
  const answers = { "GET /api/v1/auth/forgot": { byMail: true }, "POST /api/v1/auth/forgot": 429 };
  const { status, html } = await open(answers).get("/forgot", { email: "<b>@x.org" });
  equal(status, 429);
  match(html, /role="alert">refused with 429/);
  match(html, /value="&lt;b(?:>|&gt;)@x\.org"/);
  equal((await servePerson({})("/forgot", { email: "a@b.org" })).status, 503);
});

Deno.test("a link opens a form for the new password, which managers fill and nobody reads along", async () => {
  const { html, headers } = await open({}).get("/reset");
  equal(headers.get("cache-control"), "no-store");
  const field = /<input[^>]*type="password"[^>]*>/.exec(html)?.[0] ?? "";
  match(field, /autocomplete="new-password"/i);
  match(field, /maxlength="1000"/i);
  match(html, /At least 12 characters/);
  match(html, /name="token"/);
  match(html, /Show the password/);
});

Deno.test("a new password signs in, and shows that all other devices are signed out", async () => {
  const { get, asked } = open({ "POST /api/v1/auth/reset": { ok: true } });
  const password = "another good one 77";
  for (const token of ["a.b.c", " a.b.c ", "https://intel.example.org/reset#a.b.c"]) {
    const { status, headers } = await get("/reset", { token, password });
    deepEqual([status, headers.get("location")], [303, "/settings/security?changed=1"]);
    deepEqual(headers.getSetCookie(), ["ci_access=a; Path=/; HttpOnly"]);
    deepEqual(asked.at(-1)?.body, { token: "a.b.c", password, cookie: true });
  }
});

Deno.test("a refused password is said, and the link kept for the next try", async () => {
  const detail = "This stands in public lists of stolen passwords, which are tried first";
  const ask = () =>
    Promise.resolve({
      status: 400,
      isOk: false,
      body: {
        detail: "Cannot take this password",
        errors: [{ detail, pointer: "/json/password" }],
      },
      cookies: [],
      etag: null,
    });
  const get = servePerson({ person: null, ask });
  const { status, html } = await get("/reset", { token: `a${HOSTILE}`, password: "my secret" });
  equal(status, 400);
  match(html, /public lists of stolen passwords/);
  match(html, /<input type="hidden" name="token" value="a&lt;script/);
  ok(!html.includes("my secret"));
  ok(!html.includes("<script>alert"));
});

Deno.test("a link that is used, expired or wrong says so, and leads to another one", async () => {
  const { get } = open({ "POST /api/v1/auth/reset": 403 });
  const { status, html } = await get("/reset", { token: "a.b.c", password: "x" });
  equal(status, 403);
  match(html, /This link no longer works/);
  match(html, /role="alert">refused with 403/);
  match(html, /href="\/forgot"/);
  ok(!html.includes('type="password"'), "no password will do");
  const closed = await servePerson({})("/reset", { token: "a", password: "x" });
  equal(closed.status, 503);
  match(closed.html, /Accounts are not open/);
});

Deno.test("AUT-04 users are shown to administrators alone; only they see the way there", async () => {
  const answers = list(aUser());
  for (const form of [undefined, { id: "u2", act: "promote" }]) {
    const visitor = await open(answers).get("/settings/users", form);
    equal(visitor.headers.get("location"), "/signin?next=%2Fsettings%2Fusers");
    const { get, asked } = open(answers, aPerson);
    const { status, html } = await get("/settings/users", form);
    equal(status, 403);
    match(html, /Only administrators see this page/);
    ok(!html.includes("bob@example.org"));
    ok(!html.includes('href="/settings/users"'));
    deepEqual(asked, []);
  }
  match((await open({}, admin).get("/settings/account")).html, /href="\/settings\/users"/);
  ok(!(await open({}, aPerson).get("/settings/account")).html.includes("/settings/users"));
});

Deno.test("each user is listed with role, since, last sign-in and devices; one's own without acts", async () => {
  const { get } = open(
    list(
      aUser({ isDisabled: true }),
      aUser({ id: "u3", email: "old@example.org", role: "admin", devices: 0, signedInMs: null }),
      aUser({ id: admin.id, email: admin.email, role: "admin" }),
    ),
    admin,
  );
  const { status, headers, html } = await get("/settings/users");
  deepEqual([status, headers.get("cache-control")], [200, "no-store"]);
  const rows = html.split("<tr").slice(2);
  equal(rows.length, 3);
  match(
    rows[0]!,
    /bob@example\.org[\s\S]*disabled[\s\S]*User[\s\S]*data-age="172800000"[\s\S]*>2 devices</,
  );
  match(rows[0]!, /value="promote"[\s\S]*value="enable"/);
  match(rows[1]!, /Administrator[\s\S]*not in the last 30 days[\s\S]*>0 devices</);
  match(rows[1]!, /value="demote"[\s\S]*value="disable"/);
  match(rows[2]!, />you</);
  ok(!rows[2]!.includes('name="act"'), "nobody locks themselves out by a slip");
  for (const row of rows.slice(0, 2)) {
    const ids = [...row.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    equal(new Set(ids).size, ids.length);
  }
});

Deno.test("every button asks the API for what it says, and for no id that is none", async () => {
  const rows = [
    ["promote", "PATCH", `${users}/u2`, { role: "admin" }, "admin"],
    ["demote", "PATCH", `${users}/u2`, { role: "user" }, "user"],
    ["disable", "PATCH", `${users}/u2`, { isDisabled: true }, "disabled"],
    ["enable", "PATCH", `${users}/u2`, { isDisabled: false }, "enabled"],
    ["out", "DELETE", `${users}/u2/sessions`, undefined, "out"],
    ["remove", "DELETE", `${users}/u2`, undefined, "removed"],
  ] as const;
  for (const [act, method, path, body, told] of rows) {
    const { get, asked } = open({ ...list(aUser()), [`${method} ${path}`]: {} }, admin);
    const form = { id: "u2", act, email: "bob@example.org", confirm: "on" };
    const done = await get("/settings/users?email=bob%40example.org&told=out", form);
    equal(done.status, 303, act);
    const to = done.headers.get("location")!;
    equal(to, `/settings/users?email=bob%40example.org&told=${told}`);
    deepEqual(
      asked.map((one) => [one.method, one.path, one.body]),
      [[method, path, body]],
    );
    match((await get(to)).html, new RegExp(words.told[told].slice(0, 20)));
  }
  const { get, asked } = open(list(aUser()), admin);
  for (const id of ["", "../me", "a/b", "x".repeat(200)]) {
    equal((await get("/settings/users", { id, act: "remove", confirm: "on" })).status, 303);
  }
  for (const act of ["", "nonsense", "__proto__", "toString"]) {
    equal((await get("/settings/users", { id: "u2", act })).status, 303, act);
  }
  deepEqual(asked, []);
});

Deno.test("an account is deleted only with the box ticked; a refusal is said", async () => {
  const { get, asked } = open({ ...list(aUser()), [`DELETE ${users}/u2`]: 403 }, admin);
  const unsure = await get("/settings/users", { id: "u2", act: "remove" });
  equal(unsure.status, 422);
  match(unsure.html, /role="alert">Nothing was deleted/);
  ok(!asked.some(({ method }) => method === "DELETE"));
  const refused = await get("/settings/users", { id: "u2", act: "remove", confirm: "on" });
  equal(refused.status, 403);
  match(refused.html, /role="alert">refused with 403[\s\S]*bob@example\.org/);
});

Deno.test("a link to a new password is shown this once, whole, with its end", async () => {
  const expiresMs = Date.UTC(2026, 0, 5, 13);
  const made = { token: "head.body.proof", expiresMs };
  const { get } = open({ ...list(aUser()), [`POST ${users}/u2/reset`]: made }, admin);
  const form = { id: "u2", act: "reset", email: HOSTILE };
  const { status, headers, html } = await get("/settings/users", form);
  deepEqual([status, headers.get("cache-control")], [200, "no-store"]);
  match(html, /<code class="secret">http:\/\/here\/reset#head\.body\.proof<\/code>/);
  match(html, /2026/);
  ok(!html.includes("<script>alert"));
  ok(!(await get("/settings/users")).html.includes("head.body.proof"));
});

Deno.test("pages go on by their address, and the search finds one address", async () => {
  const more = { users: [aUser()], count: 1, next_cursor: "c/1" };
  const { get, asked } = open({ [`GET ${users}`]: more }, admin);
  match((await get("/settings/users")).html, /href="\/settings\/users\?cursor=c%2F1"/);
  await get("/settings/users?email=%20bob@example.org%20&told=nonsense");
  equal(asked.at(-1)?.path, `${users}?limit=50&email=bob%40example.org`);
  equal(
    listUsersPath(new URLSearchParams("cursor=a&limit=9&email=")),
    `${users}?limit=50&cursor=a`,
  );
  const none = await open(list(), admin).get("/settings/users?email=x");
  match(none.html, /Nobody has this address/);
  match((await open({}, admin).get("/settings/users")).html, /role="alert"/);
});

Deno.test("texts of users are shown as they are", async () => {
  const { get } = open(list(aUser({ email: HOSTILE })), admin);
  const { html } = await get(`/settings/users?email=${encodeURIComponent(HOSTILE)}`);
  ok(!html.includes("<script>alert"));
});
