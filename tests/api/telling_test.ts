/** Where and how people are told, over HTTP: preferences, notifications, push, the end of mail. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { NotificationRecord } from "../../lib/contracts/notification_records.ts";
import {
  createPushBrowser,
  readVapid,
  withHttpReceiver,
  withMailServer,
} from "../support/receivers.ts";
import { type TestPersonal, withPersonalApi } from "../support/personal_api.ts";

const endpoint = "https://fcm.googleapis.com/fcm/send/a";

function buildNotification(id: string, userId: string, timestamp: number): NotificationRecord {
  return {
    ...{ id, userId, timestamp, kind: "alert", title: id, message: "m", link: "/" },
    ...{ firingIds: [], isRead: false, isRecorded: false },
  };
}

Deno.test("ALR-07 preferences have defaults, change field by field, and hide their secrets", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token, id } = await join("ada");
    const first = await ask("GET", "/preferences", { token });
    deepEqual([first.json.timeZone, first.json.batchSeconds, first.json.isMailOn], [
      "UTC",
      60,
      false,
    ]);
    const slackUrl = "https://hooks.slack.com/services/T000/B000/secretwxyz";
    const set = await ask("PUT", "/preferences", {
      token,
      body: {
        slackUrl,
        webhookUrl: "https://hooks.example.org/a",
        quietHours: { fromMinute: 1_320, toMinute: 420 },
        timeZone: "Europe/Istanbul",
        channels: { EMAIL: false },
      },
    });
    equal(set.status, 200, set.text);
    match(String(set.json.webhookSecret), /^whsec_[\w+/]{43}=$/, "shown once, when made");
    equal(set.json.slackUrl, "…wxyz");
    const read = await ask("GET", "/preferences", { token });
    deepEqual([read.json.webhookSecret, read.json.hasWebhookSecret], [null, true]);
    deepEqual([read.json.slackUrl, read.json.timeZone], ["…wxyz", "Europe/Istanbul"]);
    ok(!JSON.stringify(await owned.preferences.get(id)).includes("secretwxyz"), "kept locked");
    const next = await ask("PUT", "/preferences", { token, body: { channels: { PUSH: false } } });
    deepEqual(next.json.channels, { EMAIL: false, PUSH: false });
    deepEqual([next.json.webhookSecret, next.json.webhookUrl], [
      null,
      "https://hooks.example.org/a",
    ]);
    const body = { rotateWebhookSecret: true };
    const rotated = await ask("PUT", "/preferences", { token, body });
    ok(
      rotated.json.webhookSecret !== null && rotated.json.webhookSecret !== set.json.webhookSecret,
    );
    const stale = await ask("PUT", "/preferences", {
      token,
      body: { sound: true },
      headers: { "if-match": '"1"' },
    });
    deepEqual([stale.status, (stale.json.current as { revision: number }).revision], [412, 3]);
    const gone = await ask("PUT", "/preferences", {
      token,
      body: { slackUrl: null, webhookUrl: null, quietHours: null },
    });
    deepEqual([gone.json.slackUrl, gone.json.webhookUrl, gone.json.hasWebhookSecret], [
      ...[null, null, false],
    ]);
    const { token: other } = await join("eve");
    equal((await ask("GET", "/preferences", { token: other })).json.revision, 0);
  }));

Deno.test("ALR-03 a test reaches webhook and Slack at once, signed; the unknown channel says so", () =>
  withHttpReceiver(({ host, url, received }) =>
    withPersonalApi(async ({ ask, join, published }) => {
      const { token, id } = await join("ada");
      const test = async (channel: string) =>
        (await ask("POST", "/preferences/test", { token, body: { channel } })).json;
      for (const channel of ["WEBHOOK", "SLACK", "EMAIL", "PUSH"]) {
        equal((await test(channel)).status, "missing", channel);
      }
      const set = await ask("PUT", "/preferences", {
        token,
        body: { webhookUrl: url, slackUrl: `http://${host}/slack` },
      });
      equal(set.status, 200, set.text);
      deepEqual(await test("WEBHOOK"), { status: "sent", detail: "answered 200" });
      const [{ headers, text } = { headers: new Headers(), text: "" }] = received;
      const signed = Object.fromEntries(
        ["id", "timestamp", "signature"].map((name) => [
          ...[`webhook-${name}`, headers.get(`webhook-${name}`) ?? ""],
        ]),
      );
      // The receiver's library looks at the real clock, ours at the test's.
      const secret = String(set.json.webhookSecret);
      const at = new Date(Number(signed["webhook-timestamp"]) * 1_000);
      const signature = new Webhook(secret).sign(signed["webhook-id"]!, at, text);
      equal(signature, signed["webhook-signature"]);
      equal(JSON.parse(text).type, "cryptointel.test");
      deepEqual((await test("WEBSOCKET")).status, "sent");
      deepEqual(published.map(({ userId }) => userId), [id]);
      const late = await ask("POST", "/preferences/test", { token, body: { channel: "SLACK" } });
      equal(late.status, 429, "six tests a minute are enough");
      ok(Number(late.headers.get("retry-after")) <= 60);
    }, { CRYPTOINTEL_DELIVERY_ALLOW: host })
  ));

Deno.test("ALR-03 SEC-02 a mail server whose certificate nobody vouches for is told of in words, and gets no secret", () =>
  withMailServer(async ({ port, mails }) => {
    await withPersonalApi(async ({ ask, join, delivery, owned }) => {
      const { token, id } = await join("ada");
      const body = { channel: "EMAIL" };
      const tested = await ask("POST", "/preferences/test", { token, body });
      // The certificate is of nobody that this process trusts: an answer in words, no exception.
      deepEqual([tested.status, tested.json.status], [200, "retry"]);
      ok(!tested.text.includes("sesame"));
      equal(mails.length, 0);
      equal(delivery.isMailOn, true);
      equal(await owned.deliveries.count(), 0);
      equal((await owned.users.get(id))?.email, "ada@example.org");
    }, { SMTP_URL: `smtp://robot:sesame@127.0.0.1:${port}` });
  }));

Deno.test("mail ends by one click; a scanner that opens the address ends nothing", () =>
  withPersonalApi(async ({ ask, join, owned, delivery }) => {
    const { id } = await join("ada");
    const token = await createToken(delivery, id);
    const path = `/unsubscribe?token=${encodeURIComponent(token)}`;
    const page = await ask("GET", path);
    deepEqual([page.status, await owned.preferences.count()], [200, 0]);
    match(page.text, /<form method="post">/);
    match(page.headers.get("content-security-policy")!, /form-action 'self'/);
    const ended = await ask("POST", path, {
      body: "List-Unsubscribe=One-Click",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    equal(ended.status, 200);
    equal((await owned.preferences.get(id))?.channels.EMAIL, false);
    equal((await ask("POST", path)).status, 200);
    equal((await owned.preferences.get(id))?.revision, 1, "done once");
    const eve = Buffer.from("eve").toString("base64url");
    for (
      const forged of [
        `${eve}.${token.split(".")[1]}`,
        `${token}x`,
        `${token.slice(0, -2)}AA`,
        "aaaaaaaaaa",
        "<script>..",
        `${token}.${token}`,
      ]
    ) {
      for (const method of ["GET", "POST"]) {
        const one = `/unsubscribe?token=${encodeURIComponent(forged)}`;
        equal((await ask(method, one)).status, 404, forged);
      }
    }
    equal((await ask("GET", "/unsubscribe")).status, 400);
  }));

/** The token as a mail would carry it: made by whoever holds the secret of this folder. */
async function createToken(delivery: TestPersonal["delivery"], userId: string): Promise<string> {
  const token = await delivery.signUnsubscribe(userId);
  equal(await delivery.readUnsubscribe(token), userId);
  return token;
}

Deno.test("ALR-07 notifications are listed, counted and marked by their owner alone", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const ada = await join("ada");
    const eve = await join("eve");
    await owned.notifications.putMany([
      ...Array.from({ length: 150 }, (_, i) => buildNotification(`n:${i} x@1`, ada.id, i)),
      buildNotification("n:other", "other", 5),
    ]);
    const list = (query = "", token = ada.token) => ask("GET", `/notifications${query}`, { token });
    const page = await list("?limit=2");
    deepEqual([page.json.count, page.json.unread], [2, 100]);
    const [newest] = page.json.notifications as Record<string, unknown>[];
    deepEqual([newest!.id, newest!.isRead, "userId" in newest!], ["n:149 x@1", false, false]);
    const mark = (body: unknown, token = ada.token) =>
      ask("POST", "/notifications/read", { token, body });
    deepEqual((await mark({ ids: ["n:149 x@1", "n:148 x@1", "n:other", "none"] })).json, {
      marked: 2,
    });
    deepEqual((await mark({ ids: ["n:147 x@1"] }, eve.token)).json, { marked: 0 });
    const unread = await list("?unread=true&limit=1");
    deepEqual((unread.json.notifications as { id: string }[])[0]!.id, "n:147 x@1");
    deepEqual((await mark({})).json, { marked: 148 });
    deepEqual((await mark({})).json, { marked: 0 });
    deepEqual([(await list("?unread=true")).json.count, (await list("?limit=200")).json.count], [
      ...[0, 150],
    ]);
    equal((await owned.notifications.get("n:other"))?.isRead, false);
    equal((await list("", eve.token)).json.count, 0);
  }));

Deno.test("ALR-03 what channels did is listed by its owner alone, by firing too", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token, id: userId } = await join("ada");
    const eve = await join("eve");
    const one = (n: number, who = userId) => ({
      ...{ id: `d${n}`, userId: who, firingId: `f${n % 2}`, channel: "PUSH" as const },
      ...{ timestamp: n, status: "sent" as const, attempts: 1, detail: "answered 201" },
    });
    await owned.deliveries.putMany([one(1), one(2), one(3), one(5, "other")]);
    const list = async (query: string, token: string) =>
      ((await ask("GET", `/deliveries${query}`, { token })).json.deliveries as { id: string }[])
        .map(({ id }) => id);
    deepEqual(await list("", token), ["d3", "d2", "d1"]);
    deepEqual(await list("?firing_id=f1", token), ["d3", "d1"]);
    deepEqual(await list("?firing_id=f1", eve.token), []);
  }));

Deno.test("PWA-06 a person's browsers: subscribed, changed, tested and ended by them alone", () =>
  withHttpReceiver(({ host, received }) =>
    withPersonalApi(async ({ ask, join, owned, delivery, time }) => {
      const ada = await join("ada");
      const eve = await join("eve");
      const browser = createPushBrowser();
      const { p256dh, auth } = browser;
      const body = {
        endpoint: `http://${host}/push/1`,
        keys: { p256dh, auth },
        deviceName: "desk",
      };
      equal((await ask("GET", "/push/key")).json.publicKey, delivery.pushKey);
      const made = await ask("POST", "/push/subscriptions", { token: ada.token, body });
      equal(made.status, 200, made.text);
      ok(!made.text.includes(p256dh) && !made.text.includes("/push/1"), "no address, no keys");
      const path = `/push/subscriptions/${made.json.id}`;
      const again = await ask("POST", "/push/subscriptions", { token: ada.token, body });
      deepEqual([again.json.id, await owned.pushSubscriptions.count()], [made.json.id, 1]);
      for (const token of [eve.token, undefined]) {
        equal((await ask("GET", path, { token })).status, 404);
        equal((await ask("PATCH", path, { token, body: { isEnabled: false } })).status, 404);
        equal((await ask("POST", `${path}/test`, { token })).status, 404);
        equal((await ask("DELETE", path, { token })).status, 404);
      }
      const tested = await ask("POST", `${path}/test`, { token: ada.token });
      deepEqual(tested.json, { status: "sent", detail: "answered 200" });
      const { title, body: text } = JSON.parse(browser.open(received[0]!.body));
      deepEqual([title, typeof text], ["Test of CryptoIntel", "string"]);
      const { publicKey } = await readVapid(received[0]!.headers, { nowMs: time.nowMs });
      equal(publicKey, delivery.pushKey);
      const changed = await ask("PATCH", path, {
        token: ada.token,
        body: { isEnabled: false, wants: "important" },
      });
      deepEqual([changed.json.isEnabled, changed.json.wants], [false, "important"]);
      const mine = await ask("GET", "/push/devices", { token: ada.token });
      deepEqual(mine.json.subscriptions, [changed.json]);
      equal((await ask("DELETE", path, { token: ada.token })).status, 200);
      equal(await owned.pushSubscriptions.count(), 0);
    }, { CRYPTOINTEL_DELIVERY_ALLOW: host })
  ));

Deno.test("NEW-08 a visitor subscribes without an account, within bounds, and is told by nobody's name", () =>
  withPersonalApi(async ({ ask, owned }) => {
    const keys = (({ p256dh, auth }) => ({ p256dh, auth }))(createPushBrowser());
    const body = { endpoint, keys, symbols: ["btcusdt", "crypto:ETH/USDT@binance", "BTCUSDT"] };
    const made = await ask("POST", "/push/subscriptions", { body });
    equal(made.status, 200, made.text);
    deepEqual([made.json.symbols, made.json.isAnonymous], [["BTCUSDT", "ETHUSDT"], true]);
    const path = `/push/subscriptions/${made.json.id}`;
    const changed = await ask("PATCH", path, { body: { symbols: ["SOLUSDT"] } });
    deepEqual(changed.json.symbols, ["SOLUSDT"]);
    equal((await owned.pushSubscriptions.get(String(made.json.id)))?.userId, null);
    const watched = await owned.pushSubscriptions.list({ index: "watched", equals: ["SOLUSDT"] });
    equal(watched.items.length, 1);
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const more = { ...body, endpoint: `${endpoint}${i}` };
      statuses.push((await ask("POST", "/push/subscriptions", { body: more })).status);
    }
    deepEqual(statuses, [...Array(9).fill(200), 429], "ten a minute of one address");
    const elsewhere = { ...body, endpoint: `${endpoint}z` };
    equal(
      (await ask("POST", "/push/subscriptions", { body: elsewhere, ip: "198.51.100.1" })).status,
      200,
    );
    equal((await ask("DELETE", path)).status, 200);
    equal((await ask("GET", path)).status, 404);
  }));

Deno.test("PWA-06 a browser whose service knows it no more is removed by its test", () =>
  withHttpReceiver(({ host }) =>
    withPersonalApi(async ({ ask, join, owned }) => {
      const { token } = await join("ada");
      const { p256dh, auth } = createPushBrowser();
      const body = { endpoint: `http://${host}/push/1`, keys: { p256dh, auth } };
      const { json } = await ask("POST", "/push/subscriptions", { token, body });
      const tested = await ask("POST", `/push/subscriptions/${json.id}/test`, { token });
      equal(tested.json.status, "gone");
      equal(await owned.pushSubscriptions.count(), 0);
    }, { CRYPTOINTEL_DELIVERY_ALLOW: host }), () => new Response("", { status: 410 })));
