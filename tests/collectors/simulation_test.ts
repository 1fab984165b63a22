import { deepEqual, equal, ok } from "node:assert/strict";
import { simulate, simulatedSources } from "../support/simulated_day.ts";

const hourMs = 3_600_000;
const none = Object.fromEntries(simulatedSources.map(({ key }) => [key, 0]));

Deno.test("a day at the stated limits: never refused, nothing older than 5 minutes, people first", async () => {
  const { refused, oldest, waitMaxMs, credits, requests } = await simulate({
    hours: 24,
    processes: 1,
  });
  deepEqual(refused, none);
  for (const [key, seconds] of Object.entries(oldest)) {
    ok(seconds < 300, `${key} was ${seconds} s old`);
  }
  ok(waitMaxMs <= 5_000, `a person waited ${waitMaxMs} ms`);
  // A thirty-first of the month's credits, and the feeds' first round.
  ok(credits.coingecko! <= 10_000 / 31 + 12, `${credits.coingecko} credits`);
  ok(requests.coinmarketcap_dex! > 24 * 12 * 20);
});

Deno.test("two processes that share a store keep each limit together", async () => {
  const { refused, oldest } = await simulate({ hours: 6, processes: 2 });
  deepEqual(refused, none);
  for (const seconds of Object.values(oldest)) ok(seconds < 300);
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
  ok(Object.values(oldest).every((seconds) => seconds < 3 * 3600 + 900));
});
