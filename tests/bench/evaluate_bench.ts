/** The evaluation of 10 000 pairs and 5 000 protocols that all changed, with a store in memory. */
import process from "node:process";
import { runEvaluate } from "../../lib/jobs/evaluate.ts";
import { aPair, aSample, aTvl, DAY_MS, HOUR_MS, NOW_MS } from "../support/signals.ts";
import { withStageWorld } from "../support/stages.ts";
import { type Figure, printFigures } from "./figure.ts";

const PAIRS = 10_000;
const PROTOCOLS = 5_000;

/** Measures one cycle in which everything changed, and one in which nothing did. CPU time. */
export async function runEvaluateBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  await withStageWorld(async (world) => {
    // The second and third step have a day of history to compare with.
    for (const [step, hours] of [0, 24, 25].entries()) {
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
      const took = cpuMs() - start;
      if (step === 2) {
        figures.push({
          name: `evaluation, ${PAIRS} pairs and ${PROTOCOLS} protocols changed, CPU`,
          value: took,
          unit: "ms",
          target: { most: 2_000 },
        });
      }
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
