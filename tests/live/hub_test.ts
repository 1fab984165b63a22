import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { HubOptions, LiveConnection } from "../../lib/live/hub.ts";
import type { PriceUpdate } from "../../lib/live/types.ts";
import { liveChannels } from "../../lib/contracts/live.ts";
import { serverMessageSchema } from "../../lib/contracts/live.ts";
import { publicChannels } from "../../lib/live/types.ts";
import { aHub, aPort, type FakePort } from "../support/api.ts";
import { aBar, MINUTE_MS } from "../support/market.ts";

const aPrice = (symbol = "BTCUSDT", price = 100): PriceUpdate => ({
  symbol,
  price,
  eventMs: 1,
  receivedMs: 2,
  source: "binance",
});

/** A hub on a hand-moved clock, and a way to join it. */
function setup(part: Partial<HubOptions> = {}) {
  const time = { nowMs: 1_000_000 };
  const hub = aHub({ now: () => time.nowMs, ...part });
  const join = (message?: unknown, ip = "127.0.0.1"): FakePort & { client: LiveConnection } => {
    const port = aPort();
    const client = hub.connect(port, { ip })!;
    if (message) client.receive(JSON.stringify(message));
    return Object.assign(port, { client });
  };
  const tick = (ms = 100) => {
    time.nowMs += ms;
    hub.tick();
  };
  return { hub, time, join, tick };
}

const subscribe = (...channels: string[]) => ({ type: "subscribe", channels });
const updates = (port: FakePort, channel: string) =>
  port.of(channel).filter((message) => message.type === "update");

Deno.test("the contract's list of channels is the hub's", () => {
  deepEqual([...liveChannels], [...publicChannels]);
});

Deno.test("a subscription is acknowledged and begins with an initial message of its own number 1", () => {
  const { join } = setup();
  const port = join(subscribe("prices", "signals"));
  deepEqual(port.messages.map(({ type, channel, seq, id }) => [type, channel, seq, id]), [
    ["ack", undefined, undefined, undefined],
    ["initial", "prices", 1, "e1-0"],
    ["initial", "signals", 1, "e1-0"],
  ]);
});

Deno.test("every data message fits its contract and is numbered without holes per channel", () => {
  const { hub, join, tick } = setup();
  const port = join(subscribe("prices", "bars", "signals"));
  for (let i = 0; i < 30; i++) {
    hub.publishPrice(aPrice("BTCUSDT", i));
    hub.publishBar({ symbol: "BTCUSDT", timeframe: "1m", bar: aBar({ time: i * MINUTE_MS }) });
    if (i % 3 === 0) hub.publish("signals", { i }, { type: "price_alert" });
    tick();
  }
  for (const channel of ["prices", "bars", "signals"]) {
    const messages = port.of(channel);
    deepEqual(messages.map(({ seq }) => seq), messages.map((_, i) => i + 1));
    for (const message of messages) serverMessageSchema.parse(message);
  }
  equal(updates(port, "prices").length, 30);
  equal(updates(port, "bars").length, 30);
});

Deno.test("prices of 100 ms become one message with the last price of each symbol", () => {
  const { hub, join, tick } = setup();
  const all = join(subscribe("prices"));
  const one = join({ type: "subscribe", channels: ["prices"], symbols: ["ETHUSDT"] });
  hub.publishPrice(aPrice("BTCUSDT", 1));
  hub.publishPrice(aPrice("BTCUSDT", 2));
  hub.publishPrice(aPrice("ETHUSDT", 3));
  equal(updates(all, "prices").length, 0);
  tick();
  const list = (port: FakePort) =>
    updates(port, "prices").map(({ data }) =>
      (data as PriceUpdate[]).map(({ symbol, price }) => `${symbol} ${price}`)
    );
  deepEqual(list(all), [["BTCUSDT 2", "ETHUSDT 3"]]);
  deepEqual(list(one), [["ETHUSDT 3"]]);
  tick();
  equal(updates(all, "prices").length, 1);
});

Deno.test("a running bar leaves at once after quiet, then at most once a second with the last value", () => {
  const { hub, join, tick } = setup();
  const port = join(subscribe("bars"));
  const run = (close: number) =>
    hub.publishBar({ symbol: "BTCUSDT", timeframe: "1m", bar: aBar({ close, closed: false }) });
  run(1);
  equal(updates(port, "bars").length, 1);
  for (let i = 2; i <= 9; i++) {
    run(i);
    tick();
  }
  equal(updates(port, "bars").length, 1);
  tick(300);
  const sent = updates(port, "bars").map(({ data }) =>
    (data as { bar: { close: number } }).bar.close
  );
  deepEqual(sent, [1, 9]);
});

Deno.test("a closed bar goes out at once and silences the running one it replaces", () => {
  const { hub, join, tick } = setup();
  const port = join(subscribe("bars"));
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 1, closed: false }) });
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 2, closed: false }) });
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 3 }) });
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 4, closed: false }) });
  tick(5_000);
  const closes = updates(port, "bars").map(({ data }) =>
    (data as { bar: { close: number } }).bar.close
  );
  deepEqual(closes, [1, 3]);
});

Deno.test("a clock that goes back silences nobody", () => {
  const { hub, time, join } = setup();
  const port = join(subscribe("bars"));
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 1, closed: false }) });
  time.nowMs -= 3_600_000;
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar({ close: 2, closed: false }) });
  hub.tick();
  equal(updates(port, "bars").length, 2);
});

Deno.test("a client that resumes gets what it missed, once, and numbers from 1 on its new connection", () => {
  const { hub, join, tick } = setup();
  const first = join(subscribe("signals", "prices"));
  hub.publish("signals", { n: 1 });
  const after = first.messages.at(-1)!.id as string;
  first.client.disconnect();
  hub.publish("signals", { n: 2 });
  hub.publishPrice(aPrice("BTCUSDT", 7));
  tick();
  hub.publish("signals", { n: 3 });
  const second = join({ ...subscribe("signals", "prices"), after });
  deepEqual(second.of("signals").map(({ type, seq, data }) => [type, seq, data]), [
    ["update", 1, { n: 2 }],
    ["update", 2, { n: 3 }],
  ]);
  deepEqual(second.of("prices").map(({ data }) => (data as PriceUpdate[])[0]!.price), [7]);
  equal(hub.stats().resumed, 1);
});

const unknownIds = ["e1-999", "other-1", "garbage", "e1-", "e1--1", "-", "e1-1e3"];
for (const after of unknownIds) {
  Deno.test(`resuming after the unknown id ${after} is answered by a reset with a snapshot`, () => {
    const { hub, join } = setup();
    hub.publish("signals", { n: 1 });
    const port = join({ ...subscribe("continuity"), after });
    deepEqual(port.of("continuity").map(({ type, seq }) => [type, seq]), [["reset", 1]]);
    equal(hub.stats().resets, 1);
  });
}

Deno.test("what is older than five minutes cannot be resumed, and resets", () => {
  const { hub, join, tick } = setup();
  hub.publish("signals", { n: 1 });
  tick(400_000);
  hub.publish("signals", { n: 2 });
  equal(join({ ...subscribe("signals"), after: "e1-0" }).of("signals")[0]!.type, "reset");
  equal(join({ ...subscribe("signals"), after: "e1-1" }).of("signals")[0]!.type, "update");
});

Deno.test("a log that was saved is resumed by the next start", () => {
  const before = setup();
  before.hub.publish("signals", { n: 1 });
  before.hub.publish("signals", { n: 2 });
  const { hub, join } = setup({ epoch: "e2", saved: before.hub.save() });
  hub.publish("signals", { n: 3 });
  const port = join({ ...subscribe("signals"), after: "e1-1" });
  deepEqual(updates(port, "signals").map(({ data }) => data), [{ n: 2 }, { n: 3 }]);
});

Deno.test("a slow client loses no event, gets last prices only, and keeps its numbering", () => {
  const { hub, join, tick } = setup();
  const port = join(subscribe("signals", "prices"));
  port.buffered = 300_000;
  for (let i = 1; i <= 5; i++) {
    hub.publish("signals", { i });
    hub.publishPrice(aPrice("BTCUSDT", i));
    tick();
  }
  equal(updates(port, "signals").length, 0);
  equal(hub.stats().behind, 1);
  port.buffered = 0;
  tick();
  deepEqual(updates(port, "signals").map(({ data }) => (data as { i: number }).i), [1, 2, 3, 4, 5]);
  deepEqual(updates(port, "prices").map(({ data }) => (data as PriceUpdate[])[0]!.price), [5]);
  deepEqual(port.of("signals").map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  equal(hub.stats().behind, 0);
});

Deno.test("a client that stays slow is closed with 1013, and so is one with too much unsent", () => {
  const { hub, join, tick } = setup();
  const slow = join(subscribe("signals"));
  slow.buffered = 300_000;
  hub.publish("signals", {});
  tick(25_000);
  deepEqual(slow.closed, { code: 1013, reason: "too slow" });
  const full = join(subscribe("signals"));
  full.buffered = 3_000_000;
  hub.publish("market", "x".repeat(2_100_000));
  full.client.receive(JSON.stringify(subscribe("market")));
  equal(full.closed?.code, 1013);
  equal(hub.stats().closedSlow, 2);
  equal(hub.stats().connections, 0);
});

Deno.test("a client whose transport throws is dropped, and the others still served", () => {
  const { hub, join } = setup();
  const broken = join(subscribe("signals"));
  const fine = join(subscribe("signals"));
  broken.isBroken = true;
  hub.publish("signals", { n: 1 });
  equal(updates(fine, "signals").length, 1);
  deepEqual([hub.stats().connections, hub.stats().sendErrors], [1, 1]);
});

Deno.test("disconnecting twice counts once", () => {
  const { hub, join } = setup();
  const port = join(subscribe("prices"));
  port.client.disconnect({ stale: true });
  port.client.disconnect({ stale: true });
  const { connections, disconnected, closedStale } = hub.stats();
  deepEqual([connections, disconnected, closedStale], [0, 1, 1]);
});

Deno.test("more than 20 messages in a second are refused, and a flood is closed", () => {
  const { hub, join, time } = setup();
  const port = join();
  for (let i = 0; i < 25; i++) port.client.receive('{"type":"ping"}');
  equal(port.messages.filter(({ type }) => type === "pong").length, 20);
  equal(port.messages.filter(({ type }) => type === "error").length, 1);
  time.nowMs += 1_000;
  port.client.receive('{"type":"ping"}');
  equal(port.messages.at(-1)!.type, "pong");
  for (let i = 0; i < 200; i++) port.client.receive('{"type":"ping"}');
  equal(port.closed?.code, 1008);
  equal(hub.stats().closedNoisy, 1);
});

const ipCases = [
  { name: "an address elsewhere gets 50", ip: "10.1.2.3", limit: null, expected: 50 },
  { name: "loopback gets as many as it asks for", ip: "127.0.0.1", limit: null, expected: 60 },
  { name: "a limit holds for loopback too", ip: "::1", limit: 3, expected: 3 },
];
for (const { name, ip, limit, expected } of ipCases) {
  Deno.test(`of 60 connections, ${name}`, () => {
    const { hub } = setup({ limits: { connectionsPerIp: limit } });
    const taken = Array.from({ length: 60 }, () => hub.connect(aPort(), { ip }));
    equal(taken.filter(Boolean).length, expected);
    equal(hub.stats().refused, 60 - expected);
    taken[0]!.disconnect();
    ok(hub.hasRoom(ip));
  });
}

Deno.test("a heartbeat goes out every 30 seconds", () => {
  const { join, tick } = setup();
  const port = join();
  for (let i = 0; i < 61; i++) tick(1_000);
  equal(port.beats, 2);
});

Deno.test("a filter may name several types, of which one is enough", () => {
  const hub = aHub();
  const port = aPort();
  const client = hub.connect(port, { ip: "127.0.0.1" })!;
  const filter = { type: ["price_alert", "tvl_anomaly"] };
  client.receive(JSON.stringify({ type: "subscribe", channels: ["signals"], filter }));
  for (const type of ["price_alert", "volume_anomaly", "tvl_anomaly"]) {
    hub.publish("signals", type, { type, confidence: 1 });
  }
  const updates = port.of("signals").filter(({ type }) => type === "update");
  deepEqual(updates.map(({ data }) => data), ["price_alert", "tvl_anomaly"]);
});

Deno.test("signals are narrowed by type, entity and confidence; what has none of them passes", () => {
  const { hub, join } = setup();
  const filter = { type: "price_alert", minConfidence: 0.7 };
  const port = join({ ...subscribe("signals", "bars"), filter });
  hub.publish("signals", 1, { type: "price_alert", confidence: 0.8 });
  hub.publish("signals", 2, { type: "price_alert", confidence: 0.6 });
  hub.publish("signals", 3, { type: "tvl_anomaly", confidence: 0.9 });
  hub.publishBar({ symbol: "B", timeframe: "1m", bar: aBar() });
  deepEqual(updates(port, "signals").map(({ data }) => data), [1]);
  equal(updates(port, "bars").length, 1);
});

Deno.test("unsubscribing ends a channel, or some symbols of it", () => {
  const { hub, join, tick } = setup();
  const port = join({ ...subscribe("prices"), symbols: ["A", "B"] });
  port.client.receive(
    JSON.stringify({ type: "unsubscribe", channels: ["prices"], symbols: ["A"] }),
  );
  hub.publishPrice(aPrice("A"));
  hub.publishPrice(aPrice("B"));
  tick();
  deepEqual((updates(port, "prices")[0]!.data as PriceUpdate[]).map(({ symbol }) => symbol), ["B"]);
  port.client.receive(JSON.stringify({ type: "unsubscribe", channels: ["prices"] }));
  hub.publishPrice(aPrice("B"));
  tick();
  equal(updates(port, "prices").length, 1);
});

Deno.test("Binance's and Alpaca's spellings subscribe to the same channels", () => {
  const { hub, join, tick } = setup();
  const binance = join({
    method: "SUBSCRIBE",
    params: ["btcusdt@kline_1m", "btcusdt@trade"],
    id: 7,
  });
  const alpaca = join({ action: "subscribe", bars: ["BTCUSDT"], trades: ["*"] });
  deepEqual([binance.messages[0]!.id, binance.messages[0]!.result], [7, null]);
  hub.publishBar({ symbol: "BTCUSDT", timeframe: "1m", bar: aBar() });
  hub.publishBar({ symbol: "BTCUSDT", timeframe: "1h", bar: aBar() });
  hub.publishPrice(aPrice());
  tick();
  for (const port of [binance, alpaca]) {
    equal(updates(port, "bars").length, 1);
    equal(updates(port, "prices").length, 1);
  }
});

const badMessages = [
  "",
  "{",
  "[]",
  "null",
  "1",
  "{}",
  '{"type":"subscribe"}',
  '{"type":"subscribe","channels":["nothing"]}',
  '{"type":"subscribe","channels":["alerts"]}',
  '{"type":"subscribe","channels":["signals"],"filter":{"minConfidence":7}}',
  '{"method":"DANCE"}',
  '{"method":"SUBSCRIBE","params":"x"}',
  '{"method":"SUBSCRIBE","params":["btcusdt@kline_7m"]}',
  '{"action":"dance"}',
  '{"action":"subscribe","bars":[1]}',
  `{"type":"${"x".repeat(70_000)}"}`,
];
for (const text of badMessages) {
  Deno.test(`the bad message ${text.slice(0, 60)} is answered by an error`, () => {
    const { join } = setup();
    const port = join();
    port.client.receive(text);
    equal(port.messages.length, 1);
    equal(port.messages[0]!.type, "error");
    match(port.messages[0]!.message as string, /^Cannot /);
  });
}

Deno.test("canonical ids are resolved before matching", () => {
  const { hub, join, tick } = setup({
    resolveSymbol: (text) => text === "crypto:BTC/USDT@binance" ? "BTCUSDT" : null,
  });
  const port = join({ ...subscribe("prices"), symbols: ["crypto:BTC/USDT@binance"] });
  hub.publishPrice(aPrice());
  tick();
  equal(updates(port, "prices").length, 1);
});

Deno.test("data without JSON is logged and not published", () => {
  const { hub, join } = setup();
  const port = join(subscribe("market"));
  hub.publish("market", { big: 1n });
  hub.publish("market", undefined);
  equal(updates(port, "market").length, 0);
});

Deno.test("closing the hub closes every client with 1001", () => {
  const { hub, join } = setup();
  const ports = [join(), join(subscribe("prices"))];
  hub.close();
  deepEqual(ports.map((port) => port.closed?.code), [1001, 1001]);
});
