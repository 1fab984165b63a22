/** Very many alerts that fire at once: the market goes on, and no memory is filled without end. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createLogger } from "../../lib/log.ts";
import { createAlertDesk } from "../../lib/pipeline/alerts.ts";
import type { Store } from "../../lib/store/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { buildAlert } from "../support/owned.ts";
import { withMemoryStore } from "../support/store.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);
const trade = (price: number, eventMs: number) => ({
  ...{ symbol: "BTCUSDT", price, eventMs, receivedMs: eventMs, source: "binance" },
});

/** A desk whose store answers when it is told to; `fired` are the firings that were stored. */
function openDesk(store: Store) {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const fired: string[] = [];
  const lines: string[] = [];
  const owned = Object.assign(Object.create(store.owned) as Store["owned"], {
    async transact(work: Parameters<Store["owned"]["transact"]>[0]) {
      asked++;
      await gate.promise;
      return await work({
        get: (name: string, id: string) =>
          Promise.resolve(name === "alerts" ? desk.book.get(id)?.rule.alert ?? null : null),
        put: (name: string, { id }: { id: string }) => {
          if (name === "firings") fired.push(id);
          return Promise.resolve();
        },
        delete: () => Promise.resolve(),
        enqueue: () => {},
      } as never);
    },
  });
  const clock = createManualClock(START_MS);
  const log = createLogger({ level: "warn", now: clock.now, write: (line) => lines.push(line) });
  const world = store.world("live");
  const desk = createAlertDesk({ owned, store: world, clock, log, mode: "live" });
  return { desk, fired, lines, open: gate.resolve, asked: () => asked };
}

const crowd = (n: number, fields: Parameters<typeof buildAlert>[1] = {}) =>
  Array.from({ length: n }, (_, i) => buildAlert(`a${i}`, { user_id: `u${i % 500}`, ...fields }));

Deno.test("ten thousand alerts at one trade are found at once and decided behind it, each once", () =>
  withMemoryStore(async (store) => {
    const { desk, fired, lines, open, asked } = openDesk(store);
    const n = 10_000;
    for (const alert of crowd(n)) desk.noteAlert(alert.id, alert);
    desk.offerPrice(trade(99, START_MS));
    desk.offerPrice(trade(101, START_MS + 1));
    equal(asked(), 0, "the store is not asked while the market waits");
    desk.offerPrice(trade(102, START_MS + 2));
    open();
    await desk.settled();
    deepEqual([fired.length, new Set(fired).size, lines.length], [n, n, 0]);
    ok(fired.every((id) => id.endsWith(`@${START_MS + 1}`)));
  }));

Deno.test("while the store stands still no more than so many wait; afterwards they fire still", () =>
  withMemoryStore(async (store) => {
    const { desk, fired, lines, open } = openDesk(store);
    const n = 5_000;
    for (const alert of crowd(n, { cooldown: 0 })) desk.noteAlert(alert.id, alert);
    const trades = 20;
    for (let i = 1; i <= trades; i++) desk.offerPrice(trade(101, START_MS + i));
    equal(lines.length, 1, "told once, however many wait");
    open();
    await desk.settled();
    ok(fired.length <= 20_000 && fired.length >= n, `${fired.length} of ${n * trades}`);
    equal(new Set(fired.map((id) => id.split(".")[0])).size, n, "every alert has fired");
    const before = fired.length;
    desk.offerPrice(trade(101, START_MS + 1_000));
    await desk.settled();
    ok(fired.length > before, "there is room again");
    equal(new Set(fired).size, fired.length, "no event twice");
  }));
