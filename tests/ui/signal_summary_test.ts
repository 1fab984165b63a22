import assert from "node:assert/strict";
import fc from "fast-check";
import { listMovers } from "../../lib/ui/movers.ts";
import {
  canReplace,
  isRefreshDue,
  refreshBesideStreamMs,
  refreshMs,
} from "../../lib/ui/refresh.ts";
import {
  countBy,
  countConfidences,
  linkSignal,
  listAnomalies,
} from "../../lib/ui/signal_summary.ts";
import { parsePage } from "../../lib/ui/filters.ts";
import { fullPages, PAGE_MS, volumeSignal } from "../support/pages.ts";

const self = (name: string) => name;

Deno.test("UI-13 counts are sorted, and what is beyond the parts of a ring is one part", () => {
  assert.deepEqual(countBy([], self, { others: "rest" }), []);
  assert.deepEqual(countBy(["b", "a", "b"], self, { others: "rest" }), [
    { name: "b", count: 2 },
    { name: "a", count: 1 },
  ]);
  assert.deepEqual(countBy(["a", "a", "b", "c", "d"], self, { most: 3, others: "rest" }), [
    { name: "a", count: 2 },
    { name: "b", count: 1 },
    { name: "rest", count: 2 },
  ]);
  fc.assert(fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 9 }), (names, most) => {
    const rows = countBy(names, self, { most, others: "rest" });
    assert.equal(rows.reduce((sum, { count }) => sum + count, 0), names.length);
    assert.ok(rows.length <= most);
  }));
});

Deno.test("each confidence lies in one fifth, and nonsense in none", () => {
  const count = (scores: number[]) =>
    countConfidences(scores.map((confidence_score) => ({ confidence_score })))
      .map(({ count }) => count);
  assert.deepEqual(count([1, 0.8, 0.79, 0.6, 0.2, 0]), [2, 2, 0, 1, 1]);
  assert.deepEqual(count([NaN, -1, 1.1, Infinity]), [0, 0, 0, 0, 0]);
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (scores) => {
    assert.equal(count(scores).reduce((sum, each) => sum + each, 0), scores.length);
  }));
});

Deno.test("only volumes with a ratio are drawn", () => {
  const ratios = [3.25, 0, -1, NaN, Infinity, "3", null, undefined];
  const records = ratios.map((ratio) => ({ ...volumeSignal, data: { ratio } }));
  const late = { ...volumeSignal, timestamp: NaN };
  const other = { ...volumeSignal, type: "price_alert" as const };
  assert.deepEqual(listAnomalies([...records, late, other]).map(({ y }) => y), [3.25]);
});

Deno.test("a signal is linked to by its symbol, its day and its place on the page", () => {
  assert.equal(
    linkSignal({ id: "a b#", entity: "A&B", timestamp: PAGE_MS - 1 }),
    "/explore/signals?entity=A%26B&from=2024-01-01&to=2024-01-01#a%20b%23",
  );
  assert.equal(linkSignal({ id: "x", entity: "A", timestamp: NaN }), "/explore/signals?entity=A#x");
});

Deno.test("pages are counted from one, and nonsense is the first", () => {
  const cases = [["", 1], ["page=1", 1], ["page=7", 7], ["page=100", 100], [
    "page=999",
    100,
  ]] as const;
  for (const [query, page] of cases) assert.equal(parsePage(new URLSearchParams(query)), page);
  for (const text of ["0", "-1", "1.5", "1e3", "x", "99999", " 2"]) {
    assert.equal(parsePage(new URLSearchParams({ page: text })), 1, text);
  }
});

Deno.test("UI-12 what moved most either way is listed, the furthest first, the unknown never", async () => {
  const [row] = await fullPages.listPrices();
  const changes = [null, NaN, 0, 5, -7, 9, -1, Infinity];
  const rows = changes.map((change, i) => ({ ...row!, symbol: `S${i}`, price_change_24h: change }));
  const { risen, fallen } = listMovers(rows, 2);
  assert.deepEqual(risen.map(({ symbol }) => symbol), ["S5", "S3"]);
  assert.deepEqual(fallen.map(({ symbol }) => symbol), ["S4", "S6"]);
  assert.deepEqual(listMovers([], 4), { risen: [], fallen: [] });
});

Deno.test("UI-12 parts are read anew each 30 s without a stream, less often beside one, never unseen", () => {
  const cases: [number, boolean, boolean, boolean][] = [
    [refreshMs - 1, false, false, false],
    [refreshMs, false, false, true],
    [refreshMs, true, false, false],
    [refreshBesideStreamMs, true, false, true],
    [refreshBesideStreamMs, false, true, false],
    [-1, false, false, false],
  ];
  for (const [elapsedMs, isStreaming, isHidden, due] of cases) {
    assert.equal(isRefreshDue(elapsedMs, { isStreaming, isHidden }), due, String(elapsedMs));
  }
  assert.equal(refreshMs, 30_000);
});

Deno.test("a part that is in use is not replaced", () => {
  const part = (hasFocus: boolean, isOpen: boolean) => ({
    contains: () => hasFocus,
    querySelector: () => isOpen ? {} : null,
  });
  assert.equal(canReplace(part(false, false), {}), true);
  assert.equal(canReplace(part(true, false), null), true);
  assert.equal(canReplace(part(true, false), {}), false);
  assert.equal(canReplace(part(false, true), null), false);
});
