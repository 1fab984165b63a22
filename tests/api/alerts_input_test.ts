/** Bad input to alerts, preferences and push: a row each, with its pointer; nothing is kept. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { isSameContent, suggestSymbols } from "../../lib/api/alert_content.ts";
import { readPrecondition } from "../../lib/api/preconditions.ts";
import type { Answer } from "../support/auth_api.ts";
import { createPushBrowser } from "../support/receivers.ts";
import { priceAlert, withPersonalApi } from "../support/personal_api.ts";

const id = "00000000-0000-4000-8000-000000000001";

/** A refusal is a problem with words for people, and no word of the inside. */
function checkRefusal(answer: Answer, status: number, name: string): void {
  equal(answer.status, status, `${name}: ${answer.text.slice(0, 300)}`);
  match(answer.headers.get("content-type")!, /^application\/problem\+json/, name);
  equal(answer.json.status, status, name);
  ok(String(answer.json.detail).length > 10, name);
  ok(!/lib\/|\.ts:|at async|Deno\.|node:/.test(answer.text), `${name}: ${answer.text}`);
}

const line = { fromMs: 1, fromPrice: 1, toMs: 2, toPrice: 2 };
const compare = { field: "close", is: "above", value: 1 };
const group = (rules: unknown[]) => ({ match: "all", rules });
const custom = (rules: unknown[]) => ({
  symbol: "BTCUSDT",
  condition: "CUSTOM",
  parameters: { group: group(rules) },
});

const alerts: { name: string; body: unknown; pointer: string }[] = [
  { name: "no fields", body: {}, pointer: "/json/symbol" },
  { name: "null", body: null, pointer: "/json" },
  { name: "a list", body: [], pointer: "/json" },
  { name: "an empty symbol", body: { ...priceAlert, symbol: " " }, pointer: "/json/symbol" },
  { name: "an unknown symbol", body: { ...priceAlert, symbol: "BTCUSD" }, pointer: "/json/symbol" },
  { name: "a symbol for any", body: { ...priceAlert, symbol: "*" }, pointer: "/json/symbol" },
  { name: "a script", body: { ...priceAlert, symbol: "<script>" }, pointer: "/json/symbol" },
  { name: "a null byte", body: { ...priceAlert, symbol: "a\u0000" }, pointer: "/json/symbol" },
  {
    name: "a long symbol",
    body: { ...priceAlert, symbol: "x".repeat(121) },
    pointer: "/json/symbol",
  },
  { name: "a number for a symbol", body: { ...priceAlert, symbol: 7 }, pointer: "/json/symbol" },
  {
    name: "another condition",
    body: { ...priceAlert, condition: "X" },
    pointer: "/json/condition",
  },
  {
    name: "the prototype as a condition",
    body: { ...priceAlert, condition: "__proto__" },
    pointer: "/json/condition",
  },
  { name: "no threshold", body: { ...priceAlert, threshold: null }, pointer: "/json/threshold" },
  { name: "text for it", body: { ...priceAlert, threshold: "1" }, pointer: "/json/threshold" },
  { name: "one below 0", body: { ...priceAlert, threshold: -1 }, pointer: "/json/threshold" },
  {
    name: "an endless one",
    body: '{"symbol":"BTCUSDT","condition":"PRICE_ABOVE","threshold":1e999}',
    pointer: "/json/threshold",
  },
  { name: "a misspelt field", body: { ...priceAlert, oneTime: true }, pointer: "/json" },
  {
    name: "somebody else's id as owner",
    body: { ...priceAlert, user_id: "eve" },
    pointer: "/json",
  },
  { name: "no channel", body: { ...priceAlert, channels: [] }, pointer: "/json/channels" },
  {
    name: "a channel twice",
    body: { ...priceAlert, channels: ["PUSH", "PUSH"] },
    pointer: "/json/channels",
  },
  {
    name: "another channel",
    body: { ...priceAlert, channels: ["SMS"] },
    pointer: "/json/channels/0",
  },
  { name: "a cooldown below 0", body: { ...priceAlert, cooldown: -1 }, pointer: "/json/cooldown" },
  { name: "a broken cooldown", body: { ...priceAlert, cooldown: 1.5 }, pointer: "/json/cooldown" },
  {
    name: "a year of it",
    body: { ...priceAlert, cooldown: 31_536_000 },
    pointer: "/json/cooldown",
  },
  { name: "text for yes", body: { ...priceAlert, one_time: "yes" }, pointer: "/json/one_time" },
  { name: "a name in lines", body: { ...priceAlert, name: "a\nb" }, pointer: "/json/name" },
  { name: "a name that turns", body: { ...priceAlert, name: "\u202ex" }, pointer: "/json/name" },
  { name: "half a letter", body: { ...priceAlert, name: "\ud800" }, pointer: "/json/name" },
  { name: "a long name", body: { ...priceAlert, name: "x".repeat(121) }, pointer: "/json/name" },
  { name: "a long note", body: { ...priceAlert, note: "x".repeat(1_001) }, pointer: "/json/note" },
  { name: "a note that turns", body: { ...priceAlert, note: "\u202e" }, pointer: "/json/note" },
  { name: "a hold for a crossing", body: { ...priceAlert, holdMs: 1e11 }, pointer: "/json/holdMs" },
  {
    name: "a time before 1970",
    body: { ...priceAlert, expiresMs: -1 },
    pointer: "/json/expiresMs",
  },
  {
    name: "a time that is none",
    body: { ...priceAlert, expiresMs: 1e17 },
    pointer: "/json/expiresMs",
  },
  {
    name: "a parameter of another condition",
    body: { ...priceAlert, parameters: { windowMs: 60_000 } },
    pointer: "/json/parameters/windowMs",
  },
  {
    name: "a line that goes back",
    body: { ...priceAlert, threshold: null, parameters: { line: { ...line, fromMs: 9 } } },
    pointer: "/json/parameters/line",
  },
  {
    name: "half a line",
    body: { ...priceAlert, parameters: { line: { fromMs: 1 } } },
    pointer: "/json/parameters/line/fromPrice",
  },
  { name: "an empty group", body: custom([]), pointer: "/json/parameters/group/rules" },
  {
    name: "code for a field",
    body: custom([{ ...compare, field: "constructor.constructor('return 1')()" }]),
    pointer: "/json/parameters/group",
  },
  {
    name: "groups four deep",
    body: custom([group([group([group([compare])])])]),
    pointer: "/json",
  },
  {
    name: "an id that is none",
    body: { ...priceAlert, alert_id: "../../etc/passwd" },
    pointer: "/json/alert_id",
  },
  { name: "half a JSON", body: "{", pointer: "" },
];

Deno.test("API-35 no bad alert is made, drafted or put: each is told by its pointer", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const paths: [string, string][] = [
      ["POST", "/alerts"],
      ["PUT", `/alerts/${id}`],
      ["POST", "/alerts/foresight"],
    ];
    for (const { name, body, pointer } of alerts) {
      for (const [method, path] of paths) {
        if (name === "an id that is none" && path !== "/alerts") continue;
        const answer = await ask(method, path, { token, body: body === null ? "null" : body });
        checkRefusal(answer, 400, `${name} to ${path}`);
        const pointers = (answer.json.errors as { pointer: string }[]).map((one) => one.pointer);
        const isTold = pointer === "" || pointers.some((one) => one.startsWith(pointer));
        ok(isTold, `${name} to ${path}: ${pointers.join(" ")}`);
      }
    }
    equal(await owned.alerts.count(), 0);
  }));

Deno.test("API-35 a change is judged as the alert that it makes", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const path = `/alerts/${id}`;
    await ask("PUT", path, { token, body: priceAlert });
    const rows: [unknown, string][] = [
      [{ threshold: null }, "/json/threshold"],
      [{ condition: "MACD_CROSSOVER" }, "/json/threshold"],
      [{ symbol: "NOPE" }, "/json/symbol"],
      [{ parameters: { group: group([compare]) } }, "/json/parameters/group"],
      [{ revision: 7 }, "/json"],
      [{ channels: [] }, "/json/channels"],
      ["[]", "/json"],
    ];
    for (const [body, pointer] of rows) {
      const answer = await ask("PATCH", path, { token, body });
      checkRefusal(answer, 400, JSON.stringify(body));
      const [first] = answer.json.errors as { pointer: string }[];
      equal(first!.pointer, pointer, answer.text);
    }
    equal((await owned.alerts.get(id))?.revision, 1);
    for (const body of [{ untilMs: -1 }, { untilMs: "x" }, {}, { untilMs: 1, more: 1 }]) {
      checkRefusal(await ask("POST", `${path}/snooze`, { token, body }), 400, JSON.stringify(body));
    }
  }));

Deno.test("API-35 paths, queries and headers that are none of ours are refused by name", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    for (const one of ["x", "%00", "..%2f", "'%20OR%201=1", id.slice(1), `${id}0`]) {
      for (const method of ["GET", "DELETE"]) {
        const answer = await ask(method, `/alerts/${one}`, { token });
        ok([400, 404].includes(answer.status), `${method} ${one}: ${answer.status}`);
        checkRefusal(answer, answer.status, one);
      }
    }
    for (const query of ["limit=0", "limit=201", "limit=x", "phase=X", "condition=X", "cursor=x"]) {
      checkRefusal(await ask("GET", `/alerts?${query}`, { token }), 400, query);
    }
    for (const query of ["limit=0", "alert_id=x", "cursor=%00"]) {
      checkRefusal(await ask("GET", `/alert-history?${query}`, { token }), 400, query);
    }
    for (const query of ["limit=0", "unread=maybe", "cursor=x"]) {
      checkRefusal(await ask("GET", `/notifications?${query}`, { token }), 400, query);
    }
    const put = (headers: Record<string, string>) =>
      ask("PUT", `/alerts/${id}`, { token, body: priceAlert, headers });
    for (const tag of ["x", '"a"', "1,", '"99999999999999999999"']) {
      checkRefusal(await put({ "if-match": tag }), 400, tag);
    }
    checkRefusal(await put({ "if-none-match": '"1"' }), 400, "if-none-match");
    const headers = { "idempotency-key": "short" };
    checkRefusal(await ask("POST", "/alerts", { token, body: priceAlert, headers }), 400, "key");
  }));

Deno.test("API-35 a body of 10 MB, and one that is no JSON, go no further than the door", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const huge = JSON.stringify({ ...priceAlert, note: "x".repeat(10_000_000) });
    const paths: [string, string][] = [
      ["POST", "/alerts"],
      ["PUT", `/alerts/${id}`],
      ["POST", "/alerts/foresight"],
      ["PUT", "/preferences"],
      ["POST", "/notifications/read"],
      ["POST", "/push/subscriptions"],
    ];
    for (const [method, path] of paths) {
      checkRefusal(await ask(method, path, { token, body: huge }), 413, `${method} ${path}`);
      const headers = { "content-type": "text/plain" };
      const text = await ask(method, path, { token, body: "{}", headers });
      ok([400, 415].includes(text.status), `${path}: ${text.status}`);
    }
    equal(await owned.alerts.count(), 0);
  }));

Deno.test("SEC-01 hostile words in a name are kept as data and come back as they were", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    for (
      const name of [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        '=HYPERLINK("http://evil.example";"x")',
        "'; DROP TABLE alerts; --",
        "{{7*7}} ${7*7}",
      ]
    ) {
      const body = { ...priceAlert, name, note: `${name}\n${name}` };
      const made = await ask("POST", "/alerts", { token, body });
      deepEqual([made.status, made.json.name, made.json.note], [201, name, body.note]);
      match(made.headers.get("content-type")!, /^application\/json/);
      equal(made.headers.get("x-content-type-options"), "nosniff");
    }
  }));

const preferences: { body: unknown; pointer: string }[] = [
  { body: { email: "nobody" }, pointer: "/json/email" },
  { body: { email: "a@b.co\r\nbcc: all@example.org" }, pointer: "/json/email" },
  { body: { webhookUrl: "http://hooks.example.org/" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "https://127.0.0.1/" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "https://[::1]/" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "https://169.254.169.254/latest" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "https://0x7f.1/" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "https://me:pw@example.org/" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "javascript:alert(1)" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "file:///etc/passwd" }, pointer: "/json/webhookUrl" },
  { body: { webhookUrl: "x".repeat(2_001) }, pointer: "/json/webhookUrl" },
  { body: { slackUrl: "https://evil.example/hooks.slack.com" }, pointer: "/json/slackUrl" },
  { body: { slackUrl: "https://hooks.slack.com.evil.example/" }, pointer: "/json/slackUrl" },
  { body: { timeZone: "Mars/Olympus" }, pointer: "/json/timeZone" },
  {
    body: { quietHours: { fromMinute: 0, toMinute: 1_440 } },
    pointer: "/json/quietHours/toMinute",
  },
  { body: { quietHours: { fromMinute: 0 } }, pointer: "/json/quietHours/toMinute" },
  { body: { batchSeconds: -1 }, pointer: "/json/batchSeconds" },
  { body: { channels: { SMS: true } }, pointer: "/json/channels" },
  { body: { channels: { PUSH: "on" } }, pointer: "/json/channels/PUSH" },
  { body: { toastConfidence: 1.1 }, pointer: "/json/toastConfidence" },
  { body: { webhookSecret: "whsec_mine" }, pointer: "/json" },
];

Deno.test("ALR-07 SEC-02 preferences that cannot be used are refused, addresses inside among them", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    for (const { body, pointer } of preferences) {
      const answer = await ask("PUT", "/preferences", { token, body });
      checkRefusal(answer, 400, JSON.stringify(body).slice(0, 80));
      const [first] = answer.json.errors as { pointer: string }[];
      equal(first!.pointer, pointer, answer.text);
    }
    equal(await owned.preferences.count(), 0);
    checkRefusal(
      await ask("POST", "/preferences/test", { token, body: { channel: "SMS" } }),
      400,
      "",
    );
  }));

Deno.test("PWA-06 subscriptions that no browser makes are refused", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const { p256dh, auth } = createPushBrowser();
    const good = { endpoint: "https://fcm.googleapis.com/fcm/send/a", keys: { p256dh, auth } };
    const rows: [unknown, string][] = [
      [{ ...good, endpoint: "https://evil.example/push" }, "/json/endpoint"],
      [{ ...good, endpoint: "http://fcm.googleapis.com/a" }, "/json/endpoint"],
      [{ ...good, endpoint: "https://fcm.googleapis.com:444/a" }, "/json/endpoint"],
      [{ ...good, endpoint: "https://127.0.0.1/push" }, "/json/endpoint"],
      [{ ...good, keys: { p256dh: "A".repeat(87), auth } }, "/json/keys/p256dh"],
      [{ ...good, keys: { p256dh, auth: "A".repeat(21) } }, "/json/keys/auth"],
      [{ ...good, keys: { p256dh: "<".repeat(87), auth } }, "/json/keys/p256dh"],
      [{ ...good, keys: {} }, "/json/keys/p256dh"],
      [{ ...good, deviceName: "\u0000" }, "/json/deviceName"],
      [{ ...good, wants: "everything" }, "/json/wants"],
      [{ ...good, symbols: Array(21).fill("BTCUSDT") }, "/json/symbols"],
      [{}, "/json/endpoint"],
    ];
    for (const [body, pointer] of rows) {
      const answer = await ask("POST", "/push/subscriptions", { token, body });
      checkRefusal(answer, 400, JSON.stringify(body).slice(0, 90));
      const [first] = answer.json.errors as { pointer: string }[];
      equal(first!.pointer, pointer, answer.text);
    }
    const none = await ask("POST", "/push/subscriptions", { body: good });
    checkRefusal(none, 400, "a visitor without symbols");
    const unknown = await ask("POST", "/push/subscriptions", {
      body: { ...good, symbols: ["BTCUSDT", "NOPE"] },
    });
    checkRefusal(unknown, 400, "a visitor with an unknown symbol");
    equal((unknown.json.errors as { pointer: string }[])[0]!.pointer, "/json/symbols/1");
    equal(await owned.pushSubscriptions.count(), 0);
  }));

Deno.test("whoever misspells a symbol is offered those that are alike", () => {
  const names = ["BTCUSDT", "BTCUSDC", "ETHUSDT", "SOLUSDT", "AAPL"];
  deepEqual(suggestSymbols("BTCUSD", names), ["BTCUSDT", "BTCUSDC"]);
  deepEqual(suggestSymbols("btc/usdt", names), ["BTCUSDT"]);
  deepEqual(suggestSymbols("usdt", names), ["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
  deepEqual(suggestSymbols("AAPPL", names), ["AAPL"]);
  deepEqual(suggestSymbols("", names), []);
  deepEqual(suggestSymbols("x".repeat(120), names), []);
  deepEqual(suggestSymbols("BTCUSD", []), []);
});

Deno.test("any revision that is written as a tag is read as itself", () => {
  fc.assert(fc.property(fc.nat(), fc.stringMatching(/^[\w.-]{0,20}$/), (revision, rest) => {
    const read = (tag: string) => readPrecondition({ "if-match": tag }).revisions;
    deepEqual(read(`"${revision}"`), [revision]);
    deepEqual(read(`W/"${revision}-${rest}"`), [revision]);
    deepEqual(read(`"${revision}", "7-firing-0-gz"`), [revision, 7]);
  }));
});

Deno.test("contents are the same whatever the order of their fields", () => {
  const a = { symbol: "A", parameters: { direction: "up", windowMs: 1 } };
  const b = { parameters: { windowMs: 1, direction: "up", line: undefined }, symbol: "A" };
  ok(isSameContent(a as never, b as never));
  ok(!isSameContent(a as never, { ...b, symbol: "B" } as never));
});
