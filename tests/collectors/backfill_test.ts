import { deepEqual, equal, match, rejects } from "node:assert/strict";
import fc from "fast-check";
import { addStretch, listUndone, runBackfill, type Stretch } from "../../collectors/backfill.ts";
import { SourceAnswerError } from "../../collectors/http.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { aKlineRow, anHttp, aSource } from "../support/exchange.ts";
import { createMemoryStore } from "../support/memory_store.ts";

const MINUTE_MS = 60_000;
const symbol = "BTCUSDT";
const series = { symbol, timeframe: "1m" as const };

/** An exchange that has these minutes, ten to a page, and notes what it was asked. */
function anExchange(minutes: readonly number[], fails: () => boolean = () => false) {
  const asked: number[] = [];
  const respond = (url: string) => {
    const query = new URL(url).searchParams;
    const [from, to] = [Number(query.get("startTime")), Number(query.get("endTime"))];
    asked.push(from / MINUTE_MS);
    if (fails()) return new Response("oops", { status: 500 });
    const rows = minutes.map((minute) => minute * MINUTE_MS)
      .filter((time) => time >= from && time <= to).slice(0, 10);
    return Response.json(rows.map((time) => aKlineRow(time)));
  };
  const source = aSource();
  return {
    asked,
    source: { ...source, bars: { ...source.bars, limitMax: 10 } },
    http: anHttp(createManualClock(), respond),
  };
}

/** A store, and how bars get into it. */
function aTarget() {
  const store = createMemoryStore();
  return { store, put: (bars: readonly Bar[]) => store.bars.putBars(series, bars) };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

Deno.test("a stretch is fetched oldest first, page by page, and each bar stored once", async () => {
  const { asked, source, http } = anExchange(range(0, 100));
  const { store, put } = aTarget();
  const told: number[] = [];
  const options = { source, http, store, put, ...series, serverMs: 1e12 };
  const result = await runBackfill({
    ...options,
    from: 30,
    to: 35 * MINUTE_MS,
    onProgress: ({ doneMs, totalMs }) => told.push(doneMs / totalMs),
  });
  deepEqual(asked, [1, 11, 21, 31]);
  deepEqual(result, {
    bars: 34,
    doneMs: 34 * MINUTE_MS,
    totalMs: 34 * MINUTE_MS,
    isComplete: true,
  });
  equal(told[0], 0);
  equal(told.at(-1), 1);
  const bars = await store.bars.listBars(series);
  deepEqual(bars.map(({ time }) => time / MINUTE_MS), range(1, 35));
  equal(bars[0]?.quality, "observed");
  // A wider stretch asks only for what is missing on both sides.
  asked.length = 0;
  const wider = await runBackfill({ ...options, from: 0, to: 40 * MINUTE_MS });
  deepEqual(asked, [0, 35]);
  deepEqual([wider.bars, wider.isComplete], [6, true]);
});

Deno.test("a stopped backfill goes on where it was, and duplicates nothing", async () => {
  const { asked, source, http } = anExchange(range(0, 100));
  const { store, put } = aTarget();
  const stop = new AbortController();
  const options = {
    source,
    http,
    store,
    put,
    ...series,
    serverMs: 1e12,
    from: 0,
    to: 50 * MINUTE_MS,
  };
  const first = await runBackfill({
    ...options,
    signal: stop.signal,
    onProgress: ({ bars }) => bars >= 20 && stop.abort(),
  });
  deepEqual([first.bars, first.isComplete], [20, false]);
  const second = await runBackfill(options);
  deepEqual([second.bars, second.isComplete], [30, true]);
  deepEqual(asked, [0, 10, 20, 30, 40]);
  equal((await store.bars.listBars(series)).length, 50);
});

Deno.test("an exchange that fails ends the backfill, and what was stored stays done", async () => {
  let asks = 0;
  const { asked, source, http } = anExchange(range(0, 100), () => ++asks === 3);
  const { store, put } = aTarget();
  const options = {
    source,
    http,
    store,
    put,
    ...series,
    serverMs: 1e12,
    from: 0,
    to: 40 * MINUTE_MS,
  };
  await rejects(runBackfill(options), SourceAnswerError);
  equal((await runBackfill(options)).bars, 20);
  deepEqual(asked, [0, 10, 20, 20, 30]);
});

Deno.test("holes of the exchange, its beginning and the bar that still runs are not waited for", async () => {
  const { asked, source, http } = anExchange([1000, 1001, 1500, ...range(2000, 2012)]);
  const { store, put } = aTarget();
  const result = await runBackfill({
    source,
    http,
    store,
    put,
    ...series,
    from: 0,
    to: 1e12,
    serverMs: 2010.5 * MINUTE_MS,
  });
  deepEqual(asked, [0, 2007]);
  const bars = await store.bars.listBars(series);
  deepEqual(bars.map(({ time }) => time / MINUTE_MS), [1000, 1001, 1500, ...range(2000, 2010)]);
  equal(result.isComplete, true);
});

Deno.test("a stretch that ends before it begins is refused, one in the future is empty", async () => {
  const { asked, source, http } = anExchange([]);
  const options = { source, http, ...aTarget(), ...series, serverMs: 1_000_000 };
  await rejects(runBackfill({ ...options, from: 5, to: 5 }), (error) => {
    match((error as Error).message, /BTCUSDT: the start must lie before the end, was 5 to 5/);
    return error instanceof RangeError;
  });
  equal((await runBackfill({ ...options, from: 2e6, to: 3e6 })).isComplete, true);
  deepEqual(asked, []);
});

const stretch = fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 10 }))
  .map(([from, length]): Stretch => ({ from, to: from + length }));
const cover = (stretches: readonly Stretch[]) =>
  new Set(stretches.flatMap(({ from, to }) => range(from, to)));

Deno.test("what is done and what is not make up the whole stretch, without overlap", () => {
  fc.assert(fc.property(fc.array(stretch), stretch, (added, wanted) => {
    const done = added.reduce<Stretch[]>((all, one) => addStretch(all, one), []);
    deepEqual([...cover(done)].sort(), [...cover(added)].sort());
    for (let i = 1; i < done.length; i++) equal(done[i]!.from > done[i - 1]!.to, true);
    const undone = cover(listUndone(wanted, done));
    for (const at of range(wanted.from, wanted.to)) equal(undone.has(at), !cover(done).has(at));
    equal([...undone].every((at) => at >= wanted.from && at < wanted.to), true);
  }));
});
