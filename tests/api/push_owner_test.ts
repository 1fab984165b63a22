/** Whose a browser's push subscription is: who may take one over, and who may not. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { PushSubscriptionRecord } from "../../lib/contracts/notification_records.ts";
import { hashEndpoint } from "../../lib/api/push.ts";
import { createPushBrowser } from "../support/receivers.ts";
import { type TestPersonal, withPersonalApi } from "../support/personal_api.ts";

const endpoint = "https://fcm.googleapis.com/fcm/send/one-browser";
const path = "/push/subscriptions";
const pickKeys = ({ p256dh, auth }: { p256dh: string; auth: string }) => ({ p256dh, auth });
const keys = pickKeys(createPushBrowser());
const others = pickKeys(createPushBrowser());

type Who = "nobody" | "ada" | "eve";

interface Case {
  name: string;
  /** Whose it is before. */
  before: Who;
  /** Who asks. */
  asks: Who;
  keys: { p256dh: string; auth: string };
  status: 200 | 403;
}

const cases: readonly Case[] = [
  { name: "a visitor once more", before: "nobody", asks: "nobody", keys, status: 200 },
  { name: "a person once more", before: "ada", asks: "ada", keys, status: 200 },
  { name: "a person whose keys are new", before: "ada", asks: "ada", keys: others, status: 200 },
  { name: "a visitor with the person's keys", before: "ada", asks: "nobody", keys, status: 403 },
  { name: "a visitor with other keys", before: "ada", asks: "nobody", keys: others, status: 403 },
  { name: "a person on a visitor's browser", before: "nobody", asks: "ada", keys, status: 200 },
  { name: "a person without its keys", before: "nobody", asks: "ada", keys: others, status: 403 },
  { name: "another person on the same browser", before: "ada", asks: "eve", keys, status: 200 },
  { name: "another person elsewhere", before: "ada", asks: "eve", keys: others, status: 403 },
  {
    name: "another person who knows the public key only",
    before: "ada",
    asks: "eve",
    keys: { p256dh: keys.p256dh, auth: others.auth },
    status: 403,
  },
  {
    name: "another person who knows the secret only",
    before: "ada",
    asks: "eve",
    keys: { p256dh: others.p256dh, auth: keys.auth },
    status: 403,
  },
  {
    name: "the same keys, written with padding",
    before: "ada",
    asks: "eve",
    keys: { p256dh: `${keys.p256dh}=`, auth: `${keys.auth}==` },
    status: 200,
  },
];

/** Has the browser subscribed by `before`, and returns how anybody asks. */
async function openCase({ ask, join, owned, time }: TestPersonal, before: Who) {
  const people = { ada: await join("ada"), eve: await join("eve") };
  const idOf = (who: Who) => who === "nobody" ? null : people[who].id;
  const askAs = (who: Who, method: string, at: string, body?: unknown) =>
    ask(method, at, {
      ...(who === "nobody" ? {} : { token: people[who].token }),
      ...(body === undefined ? {} : { body }),
    });
  const draft = (who: Who, more: Record<string, unknown> = {}) => ({
    endpoint,
    keys,
    ...(who === "nobody" ? { symbols: ["BTCUSDT"] } : { deviceName: who }),
    ...more,
  });
  const made = await askAs(before, "POST", path, draft(before, { wants: "important" }));
  equal(made.status, 200, made.text);
  const id = await hashEndpoint(endpoint);
  const stored = await owned.pushSubscriptions.get(id) as PushSubscriptionRecord;
  await owned.pushSubscriptions.put({ ...stored, usedMs: 77 });
  time.nowMs += 5_000;
  return { idOf, askAs, draft, id, read: () => owned.pushSubscriptions.get(id) };
}

for (const { name, before, asks, keys: shown, status } of cases) {
  const word = status === 200 ? "has" : "does not have";
  Deno.test(`PWA-06 NEW-08 ${name} ${word} the subscription of ${before}`, () =>
    withPersonalApi(async (given) => {
      const { idOf, askAs, draft, id, read } = await openCase(given, before);
      const first = await read();
      const answer = await askAs(asks, "POST", path, draft(asks, { keys: shown }));
      equal(answer.status, status, answer.text);
      const now = await read();
      if (status === 403) {
        deepEqual(now, first, "nothing of it has changed");
        match(String(answer.json.detail), /sign in|other keys/);
        for (const secret of [keys.auth, keys.p256dh, endpoint, String(idOf(before))]) {
          ok(!answer.text.includes(secret), secret);
        }
        return;
      }
      equal(now?.userId, idOf(asks));
      deepEqual(pickKeys(now!), shown);
      deepEqual(now?.symbols, asks === "nobody" ? ["BTCUSDT"] : []);
      // What was before says nothing to somebody else.
      const isSame = before === asks;
      deepEqual(
        [now?.usedMs, now?.createdMs === first?.createdMs],
        isSame ? [77, true] : [null, false],
      );
      const seen = await askAs(before, "GET", `${path}/${id}`);
      equal(seen.status, isSame ? 200 : 404, "whoever had it before sees it no more");
    }));
}

Deno.test("PWA-06 a visitor changes, tests and ends nothing that a person took over", () =>
  withPersonalApi(async (given) => {
    const { askAs, draft, id, read } = await openCase(given, "nobody");
    equal((await askAs("ada", "POST", path, draft("ada"))).status, 200);
    const taken = await read();
    for (
      const [method, at, body] of [
        ["PATCH", `${path}/${id}`, { isEnabled: false }],
        ["PATCH", `${path}/${id}`, { symbols: ["ETHUSDT"] }],
        ["POST", `${path}/${id}/test`, undefined],
        ["DELETE", `${path}/${id}`, undefined],
      ] as const
    ) {
      for (const who of ["nobody", "eve"] as const) {
        equal((await askAs(who, method, at, body)).status, 404, `${who} ${method} ${at}`);
      }
    }
    deepEqual(await read(), taken);
    const { json } = await askAs("ada", "GET", "/push/devices");
    equal(json.count, 1);
  }));

Deno.test("PWA-06 of a visitor and a person who subscribe one browser at once the person has it", () =>
  withPersonalApi(async (given) => {
    const { idOf, askAs, draft, read } = await openCase(given, "nobody");
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => i % 2 === 0 ? "nobody" as const : "ada" as const)
        .map((who) => askAs(who, "POST", path, draft(who))),
    );
    ok(answers.every(({ status }) => status === 200 || status === 403));
    equal((await read())?.userId, idOf("ada"));
  }));

Deno.test("PWA-06 a browser that left one person counts for the other", () =>
  withPersonalApi(async (given) => {
    const { askAs, draft } = await openCase(given, "ada");
    equal((await askAs("eve", "POST", path, draft("eve"))).status, 200);
    const count = async (who: Who) => (await askAs(who, "GET", "/push/devices")).json.count;
    deepEqual([await count("ada"), await count("eve")], [0, 1]);
    equal((await askAs("ada", "POST", path, draft("ada"))).status, 200, "and comes back");
    deepEqual([await count("ada"), await count("eve")], [1, 0]);
  }));
