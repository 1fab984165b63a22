/** Figures that cycles find, as alerts look at them, and what operators are told. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { FigureMoment } from "../../lib/alerts/mod.ts";
import {
  describeLiquidity,
  describeNewPair,
  describeSentiment,
  describeTvl,
} from "../../lib/jobs/figures.ts";
import { runNotify } from "../../lib/jobs/notify.ts";
import type { OperatorAlert } from "../../lib/jobs/mod.ts";
import { evaluateTvl } from "../../lib/jobs/evaluate_tvl.ts";
import { createDexHistory } from "../../lib/signals/dex/mod.ts";
import { createTvlHistory } from "../../lib/signals/tvl_anomaly.ts";
import { createManualClock } from "../support/clock.ts";
import { aDexSignal, aSample } from "../support/public_api.ts";
import { aStageContext } from "../support/stage_context.ts";
import { withMemoryStore } from "../support/store.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 5, 12);

const aTvl = (timestamp: number, tvl_usd: number) => ({
  ...{ id: `protocol:aave ${timestamp}`, entity: "protocol:aave", name: "Aave", tvl_usd },
  ...{ token: null, chain: null, category: null, timestamp, source: "defillama" },
  created_at: timestamp,
});

Deno.test("ALR-05 TVL tells its change against the day before, in percent; without a past none", () => {
  const history = { ...createTvlHistory(), points: [[NOW_MS - DAY_MS, 200]] as [number, number][] };
  const found = describeTvl(aTvl(NOW_MS, 250), history, 7);
  deepEqual([found.symbol, found.value, found.change, found.receivedMs], [
    ...["protocol:aave", 250, 25, 7],
  ]);
  ok(Number.isNaN(describeTvl(aTvl(NOW_MS, 250), createTvlHistory(), 7).change));
  const empty = { ...history, points: [[NOW_MS - DAY_MS, 0]] as [number, number][] };
  ok(Number.isNaN(describeTvl(aTvl(NOW_MS, 250), empty, 7).change));
});

Deno.test("ALR-05 liquidity is told where it is known, of its own column", () => {
  const points = [[NOW_MS - DAY_MS, 1, 999, 400]] as [number, number, number, number][];
  const history = { ...createDexHistory(), points };
  const sample = aSample({ timestamp: NOW_MS, liquidity: 300 });
  equal(describeLiquidity(sample, history, 7)?.change, -25);
  equal(describeLiquidity({ ...sample, liquidity: null }, history, 7), null);
  ok(Number.isNaN(describeLiquidity(sample, null, 7)!.change));
});

Deno.test("ALR-05 a new pair is told once as what it is, other signals on pairs are not", () => {
  equal(describeNewPair(aDexSignal({ type: "new_pair" }), 500, 7)?.value, 500);
  equal(describeNewPair(aDexSignal({ type: "new_pair" }), null, 7)?.value, 0);
  equal(describeNewPair(aDexSignal({ type: "liquidity_shift" }), 500, 7), null);
});

Deno.test("ALR-05 sentiment is told in points of its scale", () => {
  const summary = { type: "token" as const, name: "BTC", mentions: 3, sentiment: 0.5 };
  const at = { entity: "BTCUSDT", timeMs: NOW_MS, receivedMs: 7 };
  const before = { ...summary, sentiment: -0.25 };
  deepEqual(describeSentiment(summary as never, before as never, at).change, 0.75);
  ok(Number.isNaN(describeSentiment(summary as never, null, at).change));
});

Deno.test("ALR-05 a cycle tells every new sample once; a run that is done again tells none", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const { context } = aStageContext(world, createManualClock(NOW_MS));
    const told: FigureMoment[] = [];
    const watched = { ...context, onFigure: (figure: FigureMoment) => void told.push(figure) };
    for (let hour = 30; hour >= 0; hour--) {
      await world.tvl.put(aTvl(NOW_MS - hour * 3_600_000, 100 + (30 - hour)));
    }
    await evaluateTvl(watched, {});
    equal(told.length, 31);
    const last = told.at(-1)!;
    deepEqual([last.timeMs, last.value], [NOW_MS, 130]);
    ok(Math.abs(last.change - (130 / 106 - 1) * 100) < 1e-9, String(last.change));
    await evaluateTvl(watched, {});
    equal(told.length, 31);
  }));

Deno.test("ALR-09 what keeps failing is told when it begins and when it is over", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const { context } = aStageContext(world, createManualClock(NOW_MS));
    const told: [string, boolean][] = [];
    const onOperatorAlert = ({ id, resolvedMs }: OperatorAlert) => {
      told.push([id, resolvedMs !== null]);
      return Promise.resolve();
    };
    const run = async (n: number, status: "ok" | "failed") => {
      const id = `r${n}`;
      const source = { status, records: 0, ...(status === "failed" && { error: "HTTP 503" }) };
      await world.collectionRuns.put({
        ...{ id, timestamp: NOW_MS + n, trigger: "cron", status: "done" },
        ...{ sources: { defillama: source }, signals: 0, finished_at: NOW_MS + n },
      } as never);
      await runNotify({ ...context, onOperatorAlert }, id);
    };
    for (const n of [1, 2, 3, 4]) await run(n, "failed");
    deepEqual(told, [["defillama", false]]);
    await run(5, "ok");
    deepEqual(told, [["defillama", false], ["defillama", true]]);
  }));
