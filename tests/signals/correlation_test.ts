/** Signals of different sources on one entity: clusters, lags, merged records (SIG-03, NEW-03). */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import { correlateSignals, mergeCluster } from "../../lib/signals/correlation.ts";
import { aSignal, HOUR_MS, NOW_MS } from "../support/signals.ts";

const at = (hours: number) => NOW_MS + hours * HOUR_MS;
const price = aSignal({ id: "p", source: "binance", timestamp: at(0) });
const news = aSignal({ id: "n", source: "cryptopanic", type: "sentiment_shift", timestamp: at(1) });
const copy = aSignal({ id: "c", source: "coinbase", timestamp: at(2), confidence_score: 0.8 });

const cases: { name: string; signals: SignalRecord[]; clusters: string[][] }[] = [
  { name: "none", signals: [], clusters: [] },
  { name: "one", signals: [price], clusters: [] },
  { name: "two sources", signals: [price, news], clusters: [["p", "n"]] },
  {
    name: "three sources, out of order",
    signals: [copy, price, news],
    clusters: [["p", "n", "c"]],
  },
  {
    name: "one source twice",
    signals: [price, aSignal({ id: "v", type: "volume_anomaly" })],
    clusters: [],
  },
  { name: "another entity", signals: [price, { ...news, entity: "ETHUSDT" }], clusters: [] },
  { name: "just in time", signals: [price, { ...news, timestamp: at(3) }], clusters: [["p", "n"]] },
  { name: "too late", signals: [price, { ...news, timestamp: at(3) + 1 }], clusters: [] },
  {
    name: "an update counts for what it updates",
    signals: [price, { ...price, id: "p2", updates: "p", timestamp: at(1) }, news],
    clusters: [["n", "p2"]],
  },
  { name: "merged ones do not count", signals: [price, { ...copy, merges: ["x"] }], clusters: [] },
  { name: "the same one twice", signals: [price, price], clusters: [] },
];
for (const { name, signals, clusters } of cases) {
  Deno.test(`clusters of ${name}`, () => {
    deepEqual(
      correlateSignals(signals).map((cluster) => cluster.signals.map(({ id }) => id)),
      clusters,
    );
  });
}

Deno.test("a cluster says who led, by how much, and whether it is the same find", () => {
  const [mixed] = correlateSignals([price, news, copy]);
  equal(mixed!.leader, "binance");
  deepEqual(mixed!.lags, { cryptopanic: HOUR_MS, coinbase: 2 * HOUR_MS });
  deepEqual(mixed!.sources, ["binance", "coinbase", "cryptopanic"]);
  equal(mixed!.isDuplicate, false);
  equal(correlateSignals([price, copy])[0]!.isDuplicate, true);
});

Deno.test("the score falls with time and with contradiction", () => {
  const score = (other: SignalRecord) => correlateSignals([price, other])[0]!.score;
  const now = score({ ...news, timestamp: at(0), id: "q" });
  // 0.6 of the first times 0.6 of the second at the same moment.
  equal(now, 0.36);
  equal(score({ ...news, timestamp: at(2) }), 0.18);
  equal(score({ ...news, timestamp: at(2), data: { direction: "down" } }), 0.09);
});

Deno.test("a merged record names all signals and sources, and rewrites none", () => {
  const signals = [price, news, copy];
  const before = structuredClone(signals);
  const cluster = correlateSignals(signals)[0]!;
  const record = mergeCluster(cluster, { previous: null, now: 7 })!;
  deepEqual(signals, before);
  deepEqual(record.merges, ["p", "n", "c"]);
  deepEqual(record.sources, ["binance", "coinbase", "cryptopanic"]);
  equal(record.type, "price_alert");
  equal(record.source, "correlation");
  equal(record.timestamp, copy.timestamp);
  ok(record.confidence_score > copy.confidence_score && record.confidence_score <= 1);
  const sum = Object.values(record.factors).reduce((total, part) => total + part, 0);
  ok(Math.abs(sum - record.confidence_score) < 1e-9);
});

Deno.test("a merge happens once, and a further signal makes a further record", () => {
  const first = mergeCluster(correlateSignals([price, news])[0]!, { previous: null, now: 7 })!;
  const again = correlateSignals([price, news, first])[0]!;
  equal(mergeCluster(again, { previous: first, now: 9 }), null);
  const more = correlateSignals([price, news, copy, first])[0]!;
  const second = mergeCluster(more, { previous: first, now: 9 })!;
  equal(second.updates, first.id);
  const third = mergeCluster({ ...more, signals: [...more.signals, aSignal({ id: "z" })] }, {
    previous: second,
    now: 9,
  })!;
  equal(third.updates, first.id);
});

const anySignal = fc.record({
  id: fc.string({ minLength: 1, maxLength: 3 }),
  source: fc.constantFrom("a", "b", "c"),
  entity: fc.constantFrom("X", "Y"),
  timestamp: fc.integer({ min: 0, max: 20 }).map(at),
  confidence_score: fc.double({ min: 0, max: 1, noNaN: true }),
});
Deno.test("the order of signals does not matter, and scores stay within 0 and 1", () => {
  const unique = fc.uniqueArray(anySignal, { selector: ({ id }) => id });
  fc.assert(fc.property(unique, (parts) => {
    const signals = parts.map((part) => aSignal(part));
    const clusters = correlateSignals(signals);
    deepEqual(correlateSignals([...signals].reverse()), clusters);
    for (const cluster of clusters) {
      ok(cluster.score >= 0 && cluster.score <= 1);
      ok(new Set(cluster.signals.map(({ source }) => source)).size > 1);
      const record = mergeCluster(cluster, { previous: null, now: 0 })!;
      ok(record.confidence_score >= 0 && record.confidence_score <= 1);
    }
  }));
});
