/** Live connections across a restart. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { SavedLog } from "../../lib/live/hub.ts";
import { createEventLog } from "../../lib/live/event_log.ts";
import type { PriceUpdate } from "../../lib/live/types.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { aHub, aPort } from "../support/api.ts";
import { aBar, MINUTE_MS } from "../support/market.ts";
import { createManualClock } from "../support/clock.ts";
import { withFolder } from "../support/store.ts";

const aPrice = (price: number): PriceUpdate => ({
  symbol: "A",
  price,
  eventMs: 1,
  receivedMs: 1,
  source: "x",
});

const join = (hub: ReturnType<typeof aHub>, message: Record<string, unknown>) => {
  const port = aPort();
  const client = hub.connect(port, { ip: "127.0.0.1" })!;
  client.receive(JSON.stringify({ type: "subscribe", ...message }));
  return port;
};

Deno.test("a log that went through the store is resumed by the next start, epoch and numbers and all", async () => {
  await withFolder(async (folder) => {
    const open = () =>
      openStore({ path: `${folder}/a.sqlite`, clock: createManualClock(0), log: silentLogger });
    const before = aHub({ epoch: "e1" });
    const port = join(before, { channels: ["signals", "bars"] });
    for (let i = 1; i <= 3; i++) before.publish("signals", { i }, { type: "price_alert" });
    before.publishBar({ symbol: "A", timeframe: "1m", bar: aBar() });
    const seen = port.of("signals")[1]!.id as string;
    before.close();
    let store = await open();
    await store.world("live").putState("liveLog", before.save());
    await store.close();
    store = await open();
    const saved = await store.world("live").getState<SavedLog>("liveLog");
    await store.close();

    const after = aHub({ epoch: "e2", saved });
    after.publish("signals", { i: 4 }, { type: "price_alert" });
    const again = join(after, { channels: ["signals", "bars"], after: seen });
    deepEqual(again.of("signals").map(({ type, seq, data }) => [type, seq, data]), [
      ["update", 1, { i: 2 }],
      ["update", 2, { i: 3 }],
      ["update", 3, { i: 4 }],
    ]);
    equal(again.of("bars").length, 1);
    const ids = again.of("signals").map(({ id }) => id as string);
    equal(new Set([...ids, seen]).size, 4);
    ok(ids.every((id) => id.startsWith("e1-")));
  });
});

Deno.test("who resumes across a restart gets the prices that the next start knows", () => {
  const before = aHub({ epoch: "e1" });
  join(before, { channels: ["prices"] });
  before.publish("signals", {});
  const saved = before.save();
  const prices = [aPrice(7)];
  const snapshot = { prices: () => prices, signals: () => [], continuity: () => [] };
  const after = aHub({ epoch: "e2", saved, snapshot });
  const again = join(after, { channels: ["prices"], after: "e1-1" });
  deepEqual(again.of("prices").map(({ type, data }) => [type, data]), [["update", prices]]);
});

for (const saved of [null, undefined]) {
  Deno.test(`after a start with ${saved} saved, an id of the start before is reset`, () => {
    const hub = aHub({ epoch: "e2", saved });
    hub.publish("signals", { i: 1 });
    const port = join(hub, { channels: ["continuity"], after: "e1-1" });
    deepEqual(port.of("continuity").map(({ type, id }) => [type, id]), [["reset", "e2-1"]]);
  });
}

Deno.test("a saved log fits one value of the store, and who missed more of it is reset", async () => {
  const before = aHub({ epoch: "e1" });
  const text = "ığüşöç".repeat(20);
  for (let i = 1; i <= 5_000; i++) {
    before.publish("signals", { i, text }, { symbol: "BTCUSDT", type: "price_alert" });
  }
  const saved = before.save();
  ok(saved.events.length > 100, String(saved.events.length));
  await withFolder(async (folder) => {
    const path = `${folder}/a.sqlite`;
    const store = await openStore({ path, clock: createManualClock(0), log: silentLogger });
    await store.world("live").putState("liveLog", saved);
    deepEqual(await store.world("live").getState("liveLog"), saved);
    await store.close();
  });
  const after = aHub({ epoch: "e2", saved });
  const first = saved.events[0]!.n;
  const resume = (n: number) => join(after, { channels: ["signals"], after: `e1-${n}` });
  equal(resume(first - 2).of("signals")[0]!.type, "reset");
  const whole = resume(first - 1).of("signals");
  deepEqual(whole.map(({ type }) => type), saved.events.map(() => "update"));
});

Deno.test("a saved log is the newest part of the log, and never forgets what it keeps", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ maxLength: 60 }), { maxLength: 60 }),
    fc.nat(6_000),
    (texts, bytesMax) => {
      const log = createEventLog({ epoch: "e", countMax: 40 });
      const numbers = texts.map((text) =>
        log.append({ channel: "signals", atMs: 0, match: {}, json: JSON.stringify(text) }).n
      );
      const saved = log.save(bytesMax);
      const kept = saved.events.map(({ n }) => n);
      deepEqual(kept, numbers.slice(numbers.length - kept.length));
      equal(saved.head, texts.length);
      const copy = createEventLog({ epoch: "other", saved });
      const lastLost = numbers.at(-1 - kept.length) ?? 0;
      deepEqual(copy.listAfter(lastLost)?.map(({ n }) => n), kept);
      if (lastLost > 0) equal(copy.listAfter(lastLost - 1), null);
    },
  ));
});

Deno.test("a world of minutes leaves a saved log that covers a restart", () => {
  const hub = aHub();
  for (let minute = 0; minute < 5; minute++) {
    for (let i = 0; i < 20; i++) {
      const bar = aBar({ time: minute * MINUTE_MS, open: 42_000.12, close: 42_001.55 });
      const indicators = { rsi_14: 55.123456789, ema_12: 42_000.123456 };
      hub.publishBar({ symbol: `S${i}USDT`, timeframe: "1m", bar, indicators });
    }
  }
  equal(hub.save().events.length, 100);
});
