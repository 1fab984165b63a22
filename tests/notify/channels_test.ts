import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { systemClock } from "../../lib/clock.ts";
import { createEmailChannel, isMailAddress } from "../../lib/notify/email.ts";
import { createEgress } from "../../lib/notify/egress.ts";
import {
  createPushChannel,
  createVapidKeys,
  isPushEndpoint,
  PUSH_BYTES_MAX,
  writePushPayload,
} from "../../lib/notify/push.ts";
import { createSlackChannel } from "../../lib/notify/slack.ts";
import { type Outcome, readRetryAfter } from "../../lib/notify/types.ts";
import { createWebhookChannel, createWebhookSecret } from "../../lib/notify/webhook.ts";
import {
  buildMessage,
  createPushBrowser,
  readVapid,
  withHttpReceiver,
  withMailServer,
} from "../support/receivers.ts";

const clock = systemClock;

const now = () => Date.now();
const hostile = `<b>&"'</b> =cmd|' /C calc'!A0 \r\nBcc: evil@example.org`;

/** What each answer of a receiver means, where channels agree. */
const answers: [number, Record<string, string>, Outcome["status"], number | null][] = [
  [200, {}, "sent", null],
  [201, {}, "sent", null],
  [204, {}, "sent", null],
  [302, { location: "http://127.0.0.1/" }, "failed", null],
  [400, {}, "failed", null],
  [401, {}, "failed", null],
  [404, {}, "gone", null],
  [408, {}, "retry", null],
  [410, {}, "gone", null],
  [413, {}, "failed", null],
  [429, { "retry-after": "7" }, "retry", 7_000],
  [500, {}, "retry", null],
  [503, { "retry-after": "99999999" }, "retry", 6 * 3_600_000],
];

Deno.test("ALR-03 each answer of a webhook's receiver means what it says", () =>
  withHttpReceiver(async ({ host, url }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const channel = createWebhookChannel({ egress, now });
    for (const [status, , expected, afterMs] of answers) {
      const secret = createWebhookSecret();
      const outcome = await channel.send(buildMessage({ id: String(status) }), { url, secret });
      assert.equal(outcome.status, expected, String(status));
      if (outcome.status === "retry") assert.equal(outcome.afterMs, afterMs, String(status));
    }
    egress.close();
  }, ({ headers }) => {
    const row = answers.find(([status]) => String(status) === headers.get("webhook-id"))!;
    return new Response(row[0] === 204 ? null : "", { status: row[0], headers: row[1] });
  }));

Deno.test("ALR-03 a webhook verifies by Standard Webhooks, and not when a byte was changed", () =>
  withHttpReceiver(async ({ host, url, received }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const secret = createWebhookSecret();
    const message = buildMessage({ title: hostile });
    await createWebhookChannel({ egress, now }).send(message, { url, secret });
    const [{ headers, text }] = received as [typeof received[0]];
    const given = Object.fromEntries(headers);
    const body = new Webhook(secret).verify(text, given) as {
      type: string;
      data: { title: string; alerts: { figures: unknown }[] };
    };
    assert.equal(body.type, "cryptointel.alert");
    assert.equal(body.data.title, hostile);
    assert.deepEqual(body.data.alerts[0]!.figures, { price: 101.5, level: 100 });
    assert.throws(() => new Webhook(secret).verify(text.replace("101", "102"), given));
    assert.throws(() => new Webhook(createWebhookSecret()).verify(text, given));
    egress.close();
  }));

Deno.test("ALR-03 Slack's shape: blocks, links, and nothing of the text is markup", () =>
  withHttpReceiver(async ({ host, url, received }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const channel = createSlackChannel({ egress, now });
    const [part] = buildMessage().parts;
    const parts = Array.from({ length: 30 }, () => ({ ...part!, title: "<!channel> & all" }));
    await channel.send(buildMessage({ kind: "digest", parts, isRecorded: true }), { url });
    const { text, blocks } = JSON.parse(received[0]!.text);
    assert.match(text, /recorded market/);
    assert.equal(blocks.length, 22);
    assert.match(blocks[1].text.text, /^<https:\/\/.*\|&lt;!channel&gt; &amp; all>/);
    assert.match(blocks.at(-1).text.text, /and 10 more/);
    assert.ok(blocks.every((block: { text: { text: string } }) => block.text.text.length <= 3_000));
    egress.close();
  }));

for (
  const [status, body, expected] of [
    [404, "channel_not_found", "gone"],
    [403, "action_prohibited", "gone"],
    [400, "no_service", "gone"],
    [400, "invalid_payload", "failed"],
    [429, "rate_limited", "retry"],
  ] as const
) {
  Deno.test(`ALR-03 Slack that answers ${status} ${body} is ${expected}`, () =>
    withHttpReceiver(async ({ host, url }) => {
      const egress = createEgress({ clock, allowed: [host] });
      const outcome = await createSlackChannel({ egress, now }).send(buildMessage(), { url });
      assert.equal(outcome.status, expected);
      egress.close();
    }, () => new Response(body, { status })));
}

Deno.test("PWA-05 a push is opened by its browser alone and signed for its service", () =>
  withHttpReceiver(async ({ host, received }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const keys = createVapidKeys("mailto:ops@example.org");
    const channel = createPushChannel({ egress, keys, now });
    const browser = createPushBrowser();
    const endpoint = `http://${host}/push/1`;
    const outcome = await channel.send(buildMessage(), { ...browser, endpoint });
    assert.deepEqual(outcome, { status: "sent", detail: "answered 201" });
    const [{ headers, body }] = received as [typeof received[0]];
    const shown = JSON.parse(browser.open(body));
    assert.equal(shown.title, "BTC above 100");
    assert.deepEqual(shown.alerts, [{ firingId: "f1", alertId: "a1", symbol: "BTCUSDT" }]);
    assert.throws(() => createPushBrowser().open(body));
    assert.deepEqual(
      ["ttl", "urgency", "topic", "content-encoding"].map((name) => headers.get(name)),
      ["14400", "high", "alert-1", "aes128gcm"],
    );
    const { claims, publicKey } = await readVapid(headers, { nowMs: now() });
    assert.equal(publicKey, keys.publicKey);
    assert.deepEqual([claims.aud, claims.sub], [`http://${host}`, "mailto:ops@example.org"]);
    assert.ok(claims.exp! * 1_000 - now() <= 24 * 3_600_000);
    egress.close();
  }, () => new Response("", { status: 201 })));

Deno.test("PWA-05 a token serves a service for hours and is then made anew", () =>
  withHttpReceiver(async ({ host, received }) => {
    const egress = createEgress({ clock, allowed: [host] });
    let nowMs = Date.UTC(2026, 0, 1);
    const keys = createVapidKeys("mailto:ops@example.org");
    const channel = createPushChannel({ egress, keys, now: () => nowMs });
    for (const hours of [0, 10, 12]) {
      nowMs = Date.UTC(2026, 0, 1, hours);
      const target = { ...createPushBrowser(), endpoint: `http://${host}/push` };
      await channel.send(buildMessage(), target);
      await readVapid(received.at(-1)!.headers, { nowMs });
    }
    const tokens = received.map(({ headers }) => headers.get("authorization"));
    assert.equal(tokens[0], tokens[1]);
    assert.notEqual(tokens[1], tokens[2]);
    egress.close();
  }));

for (
  const [status, expected] of [
    [404, "gone"],
    [410, "gone"],
    [401, "failed"],
    [403, "failed"],
    [406, "retry"],
    [413, "failed"],
    [429, "retry"],
    [502, "retry"],
  ] as const
) {
  Deno.test(`PWA-06 a push service that answers ${status} means ${expected}`, () =>
    withHttpReceiver(async ({ host }) => {
      const egress = createEgress({ clock, allowed: [host] });
      const keys = createVapidKeys("mailto:ops@example.org");
      const target = { ...createPushBrowser(), endpoint: `http://${host}/push` };
      const outcome = await createPushChannel({ egress, keys, now }).send(buildMessage(), target);
      assert.equal(outcome.status, expected);
      egress.close();
    }, () => new Response("", { status })));
}

Deno.test("PWA-06 a subscription whose keys are none is gone, without an exception", async () => {
  const egress = createEgress({ clock });
  const keys = createVapidKeys("mailto:ops@example.org");
  const channel = createPushChannel({ egress, keys, now });
  const endpoint = "https://fcm.googleapis.com/x";
  for (const broken of [{ p256dh: "", auth: "" }, { p256dh: "AAAA", auth: "!!" }]) {
    assert.equal((await channel.send(buildMessage(), { endpoint, ...broken })).status, "gone");
  }
  egress.close();
});

Deno.test("PWA-05 the longest digest fits what services take, in any script", () => {
  const [part] = buildMessage().parts;
  for (const char of ["a", "ş", "₿", "😀", "\u0000"]) {
    const text = char.repeat(20_000);
    const parts = Array.from({ length: 100 }, () => ({ ...part!, symbol: char.repeat(100) }));
    const payload = writePushPayload(buildMessage({ text, parts }));
    assert.ok(new TextEncoder().encode(payload).length <= PUSH_BYTES_MAX, char);
    JSON.parse(payload);
  }
});

Deno.test("SEC-02 only known push services are taken", () => {
  const known = [
    "https://fcm.googleapis.com/fcm/send/x",
    "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://wns2-par02p.notify.windows.com/w/?token=x",
    "https://web.push.apple.com/x",
  ];
  const unknown = [
    "https://example.org/x",
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com.evil.org/x",
    "https://evilpush.services.mozilla.com.evil.org/",
    "https://a@example.org/",
    "nothing",
  ];
  for (const endpoint of known) assert.equal(isPushEndpoint(endpoint), true, endpoint);
  for (const endpoint of unknown) assert.equal(isPushEndpoint(endpoint), false, endpoint);
  assert.equal(isPushEndpoint("http://127.0.0.1:99/x", ["127.0.0.1:99"]), true);
});

const mailServer = (port: number, certificates: string, password = "secret") => ({
  host: "127.0.0.1",
  port,
  security: "starttls" as const,
  user: "intel",
  password,
  from: "CryptoIntel <intel@example.org>",
  certificates,
  serverName: "localhost",
});

Deno.test("ALR-03 a mail arrives encrypted, signed in, in both forms, with a way to end it", () =>
  withMailServer(async ({ port, certificates, mails }) => {
    const channel = createEmailChannel(mailServer(port, certificates));
    const message = buildMessage({ title: hostile, id: "msg 1" });
    const unsubscribeUrl = "https://intel.example.org/unsubscribe?token=x";
    const outcome = await channel.send(message, { address: "a@example.org", unsubscribeUrl });
    assert.equal(outcome.status, "sent");
    const [mail] = mails;
    assert.deepEqual([mail!.to, mail!.isEncrypted, mail!.user], [["a@example.org"], true, "intel"]);
    assert.equal(mail!.email.messageId, "<msg-1@example.org>");
    assert.ok(mail!.email.subject!.startsWith(`<b>&"'</b>`));
    assert.equal(mail!.email.bcc, undefined);
    assert.match(mail!.email.text!, /trades at 101\.50/);
    assert.match(mail!.email.html!, /&lt;b&gt;&amp;&quot;/);
    assert.doesNotMatch(mail!.email.html!, /<b>/);
    const header = (key: string) => mail!.email.headers.find((one) => one.key === key)?.value;
    assert.equal(header("list-unsubscribe"), `<${unsubscribeUrl}>`);
    assert.equal(header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    channel.close();
  }));

Deno.test("ALR-03 what a mail server refuses: the address, the moment, our name, its certificate", () =>
  withMailServer(async ({ port, certificates, mails }) => {
    const right = createEmailChannel(mailServer(port, certificates));
    const target = (address: string) => ({ address, unsubscribeUrl: null });
    const message = buildMessage();
    assert.equal((await right.send(message, target("dead@example.org"))).status, "gone");
    assert.equal((await right.send(message, target("busy@example.org"))).status, "retry");
    assert.equal((await right.send(message, target("a@x\r\nBcc: evil@y.org"))).status, "failed");
    const wrong = createEmailChannel(mailServer(port, certificates, "guess"));
    const refused = await wrong.send(message, target("a@example.org"));
    assert.equal(refused.status, "failed");
    assert.doesNotMatch(refused.detail, /guess/);
    const { certificates: _own, ...unknown } = mailServer(port, certificates);
    const unsure = createEmailChannel(unknown);
    assert.equal((await unsure.send(message, target("a@example.org"))).status, "retry");
    assert.deepEqual(mails, []);
    for (const channel of [right, wrong, unsure]) channel.close();
  }, (address) => address.startsWith("dead") ? 550 : address.startsWith("busy") ? 451 : null));

Deno.test("ALR-03 addresses: what is mail and what would smuggle", () => {
  for (const good of ["a@example.org", "a.b+c@mail.example.co", "ı@örnek.com.tr"]) {
    assert.equal(isMailAddress(good), true, good);
  }
  const bad = [
    "",
    "a",
    "a@b",
    "a@x\r\nBcc: evil@y.org",
    "a@x.org,b@y.org",
    "group: a@x.org;",
    "<a@x.org>",
    '"a b"@x.org',
    "a@@x.org",
    "a@x..org",
    `${"a".repeat(65)}@x.org`,
    `a@${"x".repeat(300)}.org`,
  ];
  for (const text of bad) assert.equal(isMailAddress(text), false, JSON.stringify(text));
});

Deno.test("ALR-03 a wait that is asked for, in seconds or until a time", () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const rows: [string | undefined, number | null][] = [
    [undefined, null],
    ["", null],
    ["5", 5_000],
    ["-5", null],
    ["soon", null],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["999999999", 6 * 3_600_000],
  ];
  for (const [text, expected] of rows) assert.equal(readRetryAfter(text, nowMs), expected, text);
});
