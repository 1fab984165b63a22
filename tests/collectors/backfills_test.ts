import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { type BackfillRequest, openBackfills } from "../../collectors/backfills.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { aKlineRow, anHttp, aSource, turn } from "../support/exchange.ts";
import { createMemoryStore } from "../support/memory_store.ts";

const MINUTE_MS = 60_000;
const request = (part: Partial<BackfillRequest> = {}): BackfillRequest => ({
  exchange: "binance",
  symbol: "BTCUSDT",
  timeframe: "1m",
  from: 0,
  to: 30 * MINUTE_MS,
  ...part,
});

/** A world whose exchange has every minute, ten to a page, and waits for `gate` before each. */
function aWorld() {
  const clock = createManualClock();
  const source = aSource();
  const taken: number[] = [];
  const world = {
    clock,
    taken,
    asked: 0,
    gate: Promise.resolve(),
    answer: (rows: unknown[]) => Response.json(rows),
  };
  const http = anHttp(clock, async (url) => {
    world.asked++;
    await world.gate;
    const from = Number(new URL(url).searchParams.get("startTime"));
    return world.answer(Array.from({ length: 10 }, (_, i) => aKlineRow(from + i * MINUTE_MS)));
  });
  const store = createMemoryStore();
  const options = {
    store,
    clock,
    log: silentLogger,
    intake: {
      addHistory(_symbol: string, _timeframe: string, bars: readonly Bar[]) {
        taken.push(...bars.map(({ time }) => time / MINUTE_MS));
        return Promise.resolve();
      },
    },
    getSource: (exchange: string) =>
      exchange === "binance"
        ? {
          source: { ...source, bars: { ...source.bars, limitMax: 10 } },
          http,
          getTime: () => Promise.resolve(1e12),
        }
        : null,
  };
  return { world, open: () => openBackfills(options) };
}

const settle = async () => {
  await turn(40);
};

Deno.test("backfills run one after the other and say how far they are", async () => {
  const { world, open } = aWorld();
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const backfills = await open();
  const first = await backfills.start(request());
  const second = await backfills.start(request({ from: 30 * MINUTE_MS, to: 40 * MINUTE_MS }));
  await settle();
  deepEqual(backfills.list().map(({ status }) => status), ["waiting", "running"]);
  equal((await backfills.start(request())).id, first.id, "the same one is joined");
  gate.resolve();
  await settle();
  deepEqual(backfills.list().map(({ status, bars }) => [status, bars]), [["done", 10], [
    "done",
    30,
  ]]);
  deepEqual(world.taken, Array.from({ length: 40 }, (_, i) => i));
  const { done_ms, total_ms } = backfills.get(second.id)!;
  deepEqual([done_ms, total_ms], [10 * MINUTE_MS, 10 * MINUTE_MS]);
  equal(backfills.get("nobody"), null);
  await backfills.close();
});

Deno.test("what a closed process left goes on at the next start, without fetching twice", async () => {
  const { world, open } = aWorld();
  const before = await open();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.gate = gates[0]!.promise;
  const { id } = await before.start(request());
  await settle();
  world.gate = gates[1]!.promise;
  gates[0]!.resolve();
  await settle();
  const closing = before.close();
  gates[1]!.resolve();
  await closing;
  const asked = world.asked;
  const after = await open();
  await settle();
  equal(after.get(id)?.status, "done");
  deepEqual([...new Set(world.taken)].length, 30);
  equal(world.asked <= asked + 2, true, `${world.asked} after ${asked}`);
  await after.close();
});

Deno.test("a stopped backfill ends after its batch and stays stopped", async () => {
  const { world, open } = aWorld();
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const backfills = await open();
  const { id } = await backfills.start(request());
  await settle();
  equal((await backfills.stop(id))?.status, "stopped");
  gate.resolve();
  await settle();
  equal(backfills.get(id)?.status, "stopped");
  equal(world.taken.length <= 10, true);
  equal(await backfills.stop("nobody"), null);
  await backfills.close();
  const after = await open();
  await settle();
  equal(after.get(id)?.status, "stopped");
  await after.close();
});

Deno.test("an exchange that answers nonsense fails its backfill, and the next one still runs", async () => {
  const { world, open } = aWorld();
  const backfills = await open();
  world.answer = () => Response.json({ code: -1121, msg: "Invalid symbol." }, { status: 400 });
  const { id } = await backfills.start(request({ symbol: "NOBODY" }));
  await settle();
  equal(backfills.get(id)?.status, "failed");
  match(backfills.get(id)?.error ?? "", /Invalid symbol/);
  world.answer = (rows) => Response.json(rows);
  const next = await backfills.start(request());
  await settle();
  equal(backfills.get(next.id)?.status, "done");
  await rejects(backfills.start(request({ exchange: "nobody" })), /nobody: it has no past/);
  await backfills.close();
});
