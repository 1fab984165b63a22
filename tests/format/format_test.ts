import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatAge,
  formatCount,
  formatDate,
  formatDateTime,
  formatDirection,
  formatExactShare,
  formatIso,
  formatPercent,
  formatPrice,
  formatShare,
  formatSpan,
  formatTime,
  formatVolume,
  getDirection,
  getPriceDecimals,
  NO_VALUE,
} from "../../lib/format/mod.ts";

Deno.test("a price shows as many decimals as its size deserves", () => {
  const cases = [
    [63250.1, "63,250.10"],
    [100, "100.00"],
    [12.3456, "12.346"],
    [1.23456, "1.2346"],
    [0.5, "0.5000"],
    [0.00001234, "0.00001234"],
    [0, "0.00"],
    [-0, "0.00"],
    [-1.5, "-1.5000"],
    [-5.5, "-5.5000"],
  ] as const;
  for (const [price, text] of cases) assert.equal(formatPrice(price), text);
});

Deno.test("what is no number is shown as absent, everywhere", () => {
  const formats = [
    formatPrice,
    formatPercent,
    formatShare,
    formatVolume,
    formatCount,
    formatExactShare,
  ];
  for (const format of formats) {
    for (const value of [null, undefined, NaN, Infinity, -Infinity]) {
      assert.equal(format(value), NO_VALUE);
    }
  }
});

Deno.test("a small price keeps four significant digits", () => {
  fc.assert(fc.property(fc.double({ min: 1e-8, max: 0.99, noNaN: true }), (price) => {
    const shown = Number(formatPrice(price));
    return Math.abs(shown / price - 1) < 1e-3 && getPriceDecimals(price) <= 12;
  }));
});

Deno.test("a change carries its sign, and what rounds to nothing has none", () => {
  const cases = [
    [5, "+5.00%", "up", "▲"],
    [-0.314, "−0.31%", "down", "▼"],
    [0.004, "0.00%", "flat", "•"],
    [-0.004, "0.00%", "flat", "•"],
    [null, NO_VALUE, "flat", "•"],
  ] as const;
  for (const [percent, text, direction, mark] of cases) {
    assert.equal(formatPercent(percent), text);
    assert.equal(getDirection(percent), direction);
    assert.equal(formatDirection(percent), mark);
  }
});

Deno.test("nearly complete is never rounded up to complete", () => {
  assert.equal(formatExactShare(1), "100%");
  assert.equal(formatExactShare(0.9999999), "99.999%");
  assert.equal(formatShare(0.873), "87%");
  assert.equal(formatVolume(1_250_000_000), "1.25B");
  assert.equal(formatCount(12345), "12,345");
});

Deno.test("ages go by their largest unit and are never negative", () => {
  const cases = [
    [0, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [48 * 3_600_000, "2 d"],
    [-5000, "0 s"],
    [NaN, NO_VALUE],
  ] as const;
  for (const [span, text] of cases) assert.equal(formatSpan(span), text);
  assert.equal(formatAge(1000, 6000), "5 s ago");
  assert.equal(formatAge(6000, 1000), "0 s ago");
  assert.equal(formatAge(null, 1000), NO_VALUE);
});

Deno.test("moments are shown in UTC, and impossible ones as absent", () => {
  const timeMs = Date.UTC(2024, 2, 12, 14, 5, 9);
  assert.equal(formatDateTime(timeMs), "12 Mar 2024, 14:05 UTC");
  assert.equal(formatDate(timeMs), "12 Mar 2024");
  assert.equal(formatTime(timeMs), "14:05:09");
  assert.equal(formatIso(timeMs), "2024-03-12T14:05:09.000Z");
  assert.match(formatDateTime(timeMs, "en-GB", "Europe/Istanbul"), /17:05$/);
  for (const bad of [NaN, Infinity, 9e15, null, undefined]) {
    assert.equal(formatDateTime(bad), NO_VALUE);
    assert.equal(formatIso(bad), "");
  }
});
