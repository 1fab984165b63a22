/** Writes numbered steps into the store named by its arguments and prints each when it is committed. */
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { buildStep, seriesOfStep } from "./steps.ts";

const [path = "", first = "0"] = Deno.args;
const store = await openStore({ path, clock: systemClock, log: silentLogger, check: false });
const world = store.world("live");
const encoder = new TextEncoder();
for (let step = Number(first);; step++) {
  const { bars, signal } = buildStep(step);
  await Promise.all([
    world.bars.putManyBars(seriesOfStep.map((series) => ({ series, bars }))),
    world.signals.put(signal),
  ]);
  Deno.stdout.writeSync(encoder.encode(`${step}\n`));
}
