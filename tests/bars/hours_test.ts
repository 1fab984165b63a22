/** Sessions on the grid of bars. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addBar,
  addTrade,
  advanceBuilder,
  aggregateBars,
  countBuckets,
  countParts,
  createAggregator,
  createBarBuilder,
  createTradingHours,
  findBucketClose,
  isNextBucket,
  isSameBar,
  reconcileBar,
} from "../../lib/bars/mod.ts";
import { type Bar, timeframeMs, timeframes } from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import { aBar, aTrade } from "../support/market.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const calendar = getCalendar("alpaca")!;
const hours = createTradingHours(calendar);
const bist = createTradingHours(getCalendar("bist")!);
const at = (text: string) => Date.parse(`${text}Z`);

const opens: [name: string, from: string, to: string, minutes: number][] = [
  ["a usual day", "2026-11-25T00:00", "2026-11-26T00:00", 390],
  ["a holiday", "2026-11-26T00:00", "2026-11-27T00:00", 0],
  ["a half day", "2026-11-27T00:00", "2026-11-28T00:00", 210],
  ["a weekend", "2026-11-28T00:00", "2026-11-30T00:00", 0],
  ["an hour that opens at half past", "2026-11-25T14:00", "2026-11-25T15:00", 30],
  ["from within a session to within the next one", "2026-11-25T20:59", "2026-11-27T14:31", 2],
  ["the week in which the clocks go back", "2026-10-30T00:00", "2026-11-03T00:00", 780],
  ["nothing", "2026-11-25T15:00", "2026-11-25T15:00", 0],
  ["a stretch that runs backwards", "2026-11-25T15:00", "2026-11-25T14:00", 0],
];
for (const [name, from, to, minutes] of opens) {
  Deno.test(`open minutes: ${name}`, () => {
    assert.equal(hours.measureOpen(at(from), at(to)) / minuteMs, minutes);
    assert.equal(countBuckets(hours, { from: at(from), to: at(to) }, minuteMs), minutes);
  });
}

Deno.test("the open moves with the clocks of New York, not with those of Istanbul", () => {
  assert.equal(hours.findOpen(at("2026-10-30T00:00")), at("2026-10-30T13:30"));
  assert.equal(hours.findOpen(at("2026-10-31T00:00")), at("2026-11-02T14:30"));
  assert.equal(bist.findOpen(at("2026-10-30T00:00")), at("2026-10-30T06:40"));
  assert.equal(bist.findOpen(at("2026-10-31T00:00")), at("2026-11-02T06:40"));
});

const buckets: [timeframe: "1h" | "4h" | "1d", count: number][] = [["1h", 7], ["4h", 3], ["1d", 1]];
for (const [timeframe, count] of buckets) {
  Deno.test(`a usual session reaches into ${count} buckets of ${timeframe}`, () => {
    const day = { from: at("2026-11-25T00:00"), to: at("2026-11-26T00:00") };
    assert.equal(countBuckets(hours, day, timeframeMs[timeframe]), count);
  });
}

Deno.test("without hours every bucket counts", () => {
  assert.equal(countBuckets(null, { from: 0, to: dayMs }, minuteMs), 1440);
  assert.equal(countParts("1m", "1d", 0, null), 1440);
  assert.ok(isNextBucket(null, 0, minuteMs, minuteMs));
  assert.ok(!isNextBucket(null, 0, 2 * minuteMs, minuteMs));
  assert.equal(findBucketClose(null, { from: 0, to: dayMs }), dayMs);
});

Deno.test("the bar after a session's last is the next session's first", () => {
  const last = at("2026-11-25T20:59");
  assert.ok(isNextBucket(hours, last, at("2026-11-27T14:30"), minuteMs));
  assert.ok(!isNextBucket(hours, last, at("2026-11-27T14:31"), minuteMs));
  assert.ok(!isNextBucket(hours, last, at("2026-11-30T14:30"), minuteMs));
  assert.ok(!isNextBucket(hours, last, last, minuteMs));
  const hour = at("2026-11-25T20:00");
  assert.ok(isNextBucket(hours, hour, at("2026-11-27T14:00"), timeframeMs["1h"]));
  assert.ok(isNextBucket(hours, at("2026-11-27T00:00"), at("2026-11-30T00:00"), dayMs));
});

Deno.test("a bucket closes with its last session", () => {
  const day = { from: at("2026-11-27T00:00"), to: at("2026-11-28T00:00") };
  assert.equal(findBucketClose(hours, day), at("2026-11-27T18:00"));
  const holiday = { from: at("2026-11-26T00:00"), to: at("2026-11-27T00:00") };
  assert.equal(findBucketClose(hours, holiday), holiday.to);
});

Deno.test("outside the table it is always open, which is told once", () => {
  const told: number[] = [];
  const some = createTradingHours(calendar, (timeMs) => told.push(timeMs));
  const before = at("2010-01-02T03:00");
  const after = at("2040-01-01T03:00");
  for (const time of [before, after, -1, NaN]) {
    assert.equal(some.isOpen(time), true);
    assert.equal(some.findOpen(time), time);
  }
  assert.deepEqual(told, [before]);
  assert.equal(some.measureOpen(before, before + dayMs), dayMs);
  assert.equal(some.measureOpen(after, after + dayMs), dayMs);
  const border = Date.parse(calendar.firstDay) + dayMs;
  const [outside, ...inside] = some.listOpen(border - dayMs, border + 10 * dayMs);
  assert.deepEqual(outside, { from: border - dayMs, to: border });
  assert.ok(inside.length >= 4);
  const end = Date.parse(calendar.lastDay);
  assert.deepEqual(some.listOpen(end - 1, end + dayMs).at(-1), { from: end, to: end + dayMs });
  assert.ok(some.findOpen(end - dayMs) <= end);
});

Deno.test("parts of a stretch add up, and no time of them is closed", () => {
  const from = at("2026-10-01T00:00");
  fc.assert(fc.property(fc.nat(60 * 1440), fc.nat(60 * 1440), fc.nat(60 * 1440), (a, b, c) => {
    const [low, middle, high] = [a, b, c].sort((x, y) => x - y).map((x) => from + x * minuteMs);
    const whole = hours.measureOpen(low!, high!);
    assert.equal(whole, hours.measureOpen(low!, middle!) + hours.measureOpen(middle!, high!));
    for (const open of hours.listOpen(low!, high!)) {
      assert.ok(hours.isOpen(open.from) && hours.isOpen(open.to - 1));
    }
    assert.equal(hours.isOpen(low!), hours.findOpen(low!) === low);
  }));
});

/** Closed minutes from `from` on, as a builder with `some` hours makes them of one trade. */
function build(from: string, to: string, some: typeof hours | null): Bar[] {
  const builder = createBarBuilder("1m", some);
  const bars: Bar[] = [];
  addTrade(builder, aTrade({ eventMs: at(from) }), (bar) => bars.push(bar));
  advanceBuilder(builder, at(to), (bar) => bars.push(bar));
  return bars;
}

Deno.test("a builder fills quiet minutes only while the market is open", () => {
  const bars = build("2026-11-25T20:57", "2026-11-27T14:33", hours);
  assert.deepEqual(bars.map(({ time }) => time), [
    ...["2026-11-25T20:57", "2026-11-25T20:58", "2026-11-25T20:59"].map(at),
    ...["2026-11-27T14:30", "2026-11-27T14:31", "2026-11-27T14:32"].map(at),
  ]);
  assert.equal(build("2026-11-25T20:57", "2026-11-25T21:57", null).length, 60);
});

Deno.test("a feast longer than a week is no silence of a week", () => {
  // Closed from 26 May 2026 09:40 UTC to 1 June; with the days around it in quiet trade.
  const bars = build("2026-05-20T06:40", "2026-06-01T06:45", bist);
  assert.equal(bars.length, 4 * 510 - 330 + 510 + 5);
});

Deno.test("each longer bar is complete with the last minute that it can have", () => {
  for (const day of ["2026-11-25", "2026-11-27"]) {
    const aggregator = createAggregator("1m", hours);
    const [{ from, to } = { from: 0, to: 0 }] = hours.listOpen(
      Date.parse(day),
      Date.parse(day) + dayMs,
    );
    const ends = new Map<string, number[]>();
    for (let time = from; time < to; time += minuteMs) {
      for (const { timeframe } of addBar(aggregator, aBar({ time }))) {
        ends.set(timeframe, [...ends.get(timeframe) ?? [], time + minuteMs]);
      }
    }
    for (const timeframe of timeframes.slice(1)) {
      const lengthMs = timeframeMs[timeframe];
      assert.equal(ends.get(timeframe)?.length, countBuckets(hours, { from, to }, lengthMs));
      assert.equal(ends.get(timeframe)?.at(-1), to, timeframe);
    }
  }
});

Deno.test("with a session's minute missing the longer bar is not complete", () => {
  const aggregator = createAggregator("1m", hours);
  const from = at("2026-11-27T14:30");
  const found = [];
  for (let time = from; time < at("2026-11-27T18:00"); time += minuteMs) {
    if (time !== from + minuteMs) found.push(...addBar(aggregator, aBar({ time })));
  }
  assert.equal(found.filter(({ timeframe }) => timeframe === "1d").length, 0);
  assert.equal(found.filter(({ timeframe }) => timeframe === "1h").length, 3);
});

Deno.test("bars are aggregated over the minutes of the session alone", () => {
  const minutes = Array.from(
    { length: 30 },
    (_, i) => aBar({ time: at("2026-11-27T14:30") + i * minuteMs, open: 100 + i }),
  );
  const bar = aggregateBars(minutes, "1m", "1h", hours);
  assert.deepEqual([bar?.time, bar?.open, bar?.close, bar?.volume], [
    at("2026-11-27T14:00"),
    100,
    129,
    30,
  ]);
  assert.equal(aggregateBars(minutes, "1m", "1h"), null);
  assert.equal(aggregateBars(minutes.slice(1), "1m", "1h", hours), null);
  assert.equal(aggregateBars([], "1m", "1h", hours), null);
});

Deno.test("where volume is counted apart prices alone decide, and the exchange's volume wins", () => {
  const ours = aBar({ volume: 10 });
  const exchange = aBar({ volume: 13 });
  assert.equal(isSameBar(ours, exchange), false);
  assert.equal(isSameBar(ours, exchange, { isVolumeApart: true }), true);
  const apart = reconcileBar(ours, exchange, { isVolumeApart: true });
  assert.deepEqual([apart.isEqual, apart.isChanged, apart.bar.volume, apart.bar.quality], [
    true,
    true,
    13,
    "observed",
  ]);
  assert.equal(reconcileBar(ours, exchange).bar.quality, "repaired");
  const wrong = reconcileBar(ours, aBar({ high: 101 }), { isVolumeApart: true });
  assert.deepEqual([wrong.isEqual, wrong.bar.quality], [false, "repaired"]);
});
