import assert from "node:assert/strict";
import fc from "fast-check";
import type { NotificationRecord } from "../../lib/contracts/notification_records.ts";
import type { FiringRecord } from "../../lib/contracts/owned.ts";
import { silentLogger } from "../../lib/log.ts";
import { createDelivery, type DeliveryOptions, type SendJob } from "../../lib/notify/deliver.ts";
import { createPreferences, findQuietEnd } from "../../lib/notify/preferences.ts";
import type { Message, Outcome } from "../../lib/notify/types.ts";
import { createVault } from "../../lib/notify/vault.ts";
import { createManualClock } from "../support/clock.ts";
import { withMemoryStore } from "../support/store.ts";

type Store = Parameters<Parameters<typeof withMemoryStore>[0]>[0];
type Reply = (job: SendJob, message: Message) => Outcome | null | Promise<Outcome | null>;
const START_MS = Date.UTC(2026, 0, 5, 12);
const all = ["WEBSOCKET", "EMAIL", "WEBHOOK", "SLACK", "PUSH"] as const;
const sent: Outcome = { status: "sent", detail: "ok" };

interface Desk {
  store: Store;
  clock: ReturnType<typeof createManualClock>;
  log: { job: SendJob; message: Message; atMs: number }[];
  published: NotificationRecord[];
  fire(id: string, fields?: Partial<FiringRecord>): Promise<void>;
  /** Moves the clock in small steps until `isDone`, at most an hour a step. */
  run(ms: number): Promise<void>;
  channels(): string[];
}

function withDesk(reply: Reply, work: (desk: Desk) => Promise<void>): Promise<void> {
  const clock = createManualClock(START_MS);
  return withMemoryStore(async (store) => {
    const log: Desk["log"] = [];
    const published: NotificationRecord[] = [];
    const send = async (message: Message, job: SendJob) => {
      log.push({ job, message, atMs: clock.now() });
      return await reply(job, message);
    };
    const options: DeliveryOptions = {
      owned: store.owned,
      senders: { EMAIL: send, WEBHOOK: send, SLACK: send, PUSH: send },
      publish: (_user, notification) => void published.push(notification),
      baseUrl: "https://intel.example.org",
      now: clock.now,
      random: () => 0.5,
      log: silentLogger,
    };
    store.jobs.listen(createDelivery(options));
    const settle = async () => {
      // A read of the store comes behind what was asked of it before.
      for (let i = 0; i < 60; i++) await store.owned.users.count();
    };
    await work({
      store,
      clock,
      log,
      published,
      async fire(id, fields) {
        await store.owned.firings.put(buildFiring(id, fields));
        await store.jobs.enqueue("deliver", { firingId: id }, { id: `deliver:${id}` });
        await settle();
      },
      async run(ms) {
        for (let left = ms; left > 0; left -= 1_000) {
          await clock.advance(Math.min(1_000, left));
          await settle();
        }
      },
      channels: () => log.map(({ job }) => job.channel).toSorted(),
    });
  }, clock);
}

function buildFiring(id: string, fields: Partial<FiringRecord> = {}): FiringRecord {
  return {
    id,
    alert_id: "a",
    user_id: "u",
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 100,
    value: 101,
    timestamp: START_MS,
    receivedMs: START_MS,
    decidedMs: START_MS,
    world: "live",
    isRecorded: false,
    title: `Alert ${id}`,
    message: "BTCUSDT trades at 101.00, above the level 100.00.",
    figures: { price: 101 },
    link: "/enhanced-dashboard?symbol=BTCUSDT",
    channels: [...all],
    ...fields,
  };
}

const browser = (id: string, isEnabled = true) => ({
  id,
  userId: "u",
  endpoint: `https://fcm.googleapis.com/${id}`,
  p256dh: "",
  auth: "",
  deviceName: id,
  symbols: [],
  isEnabled,
  createdMs: 0,
  usedMs: null,
  wants: "all" as const,
});

Deno.test("ALR-03 one firing reaches every channel once, and each browser", () =>
  withDesk(() => sent, async ({ store, fire, channels, published, log }) => {
    await store.owned.pushSubscriptions.putMany([
      browser("phone"),
      browser("desk"),
      browser("off", false),
    ]);
    await fire("f1");
    assert.deepEqual(channels(), ["EMAIL", "PUSH", "PUSH", "SLACK", "WEBHOOK"]);
    assert.deepEqual(published.map(({ id, title }) => [id, title]), [["n:f1", "Alert f1"]]);
    assert.equal(
      log[0]!.message.url,
      "https://intel.example.org/enhanced-dashboard?symbol=BTCUSDT",
    );
    const { items } = await store.owned.deliveries.list({ index: "firing", equals: ["f1"] });
    assert.equal(items.length, 5);
    assert.ok(items.every(({ status, attempts }) => status === "sent" && attempts === 1));
  }));

Deno.test("ALR-03 work that is delivered twice tells once", () =>
  withDesk(() => sent, async ({ store, fire, channels }) => {
    await fire("f1", { channels: ["WEBHOOK"] });
    await store.jobs.enqueue("deliver", { firingId: "f1" });
    const job = {
      messageId: "f1",
      userId: "u",
      channel: "WEBHOOK",
      subscriptionId: null,
      firingIds: ["f1"],
      attempt: 1,
      sinceMs: START_MS,
    };
    await store.jobs.enqueue("send", job);
    await store.jobs.enqueue("send", { ...job, attempt: 2 });
    await fire("f2", { channels: [] });
    assert.deepEqual(channels(), ["WEBHOOK"]);
  }));

Deno.test("ALR-03 a dead channel delays no other one", () => {
  const never = Promise.withResolvers<Outcome>();
  return withDesk(({ channel }) => channel === "SLACK" ? never.promise : sent, async (desk) => {
    try {
      await desk.fire("f1");
      await desk.fire("f2", { user_id: "v", channels: ["EMAIL"] });
      const { items } = await desk.store.owned.deliveries.list({});
      const told = items.map(({ channel }) => channel).toSorted();
      assert.deepEqual(told, ["EMAIL", "EMAIL", "WEBHOOK"]);
    } finally {
      never.resolve(sent);
    }
  });
});

Deno.test("ALR-03 what fails is tried again with growing waits, as long as it is news", () =>
  withDesk(() => ({ status: "retry", detail: "answered 503", afterMs: null }), async (desk) => {
    await desk.fire("f1", { channels: ["WEBHOOK"] });
    await desk.run(160_000);
    assert.deepEqual(desk.log.map(({ atMs }) => Math.round((atMs - START_MS) / 1_000)), [
      0,
      1,
      6,
      36,
      156,
    ]);
    const [record] = (await desk.store.owned.deliveries.list({})).items;
    assert.deepEqual([record!.status, record!.attempts, record!.detail], [
      "retrying",
      5,
      "answered 503",
    ]);
  }));

Deno.test("ALR-03 a receiver that asks for a wait gets it, and one for days is given up", () =>
  withDesk(({ attempt }) => ({
    status: "retry",
    detail: "answered 429",
    afterMs: attempt === 1 ? 40_000 : 7 * 3_600_000,
  }), async (desk) => {
    await desk.fire("f1", { channels: ["WEBHOOK"] });
    await desk.run(45_000);
    assert.deepEqual(desk.log.map(({ atMs }) => (atMs - START_MS) / 1_000), [0, 40]);
    const [record] = (await desk.store.owned.deliveries.list({})).items;
    assert.equal(record!.status, "failed");
  }));

Deno.test("PWA-06 a browser that is gone is removed, and the others are told", () =>
  withDesk(
    ({ subscriptionId }) =>
      subscriptionId === "dead" ? { status: "gone", detail: "answered 410" } : sent,
    async (desk) => {
      await desk.store.owned.pushSubscriptions.putMany([browser("dead"), browser("phone")]);
      await desk.fire("f1", { channels: ["PUSH"] });
      const left = await desk.store.owned.pushSubscriptions.list({});
      assert.deepEqual(left.items.map(({ id }) => id), ["phone"]);
      assert.equal(desk.log.length, 2);
    },
  ));

Deno.test("ALR-03 a receiver that is gone is switched off, and its owner is told why", () =>
  withDesk(() => ({ status: "gone", detail: "answered 404 channel_not_found" }), async (desk) => {
    await desk.fire("f1", { channels: ["SLACK"] });
    const preferences = await desk.store.owned.preferences.get("u");
    assert.equal(preferences?.channels.SLACK, false);
    const [notice] = desk.published;
    assert.match(notice!.title, /Slack channel was switched off/);
    assert.match(notice!.message, /channel_not_found/);
    await desk.run(70_000);
    await desk.fire("f2", { channels: ["SLACK"] });
    assert.equal(desk.log.length, 1);
  }));

Deno.test("ALR-03 a channel without a receiver is suppressed, not tried again", () =>
  withDesk(() => null, async (desk) => {
    await desk.fire("f1", { channels: ["EMAIL"] });
    const [record] = (await desk.store.owned.deliveries.list({})).items;
    assert.equal(record!.status, "suppressed");
    await desk.run(20_000);
    assert.equal(desk.log.length, 1);
  }));

Deno.test("ALR-06 the first is told at once, those that follow in one digest that lists them", () =>
  withDesk(() => sent, async (desk) => {
    await desk.store.owned.pushSubscriptions.put(browser("phone"));
    const channels = ["EMAIL", "WEBHOOK", "PUSH"] as const;
    for (let i = 1; i <= 4; i++) {
      await desk.fire(`f${i}`, { channels: [...channels], symbol: `S${i}` });
      await desk.run(1_000);
    }
    const people = () => desk.log.filter(({ job }) => job.channel !== "WEBHOOK");
    assert.deepEqual(people().map(({ job }) => job.channel).toSorted(), ["EMAIL", "PUSH"]);
    assert.equal(desk.log.length - people().length, 4);
    await desk.run(60_000);
    const digests = people().slice(2);
    assert.deepEqual(digests.map(({ job }) => job.channel).toSorted(), ["EMAIL", "PUSH"]);
    const { message } = digests[0]!;
    assert.deepEqual([message.kind, message.topic], ["digest", "digest"]);
    assert.match(message.title, /^3 alerts: /);
    assert.deepEqual(message.parts.map(({ symbol }) => symbol).toSorted(), ["S2", "S3", "S4"]);
    // After the digest a quiet minute passes, and the next one is told at once again.
    await desk.run(61_000);
    await desk.fire("f5", { channels: ["EMAIL"] });
    assert.equal(people().at(-1)!.message.title, "Alert f5");
  }));

Deno.test("ALR-06 a digest tells on each channel of those alerts only that asked for it", () =>
  withDesk(() => sent, async (desk) => {
    await desk.fire("f1", { channels: ["EMAIL"] });
    await desk.fire("f2", { channels: ["EMAIL"] });
    await desk.fire("f3", { channels: ["EMAIL", "SLACK"] });
    await desk.run(61_000);
    const slack = desk.log.filter(({ job }) => job.channel === "SLACK");
    assert.deepEqual(slack.map(({ message }) => message.title), ["Alert f3"]);
  }));

Deno.test("ALR-07 quiet hours hold back people's channels until they end, not machines'", () =>
  withDesk(() => sent, async (desk) => {
    await desk.store.owned.preferences.put({
      ...createPreferences("u"),
      quietHours: { fromMinute: 11 * 60, toMinute: 12 * 60 + 1 },
    });
    await desk.fire("f1");
    assert.deepEqual(desk.channels(), ["WEBHOOK"]);
    await desk.run(61_000);
    assert.deepEqual(desk.channels(), ["EMAIL", "SLACK", "WEBHOOK"]);
    assert.equal(desk.log.at(-1)!.message.kind, "alert");
  }));

Deno.test("ALR-07 without batching each is told at once", () =>
  withDesk(() => sent, async (desk) => {
    await desk.store.owned.preferences.put({ ...createPreferences("u"), batchSeconds: 0 });
    for (const id of ["f1", "f2", "f3"]) await desk.fire(id, { channels: ["EMAIL"] });
    assert.equal(desk.log.length, 3);
  }));

const quiet = (fromMinute: number, toMinute: number, timeZone = "UTC") => ({
  ...createPreferences("u"),
  quietHours: { fromMinute, toMinute },
  timeZone,
});
const quietRows: [string, ReturnType<typeof quiet>, string, string | null][] = [
  ["within", quiet(60, 120), "2026-01-05T01:30:20Z", "2026-01-05T02:00:00Z"],
  ["before", quiet(60, 120), "2026-01-05T00:59:59Z", null],
  ["at the end", quiet(60, 120), "2026-01-05T02:00:00Z", null],
  ["over midnight", quiet(22 * 60, 7 * 60), "2026-01-05T23:00:00Z", "2026-01-06T07:00:00Z"],
  ["none", quiet(60, 60), "2026-01-05T01:00:00Z", null],
  [
    "in Istanbul",
    quiet(22 * 60, 7 * 60, "Europe/Istanbul"),
    "2026-01-05T20:00:00Z",
    "2026-01-06T04:00:00Z",
  ],
  // Clocks go an hour forward at 01:00 UTC on 29 March 2026, and back on 25 October.
  [
    "a short night in Berlin",
    quiet(22 * 60, 7 * 60, "Europe/Berlin"),
    "2026-03-28T22:00:00Z",
    "2026-03-29T05:00:00Z",
  ],
  [
    "a long night in Berlin",
    quiet(22 * 60, 7 * 60, "Europe/Berlin"),
    "2026-10-24T21:00:00Z",
    "2026-10-25T06:00:00Z",
  ],
  [
    "an unknown zone is UTC",
    quiet(60, 120, "Mars/Base"),
    "2026-01-05T01:30:00Z",
    "2026-01-05T02:00:00Z",
  ],
];

for (const [name, preferences, at, end] of quietRows) {
  Deno.test(`ALR-07 quiet hours: ${name}`, () => {
    const found = findQuietEnd(preferences, Date.parse(at));
    assert.equal(found === null ? null : found, end === null ? null : Date.parse(end));
  });
}

Deno.test("SEC-02 a vault opens what it locked, and nothing that was changed", async () => {
  const vault = await createVault("a".repeat(64));
  const other = await createVault("b".repeat(64));
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.nat(), async (text, place) => {
      const locked = await vault.lock(text);
      assert.equal(await vault.unlock(locked), text);
      assert.equal(await other.unlock(locked), null);
      const bytes = Uint8Array.fromBase64(locked);
      bytes[place % bytes.length]! ^= 1;
      assert.equal(await vault.unlock(bytes.toBase64()), null);
    }),
    { numRuns: 30 },
  );
  for (const text of ["", "x", "!!", "AAAA"]) assert.equal(await vault.unlock(text), null);
  assert.notEqual(await vault.lock("same"), await vault.lock("same"));
});
