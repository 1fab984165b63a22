/** The evaluation of 10 000 pairs and 5 000 protocols that all changed, with a store in memory. */
import process from "node:process";
import { runEvaluate } from "../../lib/jobs/evaluate.ts";
import { aPair, aSample, aTvl, DAY_MS, HOUR_MS, NOW_MS } from "../support/signals.ts";
import { withStageWorld } from "../support/stages.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const PAIRS = 10_000;
const PROTOCOLS = 5_000;

/** Market hours of the cycles; from the third on all is measured: warm, with a day to compare with. */
const HOURS = [0, 24, 25, 26, 27];
const MEASURED_FROM = 2;

/** Measures cycles in which everything changed, and one in which nothing did. CPU time. */
export async function runEvaluateBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const changedMs: number[] = [];
  await withStageWorld(async (world) => {
    for (const [step, hours] of HOURS.entries()) {
      world.marketMs = NOW_MS + hours * HOUR_MS;
      const timestamp = world.marketMs - 1_000;
      const seed = (i: number) => 1 + 0.05 * Math.sin(i * 7 + step);
      const pairs = Array.from(
        { length: PAIRS },
        (_, i) =>
          aPair({
            id: `ethereum:0x${i}`,
            last_updated: timestamp,
            pool_created_at: NOW_MS - DAY_MS * 9,
          }),
      );
      await world.store.dexPairs.putMany(pairs);
      await world.store.dexSamples.putMany(
        pairs.map(({ id }, i) => aSample({ pair_id: id, timestamp, volume_24h: 1e6 * seed(i) })),
      );
      await world.store.tvl.putMany(
        Array.from(
          { length: PROTOCOLS },
          (_, i) => aTvl({ entity: `protocol:p${i}`, timestamp, tvl_usd: 1e7 * seed(i) }),
        ),
      );
      const start = cpuMs();
      await runEvaluate(world, `run-${step}`);
      if (step >= MEASURED_FROM) changedMs.push(cpuMs() - start);
    }
    for (const [name, share] of [["median of three", 0.5], ["worst of three", 1]] as const) {
      figures.push({
        name: `evaluation, ${PAIRS} pairs and ${PROTOCOLS} protocols changed, CPU, ${name}`,
        value: pickShare(changedMs, share),
        unit: "ms",
        target: { most: 2_000 },
      });
    }
    const start = cpuMs();
    await runEvaluate(world, "again");
    figures.push({
      name: "evaluation, nothing changed since, CPU",
      value: cpuMs() - start,
      unit: "ms",
      target: { most: 2_000 },
    });
  });
  return figures;
}

/** CPU time of this process with all its threads, so that the store counts too, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

if (import.meta.main) await printFigures(await runEvaluateBench());
