import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createChartCache } from "../../lib/cache/charts.ts";
import type { ApiDeps } from "../../lib/api/mod.ts";
import type { Store } from "../../lib/store/mod.ts";
import { NOW_MS } from "../support/api.ts";
import { aBar } from "../support/market.ts";
import { HOUR_MS, withPublicApi } from "../support/public_api.ts";
import { buildSignal } from "../support/store.ts";
import { createUdfClient, UdfRefusal } from "../support/udf_client.ts";

const nowS = NOW_MS / 1_000;

async function withFeed(
  test: (
    feed: ReturnType<typeof createUdfClient>,
    world: ReturnType<Store["world"]>,
    deps: ApiDeps,
  ) => Promise<void>,
): Promise<void> {
  await withPublicApi(({ api, world, deps }) =>
    test(createUdfClient((path) => Promise.resolve(api.request(`/udf${path}`))), world, deps)
  );
}

Deno.test("a charting library connects: config, time, search, symbol, bars, marks", () =>
  withFeed(async (feed) => {
    const config = await feed.readConfig();
    deepEqual(config.supported_resolutions, ["1", "5", "15", "60", "240", "1D"]);
    equal(config.supports_marks, true);
    equal(await feed.readServerTime(), nowS);
    const [found] = await feed.search("btc");
    equal(found!.full_name, "BINANCE:BTCUSDT");
    const symbol = await feed.resolve(found!.full_name);
    deepEqual([symbol.name, symbol.session, symbol.timezone], ["BTCUSDT", "24x7", "Etc/UTC"]);
    const { bars } = await feed.readHistory({
      symbol: symbol.ticker,
      resolution: "60",
      from: nowS - 10 * 3_600,
      to: nowS,
    });
    equal(bars.length, 10);
    equal(bars.at(-1)!.time, NOW_MS - HOUR_MS);
    const marks = await feed.readMarks(symbol.ticker, nowS - 86_400, nowS, "60");
    deepEqual(marks.map(({ id, time, label }) => [id, time, label]), [["s1", nowS - 3_600, "P"]]);
  }));

const share = { kind: "stock" as const, active: true };
const shares = [
  { ...share, symbol: "AAPL", id: "AAPL@alpaca", exchange: "alpaca", base: "AAPL", quote: "USD" },
  { ...share, symbol: "THYAO.IS", id: "THYAO@bist", exchange: "bist", base: "THYAO", quote: "TRY" },
];

Deno.test("NEW-12 a share has its exchange's hours, holidays and early closes", () =>
  withFeed(async (feed, world, deps) => {
    await world.symbols.putMany(shares);
    deps.symbols.invalidate();
    const apple = await feed.resolve("AAPL");
    deepEqual([apple.session, apple.timezone], ["0930-1600", "America/New_York"]);
    // New York Stock Exchange, "Holidays and trading hours": Thanksgiving 2026 and the day after.
    match(apple.session_holidays!, /\b20261126\b/);
    match(apple.corrections!, /0930-1300:[\d,]*20261127/);
    const thy = await feed.resolve("THYAO.IS");
    deepEqual([thy.session, thy.timezone], ["0940-1810", "Europe/Istanbul"]);
    // The first of January, and 23 April (National Sovereignty and Children's Day).
    match(thy.session_holidays!, /\b20260101\b.*\b20260423\b/);
  }));

Deno.test("bars are those that are stored, in every spelling of the symbol", () =>
  withFeed(async (feed, world) => {
    const stored = await world.bars.listBars({ symbol: "BTCUSDT", timeframe: "1m" }, { limit: 5 });
    for (const symbol of ["BTCUSDT", "btcusdt", "BINANCE:BTCUSDT", "crypto:BTC/USDT@binance"]) {
      const range = { symbol, resolution: "1", from: 0, to: nowS, countback: 5 };
      const { bars } = await feed.readHistory(range);
      deepEqual(
        bars,
        stored.map(({ closed: _closed, quality: _quality, ...bar }) => bar),
        symbol,
      );
    }
  }));

Deno.test("countback counts bars before `to`, which is exclusive, and wins over `from`", () =>
  withFeed(async (feed) => {
    const range = { symbol: "BTCUSDT", resolution: "60", from: nowS - 3_600, to: nowS - 7_200 };
    await rejects(feed.readHistory(range), /invalid_range/);
    const { bars } = await feed.readHistory({ ...range, countback: 3 });
    deepEqual(bars.map(({ time }) => (NOW_MS - time) / HOUR_MS), [5, 4, 3]);
  }));

Deno.test("a library that scrolls back finds every bar once, and then the end", () =>
  withFeed(async (feed) => {
    const times: number[] = [];
    let to = nowS;
    for (let asked = 0; asked < 20; asked++) {
      const range = { symbol: "BTCUSDT", resolution: "60", from: to - 40 * 3_600, to };
      const { bars, noData, nextTime } = await feed.readHistory(range);
      if (noData) {
        equal(nextTime, undefined);
        break;
      }
      times.unshift(...bars.map(({ time }) => time));
      to = bars[0]!.time / 1_000;
    }
    equal(times.length, 300);
    equal(new Set(times).size, 300);
  }));

Deno.test("where nothing was traded, the answer names the newest older bar", () =>
  withFeed(async (feed) => {
    const later = { symbol: "BTCUSDT", resolution: "60", from: nowS + 3_600, to: nowS + 7_200 };
    const { noData, nextTime } = await feed.readHistory(later);
    deepEqual([noData, nextTime], [true, nowS - 3_600]);
    const never = await feed.readHistory({ ...later, symbol: "ETHUSDT" });
    deepEqual([never.noData, never.nextTime], [true, undefined]);
  }));

Deno.test("the bar that is not over yet comes last", () =>
  withFeed(async (feed, world, deps) => {
    const running = aBar({ time: NOW_MS, closed: false, close: 7, low: 1 });
    deps.charts = createChartCache({
      bars: world.bars,
      epoch: "e2",
      getRunningBar: () => running,
    });
    const read = async (from: number, to: number, countback?: number) => {
      const range = { symbol: "BTCUSDT", resolution: "60", from, to };
      const asked = countback === undefined ? range : { ...range, countback };
      return (await feed.readHistory(asked)).bars.map(({ close }) => close).at(-1);
    };
    equal(await read(nowS - 7_200, nowS + 60), 7);
    equal(await read(0, nowS + 60, 1), 7);
    ok(await read(nowS - 7_200, nowS) !== 7, "`to` is exclusive");
  }));

Deno.test("prices are as fine as the symbol's own", () =>
  withFeed(async (feed, world) => {
    const priced = async (symbol: string, close: number) => {
      await world.bars.putBars({ symbol, timeframe: "1m" }, [
        aBar({ time: NOW_MS - 60_000, open: close, high: close, low: close, close }),
      ]);
      return (await feed.resolve(symbol)).pricescale;
    };
    equal(await priced("ETHUSDT", 2_000.5), 100);
    equal(await priced("ETHUSDT", 0.00001234), 1e8);
    equal(await priced("ETHUSDT", 1.2e-7), 1e8);
    equal(await priced("ETHUSDT", 1e-20), 1e10);
  }));

Deno.test("a bar carries at most ten marks, and a mark lies at the start of its bar", () =>
  withFeed(async (feed, world) => {
    await world.signals.putMany(
      Array.from(
        { length: 15 },
        (_, i) =>
          buildSignal(`k${i}`, {
            entity: "ETHUSDT",
            timestamp: NOW_MS - 1_000 - i,
            confidence_score: i / 14,
          }),
      ),
    );
    const marks = await feed.readMarks("ETHUSDT", nowS - 86_400, nowS, "1D");
    equal(marks.filter(({ time }) => time === nowS - 86_400).length, 10);
    deepEqual([...new Set(marks.map(({ time }) => time % 86_400))], [0]);
    ok(marks.every(({ color }) => ["blue", "yellow", "red"].includes(color)));
  }));

const refused: { name: string; path: string; says: string }[] = [
  { name: "an unknown symbol", path: "/symbols?symbol=NOPE", says: "unknown_symbol" },
  { name: "no symbol", path: "/symbols", says: "unknown_symbol" },
  { name: "bars of an unknown symbol", path: "/history?symbol=NOPE", says: "unknown_symbol" },
  {
    name: "a resolution that is none of ours",
    path: "/history?symbol=BTCUSDT&resolution=7&from=0&to=1",
    says: "unsupported_resolution",
  },
  {
    name: "no end",
    path: "/history?symbol=BTCUSDT&resolution=1&from=0",
    says: "invalid_time",
  },
  {
    name: "times that are words",
    path: "/history?symbol=BTCUSDT&resolution=1&from=now&to=later",
    says: "invalid_time",
  },
  {
    name: "a count of none",
    path: "/history?symbol=BTCUSDT&resolution=1&from=0&to=1&countback=0",
    says: "invalid_countback",
  },
  {
    name: "marks whose end lies first",
    path: "/marks?symbol=BTCUSDT&resolution=1&from=9&to=1",
    says: "invalid_range",
  },
  {
    name: "a search for less than nothing",
    path: "/search?query=&limit=-1",
    says: "invalid_limit",
  },
];
for (const { name, path, says } of refused) {
  Deno.test(`the datafeed refuses ${name} in the protocol's own words`, () =>
    withPublicApi(async ({ api }) => {
      const response = await api.request(`/udf${path}`);
      deepEqual([response.status, await response.json()], [200, { s: "error", errmsg: says }]);
    }));
}

Deno.test("times before 1970 and after all dates are understood as the ends of time", () =>
  withFeed(async (feed) => {
    const range = { symbol: "BTCUSDT", resolution: "1D", from: -9e15, to: 9e15 };
    equal((await feed.readHistory(range)).noData, true);
    await rejects(feed.resolve("<script>"), UdfRefusal);
  }));
