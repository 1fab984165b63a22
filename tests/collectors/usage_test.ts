import { deepEqual } from "node:assert/strict";
import { createUsage } from "../../collectors/usage.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";

const startMs = Date.UTC(2026, 10, 19, 22);

Deno.test("what could not be written is written the next time, and once more at the end", async () => {
  const clock = createManualClock(startMs);
  const written: number[] = [];
  let fails = 1;
  const usage = createUsage({
    usage: {
      putMany(rows) {
        if (fails-- > 0) return Promise.reject(new Error("no store"));
        written.push(rows[0]!.request_count);
        return Promise.resolve();
      },
    },
    holder: "p",
    clock,
    log: silentLogger,
  });
  const stop = new AbortController();
  const running = usage.run(stop.signal);
  usage.note("one", "a", { outcome: "ok", ms: 1, credits: 0 });
  await clock.advance(60_000);
  deepEqual(written, []);
  await clock.advance(60_000);
  deepEqual(written, [1]);
  usage.note("one", "a", { outcome: "ok", ms: 1, credits: 0 });
  stop.abort();
  await running;
  deepEqual(written, [1, 2]);
});
