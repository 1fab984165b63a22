/** Detectors on pairs at and around their thresholds (DEX-01 to DEX-06). */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { DexPairRecord, DexSampleRecord } from "../../../lib/contracts/dex_records.ts";
import {
  createDexHistory,
  dexDetectors,
  type DexHistory,
  findDayBefore,
  foldDexSample,
} from "../../../lib/signals/dex/mod.ts";
import { addDexSample } from "../../../lib/signals/dex/history.ts";
import { aPair, aSample, DAY_MS, HOUR_MS, NOW_MS } from "../../support/signals.ts";

type Figures = Partial<Pick<DexSampleRecord, "price" | "volume_24h" | "liquidity">>;

interface Case {
  type: string;
  name: string;
  /** Figures of the day before; absent means that there is no history. */
  past?: Figures;
  now?: Figures;
  pair?: Partial<DexPairRecord>;
  fires: boolean;
}

const unknownAge = { pool_created_at: null };
const cases: Case[] = [
  {
    type: "volume_anomaly",
    name: "exactly 3 times",
    past: {},
    now: { volume_24h: 3e6 },
    fires: true,
  },
  {
    type: "volume_anomaly",
    name: "just below",
    past: {},
    now: { volume_24h: 2.999e6 },
    fires: false,
  },
  { type: "volume_anomaly", name: "no history", now: { volume_24h: 9e6 }, fires: false },
  { type: "volume_anomaly", name: "unknown", past: {}, now: { volume_24h: null }, fires: false },
  { type: "volume_anomaly", name: "NaN", past: {}, now: { volume_24h: NaN }, fires: false },
  {
    type: "volume_anomaly",
    name: "endless",
    past: {},
    now: { volume_24h: Infinity },
    fires: false,
  },
  {
    type: "volume_anomaly",
    name: "beside a day without trades",
    past: { volume_24h: 0 },
    now: { volume_24h: 1 },
    fires: false,
  },
  {
    type: "volume_anomaly",
    name: "beside unknown days",
    past: { volume_24h: null },
    now: { volume_24h: 9e9 },
    fires: false,
  },
  { type: "new_pair", name: "made now", pair: { pool_created_at: NOW_MS }, fires: true },
  { type: "new_pair", name: "24 h old", pair: { pool_created_at: NOW_MS - DAY_MS }, fires: true },
  { type: "new_pair", name: "older", pair: { pool_created_at: NOW_MS - DAY_MS - 1 }, fires: false },
  { type: "new_pair", name: "of tomorrow", pair: { pool_created_at: NOW_MS + 1 }, fires: false },
  {
    type: "new_pair",
    name: "of unknown age, seen first today",
    pair: { ...unknownAge, first_seen_at: NOW_MS - HOUR_MS },
    fires: true,
  },
  { type: "new_pair", name: "of unknown age, known for long", pair: unknownAge, fires: false },
  {
    type: "liquidity_shift",
    name: "20 % less",
    past: {},
    now: { liquidity: 800_000 },
    fires: true,
  },
  { type: "liquidity_shift", name: "20 % more", past: {}, now: { liquidity: 1.2e6 }, fires: true },
  { type: "liquidity_shift", name: "19.9 %", past: {}, now: { liquidity: 801_000 }, fires: false },
  { type: "liquidity_shift", name: "all gone", past: {}, now: { liquidity: 0 }, fires: true },
  { type: "liquidity_shift", name: "unknown", past: {}, now: { liquidity: null }, fires: false },
  { type: "liquidity_shift", name: "from zero", past: { liquidity: 0 }, fires: false },
  { type: "liquidity_shift", name: "one sample", now: { liquidity: 5 }, fires: false },
  { type: "price_volatility", name: "15 % up", past: {}, now: { price: 115 }, fires: true },
  { type: "price_volatility", name: "15 % down", past: {}, now: { price: 85 }, fires: true },
  { type: "price_volatility", name: "14.9 %", past: {}, now: { price: 114.9 }, fires: false },
  { type: "price_volatility", name: "price unknown", past: {}, now: { price: null }, fires: false },
  { type: "price_volatility", name: "price zero", past: {}, now: { price: 0 }, fires: false },
  {
    type: "price_volatility",
    name: "told by the source",
    pair: { price_change_24h: -15 },
    fires: true,
  },
  {
    type: "price_volatility",
    name: "told, but our samples know better",
    past: {},
    pair: { price_change_24h: 90 },
    fires: false,
  },
  {
    type: "price_volatility",
    name: "told at another time",
    pair: { price_change_24h: 90, last_updated: NOW_MS - 1 },
    fires: false,
  },
  { type: "liquidity_risk", name: "exactly 5 times", now: { volume_24h: 5e6 }, fires: true },
  { type: "liquidity_risk", name: "just below", now: { volume_24h: 4.99e6 }, fires: false },
  { type: "liquidity_risk", name: "zero liquidity", now: { liquidity: 0 }, fires: false },
  {
    type: "liquidity_risk",
    name: "unknown",
    now: { liquidity: null, volume_24h: 1e9 },
    fires: false,
  },
  { type: "liquidity_risk", name: "nothing traded", now: { volume_24h: 0 }, fires: false },
];

function buildPast(past?: Figures): DexHistory {
  if (!past) return createDexHistory();
  return addDexSample(createDexHistory(), aSample({ ...past, timestamp: NOW_MS - DAY_MS }));
}

const watchedSinceMs = NOW_MS - 10 * DAY_MS;
const detectorOf = (type: string) => dexDetectors.find((detector) => detector.type === type)!;

for (const { type, name, past, now = {}, pair = {}, fires } of cases) {
  Deno.test(`${type}, ${name}, ${fires ? "fires" : "stays quiet"}`, () => {
    const input = {
      pair: aPair(pair),
      sample: aSample(now),
      history: buildPast(past),
      watchedSinceMs,
    };
    const before = structuredClone(input);
    const find = detectorOf(type).detect(input, {});
    equal(find !== null, fires);
    deepEqual(input, before);
    if (find) {
      ok(find.magnitude >= 1 - 1e-12 && Number.isFinite(find.magnitude));
      ok("threshold" in find.data);
    }
  });
}

Deno.test("while pairs are watched for less than a day, first sight makes none new", () => {
  const pair = aPair({ ...unknownAge, first_seen_at: NOW_MS });
  const input = { pair, sample: aSample(), history: createDexHistory() };
  const { detect } = detectorOf("new_pair");
  equal(detect({ ...input, watchedSinceMs: NOW_MS - DAY_MS + 1 }, {}), null);
  ok(detect({ ...input, watchedSinceMs: NOW_MS - DAY_MS }, {}));
});

Deno.test("a threshold can be set, but not to nonsense", () => {
  const input = { pair: aPair(), sample: aSample(), history: createDexHistory(), watchedSinceMs };
  ok(detectorOf("liquidity_risk").detect(input, { ratio: 1 }));
  throws(() => detectorOf("liquidity_risk").detect(input, { ratio: 0 }), RangeError);
  throws(() => detectorOf("liquidity_risk").detect(input, { ratio: NaN }), RangeError);
});

const options = { detectors: dexDetectors, now: 42 };
const fold = (history: DexHistory, sample: DexSampleRecord, pair = aPair()) =>
  foldDexSample({ pair, sample, history, watchedSinceMs }, options);

Deno.test("a signal keeps pair, network, exchange, values, threshold, factors and evidence", () => {
  const { signals: [signal] } = fold(createDexHistory(), aSample({ volume_24h: 6e6 }));
  equal(signal!.type, "liquidity_risk");
  equal(signal!.pair_id, "ethereum:0xpair");
  equal(signal!.network_id, "ethereum");
  equal(signal!.dex_id, "uniswap_v3");
  deepEqual(signal!.data, {
    volume_24h: 6e6,
    liquidity: 1e6,
    ratio: 6,
    threshold: 5,
    magnitude: 1.2,
  });
  match(signal!.evidence.parameterVersion, /^dex_liquidity_risk\/1#[0-9a-f]{8}$/);
  match(signal!.evidence.inputHash, /^[0-9a-f]{64}$/);
  const sum = Object.values(signal!.factors).reduce((total, part) => total + part, 0);
  ok(Math.abs(sum - signal!.confidence_score) < 1e-9);
});

Deno.test("one event makes one signal, until it is twice as strong or a day is over", () => {
  let history = createDexHistory();
  const at = (hours: number, volume_24h: number) => {
    const step = fold(history, aSample({ timestamp: NOW_MS + hours * HOUR_MS, volume_24h }));
    history = step.history;
    return step.signals.filter(({ type }) => type === "liquidity_risk");
  };
  const [first] = at(0, 5e6);
  ok(first);
  equal(at(1, 6e6).length, 0);
  const [stronger] = at(2, 10e6);
  equal(stronger!.data.updates, first.id);
  equal(at(3, 10e6).length, 0);
  const [next] = at(27, 10e6);
  equal(next!.data.updates, undefined);
});

Deno.test("corroboration and liquidity raise confidence", () => {
  const score = (liquidity: number) =>
    fold(createDexHistory(), aSample({ volume_24h: 10 * liquidity, liquidity })).signals[0]!
      .confidence_score;
  ok(score(1e6) > score(1e4) && score(1e4) > score(100));
  const both = fold(buildPast({}), aSample({ price: 200, volume_24h: 6e6 })).signals;
  ok(both.length >= 2 && both.every(({ factors }) => factors.corroboration! > 0));
});

Deno.test("a sample that is not newer changes nothing", () => {
  const { history } = fold(createDexHistory(), aSample());
  for (const timestamp of [NOW_MS, NOW_MS - 1, NaN]) {
    const step = fold(history, aSample({ timestamp, volume_24h: 1e9 }));
    equal(step.history, history);
    deepEqual(step.signals, []);
  }
});

Deno.test("the past stays small however many samples come", () => {
  let history = createDexHistory();
  for (let i = 0; i < 3_000; i++) {
    history = fold(history, aSample({ timestamp: NOW_MS + i * HOUR_MS / 6 })).history;
  }
  ok(history.points.length <= 31);
  ok(history.days.length <= 8);
  ok(JSON.stringify(history).length < 2_500);
});

Deno.test("the point of the day before is at least 24 and at most 30 hours old", () => {
  const history = buildPast({});
  ok(findDayBefore(history, NOW_MS));
  equal(findDayBefore(history, NOW_MS - 1), null);
  ok(findDayBefore(history, NOW_MS + 6 * HOUR_MS));
  equal(findDayBefore(history, NOW_MS + 6 * HOUR_MS + 1), null);
});

const figure = fc.option(fc.oneof(fc.double(), fc.double({ min: 0, max: 1e9 })), { nil: null });
Deno.test("any figures give sound signals, the same each time", () => {
  const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 80 }), figure, figure, figure));
  fc.assert(fc.property(samples, (rows) => {
    const run = () => {
      let history = createDexHistory();
      return rows.flatMap(([hour, price, volume_24h, liquidity]) => {
        const timestamp = NOW_MS + hour * HOUR_MS;
        const step = fold(history, aSample({ timestamp, price, volume_24h, liquidity }));
        history = step.history;
        return step.signals;
      });
    };
    const signals = run();
    deepEqual(run(), signals);
    for (const { confidence_score, data } of signals) {
      ok(confidence_score >= 0 && confidence_score <= 1);
      ok(Object.values(data).every((value) => typeof value === "string" || Number.isFinite(value)));
    }
    equal(new Set(signals.map(({ id }) => id)).size, signals.length);
  }));
});
