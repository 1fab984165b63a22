import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../lib/clock.ts";
import { isInternalAddress } from "../../lib/notify/addresses.ts";
import { createEgress, EgressError } from "../../lib/notify/egress.ts";
import { withHttpReceiver } from "../support/receivers.ts";

const clock = systemClock;

const inside = [
  "127.0.0.1",
  "127.255.255.254",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "::1",
  "::",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "fe80::1",
  "fe80::1%eth0",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "no address",
  "",
];
const outside = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"];

Deno.test("SEC-02 what lies inside is known in every spelling", () => {
  for (const address of inside) assert.equal(isInternalAddress(address), true, address);
  for (const address of outside) assert.equal(isInternalAddress(address), false, address);
});

Deno.test("SEC-02 an IPv4 address within IPv6 is judged as itself", () => {
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(isInternalAddress(`::ffff:${address}`), isInternalAddress(address));
  }));
});

const refused: [string, string][] = [
  ["no address", "hello"],
  ["another protocol", "ftp://example.org/"],
  ["a file", "file:///etc/passwd"],
  ["plain http", "http://example.org/"],
  ["loopback", "https://127.0.0.1/"],
  ["loopback as one number", "https://2130706433/"],
  ["loopback in hexadecimal", "https://0x7f000001/"],
  ["loopback in short", "https://127.1/"],
  ["loopback as IPv6", "https://[::1]/"],
  ["loopback mapped", "https://[::ffff:127.0.0.1]/"],
  ["a cloud's metadata", "https://169.254.169.254/latest/meta-data"],
  ["everything", "https://0.0.0.0/"],
  ["a name and a password", "https://a:b@example.org/"],
];

Deno.test("SEC-02 an address that leads inside is refused before anything is sent", async () => {
  const egress = createEgress({ clock, resolve: () => Promise.reject(new Error("not asked")) });
  for (const [name, url] of refused) {
    assert.throws(() => egress.check(url), EgressError, name);
  }
  await assert.rejects(
    Promise.resolve().then(() => egress.post("https://127.0.0.1/", { headers: {}, body: "" })),
    EgressError,
  );
  egress.close();
});

const names: [string, { address: string; family: number }[]][] = [
  ["a name of loopback", [{ address: "127.0.0.1", family: 4 }]],
  ["a name of IPv6 loopback", [{ address: "::1", family: 6 }]],
  ["a name with one address outside and one inside", [
    { address: "8.8.8.8", family: 4 },
    { address: "10.0.0.1", family: 4 },
  ]],
];

Deno.test("SEC-02 a name that resolves inside is refused, and nothing connects", async () => {
  await withHttpReceiver(async ({ host, received }) => {
    const port = host.split(":")[1];
    for (const [name, found] of names) {
      const egress = createEgress({ clock, resolve: () => Promise.resolve(found) });
      await assert.rejects(
        egress.post(`https://example.org:${port}/`, { headers: {}, body: "x" }),
        EgressError,
        name,
      );
      egress.close();
    }
    assert.deepEqual(received, []);
  });
});

Deno.test("SEC-02 a redirect is an answer, and is not followed inside", async () => {
  await withHttpReceiver(async (secret) => {
    await withHttpReceiver(async ({ host, url }) => {
      const egress = createEgress({ clock, allowed: [host] });
      const { status } = await egress.post(url, { headers: {}, body: "x" });
      assert.equal(status, 302);
      assert.deepEqual(secret.received, []);
      egress.close();
    }, () => new Response(null, { status: 302, headers: { location: secret.url } }));
  });
});

Deno.test("ALR-03 a host of one's own network may be allowed, by name and port only", async () => {
  await withHttpReceiver(async ({ host, url, received }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const answer = await egress.post(url, { headers: { "x-a": "1" }, body: "hello" });
    assert.deepEqual([answer.status, answer.body], [200, "ok"]);
    assert.equal(received[0]?.text, "hello");
    assert.throws(() => egress.check("http://127.0.0.1:1/"), EgressError);
    egress.close();
  });
});

Deno.test("ALR-03 a receiver that says too much or nothing is cut off", async () => {
  await withHttpReceiver(async ({ host, url }) => {
    const egress = createEgress({ clock, allowed: [host] });
    const { body } = await egress.post(url, { headers: {}, body: "" });
    assert.equal(body.length, 64_000);
    egress.close();
  }, () => new Response("x".repeat(5_000_000)));
  const hanging = Promise.withResolvers<Response>();
  await withHttpReceiver(async ({ host, url }) => {
    const egress = createEgress({ clock, allowed: [host], timeoutMs: 20 });
    await assert.rejects(egress.post(url, { headers: {}, body: "" }), /no answer within/);
    hanging.resolve(new Response("late"));
    egress.close();
  }, () => hanging.promise);
});

Deno.test("ALR-03 a receiver that is not there is said in words, without its address", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const egress = createEgress({ clock, allowed: [host] });
  await assert.rejects(egress.post(`http://${host}/secret-path`, { headers: {}, body: "" }), {
    name: "TypeError",
    message: "Cannot send: the connection was refused",
  });
  egress.close();
});
