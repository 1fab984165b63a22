import { deepEqual, equal, ok } from "node:assert/strict";
import { simulate, simulatedSources } from "../support/simulated_day.ts";
import { visit } from "../support/visitors.ts";

const hourMs = 3_600_000;
/**
 * Five minutes, or how often its fastest feed is asked; where a month's credits forbid that, the 15
 * minutes of a cycle.
 */
const oldestMax = Object.fromEntries(
  simulatedSources.map(({ key, feeds, creditsPerMonth }) => {
    const fastest = Math.min(...feeds.map(({ cadenceMs }) => cadenceMs)) / 1_000;
    const least = creditsPerMonth === undefined ? 300 : 900;
    return [key, Math.max(least, fastest * (creditsPerMonth === undefined ? 1 : 1.1))];
  }),
);
const none = Object.fromEntries(simulatedSources.map(({ key }) => [key, 0]));

Deno.test("a day at the stated limits: never refused, nothing older than 5 minutes, people first", async () => {
  const { refused, oldest, waitMaxMs, credits, requests } = await simulate({
    hours: 24,
    processes: 1,
  });
  deepEqual(refused, none);
  for (const [key, seconds] of Object.entries(oldest)) {
    ok(seconds < oldestMax[key]!, `${key} was ${seconds} s old`);
  }
  ok(waitMaxMs <= 5_000, `a person waited ${waitMaxMs} ms`);
  // A thirty-first of the month's credits, and the feeds' first round.
  ok(credits.coingecko! <= 10_000 / 31 + 12, `${credits.coingecko} credits`);
  ok(requests.coingecko! > 24 * 12, "the feed of 5 minutes was asked all day");
});

Deno.test("two processes that share a store keep each limit together", async () => {
  const { refused, oldest } = await simulate({ hours: 6, processes: 2 });
  deepEqual(refused, none);
  for (const [key, seconds] of Object.entries(oldest)) ok(seconds < oldestMax[key]!, key);
});

Deno.test("a clock that is set forwards and back costs no refusal, and no source for long", async () => {
  const jumps: Record<number, number> = {
    40: hourMs,
    90: -hourMs,
    150: -3 * hourMs,
    200: 20_000,
    230: -20_000,
    260: 3 * hourMs,
  };
  const { refused, oldest } = await simulate({
    hours: 6,
    processes: 2,
    onMinute: (minute, clock) => clock.set(jumps[minute] ?? 0),
  });
  equal(Object.values(refused).reduce((sum, count) => sum + count, 0), 0);
  // Ages are counted by the clock that was set, so they may be off by as much for one minute.
  for (const [key, seconds] of Object.entries(oldest)) {
    ok(seconds < 3 * 3600 + 600 + oldestMax[key]!, `${key} was ${seconds} s old`);
  }
});

Deno.test("batching saves three calls in ten, of the same visits", async () => {
  const single = await visit({ batch: { batchMs: 0, batchMax: 1 }, visits: 500 });
  const merged = await visit({ batch: { batchMs: 25, batchMax: 250 }, visits: 500 });
  ok(merged.calls <= single.calls * 0.7, `${merged.calls} of ${single.calls} calls`);
  ok(single.calls > 500, "the workload asks");
});

Deno.test("of people's questions 95 in 100 are answered while sources are limited and refuse", async () => {
  const { share } = await visit({
    batch: { batchMs: 25, batchMax: 250 },
    isLimited: true,
    visits: 500,
  });
  ok(share > 0.95, `${share} were answered`);
});
