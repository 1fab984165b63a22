import assert from "node:assert/strict";
import fc from "fast-check";
import { createChartModel } from "../../lib/ui/chart_model.ts";
import { startChoice } from "../../lib/ui/chart_choice.ts";
import {
  createChartPage,
  describeReading,
  findBar,
  isWholeNeeded,
  readChartKey,
  zoomStep,
} from "../../lib/ui/chart_page.ts";
import * as page from "../../lib/ui/page_state.ts";
import { readShortcut } from "../../lib/ui/shortcuts.ts";
import { makeBar } from "../support/web.ts";

const view = {
  symbol: "A",
  timeframe: "1m" as const,
  bars: [makeBar(1), makeBar(2, { close: 55 })],
  indicators: { rsi_14: [null, 61.5] },
};
const createModel = (bars = view.bars, isPartial = false) =>
  createChartModel({ ...view, bars }, () => false, () => Promise.reject(new Error()), isPartial);

Deno.test("UI-24 arrows, Home and End move within the bars, Escape lets go", () => {
  const cases = [
    ["ArrowLeft", null, 5, { point: 3 }],
    ["ArrowLeft", 0, 5, { point: 0 }],
    ["ArrowRight", 2, 5, { point: 3 }],
    ["ArrowRight", 4, 5, { point: 4 }],
    ["ArrowRight", 99, 5, { point: 4 }],
    ["Home", 3, 5, { point: 0 }],
    ["End", 0, 5, { point: 4 }],
    ["Escape", 3, 5, { point: null }],
    ["Escape", null, 0, { point: null }],
    ["ArrowLeft", null, 0, null],
    ["x", 1, 5, null],
    ["+", 1, 5, { zoom: zoomStep }],
    ["=", 1, 5, { zoom: zoomStep }],
    ["-", 1, 5, { zoom: 1 / zoomStep }],
  ] as const;
  for (const [key, at, count, expected] of cases) {
    assert.deepEqual(readChartKey(key, at, count), expected, key);
  }
});

Deno.test("UI-24 no row of keys leaves the bars", () => {
  const keys = fc.constantFrom("ArrowLeft", "ArrowRight", "Home", "End", "Escape", "q");
  fc.assert(fc.property(fc.array(keys), fc.integer({ min: 1, max: 9 }), (pressed, count) => {
    let at: number | null = null;
    for (const key of pressed) {
      const found = readChartKey(key, at, count);
      if (found && "point" in found) at = found.point;
      if (at !== null && (at < 0 || at >= count)) return false;
    }
    return true;
  }));
});

Deno.test("UI-24 search and help have their keys, but not while one types", () => {
  const press = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });
  assert.equal(readShortcut(press("/"), false), "search");
  assert.equal(readShortcut(press("?"), false), "help");
  assert.equal(readShortcut(press("a"), false), null);
  assert.equal(readShortcut(press("?"), true), null);
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    assert.equal(readShortcut(press("/", { [modifier]: true }), false), null);
  }
});

Deno.test("the bar pointed at is said with the indicators on show, else the newest", () => {
  const shown = createModel().shown.value;
  assert.match(describeReading(shown, null, ["rsi"]), /00:02 UTC.*close 55\.000.*RSI 14 61\.500/);
  assert.doesNotMatch(describeReading(shown, null, []), /RSI/);
  assert.match(describeReading(shown, 60_000, ["rsi"]), /00:01 UTC/);
  assert.doesNotMatch(describeReading(shown, 60_000, ["rsi"]), /RSI/);
  assert.match(describeReading(shown, 77, []), /00:02 UTC/, "a bar that is gone");
  assert.equal(describeReading(createModel([]).shown.value, null, ["rsi"]), "");
});

Deno.test("UI-24 a bar stays pointed at when older bars come in before it", async () => {
  const older = {
    ...view,
    bars: [makeBar(0), ...view.bars],
    indicators: { rsi_14: [1, null, 61.5] },
  };
  const answer = { ...older, source: "s", gaps: [], markers: [] };
  const model = createChartModel(view, () => false, () => Promise.resolve(answer), true);
  const chart = createChartPage(model);
  chart.pointed.value = 60_000;
  const before = chart.reading.value;
  assert.equal(findBar(model.shown.value, chart.pointed.value), 0);
  await model.load("A", "1m");
  assert.equal(findBar(model.shown.value, chart.pointed.value), 1);
  assert.equal(chart.reading.value, before);
});

Deno.test("UI-08 NEW-06 the volume profile is said in words while it is on show", () => {
  const chart = createChartPage(createModel());
  const stop = chart.profile.subscribe(() => {});
  page.indicators.value = ["rsi"];
  assert.equal(chart.profile.value, "");
  page.indicators.value = ["profile"];
  assert.match(
    chart.profile.value,
    /profile of 2 bars: point of control \d.*value area \(70% of the volume\) 99\.\d+ to 10\d/,
  );
  assert.equal(isWholeNeeded(createModel(view.bars, true), ["profile"]), true);
  assert.equal(isWholeNeeded(createModel(view.bars, true), ["sma"]), false);
  assert.equal(isWholeNeeded(createModel(), ["profile", "levels"]), false);
  stop();
  const empty = createChartPage(createModel([]));
  assert.match(empty.profile.value, /no volume/);
});

Deno.test("UI-10 a choice comes from the address, else from the last visit, and is kept in both", () => {
  const kept = new Map([["cryptointel.chart", '{"symbol":"B","timeframe":"5m"}']]);
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  let url = "http://here/enhanced-dashboard?other=1";
  const places = { storage, getUrl: () => url, setUrl: (next: string) => void (url = next) };
  const first = {
    symbol: "A",
    timeframe: "1m" as const,
    symbols: ["A", "B"],
    shown: ["bb"] as const,
  };
  const stop = startChoice({ ...first, isChosen: false }, places);
  assert.deepEqual([page.symbol.value, page.timeframe.value], ["B", "5m"]);
  assert.match(url, /other=1&symbol=B&timeframe=5m$/);
  page.setTimeframe("4h");
  assert.match(url, /symbol=B&timeframe=4h$/);
  assert.match(kept.get("cryptointel.chart")!, /"4h"/);
  stop();
  startChoice({ ...first, isChosen: true }, places)();
  assert.deepEqual([page.symbol.value, page.timeframe.value], ["A", "1m"]);
  assert.deepEqual(page.indicators.value, ["bb"]);
  kept.set("cryptointel.chart", '{"symbol":"GONE","timeframe":"9x"}');
  startChoice({ ...first, isChosen: false }, places)();
  assert.deepEqual([page.symbol.value, page.timeframe.value], ["A", "1m"]);
});
