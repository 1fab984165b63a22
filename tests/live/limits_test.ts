/** How many live connections one person may have, and that they end with the session. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Hub } from "../../lib/live/hub.ts";
import { handleEvents } from "../../lib/live/sse.ts";
import { handleWebSocket } from "../../lib/live/websocket.ts";
import { createLogger } from "../../lib/log.ts";
import { aHub, aPort, type FakePort } from "../support/api.ts";

const from = (userId: string | null, ip = "203.0.113.9") => ({ ip, userId });

/** A hub on a hand-moved clock. */
function setup(part: Parameters<typeof aHub>[0] = {}) {
  const time = { nowMs: 1_000_000 };
  const hub = aHub({ now: () => time.nowMs, ...part });
  const tick = async (ms: number) => {
    time.nowMs += ms;
    hub.tick();
    await settle();
  };
  return { hub, tick };
}

/** Lets what is under way come to its end. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("WS-09 a user has ten connections at most, wherever they are", () => {
  const hub = aHub();
  const ports: FakePort[] = [];
  const taken = Array.from({ length: 15 }, (_, i) => {
    const port = aPort();
    ports.push(port);
    return hub.connect(port, from("ada", `203.0.113.${i}`));
  });
  equal(taken.filter(Boolean).length, 10);
  equal(hub.stats().refused, 5);
  deepEqual(ports[10]!.closed, { code: 1008, reason: "too many connections of this user" });
  ok(hub.connect(aPort(), from("bob", "203.0.113.1")), "another user is not refused for it");
  ok(hub.connect(aPort(), from(null, "203.0.113.1")), "nor is a visitor");
  taken[3]!.disconnect();
  taken[3]!.disconnect();
  ok(hub.connect(aPort(), from("ada")));
  equal(hub.connect(aPort(), from("ada")), null);
  hub.close();
});

Deno.test("WS-09 who is signed in takes no place of the visitors at the same address", () => {
  const hub = aHub({ limits: { connectionsPerIp: 1 } });
  for (let i = 0; i < 10; i++) ok(hub.connect(aPort(), from("ada")));
  ok(hub.connect(aPort(), from(null)));
  equal(hub.connect(aPort(), from(null)), null);
  hub.close();
});

Deno.test("WS-09 no user and no address ever has more than their share, in whatever order they come and go", () => {
  const step = fc.record({ who: fc.constantFrom("ada", "bob", null), isLeaving: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const hub = aHub({ limits: { connectionsPerIp: 3, connectionsPerUser: 4 } });
    const open = new Map<string | null, NonNullable<ReturnType<Hub["connect"]>>[]>();
    for (const { who, isLeaving } of steps) {
      const own = open.get(who) ?? [];
      open.set(who, own);
      if (isLeaving) {
        own.shift()?.disconnect();
        continue;
      }
      const most = who === null ? 3 : 4;
      equal(hub.hasRoom("203.0.113.9", who), own.length < most);
      const connection = hub.connect(aPort(), from(who));
      equal(connection !== null, own.length < most);
      if (connection) own.push(connection);
    }
    equal(hub.stats().connections, [...open.values()].flat().length);
    hub.close();
  }));
});

Deno.test("WS-09 both transports say whose connections are too many, and share one count", async () => {
  const hub = aHub({ limits: { connectionsPerIp: 0, connectionsPerUser: 1 } });
  hub.connect(aPort(), from("ada"));
  const upgrade = () => new Request("http://x/ws", { headers: { upgrade: "websocket" } });
  const rows: [Response, RegExp][] = [
    [handleWebSocket(upgrade(), hub, from("ada")), /of this user/],
    [handleEvents(new Request("http://x/e"), hub, from("ada")), /of this user/],
    [handleWebSocket(upgrade(), hub, from(null)), /of this address/],
    [handleEvents(new Request("http://x/e"), hub, from(null)), /of this address/],
  ];
  for (const [answer, says] of rows) {
    equal(answer.status, 429);
    equal(answer.headers.get("retry-after"), "30");
    match((await answer.json()).detail, says);
  }
  hub.close();
});

Deno.test("a connection ends within two seconds of what it was opened with, and no other does", async () => {
  const { hub, tick } = setup();
  const inForce = new Map([["laptop", true], ["phone", true]]);
  const ports = [...inForce.keys()].map((device) => {
    const port = aPort();
    const isInForce = () => Promise.resolve(inForce.get(device)!);
    hub.connect(port, { ...from("ada"), isInForce });
    return port;
  });
  const visitor = aPort();
  hub.connect(visitor, from(null));
  await tick(1_999);
  await tick(2_000);
  inForce.set("phone", false);
  await tick(1_000);
  equal(ports[1]!.closed, null);
  await tick(1_000);
  deepEqual(ports[1]!.closed, { code: 4001, reason: "the session or key has ended" });
  deepEqual([ports[0]!.closed, visitor.closed], [null, null]);
  deepEqual([hub.stats().closedEnded, hub.stats().connections], [1, 2]);
  hub.close();
});

Deno.test("a store that does not answer closes nobody, is told, and is asked again", async () => {
  const lines: string[] = [];
  const log = createLogger({ level: "debug", now: () => 0, write: (line) => lines.push(line) });
  const { hub, tick } = setup({ log });
  let answer: () => Promise<boolean> = () => Promise.reject(new Error("the store is away"));
  const port = aPort();
  hub.connect(port, { ...from("ada"), isInForce: () => answer() });
  await tick(2_000);
  equal(hub.stats().connections, 1);
  match(lines.join("\n"), /may stay.*the store is away/);
  answer = () => Promise.resolve(false);
  await tick(2_000);
  equal(port.closed?.code, 4001);
  hub.close();
});

Deno.test("a slow answer is waited for, not asked for again; the clock may go back", async () => {
  const { hub, tick } = setup();
  let asked = 0;
  const slow = Promise.withResolvers<boolean>();
  const port = aPort();
  hub.connect(port, { ...from("ada"), isInForce: () => (asked++, slow.promise) });
  for (let i = 0; i < 5; i++) await tick(2_000);
  equal(asked, 1);
  slow.resolve(true);
  await settle();
  await tick(-60_000);
  equal(asked, 2);
  hub.close();
});

Deno.test("who left before the answer came is not closed, and not counted, a second time", async () => {
  const { hub, tick } = setup();
  const slow = Promise.withResolvers<boolean>();
  const port = aPort();
  const connection = hub.connect(port, { ...from("ada"), isInForce: () => slow.promise })!;
  await tick(2_000);
  connection.disconnect();
  slow.resolve(false);
  await settle();
  deepEqual([port.closed, hub.stats().closedEnded, hub.stats().disconnected], [null, 0, 1]);
});
