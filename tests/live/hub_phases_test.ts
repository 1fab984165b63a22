/** The hub with its clients spread over ten turns, for prices and for events to many. */
import { deepEqual, equal } from "node:assert/strict";
import type { HubOptions } from "../../lib/live/hub.ts";
import type { BarUpdate, PriceUpdate } from "../../lib/live/types.ts";
import { aHub, aPort, type FakePort } from "../support/api.ts";
import { aBar } from "../support/market.ts";

/** A hub on a hand-moved clock. */
function setup(part: Partial<HubOptions> = {}) {
  const time = { nowMs: 1_000_000 };
  const hub = aHub({ now: () => time.nowMs, isSpread: true, ...part });
  const join = (...channels: string[]) => {
    const port = aPort();
    const client = hub.connect(port, { ip: "127.0.0.1" })!;
    const ask = (message: unknown) => client.receive(JSON.stringify(message));
    ask({ type: "subscribe", channels });
    return Object.assign(port, { client, ask });
  };
  const tick = (ms = 10) => {
    time.nowMs += ms;
    hub.tick();
  };
  /** Gives every client its turn. */
  const turnAll = () => range(10).forEach(() => tick());
  const price = (symbol: string, value: number) =>
    hub.publishPrice({ symbol, price: value, eventMs: 1, receivedMs: 1, source: "x" });
  const run = (symbol: string, close: number) =>
    hub.publishBar({ symbol, timeframe: "1m", bar: aBar({ close, closed: false }) });
  return { hub, time, join, tick, turnAll, price, run };
}

const updates = (port: FakePort, channel: string) =>
  port.of(channel).filter(({ type }) => type === "update");
const pricesOf = (port: FakePort) =>
  updates(port, "prices").map(({ data }) =>
    (data as PriceUpdate[]).map(({ symbol, price }) => `${symbol} ${price}`).join()
  );
const numbersOf = (port: FakePort) =>
  updates(port, "signals").map(({ data }) => (data as { i: number }).i);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("a price reaches a tenth of the clients each 10 ms, and all of them once in 100 ms", () => {
  const { join, tick, price } = setup();
  const ports = range(50).map(() => join("prices"));
  price("A", 1);
  const got = range(10).map(() => {
    tick();
    return ports.filter((port) => pricesOf(port).length === 1).length;
  });
  deepEqual(got, [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
  for (const _ of range(20)) tick();
  for (const port of ports) deepEqual(pricesOf(port), ["A 1"]);
});

for (const stepMs of [1, 7, 10, 23, 45, 90, 100, 250]) {
  Deno.test(`ticks each ${stepMs} ms bring every change once, the newest within 100 ms and a tick`, () => {
    const { join, tick, price, time } = setup();
    const ports = range(20).map(() => join("prices"));
    const startMs = time.nowMs;
    price("A", 1);
    while (time.nowMs - startMs < 50) tick(stepMs);
    price("A", 2);
    price("B", 3);
    const secondMs = time.nowMs;
    while (time.nowMs - secondMs < 100) tick(stepMs);
    for (const port of ports) {
      const all = pricesOf(port).join().split(",");
      deepEqual(all.filter((each) => each !== "A 1").toSorted(), ["A 2", "B 3"]);
      equal(new Set(all).size, all.length);
    }
  });
}

Deno.test("a client that joins in the middle of the turns has the price at once", () => {
  const { join, tick, price } = setup();
  range(10).forEach(() => join("prices"));
  price("A", 1);
  for (const _ of range(5)) tick();
  const late = join("prices");
  deepEqual((late.of("prices")[0]!.data as PriceUpdate[]).map(({ price }) => price), [1]);
});

Deno.test("a clock that goes back makes nobody wait", () => {
  const { join, tick, price } = setup();
  const ports = range(10).map(() => join("prices"));
  tick();
  price("A", 1);
  tick(-3_600_000);
  for (const port of ports) deepEqual(pricesOf(port), ["A 1"]);
});

Deno.test("a client's price comes behind the events that wait for it, on the same turn", () => {
  const { hub, join, turnAll, price } = setup();
  const ports = range(300).map(() => join("signals", "prices"));
  hub.publish("signals", { i: 0 });
  price("A", 1);
  turnAll();
  for (const port of ports) {
    const channels = port.messages.filter(({ type }) => type === "update").map(({ channel }) =>
      channel
    );
    deepEqual(channels, ["signals", "prices"]);
  }
});

Deno.test("an event reaches a tenth of many clients each 10 ms, and all of them in 100 ms", () => {
  const { hub, join, tick } = setup();
  const ports = range(300).map(() => join("signals"));
  hub.publish("signals", { i: 0 });
  const got = range(10).map(() => {
    tick();
    return ports.filter((port) => numbersOf(port).length === 1).length;
  });
  deepEqual(got, range(10).map((i) => (i + 1) * 30));
});

Deno.test("events on their way reach a client before the answer to what it asks", () => {
  const { hub, join } = setup();
  const ports = range(250).map(() => join("signals"));
  hub.publish("signals", { i: 0 });
  const last = ports.at(-1)!;
  equal(numbersOf(last).length, 0);
  last.ask({ type: "ping" });
  deepEqual(last.messages.slice(-2).map(({ type }) => type), ["update", "pong"]);
});

Deno.test("a client that joins while an event is on its way gets it neither late nor twice", () => {
  const { hub, join, turnAll } = setup();
  range(250).forEach(() => join("signals"));
  hub.publish("signals", { i: 0 });
  const fresh = join("signals");
  const resumed = aPort();
  const client = hub.connect(resumed, { ip: "127.0.0.1" })!;
  client.receive('{"type":"subscribe","channels":["signals"],"after":"e1-0"}');
  hub.publish("signals", { i: 1 });
  turnAll();
  deepEqual(numbersOf(fresh), [1]);
  deepEqual(numbersOf(resumed), [0, 1]);
});

Deno.test("events reach every client in their order, whatever leaves in between", () => {
  const { hub, join, turnAll, tick, price } = setup();
  const ports = range(250).map(() => join("signals", "prices"));
  for (const i of range(20)) {
    hub.publish("signals", { i });
    price("A", i);
    if (i % 3 === 0) tick();
    if (i % 4 === 0) tick();
  }
  turnAll();
  for (const port of ports) deepEqual(numbersOf(port), range(20));
});

Deno.test("a client that leaves while an event is on its way is not sent it, the others are", () => {
  const { hub, join, turnAll } = setup();
  const ports = range(250).map(() => join("signals"));
  hub.publish("signals", { i: 0 });
  ports[200]!.client.disconnect();
  turnAll();
  deepEqual(ports.map((port) => numbersOf(port).length), range(250).map((i) => i === 200 ? 0 : 1));
});

Deno.test("running bars that leave in one tick have an id each, so that none looks like a repeat", () => {
  const { join, tick, run } = setup();
  const port = join("bars");
  for (const symbol of ["A", "B", "C"]) run(symbol, 1);
  for (const symbol of ["A", "B", "C"]) run(symbol, 2);
  tick(1_000);
  const ids = updates(port, "bars").map(({ id }) => id);
  equal(ids.length, 6);
  equal(new Set(ids).size, 6);
});

Deno.test("resuming after any message of a connection brings exactly what came behind it", () => {
  const { hub, join, tick, run, price } = setup();
  const port = join("bars", "signals", "prices");
  for (const i of range(6)) {
    hub.publish("signals", { i });
    for (const symbol of ["A", "B"]) run(symbol, i);
    price("A", i);
    tick(1_000);
  }
  const sent = port.messages.filter(({ type }) => type === "update");
  sent.forEach(({ id }, at) => {
    const again = aPort();
    hub.connect(again, { ip: "127.0.0.1" })!.receive(
      JSON.stringify({ type: "subscribe", channels: ["bars", "signals", "prices"], after: id }),
    );
    const behind = sent.slice(at + 1);
    deepEqual(numbersOf(again), numbersOf({ ...port, of: (name) => only(behind, name) }));
    const seen = new Map(lastBars(sent.slice(0, at + 1)));
    for (const [symbol, close] of lastBars(updates(again, "bars"))) seen.set(symbol, close);
    deepEqual(Object.fromEntries(seen), { A: 5, B: 5 });
    const resumedPrice = pricesOf(again).at(-1) ?? "A 5";
    equal(resumedPrice, "A 5");
  });
});

const only = (messages: readonly Record<string, unknown>[], channel: string) =>
  messages.filter((message) => message.channel === channel);
const lastBars = (messages: readonly Record<string, unknown>[]): [string, number][] =>
  only(messages, "bars").map(({ data }) => {
    const { symbol, bar } = data as BarUpdate;
    return [symbol, bar.close];
  });

Deno.test("a slow client whose connection breaks while it catches up misses neither events nor prices", () => {
  const { hub, join, tick, price } = setup();
  const slow = join("signals", "prices");
  slow.buffered = 300_000;
  price("A", 1);
  tick(100);
  for (const i of range(6)) hub.publish("signals", { i });
  // The network takes one price message and two events, then clogs again.
  const { length } = slow.texts;
  slow.bufferedAmount = () => slow.texts.length - length < 3 ? 0 : 300_000;
  tick();
  deepEqual([pricesOf(slow), numbersOf(slow)], [["A 1"], [0, 1]]);
  const broken = slow.texts.slice(0, -2);
  const lastId = (JSON.parse(broken.at(-1)!) as { id: string }).id;
  slow.client.disconnect();
  const again = aPort();
  hub.connect(again, { ip: "127.0.0.1" })!.receive(
    JSON.stringify({ type: "subscribe", channels: ["signals", "prices"], after: lastId }),
  );
  deepEqual(numbersOf(again), range(6));
});

Deno.test("a channel that a slow client joins begins with its snapshot, not with older events", () => {
  const { hub, join, tick } = setup();
  const slow = join("signals");
  slow.buffered = 300_000;
  hub.publish("signals", { i: 0 });
  hub.publish("market", { old: true });
  slow.ask({ type: "subscribe", channels: ["market"] });
  hub.publish("market", { old: false });
  slow.buffered = 0;
  tick();
  deepEqual(numbersOf(slow), [0]);
  deepEqual(slow.of("market").map(({ type, data }) => [type, data]), [
    ["initial", [{ old: true }]],
    ["update", { old: false }],
  ]);
});
