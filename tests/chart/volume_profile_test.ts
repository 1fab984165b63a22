import assert from "node:assert/strict";
import fc from "fast-check";
import { computeVolumeProfile, valueAreaShare } from "../../lib/chart/mod.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { makeBar } from "../support/web.ts";

const bar = (low: number, high: number, volume: number, isUp = true): Bar =>
  makeBar(1, { low, high, open: isUp ? low : high, close: isUp ? high : low, volume });

Deno.test("UI-08 a bar's volume is spread evenly over its range, up and down apart", () => {
  const profile = computeVolumeProfile([bar(100, 104, 40), bar(100, 102, 10, false)], 4)!;
  assert.deepEqual(profile.rows.map((row) => [row.low, row.high, row.up, row.down]), [
    [100, 101, 10, 5],
    [101, 102, 10, 5],
    [102, 103, 10, 0],
    [103, 104, 10, 0],
  ]);
  assert.equal(profile.total, 50);
  assert.equal(profile.control, 0);
});

Deno.test("UI-08 the value area grows two rows at a time towards more volume, to 70 %", () => {
  // One flat bar a row: the rows are 1 high from 100.5 on, and hold exactly what is given.
  const volumes = [1, 1, 30, 50, 40, 5, 1, 1];
  const bars = volumes.map((volume, i) => bar(100 + i + 0.5, 100 + i + 0.5, volume));
  const edges = [bar(100, 100, 1e-9), bar(108, 108, 1e-9)];
  const profile = computeVolumeProfile([...bars, ...edges], 8)!;
  assert.equal(profile.control, 3);
  // 45 above against 31 below: up first; 95 of 129 is more than 70 %.
  assert.deepEqual([profile.valueFrom, profile.valueTo], [3, 5]);
});

Deno.test("UI-08 nothing to count is no profile, and one price is one row", () => {
  for (const bars of [[], [bar(1, 2, 0)], [bar(1, 2, NaN)], [bar(NaN, 2, 1)], [bar(2, 1, 1)]]) {
    assert.equal(computeVolumeProfile(bars), null);
  }
  const flat = computeVolumeProfile([bar(5, 5, 3), bar(5, 5, 4), bar(NaN, 9, 100)])!;
  assert.deepEqual(flat.rows, [{ low: 5, high: 5, up: 7, down: 0 }]);
  assert.equal(flat.total, 7);
});

const anyBar = fc.record({
  low: fc.double({ min: 1e-8, max: 1e6, noNaN: true }),
  range: fc.double({ min: 0, max: 1e5, noNaN: true }),
  volume: fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(NaN, -1, 0)),
  isUp: fc.boolean(),
}).map(({ low, range, volume, isUp }) => bar(low, low + range, volume, isUp));

Deno.test("UI-08 the rows hold the volume of the bars to 1e-9, whatever the bars", () => {
  fc.assert(fc.property(
    fc.array(anyBar, { maxLength: 40 }),
    fc.integer({ min: 1, max: 60 }),
    (bars, rowCount) => {
      const volume = bars.reduce((sum, each) => sum + (each.volume > 0 ? each.volume : 0), 0);
      const profile = computeVolumeProfile(bars, rowCount);
      if (!profile) return volume === 0;
      const sum = profile.rows.reduce((all, row) => all + row.up + row.down, 0);
      return Math.abs(sum - volume) <= 1e-9 * volume && sum === profile.total;
    },
  ));
});

Deno.test("UI-08 the value area holds its share, and the point of control lies in it", () => {
  fc.assert(fc.property(fc.array(anyBar, { minLength: 1, maxLength: 40 }), (bars) => {
    const profile = computeVolumeProfile(bars);
    if (!profile) return true;
    const { rows, control, valueFrom, valueTo, total } = profile;
    const inside = rows.slice(valueFrom, valueTo + 1)
      .reduce((sum, row) => sum + row.up + row.down, 0);
    const most = Math.max(...rows.map((row) => row.up + row.down));
    return inside >= total * valueAreaShare * (1 - 1e-9) && valueFrom <= control &&
      control <= valueTo && rows[control]!.up + rows[control]!.down === most &&
      rows.every((row) => row.up >= 0 && row.down >= 0);
  }));
});

Deno.test("UI-08 the rows lie one upon the other from the lowest to the highest price", () => {
  fc.assert(fc.property(fc.array(anyBar, { minLength: 1, maxLength: 20 }), (bars) => {
    const rows = computeVolumeProfile(bars)?.rows ?? [];
    return rows.every((row, i) =>
      row.low <= row.high && (i === 0 || row.low === rows[i - 1]!.high)
    );
  }));
});
