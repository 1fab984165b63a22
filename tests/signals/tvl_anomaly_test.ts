/** TVL anomalies sample by sample: confirmed, explained, or called a probable fault (NEW-10). */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  createTvlHistory,
  findTvlPoint,
  foldTvl,
  judgeTvlOutcome,
  type TvlHistory,
  type TvlStep,
} from "../../lib/signals/tvl_anomaly.ts";
import { explainTvl, type TvlChecks } from "../../lib/signals/tvl_cause.ts";
import { aSignal, aTvl, DAY_MS, HOUR_MS, NOW_MS } from "../support/signals.ts";

const unknown: TvlChecks = { token: null, chainToken: null, chain: null };
const calm: TvlChecks = { token: 0.01, chainToken: null, chain: -0.02 };

/** Folds values at a fixed distance and returns what was said at each. */
function run(values: readonly number[], {
  stepMs = DAY_MS,
  checks = calm,
  history = createTvlHistory(),
  startMs = NOW_MS,
}: { stepMs?: number; checks?: TvlChecks; history?: TvlHistory; startMs?: number } =
  {}): TvlStep[] {
  return values.map((tvl_usd, i) => {
    const step = foldTvl(history, { timestamp: startMs + i * stepMs, tvl_usd }, () => checks);
    history = step.history;
    return step;
  });
}
const causes = (steps: readonly TvlStep[]) => steps.map(({ cause }) => cause);

const cases: { name: string; values: number[]; checks?: TvlChecks; expected: (string | null)[] }[] =
  [
    {
      name: "a calm series says nothing",
      values: [100, 101, 99, 100],
      expected: [null, null, null, null],
    },
    { name: "9.9 % is too little", values: [100, 90.1, 90.1], expected: [null, null, null] },
    { name: "10 % is enough", values: [100, 90, 90], expected: [null, "unconfirmed", "outflow"] },
    {
      name: "a rise is an inflow",
      values: [100, 150, 150],
      expected: [null, "unconfirmed", "inflow"],
    },
    {
      name: "what comes back is a fault",
      values: [100, 20, 100, 100],
      expected: [null, "unconfirmed", "reverted", null],
    },
    {
      name: "a spike that comes back is a fault, and its end no drop",
      values: [100, 1_700, 100, 100],
      expected: [null, "unconfirmed", "reverted", null],
    },
    {
      name: "a spike of two days is taken back on the third",
      values: [100, 200, 200, 100],
      expected: [null, "unconfirmed", "inflow", "reverted"],
    },
    {
      name: "with nothing to check it against it stays a probable fault",
      values: [100, 50, 50],
      checks: unknown,
      expected: [null, "unconfirmed", "unchecked"],
    },
    {
      name: "a fall of the token's price explains it",
      values: [100, 50, 50],
      checks: { token: -0.48, chainToken: null, chain: null },
      expected: [null, "unconfirmed", "price"],
    },
    {
      name: "so does one of the chain's token",
      values: [100, 50, 50],
      checks: { token: 0, chainToken: -0.5, chain: null },
      expected: [null, "unconfirmed", "price"],
    },
    {
      name: "so does the whole chain",
      values: [100, 50, 50],
      checks: { token: null, chainToken: null, chain: -0.49 },
      expected: [null, "unconfirmed", "chain"],
    },
    {
      name: "a price that rose explains no fall",
      values: [100, 50, 50],
      checks: { token: 1, chainToken: null, chain: null },
      expected: [null, "unconfirmed", "outflow"],
    },
    {
      name: "from nothing there is no change",
      values: [0, 100, 100],
      expected: [null, null, null],
    },
    { name: "one sample says nothing", values: [5], expected: [null] },
    { name: "all gone", values: [100, 0, 0], expected: [null, "unconfirmed", "outflow"] },
    {
      name: "a second move a day later is a new event",
      values: [100, 80, 80, 60, 60],
      expected: [null, "unconfirmed", "outflow", "unconfirmed", "outflow"],
    },
  ];
for (const { name, values, checks, expected } of cases) {
  Deno.test(name, () => deepEqual(causes(run(values, checks ? { checks } : {})), expected));
}

Deno.test("with samples each hour one event makes few records", () => {
  const values = [...Array(30).fill(100), ...Array(60).fill(60)];
  const told = run(values, { stepMs: HOUR_MS }).filter(({ cause }) => cause !== null);
  deepEqual(causes(told), ["unconfirmed", "outflow"]);
  equal(told[0]!.isUpdate, false);
  equal(told[1]!.isUpdate, true);
});

Deno.test("a fault of an hour is forgotten, and is no base a day later", () => {
  const values = [...Array(30).fill(100), 10, ...Array(60).fill(100)];
  deepEqual(
    causes(run(values, { stepMs: HOUR_MS }).filter(({ cause }) => cause !== null)),
    ["unconfirmed", "reverted"],
  );
});

Deno.test("two samples within an hour confirm nothing yet", () => {
  const values = [...Array(300).fill(100), ...Array(12).fill(60)];
  const told = run(values, { stepMs: HOUR_MS / 12 }).filter(({ cause }) => cause !== null);
  deepEqual(causes(told), ["unconfirmed"]);
});

Deno.test("a find names its figures, and a fault is called one", () => {
  const [, first, second] = run([100, 50, 50], { checks: unknown });
  match(first!.explanation!, /^Probable adapter fault: only one sample/);
  match(second!.explanation!, /^Probable adapter fault: neither/);
  equal(first!.find!.data.tvl_change_24h, -50);
  equal(first!.find!.magnitude, 5);
  equal(first!.find!.data.direction, "down");
  equal(first!.find!.data.chain_change, "unknown");
});

Deno.test("an outflow has no other explanation, and counts its checks", () => {
  const last = run([100, 50, 50]).at(-1)!;
  equal(last.explanation, null);
  equal(last.corroborations, 2);
});

Deno.test("hostile samples change nothing", () => {
  const { history } = run([100]).at(-1)!;
  for (
    const sample of [
      { timestamp: NOW_MS, tvl_usd: 5 },
      { timestamp: NOW_MS - 1, tvl_usd: 5 },
      { timestamp: NOW_MS + DAY_MS, tvl_usd: NaN },
      { timestamp: NOW_MS + DAY_MS, tvl_usd: -1 },
      { timestamp: NOW_MS + DAY_MS, tvl_usd: Infinity },
    ]
  ) {
    const step = foldTvl(history, sample, () => calm);
    equal(step.history, history);
    equal(step.find, null);
  }
});

Deno.test("a hole of two days leaves nothing to compare with", () => {
  const { history } = run([100]).at(-1)!;
  equal(foldTvl(history, { timestamp: NOW_MS + 2 * DAY_MS, tvl_usd: 1 }, () => calm).find, null);
});

Deno.test("a threshold can be set, but not to nonsense", () => {
  const { history } = run([100]).at(-1)!;
  const sample = { timestamp: NOW_MS + DAY_MS, tvl_usd: 95 };
  equal(foldTvl(history, sample, () => calm, { changePercent: 5 }).cause, "unconfirmed");
  throws(() => foldTvl(history, sample, () => calm, { changePercent: 0 }), RangeError);
});

Deno.test("any division into runs tells the same, and memory stays small", () => {
  const value = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(fc.property(fc.array(value, { maxLength: 60 }), fc.nat(60), (values, cut) => {
    const whole = run(values, { stepMs: 6 * HOUR_MS });
    const first = run(values.slice(0, cut), { stepMs: 6 * HOUR_MS });
    const rest = run(values.slice(cut), {
      stepMs: 6 * HOUR_MS,
      startMs: NOW_MS + Math.min(cut, values.length) * 6 * HOUR_MS,
      // What lies between runs is written and read again.
      history: JSON.parse(JSON.stringify(first.at(-1)?.history ?? createTvlHistory())),
    });
    deepEqual([...first, ...rest].map(({ find }) => find), whole.map(({ find }) => find));
    ok((whole.at(-1)?.history.points.length ?? 0) < 45);
  }));
});

Deno.test("hourly samples are thinned, and still found three days back", () => {
  const { history } = run(Array(120).fill(100), { stepMs: HOUR_MS }).at(-1)!;
  ok(history.points.length <= 45);
  ok(findTvlPoint(history, NOW_MS + 48 * HOUR_MS));
  equal(findTvlPoint(history, NOW_MS), null);
});

Deno.test("an explanation must have the same direction and leave less than the threshold", () => {
  const cause = (change: number, token: number) =>
    explainTvl(change, { ...unknown, token }, 0.1).cause;
  equal(cause(-0.5, -0.45), "price");
  equal(cause(-0.5, -0.4), "outflow");
  equal(cause(0.5, 0.6), "price");
  equal(cause(-0.5, -1), "outflow");
  equal(cause(-0.05, 0.05), "outflow");
});

const signal = aSignal({
  type: "tvl_anomaly",
  entity: "protocol:lendit",
  data: { tvl_before_usd: 100, threshold_percent: 10, direction: "down", cause: "outflow" },
});
const due = NOW_MS + 2 * DAY_MS;
const outcomes = [
  { name: "still down", samples: [[due, 90]], now: due, outcome: "right" },
  { name: "came back", samples: [[due, 90.1]], now: due, outcome: "wrong" },
  {
    name: "only the first late sample counts",
    samples: [[due + 5, 100], [due, 50]],
    outcome: "right",
  },
  { name: "an early sample does not count", samples: [[due - 1, 50]], outcome: null },
  { name: "no sample in time", samples: [], now: due + DAY_MS + 1, outcome: "not_measurable" },
  { name: "may still come", samples: [], now: due + DAY_MS, outcome: null },
];
for (const { name, samples, now = due, outcome } of outcomes) {
  Deno.test(`the outcome of a drop: ${name}`, () => {
    const rows = samples.map(([timestamp, tvl_usd]) =>
      aTvl({ timestamp: timestamp!, tvl_usd: tvl_usd! })
    );
    equal(judgeTvlOutcome(signal, rows, now)?.outcome ?? null, outcome);
  });
}

Deno.test("a probable fault claims nothing, but whether it stood is kept", () => {
  const fault = { ...signal, data: { ...signal.data, cause: "unconfirmed" } };
  const outcome = judgeTvlOutcome(fault, [aTvl({ timestamp: due, tvl_usd: 50 })], due)!;
  equal(outcome.outcome, "not_measurable");
  equal(outcome.figures.stands, 1);
});

Deno.test("a signal without a base cannot be judged", () => {
  const broken = { ...signal, data: {} };
  equal(
    judgeTvlOutcome(broken, [aTvl({ timestamp: due })], due)!.outcome,
    "not_measurable",
  );
});
