/** Passkeys over HTTP, with an authenticator of software. */
import { deepEqual, equal, match } from "node:assert/strict";
import { goodPassword } from "../support/accounts.ts";
import { home, joinByHttp, readSetCookies, withAuthApi } from "../support/auth_api.ts";
import { createAuthenticator } from "../support/authenticator.ts";

const path = "/api/v1/auth/passkeys";
const login = "/api/v1/auth/passkey-login";
const headers = { origin: home };
type Asked = { ticket: string; options: { challenge: string } };

Deno.test("a passkey is added after the password, signs in, and is removed", () =>
  withAuthApi(async ({ ask }) => {
    const { access: token, user } = await joinByHttp({ ask }, "ada");
    const phone = await createAuthenticator(home);
    const proof = { password: "wrong password" };
    equal((await ask("POST", `${path}/options`, { token, headers, body: proof })).status, 401);
    const asked = await ask("POST", `${path}/options`, {
      token,
      headers,
      body: { password: goodPassword },
    });
    const { ticket, options } = asked.json as unknown as Asked;
    const response = await phone.make(options);
    const added = await ask("POST", path, {
      token,
      headers,
      body: { ticket, response, name: "Phone" },
    });
    equal(added.status, 200, added.text);
    equal(added.json.id, phone.id);
    const list = await ask("GET", path, { token });
    equal(list.json.count, 1);
    equal(/publicKey|counter/.test(list.text), false);

    const question = await ask("POST", `${login}/options`, { headers });
    const toSignIn = question.json as unknown as Asked;
    const body = {
      ticket: toSignIn.ticket,
      response: await phone.sign(toSignIn.options),
      cookie: true,
    };
    const done = await ask("POST", login, { headers, body });
    equal((done.json.user as { id: string }).id, user.id);
    const { header: cookie } = readSetCookies(done);
    equal((await ask("GET", "/api/v1/auth/me", { headers: { cookie } })).json.id, user.id);
    equal((await ask("POST", login, { headers, body })).status, 401, "a second time");
    equal((await ask("DELETE", `${path}/${phone.id}`, { token })).status, 200);
    equal((await ask("DELETE", `${path}/${phone.id}`, { token })).status, 404);
  }));

const pages: Record<string, Record<string, string>> = {
  "no page": {},
  "a page of another host": { origin: "https://friend.example" },
  "a page of another port": { origin: "http://localhost:81" },
  "no address": { origin: "null" },
};
for (const [name, headers] of Object.entries(pages)) {
  Deno.test(`${name} gets no question to put to an authenticator`, () =>
    withAuthApi(async ({ ask }) => {
      const { access: token } = await joinByHttp({ ask }, "ada");
      const body = { password: goodPassword };
      for (const asked of [`${login}/options`, `${path}/options`]) {
        const { status } = await ask("POST", asked, { token, headers, body });
        equal([400, 403].includes(status), true, `${asked}: ${status}`);
      }
    }));
}

Deno.test("an authenticator's answer that is too large or of another shape is refused unread", () =>
  withAuthApi(async ({ ask }) => {
    const phone = await createAuthenticator(home);
    const { json } = await ask("POST", `${login}/options`, { headers });
    const { ticket, options } = json as unknown as Asked;
    const right = await phone.sign(options);
    const wrong: [string, object][] = [
      ["another type", { ...right, type: "password" }],
      ["an id that is no base64url", { ...right, id: "<script>" }],
      ["an empty id", { ...right, id: "" }],
      ["an id beyond any real one", { ...right, id: "A".repeat(1_401) }],
      ["no signature", { ...right, response: { ...right.response, signature: undefined } }],
      ["20 kB of data", {
        ...right,
        response: { ...right.response, authenticatorData: "A".repeat(20_001) },
      }],
    ];
    for (const [name, response] of wrong) {
      const answer = await ask("POST", login, { headers, body: { ticket, response } });
      equal(answer.status, 400, name);
      match(String((answer.json.errors as { pointer: string }[])[0]!.pointer), /^\/json\/response/);
    }
    const unknown = await ask("POST", login, { headers, body: { ticket, response: right } });
    equal(unknown.status, 401, "nobody has this passkey");
    deepEqual(unknown.json.errors, []);
  }));
