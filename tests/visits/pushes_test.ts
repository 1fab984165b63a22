/** Push messages as the service worker counts them: shown and opened, each once, where it may. */
import { deepEqual, equal } from "node:assert/strict";
import { visitReportsSchema } from "../../lib/contracts/visits.ts";
import type { VisitReport } from "../../lib/contracts/visits.ts";
import { createPushCount, permitPushCount } from "../../lib/visits/pushes.ts";
import { addReports, countIds, DAY_MS } from "../support/visits.ts";

/** A worker; `kept` is what pages have left for it. */
function aWorker(kept: unknown = { waiting: [] }) {
  const makeId = countIds();
  const worker = {
    kept,
    nowMs: Date.UTC(2024, 0, 2, 12),
    status: 200 as number | null,
    /** Reports by their ids, as the server has them. */
    server: new Map<string, VisitReport>(),
    requests: 0,
    isBroken: false,
    whileSending: () => {},
  };
  const read = () =>
    worker.isBroken
      ? Promise.reject(new DOMException("gone", "InvalidStateError"))
      : Promise.resolve(structuredClone(worker.kept));
  const write = (value: unknown) => {
    worker.kept = structuredClone(value);
    return Promise.resolve();
  };
  const send = (_path: string, init: RequestInit) => {
    worker.requests++;
    worker.whileSending();
    if (worker.status === null) return Promise.reject(new TypeError("Failed to fetch"));
    const { reports } = visitReportsSchema.parse(JSON.parse(init.body as string));
    if (worker.status === 200) { for (const each of reports) worker.server.set(each.id, each); }
    return Promise.resolve({ status: worker.status });
  };
  const count = createPushCount({ read, write, send, now: () => worker.nowMs, makeId });
  return Object.assign(worker, { count });
}

const sums = (worker: ReturnType<typeof aWorker>) => addReports([...worker.server.values()]);

Deno.test("PWA-10 a message counts as it is shown, and as it is opened", async () => {
  const worker = aWorker();
  await worker.count("pushShown");
  await worker.count("pushOpened");
  await worker.count("pushShown");
  deepEqual(sums(worker), { pushShown: 2, pushOpened: 1 });
  deepEqual(worker.kept, { waiting: [] });
});

for (const kept of [null, undefined, false, "on"]) {
  Deno.test(`PWA-10 where pages left ${kept} nothing is counted, kept or sent`, async () => {
    const worker = aWorker(kept);
    worker.kept = kept;
    await worker.count("pushShown");
    deepEqual([worker.requests, worker.kept], [0, kept]);
  });
}

Deno.test("what is not sent waits for the next message, and never counts twice", async () => {
  const worker = aWorker();
  worker.status = null;
  await worker.count("pushShown");
  await worker.count("pushOpened");
  equal(worker.server.size, 0);
  worker.status = 200;
  await worker.count("pushShown");
  deepEqual(sums(worker), { pushShown: 2, pushOpened: 1 });
  deepEqual(worker.kept, { waiting: [] });
});

Deno.test("messages that come together are each counted", async () => {
  const worker = aWorker();
  await Promise.all(Array.from({ length: 20 }, () => worker.count("pushShown")));
  deepEqual(sums(worker), { pushShown: 20 });
});

Deno.test("at most ten wait, and none longer than two days", async () => {
  const worker = aWorker();
  worker.status = 503;
  for (let i = 0; i < 15; i++) await worker.count("pushShown");
  equal((worker.kept as { waiting: unknown[] }).waiting.length, 10);
  worker.nowMs += 3 * DAY_MS;
  worker.status = 200;
  await worker.count("pushOpened");
  deepEqual(sums(worker), { pushOpened: 1 });
});

Deno.test("PWA-10 a server that does not count ends it, until a page finds otherwise", async () => {
  const worker = aWorker();
  worker.status = 204;
  await worker.count("pushShown");
  equal(worker.kept, null);
  worker.status = 200;
  await worker.count("pushShown");
  equal(worker.server.size, 0);
  worker.kept = permitPushCount(worker.kept, true);
  await worker.count("pushShown");
  equal(worker.server.size, 1);
});

Deno.test("a page that ends counting while a report is on its way has the last word", async () => {
  const worker = aWorker();
  worker.whileSending = () => worker.kept = permitPushCount(worker.kept, false);
  await worker.count("pushShown");
  equal(worker.kept, null);
});

Deno.test("a storage that fails does not hold up the message, and counting recovers", async () => {
  const worker = aWorker();
  worker.isBroken = true;
  await worker.count("pushShown");
  worker.isBroken = false;
  await worker.count("pushShown");
  deepEqual(sums(worker), { pushShown: 1 });
});

Deno.test("leave to count keeps what waits; its end takes everything", () => {
  const waiting = [{ id: crypto.randomUUID(), day: "2024-01-02", counts: { pushShown: 1 } }];
  deepEqual(permitPushCount({ waiting }, true), { waiting });
  deepEqual(permitPushCount(null, true), { waiting: [] });
  deepEqual(permitPushCount({ waiting: "none" }, true), { waiting: [] });
  equal(permitPushCount({ waiting }, false), null);
});
