/**
 * Measures the hot paths and writes `tests/bench/results.json` with machine, date and method.
 * Arguments name the families to run; without any, all.
 */
import { cpus, totalmem } from "node:os";
import { root } from "../support/source_files.ts";
import type { Figure } from "./figure.ts";

export type { Figure };

const families: Record<string, () => Promise<() => Promise<Figure[]>>> = {
  parse: async () => (await import("./parse_bench.ts")).runParseBench,
  pipeline: async () => (await import("./pipeline_bench.ts")).runPipelineBench,
  indicators: async () => (await import("./indicators_bench.ts")).runIndicatorsBench,
  store: async () => (await import("./store_bench.ts")).runStoreBench,
  charts: async () => (await import("./charts_bench.ts")).runChartsBench,
  collect: async () => (await import("./collect_bench.ts")).runCollectBench,
  evaluate: async () => (await import("./evaluate_bench.ts")).runEvaluateBench,
  cache: async () => (await import("./cache_bench.ts")).runCacheBench,
  fanout: async () => (await import("./fanout_bench.ts")).runFanoutBench,
  signals: async () => (await import("./signals_bench.ts")).runSignalsBench,
  portfolio: async () => (await import("./portfolio_bench.ts")).runPortfolioBench,
  portfolios: async () => (await import("./portfolio_api.ts")).runPortfolioApiBench,
  export: async () => (await import("./export_bench.ts")).runExportBench,
  alerts: async () => (await import("./alerts_bench.ts")).runAlertsBench,
  server: async () => (await import("./server_bench.ts")).runServerBench,
  lighthouse: async () => (await import("./lighthouse_bench.ts")).runLighthouseBench,
};

const isMet = ({ value, target }: Figure) =>
  value >= (target.least ?? -Infinity) && value <= (target.most ?? Infinity);

const round = (value: number) => Number(value.toPrecision(4));

async function measure(names: string[]): Promise<Record<string, (Figure & { isMet: boolean })[]>> {
  const results: Record<string, (Figure & { isMet: boolean })[]> = {};
  for (const name of names) {
    const run = await families[name]!();
    results[name] = (await run()).map((figure) => ({
      ...figure,
      value: round(figure.value),
      isMet: isMet(figure),
    }));
    for (const { name: what, value, unit, target, isMet } of results[name]) {
      const wanted = target.least !== undefined ? `≥ ${target.least}` : `≤ ${target.most}`;
      console.log(`${isMet ? "reached    " : "NOT reached"} ${what}: ${value} ${unit} (${wanted})`);
    }
  }
  return results;
}

if (import.meta.main) {
  const unknown = Deno.args.filter((name) => !(name in families));
  if (unknown.length) {
    console.error(
      `Cannot measure ${unknown.join(", ")}: one of ${Object.keys(families).join(", ")}`,
    );
    Deno.exit(1);
  }
  const path = `${root}tests/bench/results.json`;
  const before = await Deno.readTextFile(path).then(JSON.parse, () => ({ figures: {} }));
  const figures = await measure(Deno.args.length ? Deno.args : Object.keys(families));
  await Deno.writeTextFile(
    path,
    JSON.stringify(
      {
        date: new Date().toISOString(),
        machine: {
          processor: cpus()[0]?.model ?? "unknown",
          cores: cpus().length,
          memoryGiB: Math.round(totalmem() / 2 ** 30),
          deno: Deno.version.deno,
        },
        method:
          "loopback on one machine; charts and server: the product in a process of its own; " +
          "fan-out: clients in a process of their own that scan messages instead of parsing them; " +
          "the rest: one process, warm-up first. Percentiles are of this run",
        figures: { ...before.figures, ...figures },
      },
      null,
      2,
    ) + "\n",
  );
}
