import { deepEqual, equal } from "node:assert/strict";
import {
  type ChartBox,
  drawLevels,
  followCrosshair,
  linkAlert,
  readPlace,
  roundPrice,
} from "../../lib/chart/alert_tools.ts";

/** A chart of which each pixel down is 1 less than 100, and each to the right a second. */
function createBox() {
  const lines = new Set<{ price: number; title: string }>();
  let tell: Parameters<NonNullable<ChartBox["chart"]>["subscribeCrosshairMove"]>[0] = () => {};
  const box: ChartBox = {
    chart: {
      timeScale: () => ({ coordinateToTime: (x) => x < 50 ? x : null }),
      subscribeCrosshairMove: (listener) => void (tell = listener),
    },
    candles: {
      coordinateToPrice: (y) => 100 - y,
      createPriceLine(options) {
        const line = options as { price: number; title: string };
        lines.add(line);
        return line;
      },
      removePriceLine: (line) => void lines.delete(line as never),
    },
  };
  return { box, lines, move: (point?: { x: number; y: number }) => tell({ point }) };
}

Deno.test("NEW-05 a place on the chart has a price, and a time where there are bars", () => {
  const { box } = createBox();
  deepEqual(readPlace(box, 10, 40), { timeMs: 10_000, price: 60 });
  deepEqual(readPlace(box, 60, 40), { timeMs: null, price: 60 });
  equal(readPlace(box, 10, 100), null, "no price at zero");
  equal(readPlace(box, 10, NaN), null);
  equal(readPlace({}, 10, 40), null, "no chart yet");
});

Deno.test("the crosshair stands where it stood last", () => {
  const { box, move } = createBox();
  const read = followCrosshair(box);
  equal(read(), null);
  move({ x: 3, y: 20 });
  move(undefined);
  deepEqual(read(), { timeMs: 3_000, price: 80 });
});

Deno.test("NEW-05 a level or a line becomes an address, its points in order of time", () => {
  equal(
    linkAlert("BTC/USD", "PRICE_BELOW", { price: 5.5 }),
    "/alerts/new?symbol=BTC%2FUSD&condition=PRICE_BELOW&price=5.5",
  );
  const from = { timeMs: 2_000, price: 20 };
  const to = { timeMs: 1_000, price: 10 };
  const query = new URL(linkAlert("A", "PRICE_ABOVE", { from, to }), "http://x").searchParams;
  equal(query.get("line"), "1000,10,2000,20");
});

Deno.test("only the levels of active alerts on prices are drawn, and all taken away again", () => {
  const { box, lines } = createBox();
  const alert = { name: "A", condition: "PRICE_ABOVE", threshold: 5, is_active: true };
  const remove = drawLevels(box, [
    alert,
    { ...alert, is_active: false },
    { ...alert, threshold: null },
    { ...alert, condition: "RSI_ABOVE" },
    { ...alert, condition: "PRICE_BELOW", threshold: 4, name: "B".repeat(80) },
  ], "#fff");
  deepEqual([...lines].map(({ price, title }) => [price, title]), [
    [5, "▲ A"],
    [4, `▼ ${"B".repeat(24)}`],
  ]);
  remove();
  equal(lines.size, 0);
  drawLevels({}, [alert], "#fff")();
});

Deno.test("a picked price is as exact as a pointer", () => {
  deepEqual([63_251.237, 0.0000123456, 1].map(roundPrice), [63_251, 0.000012346, 1]);
});
