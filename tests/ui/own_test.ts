import { deepEqual, equal, rejects } from "node:assert/strict";
import { readForm } from "../../lib/ui/forms.ts";
import { getOwn, linkSignIn, type OwnAnswer, readNext, readProblem } from "../../lib/ui/own.ts";
import { formatMinute, parseMinute, readPreferencesForm } from "../../lib/ui/preference_form.ts";
import { decodeKey, nameDevice } from "../../lib/ui/push_browser.ts";

Deno.test("after signing in one goes on within the product, wherever the address points", () => {
  const rows = [
    ["/alerts?x=1", "/alerts?x=1"],
    [null, "/"],
    ["", "/"],
    ["https://evil.example", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/a\r\nset-cookie: x", "/"],
    ["javascript:alert(1)", "/"],
  ] as const;
  for (const [text, wanted] of rows) equal(readNext(text), wanted, String(text));
  equal(linkSignIn("/"), "/signin");
  equal(linkSignIn("/alerts?a=b&c"), "/signin?next=%2Falerts%3Fa%3Db%26c");
});

Deno.test("a problem is said at its fields, whatever the answer holds", () => {
  const body = {
    detail: "The request does not fit",
    errors: [
      { pointer: "/json/email", detail: "no address" },
      { pointer: "/json/email", detail: "second" },
      { pointer: "/json/parameters/line", detail: "no line" },
      { pointer: 7, detail: "x" },
      null,
    ],
  };
  deepEqual(readProblem({ status: 422, body }), {
    text: "The request does not fit",
    fields: { email: "no address", line: "no line" },
  });
  for (const body of [null, "text", [], {}, { detail: 5, errors: "x" }]) {
    deepEqual(readProblem({ status: 500, body }), { text: "Error 500", fields: {} });
  }
});

Deno.test("a read that is refused throws with its status", async () => {
  const answer: OwnAnswer = { status: 503, isOk: false, body: null, cookies: [], etag: null };
  await rejects(getOwn(() => Promise.resolve(answer), "/x"), /503/);
});

const post = (body: string, type = "application/x-www-form-urlencoded") =>
  new Request("http://localhost/", { method: "POST", body, headers: { "content-type": type } });

Deno.test("a form is read up to its limit; what is none is not", async () => {
  equal((await readForm(post("a=%C3%A9&b=1")))?.get("a"), "é");
  equal(await readForm(post("a=1", "text/plain")), null);
  equal(await readForm(post(`a=${"x".repeat(70_000)}`)), null);
  equal(await readForm(new Request("http://localhost/", { method: "POST" })), null);
});

Deno.test("minutes of the day go to a time field and back", () => {
  for (const minute of [0, 59, 60, 1_320, 1_439]) equal(parseMinute(formatMinute(minute)), minute);
  for (const text of ["24:00", "1:00", "12:60", "", null, "ab:cd"]) {
    equal(Number.isNaN(parseMinute(text)), true, String(text));
  }
});

Deno.test("ALR-07 the form of preferences says all of them, but secrets only when given", () => {
  const form = new URLSearchParams(
    "channel=EMAIL&channel=PUSH&email=a%40b.org&webhookUrl=&slackUrl=&quiet=on&from=22:00&to=07:30" +
      "&timeZone=UTC&batch=300&toasts=on&confidence=65",
  );
  deepEqual(readPreferencesForm(form), {
    email: "a@b.org",
    webhookUrl: null,
    quietHours: { fromMinute: 1_320, toMinute: 450 },
    timeZone: "UTC",
    batchSeconds: 300,
    channels: { WEBSOCKET: false, EMAIL: true, WEBHOOK: false, SLACK: false, PUSH: true },
    toasts: true,
    sound: false,
    toastConfidence: 0.65,
  });
  equal(readPreferencesForm(new URLSearchParams("slackRemove=on")).slackUrl, null);
  equal(readPreferencesForm(new URLSearchParams("rotate=on")).rotateWebhookSecret, true);
  equal(readPreferencesForm(new URLSearchParams("")).quietHours, null);
});

Deno.test("a device is named by its browser and system", () => {
  const rows = [
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
      "Chrome on Linux",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari on iPhone"],
    ["Mozilla/5.0 (Android 14; Mobile) Firefox/140.0", "Firefox on Android"],
    ["curl/8", ""],
  ] as const;
  for (const [agent, name] of rows) equal(nameDevice(agent), name);
});

Deno.test("a key of push is read from base64url", () => {
  deepEqual([...decodeKey("-_8B")], [251, 255, 1]);
});
