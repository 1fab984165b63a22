/** What is for one person alone: it reaches their connections, and nobody else's. */
import { deepEqual, equal, match } from "node:assert/strict";
import { serverMessageSchema } from "../../lib/contracts/live.ts";
import { aHub, aPort } from "../support/api.ts";

const subscribe = '{"type":"subscribe","channels":["alerts"]}';

function connect(hub: ReturnType<typeof aHub>, userId?: string | null) {
  const port = aPort();
  const connection = hub.connect(port, { ip: "127.0.0.1", userId })!;
  return { port, connection };
}

Deno.test("ALR-03 alerts reach every connection of their person that asked, numbered, and no other", () => {
  const hub = aHub();
  const [desk, phone, quiet, eve] = [
    connect(hub, "ada"),
    connect(hub, "ada"),
    connect(hub, "ada"),
    connect(hub, "eve"),
  ];
  for (const { connection } of [desk, phone, eve]) connection.receive(subscribe);
  hub.publishTo("ada", { id: 1 });
  hub.publishTo("ada", { id: 2 });
  hub.publishTo("nobody", { id: 3 });
  for (const { port } of [desk, phone]) {
    deepEqual(port.of("alerts").map(({ seq, data }) => [seq, data]), [
      [1, { id: 1 }],
      [2, { id: 2 }],
    ]);
    for (const message of port.of("alerts")) serverMessageSchema.parse(message);
  }
  deepEqual([quiet.port.of("alerts"), eve.port.of("alerts")], [[], []]);
  deepEqual(desk.port.messages[0]!.channels, ["alerts"]);
  hub.close();
});

Deno.test("a visitor who asks for alerts is told why not, and goes on with the rest", () => {
  const hub = aHub();
  const { port, connection } = connect(hub);
  connection.receive(subscribe);
  equal(port.messages[0]!.type, "error");
  match(String(port.messages[0]!.message), /"alerts": it needs a signed-in user/);
  connection.receive('{"type":"subscribe","channels":["signals"]}');
  hub.publish("signals", { id: "s" });
  hub.publishTo("undefined", { id: 1 });
  hub.publishTo("null", { id: 1 });
  deepEqual([port.of("signals").length, port.of("alerts").length], [2, 0]);
  hub.close();
});

Deno.test("whoever unsubscribes or goes hears no more, and leaves nothing behind", () => {
  const hub = aHub();
  const { port, connection } = connect(hub, "ada");
  connection.receive('{"type":"subscribe","channels":["alerts","signals"]}');
  deepEqual((port.messages[0]!.channels as string[]).toSorted(), ["alerts", "signals"]);
  connection.receive('{"type":"unsubscribe","channels":["alerts"]}');
  deepEqual(port.messages.at(-1)!.channels, ["signals"]);
  hub.publishTo("ada", 1);
  connection.receive(subscribe);
  connection.receive(subscribe);
  hub.publishTo("ada", 2);
  deepEqual(port.of("alerts").map(({ data }) => data), [2], "once, however often it asked");
  connection.disconnect();
  hub.publishTo("ada", 3);
  equal(port.of("alerts").length, 1);
});

Deno.test("a connection of the person that is gone keeps no other from hearing", () => {
  const hub = aHub();
  const broken = connect(hub, "ada");
  const whole = connect(hub, "ada");
  for (const { connection } of [broken, whole]) connection.receive(subscribe);
  broken.port.isBroken = true;
  hub.publishTo("ada", 1);
  hub.publishTo("ada", 2);
  deepEqual(whole.port.of("alerts").map(({ data }) => data), [1, 2]);
  equal(hub.stats().connections, 1);
});
