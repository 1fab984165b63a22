/** Live connections as the server answers them: granted, or refused in the form of any failure. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answerSocket } from "../../lib/api/mod.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { problemSchema } from "../../lib/contracts/common.ts";
import { aHub, anApi, NOW_MS } from "../support/api.ts";
import { bars, MINUTE_MS } from "../support/market.ts";

const upgrade = {
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

async function ask(path: string, headers: Record<string, string>, part: Partial<ApiDeps> = {}) {
  const { deps } = await anApi(part);
  return await answerSocket(deps, new Request(`http://x${path}`, { headers }), "10.0.0.1");
}

const refusals: {
  name: string;
  path: string;
  status: number;
  detail: RegExp;
  headers?: Record<string, string>;
  part?: Partial<ApiDeps>;
}[] = [
  {
    name: "any, where public read is off",
    path: "/ws",
    status: 401,
    detail: /signed-in/,
    // An upgrade is closed with 4001 instead, see auth_sockets_test.ts.
    headers: {},
    part: { publicRead: false },
  },
  {
    name: "one symbol's, where public read is off",
    path: "/ws/BTCUSDT",
    status: 401,
    detail: /signed-in/,
    // An upgrade is closed with 4001 instead, see auth_sockets_test.ts.
    headers: {},
    part: { publicRead: false },
  },
  { name: "an unknown symbol's", path: "/ws/NOPE", status: 404, detail: /"NOPE"/ },
  { name: "an inactive symbol's", path: "/ws/OLDUSDT", status: 404, detail: /"OLDUSDT"/ },
  { name: "a name that is no encoding", path: "/ws/%E0%A4%A", status: 404, detail: /%E0%A4%A/ },
  {
    name: "an unknown timeframe's",
    path: "/ws/BTCUSDT?timeframe=2h",
    status: 400,
    detail: /BTCUSDT: a timeframe is required, was "2h"/,
  },
  { name: "no upgrade", path: "/ws", status: 426, detail: /WebSockets only/, headers: {} },
  {
    name: "an upgrade to something else",
    path: "/ws",
    status: 426,
    detail: /WebSockets only/,
    headers: { upgrade: "h2c", connection: "Upgrade" },
  },
  {
    name: "an upgrade without a key",
    path: "/ws",
    status: 400,
    detail: /protocol/,
    headers: { upgrade: "websocket", connection: "Upgrade" },
  },
  {
    name: "an upgrade without its connection header",
    path: "/ws/BTCUSDT",
    status: 400,
    detail: /protocol/,
    headers: { upgrade: "websocket" },
  },
  {
    name: "one too many of an address",
    path: "/ws",
    status: 429,
    detail: /another live connection/,
    part: { hub: aHub({ limits: { connectionsPerIp: 0 } }) },
  },
];
for (const { name, path, status, detail, headers = upgrade, part } of refusals) {
  Deno.test(`a live connection is refused by ${status}: ${name}`, async () => {
    const response = (await ask(path, headers, part))!;
    equal(response.status, status);
    equal(response.headers.get("content-type"), "application/problem+json");
    const body: unknown = await response.json();
    const problem = problemSchema.parse(body);
    match(problem.detail, detail);
    deepEqual([problem.status, problem.instance], [status, path.split("?")[0]]);
    equal(problem.request_id, response.headers.get("x-request-id"));
    equal(response.headers.has("retry-after"), status === 429);
  });
}

for (const path of ["/", "/wsx", "/ws/BTCUSDT/more", "/api/v1/symbols", "/WS"]) {
  Deno.test(`${path} is none of the live addresses`, async () => {
    equal(await ask(path, upgrade), null);
  });
}

/** Serves the live addresses on loopback, opens one, and returns its first `count` messages. */
async function open(path: string, count: number) {
  const test = await anApi();
  const series = { symbol: "BTCUSDT", timeframe: "1m" } as const;
  await test.store.bars.putBars(series, bars(600, NOW_MS - 600 * MINUTE_MS));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (req) => (await answerSocket(test.deps, req, "127.0.0.1"))!,
  );
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}${path}`);
  const messages: { type: string; channel?: string; data?: { bars: unknown[] } }[] = [];
  const enough = Promise.withResolvers<void>();
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    if (messages.length >= count) enough.resolve();
  };
  await enough.promise;
  test.hub.close();
  await closed;
  await server.shutdown();
  return messages;
}

for (const path of ["/ws/BTCUSDT", "/ws/btcusdt", "/ws/crypto%3ABTC%2FUSDT%40binance"]) {
  Deno.test(`${path} begins with the newest 500 bars and their indicators`, async () => {
    const [ack, chart] = await open(path, 2);
    equal(ack!.type, "ack");
    deepEqual([chart!.type, chart!.channel], ["initial", "bars"]);
    const { symbol, bars: sent, indicators } = chart!.data as {
      symbol: string;
      bars: unknown[];
      indicators: Record<string, unknown[]>;
    };
    deepEqual([symbol, sent.length], ["BTCUSDT", 500]);
    ok(Object.values(indicators).every((values) => values.length === 500));
  });
}
