import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { appStrings } from "../../lib/format/app_strings.ts";
import { writePushPayload } from "../../lib/notify/push.ts";
import type { Message } from "../../lib/notify/types.ts";
import { describeNotification, describeSnooze, findTarget } from "../../lib/worker/push.ts";
import { renewPush } from "../../lib/worker/renew_push.ts";

const origin = "https://app.example";
const alertId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const show = (text: string | null) => describeNotification(text, origin, appStrings.push);

const message = {
  id: "m1",
  kind: "alert",
  title: "BTC above 60,000",
  text: "BTCUSDT trades at 60,012.50, above the level 60,000.00.",
  url: "https://app.example/enhanced-dashboard?symbol=BTCUSDT#alert",
  timestamp: 1_704_153_600_000,
  isRecorded: false,
  topic: "t1",
  parts: [
    { firingId: "f1", alertId, symbol: "BTCUSDT" },
    { firingId: "f2", alertId, symbol: "BTCUSDT" },
  ],
} as unknown as Message;

Deno.test("what the server writes is shown, with the page it leads to", () => {
  deepEqual(show(writePushPayload(message)), {
    title: "BTC above 60,000",
    options: {
      body: "BTCUSDT trades at 60,012.50, above the level 60,000.00.",
      icon: "/icon.png",
      badge: "/badge.png",
      tag: "t1",
      renotify: true,
      timestamp: 1_704_153_600_000,
      data: { url: "/enhanced-dashboard?symbol=BTCUSDT#alert", alertIds: [alertId] },
      actions: [{ action: "snooze", title: "Snooze 1 h" }],
    },
  });
});

Deno.test("recorded data is called so; what is of no alert cannot be silenced", () => {
  const { options } = show(writePushPayload({ ...message, isRecorded: true, parts: [] }));
  equal(options.body.startsWith("Recorded data: BTCUSDT"), true);
  deepEqual(options.actions, []);
});

Deno.test("whatever comes is shown, with words, and leads to a page of ours", () => {
  for (const text of [null, "", "no JSON", "7", "null", "[]", '{"title":7,"alerts":{}}']) {
    const { title, options } = show(text);
    equal(title, "CryptoIntel");
    equal(options.body, appStrings.push.body);
    equal(options.data.url, "/");
  }
  fc.assert(fc.property(fc.json(), (text) => {
    const { title, options } = show(text);
    equal(title.length > 0 && options.body.length > 0, true);
    equal(new URL(options.data.url, origin).origin, origin);
  }));
});

const targets: [url: string, want: string][] = [
  ["/alerts?id=1#x", "/alerts?id=1#x"],
  ["https://app.example/alerts", "/alerts"],
  ["https://elsewhere.example/alerts", "/"],
  ["//elsewhere.example/alerts", "/"],
  ["https://app.example.evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["data:text/html,x", "/"],
  ["http://[", "/"],
  ["", "/"],
];
for (const [url, want] of targets) {
  Deno.test(`a click on "${url}" opens ${want}`, () => equal(findTarget(url, origin), want));
}

Deno.test("silencing is an edit of each alert, an hour from now", () => {
  const data = show(writePushPayload(message)).options.data;
  deepEqual(describeSnooze(data, 1_000, "Silence"), [{
    method: "POST",
    path: `/api/v1/alerts/${alertId}/snooze`,
    record: `/api/v1/alerts/${alertId}`,
    body: { untilMs: 3_601_000 },
    base: null,
    title: "Silence",
  }]);
  deepEqual(describeSnooze(null, 1_000, "x"), []);
  deepEqual(describeSnooze({}, 1_000, "x"), []);
});

Deno.test("only ids of alerts become part of an address", () => {
  const alerts = [{ alertId: "../../auth/me" }, { alertId: 7 }, null, {}, { alertId }];
  deepEqual(show(JSON.stringify({ alerts })).options.data.alertIds, [alertId]);
});

/** A subscription as a browser has it. */
function aSubscription(endpoint: string) {
  const keys = { p256dh: "p", auth: "a" };
  return { endpoint, toJSON: () => ({ endpoint, keys }) } as unknown as PushSubscription;
}

async function renew(old: PushSubscription | null, made: PushSubscription | null, known: unknown) {
  const calls: [string, string, unknown][] = [];
  const options: unknown[] = [];
  const isDone = await renewPush({ oldSubscription: old, newSubscription: made }, {
    manager: {
      subscribe: (given) => {
        options.push(given);
        return Promise.resolve(aSubscription("https://push.example/new"));
      },
    },
    fetch: (path, init) => {
      calls.push([
        init?.method ?? "GET",
        path,
        init?.body ? JSON.parse(init.body as string) : null,
      ]);
      if (path.endsWith("/key")) return Promise.resolve(Response.json({ publicKey: "K" }));
      if (init?.method === "POST") return Promise.resolve(Response.json({}));
      return Promise.resolve(known ? Response.json(known) : new Response("", { status: 404 }));
    },
  });
  return { isDone, calls, options };
}

Deno.test("an ended subscription is made anew with what its owner had chosen", async () => {
  const known = { id: "x", deviceName: "Phone", symbols: ["BTCUSDT"], wants: "important" };
  const { isDone, calls, options } = await renew(
    aSubscription("https://push.example/old"),
    null,
    known,
  );
  equal(isDone, true);
  deepEqual(options, [{ userVisibleOnly: true, applicationServerKey: "K" }]);
  equal(calls[0]![1].length, "/api/v1/push/subscriptions/".length + 64);
  deepEqual(calls.at(-1), ["POST", "/api/v1/push/subscriptions", {
    deviceName: "Phone",
    symbols: ["BTCUSDT"],
    wants: "important",
    endpoint: "https://push.example/new",
    keys: { p256dh: "p", auth: "a" },
  }]);
});

Deno.test("one that the browser made anew itself is told; of an unknown one nothing is assumed", async () => {
  const made = aSubscription("https://push.example/made");
  const { calls, options } = await renew(aSubscription("https://push.example/old"), made, null);
  deepEqual(options, []);
  deepEqual(calls.at(-1)![2], {
    endpoint: "https://push.example/made",
    keys: { p256dh: "p", auth: "a" },
  });
  equal((await renew(null, null, null)).isDone, true);
});
