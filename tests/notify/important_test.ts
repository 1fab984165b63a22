/** Browsers that want important news only, of a person's own alerts. */
import { deepEqual, equal } from "node:assert/strict";
import type { PushSubscriptionRecord } from "../../lib/contracts/notification_records.ts";
import type { FiringRecord } from "../../lib/contracts/owned.ts";
import { silentLogger } from "../../lib/log.ts";
import { createDelivery, isImportant } from "../../lib/notify/deliver.ts";
import type { Store } from "../../lib/store/mod.ts";
import { withMemoryStore } from "../support/store.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);

const aFiring = (id: string, fields: Partial<FiringRecord>): FiringRecord => ({
  ...{ id, alert_id: "a", user_id: "u", symbol: "BTCUSDT", condition: "PRICE_ABOVE" },
  ...{ threshold: 100, value: 101, timestamp: START_MS, receivedMs: START_MS },
  ...{ decidedMs: START_MS, world: "live", isRecorded: false, title: id, message: "m" },
  ...{ figures: {}, link: "/", channels: ["PUSH"] },
  ...fields,
});

const aBrowser = (id: string, wants: PushSubscriptionRecord["wants"]): PushSubscriptionRecord => ({
  ...{ id, userId: "u", endpoint: `https://push.example/${id}`, p256dh: "", auth: "" },
  ...{ deviceName: id, symbols: [], isEnabled: true, createdMs: 0, usedMs: null, wants },
});

/** What each browser is sent when these firings are delivered, one after the other. */
function deliver(firings: readonly FiringRecord[]): Promise<Record<string, string[]>> {
  const sent: Record<string, string[]> = { all: [], important: [] };
  return withMemoryStore(async (store: Store) => {
    const { owned } = store;
    await owned.pushSubscriptions.putMany([
      aBrowser("all", "all"),
      aBrowser("important", "important"),
    ]);
    let nowMs = START_MS;
    const handlers = createDelivery({
      ...{ owned, publish: () => {}, baseUrl: "https://intel.example.org", log: silentLogger },
      now: () => nowMs,
      random: () => 0.5,
      senders: {
        ...{ EMAIL: none, SLACK: none, WEBHOOK: none },
        PUSH: (_message, { subscriptionId, firingIds }) => {
          sent[subscriptionId!]!.push(firingIds.join("+"));
          return Promise.resolve({ status: "sent", detail: "ok" });
        },
      },
    });
    const work: [keyof typeof handlers, unknown][] = [];
    const noted = Promise.withResolvers<void>();
    const listen = (topic: keyof typeof handlers) => async (body: unknown) => {
      work.push([topic, body]);
      await handlers[topic](body, {} as never);
      if (topic === "send" && work.filter(([name]) => name === "send").length >= expected) {
        noted.resolve();
      }
    };
    const expected = firings.length === 1 && !isImportant(firings[0]!) ? 1 : 2;
    store.jobs.listen({
      deliver: listen("deliver"),
      digest: listen("digest"),
      send: listen("send"),
    });
    for (const firing of firings) await owned.firings.put(firing);
    if (firings.length === 1) await handlers.deliver({ firingId: firings[0]!.id }, {} as never);
    else {
      const firingIds = firings.map(({ id }) => id);
      await owned.batches.put({ id: "u", untilMs: nowMs, firingIds });
      nowMs += 1;
      await handlers.digest({ userId: "u" }, {} as never);
    }
    await noted.promise;
    await store.jobs.stop();
  }).then(() => sent);
}

const none = () => Promise.resolve(null);
const signal = (id: string, value: number | null) =>
  aFiring(id, { condition: "SIGNAL_CONFIDENCE", value });

Deno.test("ALR-07 a signal below 80 % is not important, an alert of one's own on anything else is", () => {
  equal(isImportant(aFiring("f", {})), true);
  const found = [0.79, 0.8, 1, null].map((value) => isImportant(signal("s", value)));
  deepEqual(found, [false, true, true, false]);
});

Deno.test("ALR-07 a browser that wants important news gets no unsure signal, others all", async () => {
  deepEqual(await deliver([signal("weak", 0.7)]), { all: ["weak"], important: [] });
  deepEqual(await deliver([signal("sure", 0.9)]), { all: ["sure"], important: ["sure"] });
  deepEqual(await deliver([aFiring("level", {})]), { all: ["level"], important: ["level"] });
});

Deno.test("ALR-07 of a digest it gets the important part", async () => {
  const firings = [signal("weak", 0.7), aFiring("level", {}), signal("sure", 0.95)];
  deepEqual(await deliver(firings), { all: ["weak+level+sure"], important: ["level+sure"] });
});
