/** A move of bars is confirmed and checked before it is called one; else a probable fault (NEW-10). */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import {
  type BarChecks,
  type BarStep,
  confirmStep,
  explainStep,
  type Find,
  followBar,
  isBarFault,
  judgeOutcome,
} from "../../lib/signals/mod.ts";
import { createBarColumns } from "../../lib/market/mod.ts";

const HOUR_MS = 3_600_000;
const T = Date.UTC(2024, 2, 10, 12);
const detector = { windowMs: 24 * HOUR_MS };

function aMove(percent: number, threshold = 5): Find {
  return {
    type: "price_alert",
    magnitude: Math.abs(percent) / threshold,
    data: {
      price: 100 + percent,
      price_24h_ago: 100,
      price_change_24h: percent,
      direction: percent > 0 ? "up" : "down",
      threshold_percent: threshold,
    },
  };
}

function aRush(ratio: number): Find {
  return {
    type: "volume_anomaly",
    magnitude: ratio / 2,
    data: { ratio, threshold_ratio: 2 },
  };
}

function told(find: Find, timestamp: number, data: Record<string, unknown>): SignalRecord {
  return {
    id: "s",
    source: "binance",
    type: find.type,
    entity: "ETHUSDT",
    data: { ...find.data, magnitude: find.magnitude, event_started: timestamp, ...data },
    confidence_score: 0.5,
    timestamp,
    processed: false,
    created_at: 0,
    updated_at: 0,
    evidence: {
      inputHash: "",
      parameterVersion: "",
      modelVersion: null,
      barTime: timestamp - HOUR_MS,
      timeframe: "1h",
      claim: "activity",
      horizonMs: timestamp + 24 * HOUR_MS,
    },
    factors: {},
  };
}

const follow = (
  previous: SignalRecord | null,
  { find = null, measured = find, hours = 1, isFilled = false }: {
    find?: Find | null;
    measured?: Find | null;
    hours?: number;
    isFilled?: boolean;
  },
) => {
  const step = followBar(previous, {
    find,
    measured,
    timestamp: T + hours * HOUR_MS,
    isFilled,
    detector,
  });
  return step && [step.emission, step.cause, step.samples];
};

const first = told(aMove(8), T, { cause: "unconfirmed", samples: 1 });
const sure = told(aMove(8), T, { cause: "confirmed", samples: 2 });
const gone = told(aMove(1), T, { cause: "reverted", samples: 1 });

for (
  const { name, previous, bar, expected } of [
    {
      name: "the first bar of a move is told as unconfirmed",
      previous: null,
      bar: { find: aMove(8) },
      expected: ["new", "unconfirmed", 1],
    },
    {
      name: "a second bar that agrees has it checked, though it is weaker",
      previous: first,
      bar: { find: aMove(6) },
      expected: ["update", null, 2],
    },
    {
      name: "a bar without a trade is no second sample",
      previous: first,
      bar: { find: aMove(8), isFilled: true },
      expected: null,
    },
    {
      name: "a move that is gone in the next bar is taken back",
      previous: first,
      bar: { measured: aMove(1) },
      expected: ["update", "reverted", 1],
    },
    {
      name: "a move the other way takes it back too",
      previous: first,
      bar: { measured: aMove(-4) },
      expected: ["update", "reverted", 1],
    },
    {
      name: "a move that only weakened waits",
      previous: first,
      bar: { measured: aMove(4) },
      expected: null,
    },
    {
      name: "a confirmed move that fades is not taken back",
      previous: sure,
      bar: { measured: aMove(0) },
      expected: null,
    },
    {
      name: "a confirmed move is told again only when stronger",
      previous: sure,
      bar: { find: aMove(7) },
      expected: null,
    },
    {
      name: "a stronger bar of a confirmed move is checked anew",
      previous: sure,
      bar: { find: aMove(12) },
      expected: ["update", null, 3],
    },
    {
      name: "after a fault the next bar beyond the threshold is the first again",
      previous: gone,
      bar: { find: aMove(7) },
      expected: ["update", "unconfirmed", 1],
    },
    {
      name: "the same bar again tells nothing",
      previous: first,
      bar: { find: aMove(20), hours: 0 },
      expected: null,
    },
    {
      name: "an older bar tells nothing",
      previous: first,
      bar: { measured: aMove(0), hours: -1 },
      expected: null,
    },
    {
      name: "after a day it is another event",
      previous: first,
      bar: { find: aMove(6), hours: 24 },
      expected: ["new", "unconfirmed", 1],
    },
  ]
) {
  Deno.test(`NEW-10 ${name}`, () => deepEqual(follow(previous, bar), expected));
}

const aStep = (part: Partial<BarStep> = {}): BarStep => ({
  emission: "new",
  find: aMove(8),
  cause: "unconfirmed",
  samples: 1,
  ...part,
});

for (
  const { name, step, before, expected } of [
    {
      name: "a bar before that shows the same is the second one",
      step: aStep(),
      before: aMove(6),
      expected: [null, 2, 8 / 5],
    },
    {
      name: "a stronger bar before says how strong the move is",
      step: aStep({ emission: "update", find: aMove(-6) }),
      before: aMove(-9),
      expected: [null, 2, 9 / 5],
    },
    {
      name: "a volume knows no direction",
      step: aStep({ find: aRush(3) }),
      before: aRush(2.5),
      expected: [null, 2, 3 / 2],
    },
    {
      name: "a spike that the newest bar alone shows stays unconfirmed",
      step: aStep(),
      before: null,
      expected: ["unconfirmed", 1, 8 / 5],
    },
    {
      name: "a bar before that went the other way confirms nothing",
      step: aStep(),
      before: aMove(-8),
      expected: ["unconfirmed", 1, 8 / 5],
    },
    {
      name: "a find of another kind confirms nothing",
      step: aStep(),
      before: aRush(9),
      expected: ["unconfirmed", 1, 8 / 5],
    },
    {
      name: "what was taken back stays so",
      step: aStep({ emission: "update", cause: "reverted" }),
      before: aMove(9),
      expected: ["reverted", 1, 8 / 5],
    },
    {
      name: "what is to be checked anyway counts its own bars",
      step: aStep({ emission: "update", cause: null, samples: 5 }),
      before: aMove(9),
      expected: [null, 5, 8 / 5],
    },
  ]
) {
  Deno.test(`NEW-10 ${name}, when both are there at the first look`, () => {
    const { cause, samples, find } = confirmStep(step, before);
    deepEqual([cause, samples, find.magnitude], expected);
    deepEqual(find.data, step.find.data);
  });
}

const checks = (part: Partial<BarChecks> = {}): BarChecks => ({
  others: [],
  leader: null,
  observed: 1,
  ...part,
});

for (
  const { name, find, check, cause, says, corroborations = 0 } of [
    { name: "nothing against it", find: aMove(8), check: {}, cause: "confirmed" },
    {
      name: "another source that tells the same price",
      find: aMove(8),
      check: { others: [{ source: "coingecko", price: 107.5 }] },
      cause: "confirmed",
      corroborations: 1,
    },
    {
      name: "another source that tells the price of a day ago",
      find: aMove(8),
      check: { others: [{ source: "coingecko", price: 100.3 }] },
      cause: "contradicted",
      says: /^Probable fault of the source: coingecko tells no such move$/,
    },
    {
      name: "two sources that disagree with one another",
      find: aMove(8),
      check: {
        others: [{ source: "coingecko", price: 100 }, { source: "coinmarketcap", price: 108 }],
      },
      cause: "confirmed",
      corroborations: 1,
    },
    {
      name: "a leading coin that moved as much",
      find: aMove(-8),
      check: { leader: { symbol: "BTCUSDT", value: -6 } },
      cause: "market",
      says: /^The whole market moved as much \(BTCUSDT −6\.0 %\)$/,
    },
    {
      name: "a leading coin that stood still",
      find: aMove(-8),
      check: { leader: { symbol: "BTCUSDT", value: 0.2 } },
      cause: "confirmed",
      corroborations: 1,
    },
    {
      name: "a leading coin that moved the other way",
      find: aMove(-8),
      check: { leader: { symbol: "BTCUSDT", value: 9 } },
      cause: "confirmed",
      corroborations: 1,
    },
    {
      name: "bars that were mostly filled in",
      find: aMove(8),
      check: { observed: 0.4 },
      cause: "unobserved",
      says: /^Probable fault/,
    },
    {
      name: "no number of observed bars",
      find: aMove(8),
      check: { observed: NaN },
      cause: "unobserved",
      says: /^Probable fault/,
    },
    {
      name: "a volume that the whole market shares",
      find: aRush(3),
      check: { leader: { symbol: "BTCUSDT", value: 2.5 } },
      cause: "market",
      says: /BTCUSDT 2\.5 times its usual volume/,
    },
    {
      name: "a volume of its own",
      find: aRush(6),
      check: { leader: { symbol: "BTCUSDT", value: 1.1 } },
      cause: "confirmed",
      corroborations: 1,
    },
  ]
) {
  Deno.test(`NEW-10 ${name} makes it ${cause}`, () => {
    const said = explainStep({ cause: null, find }, checks(check));
    deepEqual([said.cause, said.corroborations], [cause, corroborations]);
    if (says) match(said.explanation ?? "", says);
    else equal(said.explanation, null);
    equal(isBarFault(cause), cause === "contradicted" || cause === "unobserved");
  });
}

Deno.test("NEW-10 what is not confirmed, or gone, reads as a probable fault", () => {
  for (const cause of ["unconfirmed", "reverted"] as const) {
    const said = explainStep({ cause, find: aMove(8) }, null);
    match(said.explanation!, /^Probable fault of the source: /);
    ok(isBarFault(said.cause));
  }
});

Deno.test("NEW-10 whatever the bars are, nothing is called confirmed after one sample", () => {
  const cause = fc.constantFrom("unconfirmed", "reverted", "confirmed", undefined, 5);
  const percent = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.constant(NaN));
  fc.assert(
    fc.property(percent, percent, cause, fc.boolean(), fc.integer({ min: -3, max: 30 }), (
      before,
      now,
      cause,
      isFilled,
      hours,
    ) => {
      const previous = Number.isNaN(before) ? null : told(aMove(before), T, { cause, samples: 1 });
      const measured = aMove(now);
      const find = measured.magnitude >= 1 ? measured : null;
      const step = followBar(previous, {
        find,
        measured,
        timestamp: T + hours * HOUR_MS,
        isFilled,
        detector,
      });
      if (step?.cause === null) ok(previous !== null && step.samples >= 2 && hours > 0);
    }),
  );
});

Deno.test("NEW-10 a move that was taken back claims nothing, so nothing is judged", () => {
  const hours = 24 * 100;
  const bars = createBarColumns(hours);
  for (let i = 0; i < hours; i++) {
    bars.time[i] = T + (i - hours + 24) * HOUR_MS;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column[i] = 100 + i % 2;
    bars.volume[i] = i >= hours - 24 ? 100 : 10;
  }
  equal(judgeOutcome(told(aMove(8), T, { cause: "confirmed" }), bars)?.outcome, "right");
  const outcome = judgeOutcome(gone, bars);
  equal(outcome?.outcome, "not_measurable");
  match(outcome!.reason, /taken back/);
});
