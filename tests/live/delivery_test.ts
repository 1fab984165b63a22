/** What waits for the network: bounded for each client, and looked at no more than needed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { aHub, aPort } from "../support/api.ts";

const conflateBytes = 2_000;
const closeBytes = 10_000;

/** A client of a network that takes `takes` bytes when told to. */
function setup() {
  const time = { nowMs: 1_000_000 };
  const hub = aHub({ now: () => time.nowMs, limits: { conflateBytes, closeBytes } });
  const port = aPort();
  let looks = 0;
  let taken = 0;
  const sent = () => port.texts.reduce((sum, text) => sum + text.length, 0);
  const buffered = () => Math.max(0, sent() - taken);
  port.bufferedAmount = () => {
    looks++;
    return buffered();
  };
  const client = hub.connect(port, { ip: "127.0.0.1" })!;
  client.receive('{"type":"subscribe","channels":["signals"]}');
  const take = (bytes: number) => taken = Math.min(sent(), taken + bytes);
  const publish = (i: number, size: number) =>
    hub.publish("signals", { i, text: "x".repeat(size) });
  const tick = (ms = 10) => {
    time.nowMs += ms;
    hub.tick();
  };
  const numbers = () =>
    port.of("signals").filter(({ type }) => type === "update").map(({ data }) =>
      (data as { i: number }).i
    );
  return { hub, port, take, publish, tick, numbers, buffered, looks: () => looks };
}

Deno.test("a quick client's buffer is looked at once in as much as may wait, not with each message", () => {
  const { publish, take, looks, numbers } = setup();
  for (let i = 0; i < 1_000; i++) {
    publish(i, 100);
    take(Infinity);
  }
  equal(numbers().length, 1_000);
  // Some 200 characters a message, and 2000 that may wait.
  ok(looks() > 50 && looks() < 250, `${looks()} looks`);
});

Deno.test("a client that takes nothing is sent no update once more than the bound waits", () => {
  const { publish, numbers, buffered, hub } = setup();
  for (let i = 0; i < 100; i++) publish(i, 100);
  ok(buffered() < conflateBytes + 300, `${buffered()} wait`);
  ok(numbers().length < 15);
  equal(hub.stats().behind, 1);
});

Deno.test("whatever a network takes, its client gets every event in order, and little ever waits", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 3_000 })), {
      maxLength: 80,
    }),
    (steps) => {
      const { publish, take, tick, numbers, buffered } = setup();
      steps.forEach(([size, bytes], i) => {
        publish(i, size);
        ok(buffered() <= conflateBytes + 1_200, `${buffered()} wait`);
        take(bytes);
        tick();
        ok(buffered() <= conflateBytes + 1_200, `${buffered()} wait`);
      });
      for (let i = 0; i < 100; i++) {
        take(Infinity);
        tick();
      }
      deepEqual(numbers(), steps.map((_, i) => i));
    },
  ));
});
