/** TVL anomalies on recorded daily series: real losses found, faults called faults (NEW-10). */
import { equal, ok } from "node:assert/strict";
import {
  createTvlHistory,
  foldTvl,
  isFaultCause,
  judgeTvlOutcome,
  tvlAnomaly,
} from "../../lib/signals/tvl_anomaly.ts";
import { buildObservedSignal } from "../../lib/signals/observed.ts";
import type { TvlChecks } from "../../lib/signals/tvl_cause.ts";
import { computeWilsonInterval } from "../../lib/signals/accuracy.ts";
import { aTvl, DAY_MS, getDatasets, print, readCsv } from "../support/signals.ts";

/** Known chains of the recorded protocols; only Solana's token has recorded prices. */
const solana = new Set([
  "carrot-liquidity",
  "drift-trade",
  "fragmetric",
  "mango-markets-v4-perps",
  "marginfi-lending",
  "marinade-liquid-staking",
  "solayer-usd",
]);

interface Told {
  slug: string;
  timestamp: number;
  cause: string;
  change: number;
  outcome: string | null;
  stands: boolean;
  isUpdate: boolean;
}

type Series = Map<number, number>;

const toDay = (time: number) => Math.floor(time / DAY_MS);

function change(series: Series, fromMs: number, toMs: number): number | null {
  const [before, after] = [series.get(toDay(fromMs)), series.get(toDay(toMs))];
  return before && after ? after / before - 1 : null;
}

function runSeries(slug: string, rows: readonly { timestamp: number; tvl_usd: number }[], {
  total,
  sol,
}: { total: Series; sol: Series }): Told[] {
  let history = createTvlHistory();
  const told: Told[] = [];
  const readChecks = (fromMs: number, toMs: number): TvlChecks => ({
    token: null,
    chainToken: solana.has(slug) ? change(sol, fromMs, toMs) : null,
    chain: change(total, fromMs, toMs),
  });
  for (const row of rows) {
    const step = foldTvl(history, row, readChecks);
    history = step.history;
    if (!step.find) continue;
    const signal = buildObservedSignal({
      find: step.find,
      detector: tvlAnomaly,
      thresholds: {},
      entity: `protocol:${slug}`,
      source: "defillama",
      timestamp: row.timestamp,
      now: 0,
      evidence: [],
      factors: { sourceReliability: 1, accuracy: null, corroborations: 0, ageMs: 0 },
    });
    const outcome = judgeTvlOutcome(signal, rows.map((r) => aTvl(r)), Infinity);
    told.push({
      slug,
      timestamp: row.timestamp,
      cause: step.cause!,
      change: Number(step.find.data.tvl_change_24h),
      outcome: outcome?.outcome ?? null,
      stands: outcome?.figures.stands === 1,
      isUpdate: step.isUpdate,
    });
  }
  return told;
}

async function readSeries(path: string, time: string, value: string): Promise<Series> {
  return new Map(
    (await readCsv(path)).map((row) => [toDay(Number(row[time])), Number(row[value])]),
  );
}

Deno.test("on recorded series real losses are found and faults are called faults", async () => {
  const folder = getDatasets("TVL anomalies");
  if (folder === null) return;
  const total = await readSeries(`${folder}/tvl/_total-defi.csv.gz`, "time", "tvl_usd");
  const sol: Series = new Map();
  for (const row of await readCsv(`${folder}/candles/binance/SOLUSDT-1h.csv.gz`)) {
    const time = Number(row.open_time);
    if (time % DAY_MS === 0) sol.set(toDay(time), Number(row.open));
  }
  const jumps = await readCsv(`${folder}/events/tvl-jumps.csv`);
  const all: Told[] = [];
  let days = 0;
  for (const { name } of Deno.readDirSync(`${folder}/tvl`)) {
    if (name.startsWith("_")) continue;
    const slug = name.replace(".csv.gz", "");
    const rows = (await readCsv(`${folder}/tvl/${name}`))
      .map((row) => ({ timestamp: Number(row.time), tvl_usd: Number(row.tvl_usd) }));
    days += rows.length;
    all.push(...runSeries(slug, rows, { total, sol }));
  }
  const near = (row: Record<string, string>) => {
    const at = Date.parse(`${row.date}T00:00:00Z`);
    return all.filter(({ slug, timestamp }) =>
      slug === row.slug && timestamp >= at && timestamp <= at + 2 * DAY_MS
    );
  };
  const persistent = jumps.filter(({ kind }) => kind!.endsWith("persistent"));
  const reverted = jumps.filter(({ kind }) => kind!.endsWith("reverted"));
  const known = jumps.filter((row) => row.cause_certainty === "known");
  const found = (rows: typeof jumps) => rows.filter((row) => near(row).length > 0).length;
  const isReal = (told: Told) => !isFaultCause(told.cause);
  const calledReal = (rows: typeof jumps) => rows.filter((row) => near(row).some(isReal)).length;
  const calledFault = (rows: typeof jumps) =>
    rows.filter((row) => {
      const last = near(row).at(-1);
      return last !== undefined && isFaultCause(last.cause);
    }).length;
  const settled = all.filter(isReal);
  const right = settled.filter(({ outcome }) => outcome === "right").length;
  const n = settled.filter(({ outcome }) => outcome !== "not_measurable").length;
  const causes: Record<string, number> = {};
  for (const { cause } of all) causes[cause] = (causes[cause] ?? 0) + 1;
  const interval = computeWilsonInterval(right, n)!;
  print(`${days} daily samples, ${all.length} records: ${JSON.stringify(causes)}`);
  print(
    `jumps found ${found(jumps)}/${jumps.length}, known causes ${found(known)}/${known.length}`,
  );
  print(`persistent jumps confirmed as real ${calledReal(persistent)}/${persistent.length}`);
  print(`reverted jumps called faults ${calledFault(reverted)}/${reverted.length}`);
  print(`outcome right ${right}/${n} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`);
  const firsts = all.filter(({ isUpdate }) => !isUpdate);
  const base = firsts.filter(({ stands }) => stands).length / firsts.length;
  print(`of first samples, ${(base * 100).toFixed(1)} % stood two days later, n ${firsts.length}`);
  // After 2024 no recorded price or total is there to check with, so nothing is called real.
  const isCheckable = ({ date }: Record<string, string>) => date! < "2025";
  const checkable = persistent.filter(isCheckable);
  print(`of those with a total to check against ${calledReal(checkable)}/${checkable.length}`);
  equal(found(known), known.length);
  ok(found(jumps) >= jumps.length - 1);
  ok(calledReal(checkable) >= checkable.length - 1);
  equal(calledReal(persistent.filter((row) => !isCheckable(row))), 0);
  // Those that came back at the very next sample are faults; longer ones look real to two samples.
  ok(calledFault(reverted) >= 3);
  ok(interval.low > base);
});
