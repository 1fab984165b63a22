import assert from "node:assert/strict";
import { createChartModel } from "../../lib/ui/chart_model.ts";
import {
  describeChartUrl,
  describeNotesUrl,
  parseChart,
  parseNotes,
} from "../../lib/ui/chart_request.ts";
import { makeBar } from "../support/web.ts";

const view = { symbol: "A", timeframe: "1m" as const, bars: [makeBar(1)], indicators: {} };
const marker = (id: string, timestamp = 60_000) => ({
  id,
  type: "price_alert" as const,
  timestamp,
  confidence_score: 0.5,
});
const notes = { source: "s", gaps: [], markers: [] };
const signal = (id: string, entity: string) => ({ ...marker(id), entity, source: "s" });

/** A server whose answers wait until they are given. */
function createServer() {
  const waiting = new Map<string, { give(answer: unknown): void; fail(): void }>();
  const ask = (url: string) =>
    new Promise<unknown>((resolve, reject) =>
      waiting.set(url, { give: resolve, fail: () => reject(new Error("503")) })
    );
  return {
    ask,
    asked: () => [...waiting.keys()],
    answer(symbol: string, chart: unknown, told: unknown = notes) {
      waiting.get(describeChartUrl(symbol, "1m"))!.give(chart);
      waiting.get(describeNotesUrl(symbol, "1m"))!.give(told);
    },
    fail: (symbol: string) => waiting.get(describeChartUrl(symbol, "1m"))!.fail(),
    failNotes: (symbol: string) => waiting.get(describeNotesUrl(symbol, "1m"))!.fail(),
  };
}

Deno.test("a chart loads, ignores late answers, and takes live bars", async () => {
  const server = createServer();
  const model = createChartModel(view, () => true, server.ask);
  const first = model.load("B", "1m");
  const second = model.load("C", "1m");
  server.answer("C", { ...view, symbol: "C", bars: [makeBar(1), makeBar(4)] });
  server.answer("B", { ...view, symbol: "B" });
  assert.deepEqual(await Promise.all([first, second]), [false, true]);
  assert.equal(model.shown.value.series.symbol, "C");
  assert.equal(model.shown.value.gaps.length, 1);
  const change = (minute: number, closed: boolean) => ({
    symbol: "C",
    timeframe: "1m",
    bar: makeBar(minute, { closed }),
  });
  assert.equal(model.take(change(5, false)), "closed");
  assert.equal(model.take([change(5, false)]), "running");
  assert.equal(model.take([null, { symbol: "Z" }]), "none");
});

Deno.test("UI-08 signals and holes are always those of the series on show", async () => {
  const server = createServer();
  const first = {
    ...view,
    markers: [marker("a1")],
    gaps: [{ from: 0, to: 60_000, status: "open" as const }],
  };
  const model = createChartModel(first, () => false, server.ask);
  assert.deepEqual(model.shown.value.markers.map(({ id }) => id), ["a1"]);
  const loading = model.load("B", "1m");
  assert.deepEqual(model.shown.value.markers.map(({ id }) => id), ["a1"], "until B is there");
  server.answer("B", { ...view, symbol: "B" }, {
    source: "other",
    gaps: [{ from: 5, to: 9, status: "open" }, { from: 1, to: 3, status: "repaired" }],
    markers: [marker("b1"), { id: 5 }, null],
  });
  await loading;
  assert.deepEqual(model.shown.value.markers.map(({ id }) => id), ["b1"]);
  assert.deepEqual(model.shown.value.gaps, [{ from: 5, to: 9 }]);
  assert.equal(model.shown.value.source, "other");
});

Deno.test("UI-08 a live signal is marked once, and only on its own symbol", () => {
  const model = createChartModel(view, () => false, createServer().ask);
  assert.equal(model.mark([signal("x", "B")]), false);
  assert.equal(model.mark([signal("y", "A"), null, { entity: "A" }]), true);
  assert.equal(model.mark(signal("y", "A")), false);
  assert.deepEqual(model.shown.value.markers.map(({ id }) => id), ["y"]);
});

Deno.test("bars are shown though marks cannot be read, and the page says so", async () => {
  const server = createServer();
  const model = createChartModel({ ...view, markers: [marker("a1")] }, () => false, server.ask);
  const loading = model.load("B", "1m");
  server.failNotes("B");
  server.answer("B", { ...view, symbol: "B" });
  assert.equal(await loading, true);
  assert.equal(model.shown.value.isUnmarked, true);
  assert.deepEqual(model.shown.value.markers, []);
});

Deno.test("going back to what is shown drops what is under way, its failure too", async () => {
  const server = createServer();
  const model = createChartModel(view, () => false, server.ask);
  const loading = model.load("B", "1m");
  model.stay();
  server.answer("B", { ...view, symbol: "B" });
  assert.equal(await loading, false);
  assert.equal(model.shown.value.series.symbol, "A");
  const failing = model.load("B", "1m");
  model.stay();
  server.fail("B");
  assert.equal(await failing, false);
});

Deno.test("the rest of a series is fetched only when something asks for it", async () => {
  const server = createServer();
  const first = { ...view, indicators: { sma_20: [1] } };
  const model = createChartModel(first, () => false, server.ask, true);
  assert.equal(model.needs("A", "1m", ["sma_20"]), false);
  assert.equal(model.needs("A", "1m", ["sma_20", "macd"]), true);
  assert.equal(model.needs("B", "1m", []), true);
  assert.equal(model.needs("A", "5m", []), true);
  assert.equal(model.isPartial(), true);
  const loading = model.load("A", "1m");
  server.answer("A", first);
  await loading;
  assert.equal(model.isPartial(), false);
  assert.equal(model.needs("A", "1m", ["macd"]), false, "the server has no more");
  assert.deepEqual(server.asked(), [describeChartUrl("A", "1m"), describeNotesUrl("A", "1m")]);
});

Deno.test("an answer that is no chart fails the load", async () => {
  const model = createChartModel(view, () => false, () => Promise.resolve({ detail: "no" }));
  await assert.rejects(model.load("B", "1m"), TypeError);
  assert.equal(model.shown.value.series.symbol, "A");
  for (const bad of [null, 5, [], {}, { symbol: "A", timeframe: "2m", bars: [] }]) {
    assert.equal(parseChart(bad), null);
    assert.equal(parseNotes(bad), null);
  }
  assert.equal(describeChartUrl("A/B", "1m", 5), "/api/v1/charts/A%2FB?timeframe=1m&limit=5");
  assert.equal(describeNotesUrl("A/B", "1m"), "/chart-notes?symbol=A%2FB&timeframe=1m");
});
