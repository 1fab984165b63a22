/** Bars of a source without trades: filled between, folded, told once, and right after a split. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar } from "../../lib/market/mod.ts";
import { aBar, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { aStock, listSessions, type SessionWorld, startSessions } from "../support/sessions.ts";

const SHARE = "THYAO.IS";
const HOUR_MS = 60 * MINUTE_MS;
const source = { source: "yahoo" };
const [friday, monday] = listSessions("bist", "2026-11-20", "2026-11-23");
const day = Date.parse("2026-11-20");
const LATE_MS = 20 * MINUTE_MS;

const minute = (i: number, part: Partial<Bar> = {}): Bar =>
  aBar({ time: friday!.openMs + i * MINUTE_MS, open: 300 + (i % 5), volume: 7, ...part });
const minutes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => minute(from + i));

/** A live pipeline on which the share is followed; `poll` hands bars on when they are told. */
async function start(startMs = friday!.openMs, store = createMemoryStore()) {
  const world = await startSessions({ startMs, store });
  const intake = world.pipeline.intake.forExchange("bist");
  intake.setSymbols([SHARE]);
  const poll = async (bars: readonly Bar[], timeframe: "1m" | "1d" = "1m") => {
    const last = bars.reduce((newest, { time }) => Math.max(newest, time), 0);
    world.clock.set(timeframe === "1m" ? last + LATE_MS : friday!.closeMs + LATE_MS);
    await intake.addPolledBars(SHARE, timeframe, bars, source);
  };
  /** A session's minutes as they are told in time: half an hour in each answer. */
  const pollInTime = async (bars: readonly Bar[]) => {
    for (let i = 0; i < bars.length; i += 30) await poll(bars.slice(i, i + 30));
  };
  return { ...world, intake, poll, pollInTime };
}

const tell = ({ told }: SessionWorld, timeframe = "1m") =>
  told.filter((one) => one.timeframe === timeframe)
    .flatMap(({ kind, times }) => times.map(() => kind));

Deno.test("polled minutes are stored, told as newly closed and published, however late", async () => {
  const world = await start();
  await world.poll(minutes(0, 10));
  assert.deepEqual(await world.list(SHARE), minutes(0, 10));
  assert.deepEqual(tell(world), Array(10).fill("closed"));
  assert.equal(world.updates.filter(({ timeframe }) => timeframe === "1m").length, 10);
  const { source: told, expected, received, missing } = world.row(SHARE);
  assert.deepEqual([told, expected, received, missing], ["yahoo", 10, 10, 0]);
  assert.deepEqual((await world.store.gaps.list()).items, []);
});

Deno.test("the same bars polled twice change nothing and are told once", async () => {
  const world = await start();
  for (let i = 0; i < 2; i++) await world.pollInTime(minutes(0, 60));
  assert.deepEqual(tell(world), Array(60).fill("closed"));
  assert.equal((await world.list(SHARE)).length, 60);
  // From 09:40 to 10:40: what the session has of its first hour, and most of the second.
  assert.equal((await world.list(SHARE, "1h")).length, 1);
  const { compared, repaired } = world.pipeline.stats();
  assert.deepEqual([compared, repaired], [0, 0]);
});

Deno.test("minutes that were not told are filled at the close before, in and between answers", async () => {
  const world = await start();
  await world.poll([minute(0), minute(1), minute(4)]);
  await world.poll([minute(7)]);
  const bars = await world.list(SHARE);
  assert.deepEqual(bars.map(({ quality }) => quality[0]).join(""), "ooffoffo");
  assert.deepEqual(bars[2], { ...minute(2), ...flat(301), quality: "filled", volume: 0 });
  assert.deepEqual(bars[6]!.close, 304);
  assert.deepEqual([world.row(SHARE).filled, world.row(SHARE).missing], [4, 0]);
});

const flat = (price: number) => ({ open: price, high: price, low: price, close: price });

Deno.test("a filled minute that is told after all is mended", async () => {
  const world = await start();
  await world.poll([minute(0), minute(2)]);
  await world.poll([minute(1), minute(2)]);
  const bars = await world.list(SHARE);
  assert.deepEqual(bars.map(({ quality }) => quality), ["observed", "repaired", "observed"]);
  assert.equal(bars[1]!.volume, 7);
});

Deno.test("no minute between two sessions is filled, and the end of the first one is", async () => {
  const world = await start();
  await world.poll(minutes(0, 505));
  await world.poll([aBar({ time: monday!.openMs + 2 * MINUTE_MS, open: 310 })]);
  const bars = await world.list(SHARE);
  assert.equal(bars.length, 510 + 3);
  assert.deepEqual(bars.slice(505, 512).map(({ time, quality }) => [time, quality]), [
    ...[505, 506, 507, 508, 509].map((i) => [minute(i).time, "filled"]),
    [monday!.openMs, "filled"],
    [monday!.openMs + MINUTE_MS, "filled"],
  ]);
  assert.equal(world.row(SHARE).missing, 0);
});

Deno.test("more than a session of silence is left open", async () => {
  const world = await start();
  await world.poll(minutes(0, 5));
  const [later] = listSessions("bist", "2026-11-25", "2026-11-25");
  await world.poll([aBar({ time: later!.openMs, open: 310 })]);
  assert.equal((await world.list(SHARE)).length, 6);
  assert.equal(world.row(SHARE).missing, 505 + 2 * 510);
});

Deno.test("a day's own bar ends its session: its last minutes were quiet, and all is complete", async () => {
  const world = await start();
  await world.pollInTime(minutes(0, 500));
  assert.equal((await world.list(SHARE, "1d")).length, 0);
  const told = aBar({ time: day, open: 300, high: 305, low: 299, close: 304, volume: 9_000 });
  await world.poll([told], "1d");
  assert.deepEqual(await world.list(SHARE, "1d"), [told]);
  assert.equal((await world.list(SHARE)).length, 510);
  // 06:40 to 15:10 UTC.
  assert.equal((await world.list(SHARE, "1h")).length, 10);
  assert.equal((await world.list(SHARE, "4h")).length, 3);
  assert.deepEqual(tell(world, "1d"), ["closed"]);
  assert.deepEqual(tell(world, "1h"), Array(10).fill("closed"));
});

Deno.test("a fetched day wins over the folded one, and the split that rewrites it over both", async () => {
  const world = await start();
  await world.pollInTime(minutes(0, 510));
  assert.equal((await world.list(SHARE, "1d"))[0]!.volume, 510 * 7);
  const fetched = aBar({ time: day, open: 300, high: 305, low: 299, close: 304, volume: 9_000 });
  await world.poll([fetched], "1d");
  assert.deepEqual(await world.list(SHARE, "1d"), [fetched]);
  // A corrected minute is folded into its hour, and leaves the day as it was told.
  await world.poll([minute(3, { high: 400 })]);
  assert.equal((await world.list(SHARE, "1h"))[0]!.high, 400);
  assert.deepEqual(await world.list(SHARE, "1d"), [fetched]);
  const split = { ...fetched, open: 150, high: 152.5, low: 149.5, close: 152, volume: 18_000 };
  await world.poll([split], "1d");
  assert.deepEqual(await world.list(SHARE, "1d"), [split]);
  assert.deepEqual(tell(world, "1d"), ["closed", "repaired", "repaired"]);
});

Deno.test("the distant past is history, what ended within the hour is newly closed", async () => {
  const world = await start();
  world.clock.set(friday!.openMs + 200 * MINUTE_MS);
  await world.intake.addPolledBars(SHARE, "1m", minutes(0, 180), source);
  const kinds = tell(world);
  // Minute 139 ended exactly an hour before.
  assert.equal(kinds.filter((kind) => kind === "history").length, 140);
  assert.equal(kinds.filter((kind) => kind === "closed").length, 40);
  const years = Array.from({ length: 20 }, (_, i) => aBar({ time: day - (i + 3) * 86_400_000 }))
    .filter(({ time }) => ![0, 6].includes(new Date(time).getUTCDay()));
  await world.intake.addPolledBars(SHARE, "1d", years, source);
  assert.ok(tell(world, "1d").every((kind) => kind === "history"));
});

Deno.test("in a recording the market that streams is the clock", async () => {
  const world = await startSessions({ startMs: 1_900_000_000_000, mode: "replay" });
  const intake = world.pipeline.intake.forExchange("bist");
  world.pipeline.intake.forExchange("binance").advance(friday!.openMs + 200 * MINUTE_MS);
  await intake.addPolledBars(SHARE, "1m", minutes(0, 180), source);
  assert.equal(tell(world).filter((kind) => kind === "closed").length, 40);
});

Deno.test("a polled share has a price, and an older bar does not take it back", async () => {
  const world = await start();
  await world.poll(minutes(0, 3));
  await world.poll(minutes(0, 1));
  const [price, ...others] = world.pipeline.listPrices();
  assert.deepEqual([price?.symbol, price?.price, price?.eventMs, price?.source, others.length], [
    SHARE,
    302,
    minute(3).time,
    "yahoo",
    0,
  ]);
});

Deno.test("a restart goes on where the last poll ended, without a hole", async () => {
  const store = createMemoryStore();
  await store.symbols.put(aStock(SHARE, "bist"));
  const before = await start(friday!.openMs, store);
  await before.poll(minutes(0, 100));
  await before.pipeline.stop();
  const world = await start(friday!.openMs + 130 * MINUTE_MS, store);
  await world.poll(minutes(103, 140));
  assert.deepEqual(world.intake.listHoles(), []);
  assert.deepEqual([world.row(SHARE).filled, world.row(SHARE).missing], [3, 0]);
  // 06:40 to 09:00 UTC.
  assert.equal((await world.list(SHARE, "1h")).length, 3);
  assert.deepEqual((await store.gaps.list()).items, []);
});

const hostile: [name: string, bars: Bar[]][] = [
  ["nothing", []],
  ["a bar that is not closed", [minute(0, { closed: false })]],
  ["a price that is no number", [minute(0, { close: NaN })]],
  ["a high below its low", [minute(0, { high: 1, low: 2 })]],
  ["a bar before the open", [minute(-1)]],
  ["a bar after the close", [minute(510)]],
  ["a bar of a Sunday", [aBar({ time: Date.parse("2026-11-22T10:00Z") })]],
];
for (const [name, bars] of hostile) {
  Deno.test(`not kept: ${name}`, async () => {
    const world = await start();
    await world.poll(bars);
    assert.deepEqual([await world.list(SHARE), world.told], [[], []]);
  });
}

Deno.test("in whatever order and pieces a session is polled, the same bars are stored", async () => {
  const all = minutes(0, 90).filter((_, i) => i % 4 !== 2);
  const whole = await start();
  await whole.poll(all);
  const expected = await whole.list(SHARE);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(all.length), fc.nat(all.length)), { maxLength: 5 }),
      async (cuts) => {
        const world = await start();
        world.clock.set(friday!.openMs + 2 * HOUR_MS);
        for (const [from, to] of cuts) {
          await world.poll(all.slice(Math.min(from, to), Math.max(from, to)).toReversed());
        }
        await world.poll(all);
        const figures = (bars: Bar[]) => bars.map(({ quality: _quality, ...bar }) => bar);
        assert.deepEqual(figures(await world.list(SHARE)), figures(expected));
        assert.equal(world.row(SHARE).missing, 0);
      },
    ),
    { numRuns: 25 },
  );
});
