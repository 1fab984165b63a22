import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatSeriesFilter,
  getCompleteness,
  listSeries,
  parseSeriesFilter,
  seriesColumns,
  turnSeriesSort,
} from "../../lib/ui/series_list.ts";
import type { SeriesView } from "../../lib/ui/state.ts";

const row = (part: Partial<SeriesView>): SeriesView => ({
  symbol: "A",
  timeframe: "1m",
  source: "s",
  first: 0,
  last: 1,
  expected: 10,
  observed: 10,
  repaired: 0,
  filled: 0,
  missing: 0,
  ...part,
});
const parse = (query: string) => parseSeriesFilter(new URLSearchParams(query));
const name = ({ symbol, timeframe }: SeriesView) => `${symbol} ${timeframe}`;

Deno.test("UI-02 the filter of series survives the way through the address", () => {
  for (
    const query of [
      "?sort=complete&order=asc",
      "?q=btc&timeframe=4h&state=repaired&sort=last&order=desc&all=1",
    ]
  ) {
    assert.equal(formatSeriesFilter(parse(query)), query);
  }
  assert.equal(formatSeriesFilter(parse("")), "?sort=complete&order=asc");
});

Deno.test("nonsense in the address filters nothing", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (timeframe, sort, state) => {
    const filter = parseSeriesFilter(new URLSearchParams({ timeframe, sort, state }));
    return seriesColumns.includes(filter.sort) && ["asc", "desc"].includes(filter.order);
  }));
  const filter = parse("timeframe=2m&state=toString&sort=constructor&order=up&all=yes");
  assert.deepEqual(filter, parse(""));
});

Deno.test("a heading turns its own order round, and another one begins with what matters", () => {
  assert.equal(turnSeriesSort(parse(""), "complete"), "?sort=complete&order=desc");
  assert.equal(turnSeriesSort(parse("?q=x"), "missing"), "?q=x&sort=missing&order=desc");
  assert.equal(turnSeriesSort(parse("sort=missing"), "series"), "?sort=series&order=asc");
});

Deno.test("the least complete come first, what expects nothing last, whichever way", () => {
  const rows = [
    row({ symbol: "NONE", expected: 0 }),
    row({ symbol: "WHOLE" }),
    row({ symbol: "HOLES", missing: 5 }),
    row({ symbol: "FEW", missing: 1 }),
  ];
  const list = (query: string) => listSeries(rows, parse(query)).map(({ symbol }) => symbol);
  assert.deepEqual(list(""), ["HOLES", "FEW", "WHOLE", "NONE"]);
  assert.deepEqual(list("order=desc"), ["WHOLE", "FEW", "HOLES", "NONE"]);
  assert.deepEqual(list("state=incomplete&sort=series"), ["FEW", "HOLES"]);
  assert.equal(getCompleteness(rows[0]!), null);
});

Deno.test("series of one symbol stand from the shortest timeframe to the longest", () => {
  const rows = (["1d", "5m", "1h", "1m"] as const).map((timeframe) => row({ timeframe }));
  const sorted = listSeries(rows, parse("sort=series")).map(name);
  assert.deepEqual(sorted, ["A 1m", "A 5m", "A 1h", "A 1d"]);
});

Deno.test("sorting loses no series, changes none, and is the same whatever came first", () => {
  const figure = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(NaN));
  const some = fc.array(
    fc.record({ symbol: fc.constantFrom("A", "B", "C"), missing: figure, repaired: figure }),
  );
  fc.assert(fc.property(some, fc.constantFrom(...seriesColumns), (parts, sort) => {
    const rows = parts.map(row);
    const before = structuredClone(rows);
    const sorted = listSeries(rows, parse(`sort=${sort}`));
    assert.deepEqual(rows, before);
    assert.equal(sorted.length, rows.length);
    const key = (each: SeriesView) =>
      sort === "series" ? name(each) : sort === "complete" ? getCompleteness(each) : each[sort];
    const again = listSeries(rows.toReversed(), parse(`sort=${sort}`));
    assert.deepEqual(again.map(key), sorted.map(key));
  }));
});
