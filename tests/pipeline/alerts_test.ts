import assert from "node:assert/strict";
import type { AlertRecord, FiringRecord } from "../../lib/contracts/owned.ts";
import { silentLogger } from "../../lib/log.ts";
import { type Bar, getBarRow } from "../../lib/market/mod.ts";
import { type AlertDesk, createAlertDesk } from "../../lib/pipeline/alerts.ts";
import { StoreError } from "../../lib/store/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { START_MS, walkBars } from "../support/market_series.ts";
import { buildAlert } from "../support/owned.ts";
import { withMemoryStore } from "../support/store.ts";

type Opened = Parameters<Parameters<typeof withMemoryStore>[0]>[0];
const MINUTE_MS = 60_000;
const series = { symbol: "BTCUSDT", timeframe: "1m" as const };

interface Bench {
  store: Opened;
  clock: ReturnType<typeof createManualClock>;
  open(options?: { owned?: Opened["owned"] }): AlertDesk;
  firings(): Promise<FiringRecord[]>;
  put(id: string, fields?: Partial<AlertRecord>): Promise<AlertRecord>;
}

function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withMemoryStore(async (store) => {
    const clock = createManualClock(START_MS);
    const world = store.world("live");
    await work({
      store,
      clock,
      open: ({ owned = store.owned } = {}) =>
        createAlertDesk({ owned, store: world, clock, log: silentLogger, mode: "live" }),
      firings: async () => (await store.owned.firings.list({ limit: 500 })).items,
      async put(id, fields) {
        const alert = buildAlert(id, { updated_at: clock.now(), ...fields });
        await store.owned.alerts.put(alert);
        return alert;
      },
    });
  });
}

const trade = (price: number, eventMs: number) => ({
  symbol: "BTCUSDT",
  price,
  eventMs,
  receivedMs: eventMs,
  source: "binance",
});

const step = (time: number, close: number, fields: Partial<Bar> = {}): Bar => ({
  time,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
  closed: true,
  quality: "observed",
  ...fields,
});

Deno.test("ALR-04 a trade fires once, with its sentence, its work and the alert's new state", () =>
  withBench(async ({ store, open, put, firings }) => {
    await put("a");
    const desk = open();
    await desk.start();
    desk.offerPrice(trade(99, START_MS));
    desk.offerPrice(trade(101.5, START_MS + 5));
    desk.offerPrice(trade(102, START_MS + 6));
    await desk.stop();
    const [firing, ...more] = await firings();
    assert.deepEqual(more, []);
    assert.equal(firing!.message, "BTCUSDT trades at 101.50, above the level 100.00.");
    assert.deepEqual(firing!.figures, { price: 101.5, level: 100 });
    assert.deepEqual([firing!.timestamp, firing!.value], [START_MS + 5, 101.5]);
    assert.deepEqual([firing!.world, firing!.isRecorded], ["live", false]);
    const state = await store.owned.alertStates.get("live a");
    assert.deepEqual([state?.phase, state?.lastFiredMs], ["firing", START_MS + 5]);
    const delivered: unknown[] = [];
    await new Promise<void>((resolve) =>
      store.jobs.listen({
        deliver: (body) => Promise.resolve(delivered.push(body)).then(() => resolve()),
      })
    );
    assert.deepEqual(delivered, [{ firingId: firing!.id }]);
  }));

Deno.test("ALR-04 a one-time alert is inactive afterwards, a resting one fires again in its time", () =>
  withBench(async ({ store, open, put, firings }) => {
    await put("once", { one_time: true });
    await put("again", { cooldown: 60 });
    const desk = open();
    await desk.start();
    for (const second of [1, 30, 61, 120, 121]) {
      desk.offerPrice(trade(101, START_MS + second * 1_000));
      await desk.settled();
    }
    await desk.stop();
    const times = async (id: string) =>
      (await firings()).filter(({ alert_id }) => alert_id === id)
        .map(({ timestamp }) => (timestamp - START_MS) / 1_000).toReversed();
    assert.deepEqual([await times("once"), await times("again")], [[1], [1, 61, 121]]);
    const alert = await store.owned.alerts.get("once");
    assert.deepEqual([alert?.is_active, alert?.revision], [false, 2]);
  }));

Deno.test("ALR-04 two processes that see the same trades fire each alert once", () =>
  withBench(async ({ open, put, firings }) => {
    for (let i = 0; i < 40; i++) await put(`a${i}`, { threshold: 100 + i, cooldown: i % 3 });
    const desks = [open(), open()];
    for (const desk of desks) await desk.start();
    const times = Array.from({ length: 60 }, (_, i) => START_MS + i * 100);
    // The second sees some trades only, in other turns.
    times.forEach((eventMs, i) => {
      const update = trade(95 + i, eventMs);
      desks[0]!.offerPrice(update);
      if (i % 3) desks[1]!.offerPrice(update);
    });
    await Promise.all(desks.map((desk) => desk.stop()));
    const found = await firings();
    const byAlert = Map.groupBy(found, ({ alert_id }) => alert_id);
    assert.equal(byAlert.size, 40);
    for (const [id, list] of byAlert) {
      const { cooldown } = buildAlert("", { cooldown: Number(id.slice(1)) % 3 });
      const sorted = list.map(({ timestamp }) => timestamp).toSorted((a, b) => a - b);
      assert.equal(new Set(sorted).size, sorted.length, `${id} fired twice for one event`);
      for (let i = 1; i < sorted.length; i++) {
        assert.ok(sorted[i]! - sorted[i - 1]! >= cooldown * 1_000, `${id} did not rest`);
      }
    }
  }));

for (const end of ["before the commit", "after the commit"] as const) {
  Deno.test(`ALR-04 a process that ends ${end} leaves exactly one firing`, () =>
    withBench(async ({ store, open, put, firings, clock }) => {
      await put("a", { parameters: { repeats: false } });
      await put("rsi", {
        condition: "CUSTOM",
        threshold: null,
        parameters: {
          group: { match: "all", rules: [{ field: "close", is: "above", value: 100 }] },
        },
      });
      const world = store.world("live");
      const dying = Object.assign(Object.create(store.owned) as Opened["owned"], {
        async transact(work: Parameters<Opened["owned"]["transact"]>[0]) {
          if (end === "after the commit") await store.owned.transact(work);
          throw new StoreError("conflict", "the process is gone");
        },
      });
      const first = open({ owned: dying });
      await first.start();
      await world.putState("alertsSeenMs", START_MS);
      const bar = step(START_MS, 101);
      first.offerPrice(trade(101, START_MS + 30_000));
      await world.bars.putBars(series, [bar]);
      first.offerBars(series, [bar], "closed");
      await first.settled();
      clock.advance(5_000);
      // Nothing is stopped or kept: the process is simply not there any more.
      const second = open();
      await second.start();
      await second.settled();
      second.offerPrice(trade(101, START_MS + 90_000));
      await second.stop();
      assert.deepEqual((await firings()).map(({ alert_id }) => alert_id).toSorted(), ["a", "rsi"]);
    }));
}

Deno.test("ALR-05 a closed bar is tried with the indicators of the stored bars before it", () =>
  withBench(async ({ store, open, put, firings }) => {
    const columns = walkBars(300, { stepMs: MINUTE_MS });
    const bars = Array.from({ length: 300 }, (_, i) => getBarRow(columns, i));
    const { bars: stored } = store.world("live");
    await stored.putBars(series, bars);
    await put("rsi", { condition: "RSI_ABOVE", threshold: 0, cooldown: 0 });
    await put("other", { condition: "RSI_ABOVE", threshold: 0, symbol: "ETHUSDT" });
    const desk = open();
    await desk.start();
    desk.offerBars(series, bars.slice(-1), "closed");
    desk.offerBars(series, bars.slice(-1), "history");
    await desk.stop();
    const [firing, ...more] = await firings();
    assert.deepEqual(more, []);
    assert.equal(firing!.timestamp, bars.at(-1)!.time + MINUTE_MS);
    assert.ok(firing!.value! > 0 && firing!.value! < 100);
  }));

Deno.test("NEW-05 a mended bar fires only what asked for unsure data", () =>
  withBench(async ({ open, put, firings }) => {
    const group = {
      match: "all" as const,
      rules: [{ field: "close", is: "above" as const, value: 1 }],
    };
    const custom = { condition: "CUSTOM" as const, threshold: null, parameters: { group } };
    await put("strict", custom);
    await put("loose", { ...custom, allowsUnsure: true });
    const desk = open();
    await desk.start();
    desk.offerBars(series, [step(START_MS, 101, { quality: "repaired" })], "repaired");
    await desk.stop();
    assert.deepEqual((await firings()).map(({ alert_id }) => alert_id), ["loose"]);
  }));

Deno.test("ALR-04 what was changed elsewhere counts within seconds, what was deleted fires no more", () =>
  withBench(async ({ store, open, put, firings, clock }) => {
    await put("gone");
    const desk = open();
    await desk.start();
    await store.owned.alerts.delete("gone");
    const added = await put("new", { threshold: 50, cooldown: 0 });
    for (let i = 0; i < 100 && !desk.book.get("new"); i++) {
      await clock.advance(2_000);
      await store.owned.alerts.count();
    }
    desk.offerPrice(trade(101, START_MS + 1));
    await desk.settled();
    assert.deepEqual((await firings()).map(({ alert_id }) => alert_id), ["new"]);
    assert.equal(desk.book.get("gone"), null);
    desk.noteAlert("new", { ...added, revision: 2, threshold: 200 });
    desk.noteAlert("new", added);
    assert.equal(desk.book.get("new")?.rule.threshold, 200);
    desk.noteAlert("new", null);
    assert.equal(desk.book.size, 0);
    await desk.stop();
  }));

Deno.test("ALR-04 a firing that cannot be stored is tried again with the next trade", () =>
  withBench(async ({ store, open, put, firings }) => {
    await put("a", { parameters: { repeats: false } });
    let isBroken = true;
    const owned = Object.assign(Object.create(store.owned) as Opened["owned"], {
      transact(work: Parameters<Opened["owned"]["transact"]>[0]) {
        if (isBroken) return Promise.reject(new StoreError("conflict", "too many"));
        return store.owned.transact(work);
      },
    });
    const desk = open({ owned });
    await desk.start();
    desk.offerPrice(trade(101, START_MS + 1));
    await desk.settled();
    isBroken = false;
    desk.offerPrice(trade(101, START_MS + 2));
    await desk.stop();
    assert.deepEqual((await firings()).map(({ timestamp }) => timestamp), [START_MS + 2]);
  }));

Deno.test("NEW-05 the phase outlives a clean end", () =>
  withBench(async ({ open, put, firings }) => {
    await put("a", { parameters: { repeats: false }, cooldown: 1 });
    const first = open();
    await first.start();
    first.offerPrice(trade(101, START_MS));
    first.offerPrice(trade(99, START_MS + 2_000));
    await first.stop();
    const second = open();
    await second.start();
    assert.equal(second.book.get("a")!.state.phase, "armed");
    second.offerPrice(trade(101, START_MS + 3_000));
    await second.stop();
    assert.equal((await firings()).length, 2);
  }));
