/** One suite for all detectors, and the bars that fire each or nearly do (SIG-01). */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { cutColumns } from "../../lib/indicators/leak_check.ts";
import type { BarColumns } from "../../lib/market/mod.ts";
import { detectors, findDetector } from "../../lib/signals/mod.ts";
import { flatBars } from "../support/market_series.ts";

/** 300 flat bars whose newest close moved by `percent`. */
function movedBars(percent: number): BarColumns {
  const bars = flatBars(300);
  bars.close[299] = 100 * (1 + percent / 100);
  return bars;
}

/** 300 flat bars whose last day traded `ratio` times the usual. */
function busyBars(ratio: number): BarColumns {
  const bars = flatBars(300);
  bars.volume.fill(10 * ratio, 276);
  return bars;
}

const firing: Record<string, () => BarColumns> = {
  price_alert: () => movedBars(10),
  volume_anomaly: () => busyBars(4),
};

for (const detector of detectors) {
  const { type, barsNeeded, defaults } = detector;
  const fire = firing[type];

  Deno.test(`${type} fires on bars made for it`, () => {
    const find = detector.detect(fire!(), {});
    equal(find?.type, type);
    ok(find!.magnitude >= 1);
    for (const value of Object.values(find!.data)) ok(value !== "" && !Number.isNaN(value));
  });

  Deno.test(`${type} is null with too little history`, () => {
    const bars = fire!();
    for (const count of [0, 1, barsNeeded - 1]) {
      equal(detector.detect(cutColumns(bars, bars.length - count, bars.length), defaults), null);
    }
    ok(detector.detect(cutColumns(bars, bars.length - barsNeeded, bars.length), defaults));
  });

  Deno.test(`${type} reads no further back than it says`, () => {
    const bars = fire!();
    const tail = cutColumns(bars, bars.length - barsNeeded, bars.length);
    deepEqual(detector.detect(bars, defaults), detector.detect(tail, defaults));
  });

  Deno.test(`${type} leaves its inputs unmodified and answers the same twice`, () => {
    const bars = fire!();
    const before = structuredClone(bars);
    deepEqual(detector.detect(bars, defaults), detector.detect(bars, defaults));
    deepEqual(bars, before);
  });

  Deno.test(`${type} is silent in a flat market and across a hole`, () => {
    equal(detector.detect(flatBars(300), defaults), null);
    const bars = fire!();
    for (let i = 290; i < 300; i++) bars.time[i]! += 3_600_000;
    equal(detector.detect(bars, defaults), null);
  });

  Deno.test(`${type} makes nothing of NaN, zeros and bars out of order`, () => {
    const broken = fire!();
    broken.close[299] = NaN;
    broken.volume[299] = NaN;
    equal(detector.detect(broken, defaults), null);
    equal(detector.detect(flatBars(300, { price: 0, volume: 0 }), defaults), null);
    const swapped = fire!();
    [swapped.time[298], swapped.time[299]] = [swapped.time[299]!, swapped.time[298]!];
    equal(detector.detect(swapped, defaults), null);
  });

  Deno.test(`${type} refuses a threshold that is none`, () => {
    const name = Object.keys(defaults)[0]!;
    for (const bad of [0, -1, NaN, Infinity]) {
      throws(() => detector.detect(fire!(), { [name]: bad }), RangeError);
    }
  });

  Deno.test(`${type} has thresholds that can be configured, a window and a horizon`, () => {
    const name = Object.keys(defaults)[0]!;
    equal(detector.detect(fire!(), { [name]: 1000 }), null);
    ok(detector.windowMs > 0 && detector.horizonMs === 86_400_000);
    equal(findDetector(type), detector);
  });
}

Deno.test("types that no bars can show have no detector here", () => {
  equal(findDetector("tvl_anomaly"), null);
});

for (
  const { percent, magnitude } of [
    { percent: 4.99, magnitude: null },
    { percent: -4.99, magnitude: null },
    { percent: 5.01, magnitude: 1.002 },
    { percent: -10, magnitude: 2 },
  ]
) {
  Deno.test(`a price change of ${percent} % is ${magnitude ? "an alert" : "none"}`, () => {
    const find = findDetector("price_alert")!.detect(movedBars(percent), {});
    equal(find && Number(find.magnitude.toFixed(6)), magnitude);
    if (find) equal(find.data.direction, percent > 0 ? "up" : "down");
  });
}

for (
  const { ratio, magnitude } of [{ ratio: 1.99, magnitude: null }, { ratio: 3, magnitude: 1.5 }]
) {
  Deno.test(`${ratio} times the usual volume is ${magnitude ? "an anomaly" : "none"}`, () => {
    const find = findDetector("volume_anomaly")!.detect(busyBars(ratio), {});
    equal(find && Number(find.magnitude.toFixed(6)), magnitude);
  });
}
