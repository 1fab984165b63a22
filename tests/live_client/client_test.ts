import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backoffMaxMs,
  climbMs,
  connectLive,
  getRetryDelayMs,
  heartbeatMs,
  pollMs,
} from "../../lib/live/client.ts";
import { describeSse, parseLiveMessage } from "../../lib/live/client_messages.ts";
import { createFakeNetwork, createManualTimers } from "../support/web.ts";

function start(change: { answers?: () => Promise<unknown>; after?: string } = {}) {
  const timers = createManualTimers();
  const network = createFakeNetwork();
  const asked: string[] = [];
  const client = connectLive({
    base: "http://here",
    channels: ["signals"],
    after: change.after,
    WebSocket: network.WebSocket,
    EventSource: network.EventSource,
    fetch: (url) => {
      asked.push(url);
      return Promise.resolve({ ok: true, json: change.answers ?? (() => Promise.resolve([1])) });
    },
    now: timers.now,
    setTimer: timers.setTimer,
    random: () => 0.5,
    pollers: { signals: { url: () => "/signals", toData: (answer) => answer } },
  });
  const heard: unknown[] = [];
  client.on("signals", (message) => heard.push(message.data));
  return { client, timers, asked, heard, ...network };
}

const update = (seq: number, id = `e-${seq}`, data: unknown = seq) => ({
  type: "update",
  channel: "signals",
  seq,
  id,
  ts: 1,
  data,
});

async function failSockets(world: ReturnType<typeof start>, count: number) {
  for (let i = 0; i < count; i++) {
    world.sockets.at(-1)!.fail();
    await world.timers.advance(5000);
  }
}

Deno.test("a client subscribes once its socket is open, and hands on what it hears", () => {
  const { client, sockets, heard } = start();
  assert.equal(sockets[0]!.url, "ws://here/ws");
  assert.equal(client.getState().status, "connecting");
  sockets[0]!.open();
  assert.equal(client.getState().status, "connected");
  assert.deepEqual(sockets[0]!.sent[0], { type: "subscribe", channels: ["signals"] });
  sockets[0]!.say(update(1));
  assert.deepEqual(heard, [1]);
});

Deno.test("after a loss it comes back after a wait that is told, and resumes after the last id", async () => {
  const { client, sockets, timers } = start();
  sockets[0]!.open();
  sockets[0]!.say(update(1, "e-7"));
  sockets[0]!.fail();
  assert.equal(client.getState().status, "reconnecting");
  assert.ok(client.getState().retryAtMs! > timers.now());
  await timers.advance(1000);
  sockets[1]!.open();
  assert.equal(sockets[1]!.sent[0]!.after, "e-7");
  assert.equal(client.getState().attempt, 0);
});

Deno.test("a loss amid the first pictures asks for all of them again, not for what follows one", async () => {
  const { client, sockets, timers } = start();
  client.subscribe({ channels: ["health"] });
  sockets[0]!.open();
  sockets[0]!.say({ ...update(1, "e-7"), type: "initial" });
  sockets[0]!.fail();
  await timers.advance(1000);
  sockets[1]!.open();
  assert.equal(sockets[1]!.sent[0]!.after, undefined);
  sockets[1]!.say({ ...update(1, "e-8"), type: "initial" });
  sockets[1]!.say({ ...update(1, "e-8"), type: "initial", channel: "health" });
  sockets[1]!.fail();
  await timers.advance(1000);
  sockets[2]!.open();
  assert.equal(sockets[2]!.sent[0]!.after, "e-8");
});

Deno.test("a hole in the numbering is noticed and what is missing asked for again", () => {
  const { client, sockets, heard } = start();
  sockets[0]!.open();
  sockets[0]!.say(update(1, "e-1"));
  sockets[0]!.say(update(4, "e-9"));
  assert.equal(client.getState().missed, 2);
  assert.deepEqual(sockets[0]!.sent.at(-1), {
    type: "subscribe",
    channels: ["signals"],
    after: "e-1",
  });
  sockets[0]!.say(update(5, "e-3", "missed"));
  sockets[0]!.say(update(6, "e-9", "twice"));
  assert.deepEqual(heard, [1, 4, "missed"]);
});

Deno.test("a reset is handed on and counts as no loss", () => {
  const { client, sockets, heard } = start({ after: "old-1" });
  sockets[0]!.open();
  assert.equal(sockets[0]!.sent[0]!.after, "old-1");
  sockets[0]!.say({ ...update(5, "e-5", "snapshot"), type: "reset" });
  sockets[0]!.say(update(6));
  assert.deepEqual(heard, ["snapshot", 6]);
  assert.equal(client.getState().missed, 0);
});

Deno.test("two failures lead to the event stream, which resumes too", async () => {
  const world = start({ after: "e-1" });
  await failSockets(world, 2);
  assert.equal(world.streams.length, 1);
  const url = new URL(world.streams[0]!.url);
  assert.equal(url.pathname, "/api/v1/events");
  assert.equal(url.searchParams.get("after"), "e-1");
  world.streams[0]!.open();
  world.streams[0]!.say(update(1, "e-2"));
  assert.deepEqual(world.heard, [1]);
  assert.equal(world.client.getState().transport, "sse");
});

Deno.test("with no stream at all it polls every 30 s, and climbs back when it can", async () => {
  const world = start();
  await failSockets(world, 2);
  world.streams[0]!.fail();
  await world.timers.advance(8000);
  world.streams[1]!.fail();
  await world.timers.advance(10_000);
  assert.equal(world.client.getState().transport, "polling");
  assert.equal(world.client.getState().status, "connected");
  const before = world.asked.length;
  await world.timers.advance(pollMs);
  assert.equal(world.asked.length, before + 1);
  const tried = world.sockets.length;
  await world.timers.advance(climbMs - pollMs);
  assert.equal(world.sockets.length, tried + 1);
  world.sockets.at(-1)!.open();
  assert.equal(world.client.getState().transport, "websocket");
  const asked = world.asked.length;
  await world.timers.advance(1000);
  assert.equal(world.asked.length, asked);
});

Deno.test("silence ends a connection, and pings are sent before", async () => {
  const { client, sockets, timers } = start();
  sockets[0]!.open();
  await timers.advance(heartbeatMs);
  assert.deepEqual(sockets[0]!.sent.at(-1), { type: "ping" });
  await timers.advance(2 * heartbeatMs + 1000);
  assert.equal(sockets[0]!.isClosed, true);
  assert.notEqual(client.getState().lastMessageMs, timers.now());
  assert.ok(sockets.length > 1);
});

Deno.test("a closed client is silent and leaves no timer", () => {
  const { client, sockets, timers, heard } = start();
  sockets[0]!.open();
  client.close();
  sockets[0]!.say(update(1));
  sockets[0]!.fail();
  assert.deepEqual(heard, []);
  assert.equal(timers.pending(), 0);
});

Deno.test("waits double from 1 s, hold jitter within bounds and never exceed a minute", () => {
  assert.equal(getRetryDelayMs(1, 0.999) < 1000, true);
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 1000 }),
    fc.double({ min: 0, max: 0.999999, noNaN: true }),
    (attempt, random) => {
      const delay = getRetryDelayMs(attempt, random);
      return delay >= 500 && delay <= backoffMaxMs;
    },
  ));
});

Deno.test("no frame whatever breaks the reader", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (frame) => {
    const message = parseLiveMessage(frame);
    return message === null || typeof message.channel === "string";
  }));
  for (const frame of ["", "null", "[]", "{}", '{"type":"pong"}', '{"type":"update"}', 5]) {
    assert.equal(parseLiveMessage(frame), null);
  }
});

Deno.test("one event stream asks for the union of what is wanted", () => {
  const bars = { channels: ["bars"], symbols: ["A", "B"] };
  const cases = [
    [[bars], "channels=bars&symbols=A%2CB"],
    [[bars, { channels: ["prices"] }], "channels=bars%2Cprices"],
    [
      [{ channels: ["signals"], filter: { type: ["x", "y"], minConfidence: 0 } }],
      "channels=signals&type=x%2Cy&minConfidence=0",
    ],
    [[], ""],
  ] as const;
  for (const [subscriptions, query] of cases) {
    assert.equal(describeSse(subscriptions as never), query);
  }
});
