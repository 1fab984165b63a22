/** Foresight over HTTP: bars, signals and samples that are stored, and plain words where none are. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { startMs } from "../support/accounts.ts";
import { aSample } from "../support/public_api.ts";
import { priceAlert, withPersonalApi } from "../support/personal_api.ts";
import { buildSignal } from "../support/store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const counts = (json: Record<string, unknown>) =>
  (json.counts as { firings: number }[]).map(({ firings }) => firings);

/** A close for each minute of the last `days` days, oldest first. */
function buildBars(days: number, close: (minutesAgo: number) => number) {
  return Array.from({ length: days * 1_440 }, (_, i) => {
    const ago = days * 1_440 - i;
    const price = close(ago);
    return {
      ...{ time: startMs - ago * 60_000, open: price, high: price, low: price, close: price },
      ...{ volume: 1, closed: true, quality: "observed" as const },
    };
  });
}

Deno.test("NEW-05 a price level tells how often it was crossed, and what the price did then", () =>
  withPersonalApi(async ({ ask, join, world, owned }) => {
    const { token } = await join("ada");
    // Above for the first hour of every day, and 2 % higher an hour later.
    const bars = buildBars(10, (ago) => {
      const minute = (1_440 * 10 - ago) % 1_440;
      return minute < 60 ? 101 : minute < 120 ? 103 : 99;
    });
    await world.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, bars);
    const body = { ...priceAlert, threshold: 100, cooldown: 86_000 };
    const { status, json } = await ask("POST", "/alerts/foresight", { token, body });
    equal(status, 200);
    deepEqual(counts(json), [7, 10, 10]);
    deepEqual([json.isKnown, json.timeframe, json.symbol], [true, "1m", "BTCUSDT"]);
    const [days7, days30] = json.counts as { coveredDays: number }[];
    deepEqual([days7!.coveredDays, days30!.coveredDays], [7, 10]);
    const [hour] = json.aftermath as { count: number; medianChange: number; higherShare: number }[];
    ok(hour!.count === 10 && Math.abs(hour!.medianChange - (103 / 101 - 1) * 100) < 1e-9);
    equal(hour!.higherShare, 1);
    equal((json.firings as unknown[]).length, 10);
    const once = await ask("POST", "/alerts/foresight", {
      token,
      body: { ...body, one_time: true },
    });
    deepEqual(counts(once.json), [0, 1, 1]);
    equal(await owned.alerts.count(), 0, "looking saves nothing");
  }));

Deno.test("NEW-05 an indicator is looked at in the alert's own timeframe", () =>
  withPersonalApi(async ({ ask, join, world }) => {
    const { token } = await join("ada");
    const series = { symbol: "BTCUSDT", timeframe: "1h" as const };
    await world.bars.putBars(
      series,
      Array.from({ length: 400 }, (_, i) => {
        const close = 100 + 10 * Math.sin(i / 12);
        const time = Math.floor(startMs / HOUR_MS - 400 + i) * HOUR_MS;
        return {
          ...{ time, open: close, high: close, low: close, close, volume: 1, closed: true },
          quality: "observed" as const,
        };
      }),
    );
    const body = {
      ...{ symbol: "BTCUSDT", condition: "RSI_ABOVE", threshold: 90, cooldown: 86_400 },
      parameters: { timeframe: "1h" },
    };
    const { json } = await ask("POST", "/alerts/foresight", { token, body });
    deepEqual([json.timeframe, json.isKnown], ["1h", true]);
    const [week, month] = counts(json);
    ok(week! >= 1 && month! > week!, JSON.stringify(json.counts));
    const other = { ...body, parameters: { timeframe: "4h" } };
    const none = await ask("POST", "/alerts/foresight", { token, body: other });
    deepEqual([none.json.isKnown, none.json.detail], [false, "No bars of BTCUSDT are stored yet."]);
  }));

Deno.test("NEW-05 signals and samples of TVL and liquidity are looked at where they are stored", () =>
  withPersonalApi(async ({ ask, join, world }) => {
    const { token } = await join("ada");
    await world.signals.putMany([
      buildSignal("s1", { timestamp: startMs - 2 * DAY_MS, confidence_score: 0.9 }),
      buildSignal("s2", { timestamp: startMs - 20 * DAY_MS, confidence_score: 0.8 }),
      buildSignal("s3", { timestamp: startMs - 20 * DAY_MS + 1, confidence_score: 0.1 }),
      buildSignal("s4", { timestamp: startMs - DAY_MS, confidence_score: 1, entity: "ETHUSDT" }),
    ]);
    const look = async (body: object) =>
      (await ask("POST", "/alerts/foresight", { token, body })).json;
    const signals = { condition: "SIGNAL_CONFIDENCE", threshold: 0.75 };
    deepEqual(counts(await look({ ...signals, symbol: "BTCUSDT" })), [1, 2, 2]);
    deepEqual(counts(await look({ ...signals, symbol: "*" })), [2, 3, 3]);
    deepEqual((await look({ ...signals, symbol: "nobody" })).detail, "Looked at 0 stored signals.");
    const samples = Array.from({ length: 10 }, (_, i) => {
      const timestamp = startMs - (9 - i) * DAY_MS;
      const tvl_usd = i < 5 ? 100 : 150;
      return {
        ...{ id: `protocol:aave ${timestamp}`, entity: "protocol:aave", name: "Aave", tvl_usd },
        ...{ token: null, chain: null, category: null, timestamp, source: "x", created_at: 1 },
      };
    });
    await world.tvl.putMany(samples);
    const tvl = { condition: "TVL_CHANGE", symbol: "protocol:aave", threshold: 40 };
    deepEqual(counts(await look(tvl)), [1, 1, 1]);
    deepEqual(counts(await look({ ...tvl, parameters: { direction: "down" } })), [0, 0, 0]);
    await world.dexSamples.putMany(
      [500_000, null, 100_000].map((liquidity, i) =>
        aSample({ liquidity, timestamp: startMs - (2 - i) * DAY_MS / 2 })
      ),
    );
    const pair = { condition: "LIQUIDITY_SHIFT", symbol: "ethereum:0xaa", threshold: 50 };
    deepEqual(counts(await look(pair)), [1, 1, 1]);
  }));

Deno.test("NEW-05 where no history is kept, that is said, and nothing is counted", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    for (const condition of ["SENTIMENT_SHIFT", "NEW_PAIR", "ARBITRAGE_SPREAD"]) {
      const body = { symbol: "*", condition };
      const { status, json } = await ask("POST", "/alerts/foresight", { token, body });
      equal(status, 200, condition);
      deepEqual([json.isKnown, counts(json)], [false, [0, 0, 0]]);
      match(String(json.detail), /^No history is kept/);
    }
  }));

Deno.test("NEW-05 one person looks back once at a time; another's look waits its turn", () =>
  withPersonalApi(async ({ ask, join, world }) => {
    const ada = await join("ada");
    const eve = await join("eve");
    const bars = buildBars(30, () => 99);
    await world.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, bars);
    const look = ({ token }: { token: string }) =>
      ask("POST", "/alerts/foresight", { token, body: priceAlert });
    const [first, second, other] = await Promise.all([look(ada), look(ada), look(eve)]);
    // Which of two equal requests is read first is up to the runtime.
    deepEqual([first.status, second.status].sort(), [200, 429]);
    equal(other.status, 200);
    equal((await look(ada)).status, 200);
  }));
