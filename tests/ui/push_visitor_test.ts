/** Push for a visitor without an account. */
import assert from "node:assert/strict";
import {
  hashEndpoint,
  type PushPorts,
  pushSymbolsMax,
  readPush,
  startPush,
  stopPush,
} from "../../lib/ui/push_visitor.ts";

const address = { endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } };
const path = "/api/v1/push/subscriptions";

/** A browser and a server that remember what was asked. */
function createPorts(
  { permission = "granted" as const, kept = null as string[] | null, status = 200 }: {
    permission?: "granted" | "denied" | "default";
    kept?: string[] | null;
    status?: number;
  } = {},
) {
  const calls: [string, string, unknown][] = [];
  let symbols = kept;
  const ports: PushPorts = {
    call(method, at, body) {
      calls.push([method, at, body]);
      if (status !== 200) return Promise.resolve({ status, body: null });
      if (at === "/api/v1/push/key") return Promise.resolve({ status, body: { publicKey: "key" } });
      if (method === "GET" && !symbols) return Promise.resolve({ status: 404, body: {} });
      if (method === "DELETE") symbols = null;
      if (body) symbols = (body as { symbols: string[] }).symbols;
      return Promise.resolve({ status, body: { symbols } });
    },
    askPermission: () => Promise.resolve(permission),
    find: () => Promise.resolve(kept ? address : null),
    subscribe: () => Promise.resolve(address),
  };
  return { ports, calls, read: () => symbols };
}

Deno.test("NEW-08 a visitor subscribes with the symbols of the page and nothing of themselves", async () => {
  const { ports, calls } = createPorts();
  assert.equal(await startPush(ports, ["BTCUSDT"]), "on");
  const [method, at, body] = calls.at(-1)!;
  assert.deepEqual([method, at], ["POST", path]);
  assert.deepEqual(body, { ...address, symbols: ["BTCUSDT"], deviceName: "" });
});

Deno.test("symbols of another list stay followed, up to the most that are taken", async () => {
  const kept = Array.from({ length: pushSymbolsMax }, (_, i) => `S${i}`);
  const { ports, read } = createPorts({ kept });
  assert.equal(await startPush(ports, ["BTCUSDT", "S0"]), "on");
  assert.equal(read()?.length, pushSymbolsMax);
  assert.deepEqual(read()?.slice(0, 3), ["BTCUSDT", "S0", "S1"]);
});

Deno.test("a browser that says no is not asked for more, and the server for nothing", async () => {
  for (const permission of ["denied", "default"] as const) {
    const { ports, calls } = createPorts({ permission: permission as "granted" });
    assert.equal(await startPush(ports, ["BTCUSDT"]), "denied");
    assert.deepEqual(calls, []);
  }
});

Deno.test("a server without push says so, and one that refuses is a failure", async () => {
  assert.equal(await startPush(createPorts({ status: 503 }).ports, ["X"]), "none");
  assert.equal(await startPush(createPorts({ status: 429 }).ports, ["X"]), "failed");
});

Deno.test("stopping leaves the symbols of other lists, and forgets a browser that follows nothing", async () => {
  const two = createPorts({ kept: ["BTCUSDT", "ETHUSDT"] });
  assert.equal(await stopPush(two.ports, ["BTCUSDT"]), "off");
  assert.deepEqual(two.read(), ["ETHUSDT"]);
  const one = createPorts({ kept: ["BTCUSDT"] });
  assert.equal(await stopPush(one.ports, ["BTCUSDT"]), "off");
  assert.deepEqual(one.calls.at(-1)!.slice(0, 2), [
    "DELETE",
    `${path}/${await hashEndpoint(address.endpoint)}`,
  ]);
  assert.equal(await stopPush(createPorts().ports, ["X"]), "off");
});

Deno.test("it is on only where all symbols of the page are followed", async () => {
  const rows: [string[] | null, boolean][] = [
    [["BTCUSDT", "ETHUSDT", "X"], true],
    [["BTCUSDT"], false],
    [null, false],
  ];
  for (const [kept, isOn] of rows) {
    assert.equal(await readPush(createPorts({ kept }).ports, ["BTCUSDT", "ETHUSDT"]), isOn);
  }
});

Deno.test("the id of a browser is the SHA-256 of its address, as the server makes it", async () => {
  assert.equal(
    await hashEndpoint("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
