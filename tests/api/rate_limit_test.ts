/** The limit of requests: one for all processes over a store, told to the client, and counted. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { nameClient } from "../../lib/api/rate_limit.ts";
import { createMetrics } from "../../lib/metrics.ts";
import { createBuckets } from "../../lib/store/mod.ts";
import { createBucketCells } from "../../lib/store/buckets.ts";
import { createGate } from "../../lib/store/gate.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import { anApi, NOW_MS, type TestApi } from "../support/api.ts";

/** Two APIs over one storage, as two processes have them. */
async function withTwo(
  test: (apis: TestApi["api"][], clock: ReturnType<typeof createManualClock>) => Promise<void>,
  part: Parameters<typeof anApi>[0] = {},
): Promise<void> {
  const clock = createManualClock(NOW_MS);
  const { now } = clock;
  const gate = await createGate({
    open: () => Deno.openKv(":memory:"),
    clock,
    log: silentLogger,
    canReopen: false,
  });
  const open = async () => {
    const buckets = createBuckets({ openCell: createBucketCells(gate), now });
    return (await anApi({ rateLimit: 100, buckets, now, ...part })).api;
  };
  try {
    await test([await open(), await open()], clock);
  } finally {
    await gate.close();
  }
}

async function ask(
  apis: readonly TestApi["api"][],
  count: number,
  path = "/signals",
  ip = "8.8.8.8",
) {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) => apis[i % apis.length]!.request(path, {}, { ip })),
  );
  await Promise.all(answers.map(({ body }) => body?.cancel()));
  const granted = answers.filter(({ status }) => status === 200).length;
  return { granted, refused: answers.filter(({ status }) => status === 429) };
}

Deno.test("two processes over one store grant 100 requests in 60 s, and not one more", () =>
  withTwo(async (apis, clock) => {
    const { granted, refused } = await ask(apis, 260);
    equal(granted, 100);
    equal(refused.length, 160);
    for (const { headers } of refused) {
      equal(headers.get("retry-after"), "1");
      match(headers.get("content-type")!, /problem\+json/);
      equal(headers.get("ratelimit-limit"), "100");
      equal(headers.get("ratelimit-remaining"), "0");
    }
    await clock.advance(600);
    equal((await ask(apis, 10)).granted, 1);
    await clock.advance(60_000);
    equal((await ask(apis, 260)).granted, 100);
  }));

Deno.test("a client that keeps to Retry-After is never refused", () =>
  withTwo(async (apis, clock) => {
    await ask(apis, 100);
    for (let i = 0; i < 20; i++) {
      const { refused } = await ask([apis[i % 2]!], 1);
      const seconds = Number(refused[0]?.headers.get("retry-after") ?? 1);
      await clock.advance(seconds * 1_000);
      equal((await ask([apis[i % 2]!], 1)).granted, 1);
    }
  }));

Deno.test("health is asked as often as anybody likes, on every path of it", () =>
  withTwo(async (apis) => {
    await ask(apis, 150);
    for (const path of ["/health", "/api/v1/health", "/dashboard/api/health"]) {
      equal((await ask(apis, 150, path)).granted, 150, path);
    }
    equal((await ask(apis, 5, "/signals/health")).granted, 0);
  }));

Deno.test("refusals are counted, and told in the log once a minute and client", async () => {
  const metrics = createMetrics();
  const lines: string[] = [];
  const log = { ...silentLogger, warn: (message: string) => void lines.push(message) };
  await withTwo(async ([api], clock) => {
    await ask([api!], 103);
    await ask([api!], 3, "/signals", "9.9.9.9");
    match(await metrics.render(), /^rate_limit_exceeded_total 3$/m);
    equal(lines.length, 1);
    await clock.advance(61_000);
    await ask([api!], 110);
    equal(lines.length, 2);
  }, { metrics, log });
});

Deno.test("each answer tells the limit and what is left of it", () =>
  withTwo(async ([api]) => {
    for (const left of [99, 98, 97]) {
      const { headers } = await api!.request("/signals", {}, { ip: "1.1.1.1" });
      deepEqual([headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")], [
        "100",
        String(left),
      ]);
    }
  }));

const clients: [string, string][] = [
  ["10.0.0.1", "ip 10.0.0.1"],
  ["::ffff:10.0.0.1", "ip 10.0.0.1"],
  ["2001:db8:1:2:3:4:5:6", "net 2001:db8:1:2"],
  ["2001:0DB8:0001:0002::9", "net 2001:db8:1:2"],
  ["2001:db8::9", "net 2001:db8:0:0"],
  ["::1", "net 0:0:0:0"],
  ["fe80::1%eth0", "net fe80:0:0:0"],
  ["local", "ip local"],
];
for (const [ip, client] of clients) {
  Deno.test(`${ip} asks as ${client}`, () => equal(nameClient(ip), client));
}

Deno.test("whoever changes addresses within one network stays one client", () =>
  withTwo(async (apis) => {
    let granted = 0;
    for (let i = 0; i < 130; i++) {
      granted += (await ask([apis[i % 2]!], 1, "/signals", `2001:db8:1:2::${i.toString(16)}`))
        .granted;
    }
    ok(granted <= 100 && granted >= 90, `${granted}`);
  }));
