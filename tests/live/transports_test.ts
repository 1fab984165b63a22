import { deepEqual, equal, ok } from "node:assert/strict";
import { handleEvents } from "../../lib/live/sse.ts";
import { handleWebSocket } from "../../lib/live/websocket.ts";
import type { Hub } from "../../lib/live/hub.ts";
import { aHub } from "../support/api.ts";
import { aBar } from "../support/market.ts";

/** Serves `handler` on loopback while `act` runs. */
async function withServer(
  handler: (req: Request) => Response,
  act: (address: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  try {
    await act(`127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Opens a socket whose messages can be awaited one by one. */
function openSocket(url: string) {
  const socket = new WebSocket(url);
  const arrived: Record<string, unknown>[] = [];
  let wake = () => {};
  socket.onmessage = (event) => {
    arrived.push(JSON.parse(event.data) as Record<string, unknown>);
    wake();
  };
  const opened = new Promise((resolve) => socket.onopen = resolve);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  const next = async () => {
    while (arrived.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return arrived.shift()!;
  };
  return { socket, opened, closed, next };
}

Deno.test("a WebSocket client subscribes, is updated, pings, and leaves", async () => {
  const hub = aHub();
  await withServer((req) => handleWebSocket(req, hub, { ip: "127.0.0.1" }), async (address) => {
    const { socket, opened, closed, next } = openSocket(`ws://${address}/ws`);
    await opened;
    socket.send(JSON.stringify({ type: "subscribe", channels: ["signals"] }));
    deepEqual([(await next()).type, (await next()).type], ["ack", "initial"]);
    hub.publish("signals", { n: 1 });
    deepEqual((await next()).data, { n: 1 });
    socket.send(JSON.stringify({ type: "ping" }));
    equal((await next()).type, "pong");
    hub.close();
    equal((await closed).code, 1001);
  });
});

Deno.test("the socket of one symbol begins with its chart and gets no other symbol", async () => {
  const hub = aHub();
  const handler = (req: Request) =>
    handleWebSocket(req, hub, {
      ip: "127.0.0.1",
      symbol: "BTCUSDT",
      timeframe: "1m",
      getChart: (symbol) => Promise.resolve(JSON.stringify({ symbol, bars: [], indicators: {} })),
    });
  await withServer(handler, async (address) => {
    const { opened, closed, next } = openSocket(`ws://${address}/ws/BTCUSDT`);
    await opened;
    equal((await next()).type, "ack");
    const initial = await next();
    deepEqual([initial.type, initial.channel], ["initial", "bars"]);
    equal((initial.data as { symbol: string }).symbol, "BTCUSDT");
    equal((await next()).channel, "prices");
    hub.publishBar({ symbol: "ETHUSDT", timeframe: "1m", bar: aBar() });
    hub.publishBar({ symbol: "BTCUSDT", timeframe: "1m", bar: aBar({ close: 5 }) });
    equal(((await next()).data as { symbol: string }).symbol, "BTCUSDT");
    hub.close();
    await closed;
  });
});

Deno.test("a request without an upgrade is told so, and a full address is refused", () => {
  const hub = aHub({ limits: { connectionsPerIp: 0 } });
  const plain = handleWebSocket(new Request("http://x/ws"), hub, { ip: "127.0.0.1" });
  equal(plain.status, 426);
  const upgrade = new Request("http://x/ws", { headers: { upgrade: "websocket" } });
  equal(handleWebSocket(upgrade, hub, { ip: "127.0.0.1" }).status, 429);
  equal(handleEvents(new Request("http://x/e"), hub, { ip: "127.0.0.1" }).status, 429);
});

/** Reads whole events of a stream until `count` have come. */
async function readEvents(body: ReadableStream<Uint8Array>, count: number) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const list = () =>
    text.split("\n\n").slice(0, -1).filter((block) => block.startsWith("id:")).map((block) =>
      Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s) as [string, string]))
    );
  while (list().length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return list() as { id: string; event: string; data: string }[];
}

async function getEvents(hub: Hub, count: number, init: RequestInit, query = {}) {
  let events: { id: string; event: string; data: string }[] = [];
  await withServer(
    (req) => handleEvents(req, hub, { ip: "127.0.0.1", query }),
    async (address) => {
      const response = await fetch(`http://${address}/`, init);
      equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
      events = await readEvents(response.body!, count);
    },
  );
  return events;
}

Deno.test("an event stream begins with an initial event that has an id, its data the whole message", async () => {
  const hub = aHub();
  const [first] = await getEvents(hub, 1, {}, { channels: ["prices"] });
  deepEqual([first!.event, first!.id], ["initial", "e1-0"]);
  deepEqual(JSON.parse(first!.data), {
    type: "initial",
    channel: "prices",
    seq: 1,
    id: "e1-0",
    ts: JSON.parse(first!.data).ts,
    data: [],
  });
});

Deno.test("an event stream resumes by Last-Event-ID, which wins over `after`", async () => {
  const hub = aHub();
  for (let n = 1; n <= 4; n++) hub.publish("signals", { n });
  const headers = { "last-event-id": "e1-2" };
  const events = await getEvents(hub, 2, { headers }, { channels: ["signals"], after: "e1-0" });
  deepEqual(events.map(({ event, id }) => [event, id]), [["update", "e1-3"], ["update", "e1-4"]]);
});

Deno.test("an event stream after an id that is gone gets one reset, never silence", async () => {
  const hub = aHub();
  const [first] = await getEvents(hub, 1, {}, { channels: ["signals"], after: "older-7" });
  equal(first!.event, "reset");
});

Deno.test("a reader that went away leaves the hub", async () => {
  const hub = aHub();
  const response = handleEvents(new Request("http://x/"), hub, { ip: "127.0.0.1" });
  equal(hub.stats().connections, 1);
  await response.body!.cancel();
  equal(hub.stats().connections, 0);
  ok(hub.hasRoom("127.0.0.1"));
});
