/** Kills a writing process again and again and counts what was lost: `kill_task.ts --kills 1000`. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore, type OpenWorld } from "../../lib/store/mod.ts";
import { BARS_PER_STEP, buildStep, seriesOfStep } from "./steps.ts";

/** What a run of kills found. */
export interface KillReport {
  kills: number;
  acknowledgedSteps: number;
  /** Acknowledged bars or records that are gone or differ. */
  lost: number;
  /** Commits of which only a part is there. */
  torn: number;
}

/** Returns numbers from 0 to 1 that repeat exactly from their seed (a linear congruence). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lets a child write from step `first` on, and kills it after `acks` acknowledgements and `ms`. */
async function writeUntilKilled(path: string, first: number, acks: number, ms: number) {
  const script = new URL("./kill_child.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-kv", "--no-check", script, path, String(first)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "", killing = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (killing || text.split("\n").length <= acks) continue;
    killing = true;
    systemClock.wait(ms).then(() => child.kill("SIGKILL"));
  }
  await child.status;
  const lines = text.split("\n").slice(0, -1);
  return lines.length === 0 ? first - 1 : Number(lines.at(-1));
}

/** Returns what is missing of steps 0 to `lastStep`, and what is there in part. */
async function verifyWorld(world: OpenWorld, lastStep: number) {
  let lost = 0, torn = 0;
  for (const series of seriesOfStep) {
    const stored = await world.bars.listBars(series);
    const byTime = new Map(stored.map((bar) => [bar.time, JSON.stringify(bar)]));
    for (let step = 0; step <= lastStep; step++) {
      for (const bar of buildStep(step).bars) {
        if (byTime.get(bar.time) !== JSON.stringify(bar)) lost++;
      }
    }
    const extent = await world.bars.getExtent(series);
    if ((extent?.count ?? 0) !== stored.length || stored.length % BARS_PER_STEP !== 0) torn++;
  }
  let records = 0, cursor: string | undefined;
  const seen = new Set<string>();
  do {
    const page = await world.signals.list({
      limit: 1_000,
      cursor,
      index: "type",
      equals: ["price_alert"],
    });
    for (const { id } of page.items) seen.add(id);
    records += page.items.length;
    cursor = page.cursor ?? undefined;
  } while (cursor);
  for (let step = 0; step <= lastStep; step++) if (!seen.has(`s${step}`)) lost++;
  if (records !== await world.signals.count()) torn++;
  return { lost, torn };
}

/** Kills on one store before the next one begins: verifying costs as much as the store holds. */
const KILLS_PER_STORE = 50;

/** Kills `kills` writers, verifying after each; `onStore` is told after each store. */
export async function runKills(
  kills: number,
  { seed = 1, onStore = () => {} }: {
    seed?: number;
    onStore?: (report: KillReport) => void;
  } = {},
): Promise<KillReport> {
  const random = createRandom(seed);
  const report: KillReport = { kills: 0, acknowledgedSteps: 0, lost: 0, torn: 0 };
  while (report.kills < kills) {
    const folder = await Deno.makeTempDir();
    try {
      const until = Math.min(kills, report.kills + KILLS_PER_STORE);
      await killOnStore(`${folder}/store.sqlite`, { until, random, report });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    onStore(report);
  }
  return report;
}

async function killOnStore(
  path: string,
  { until, random, report }: { until: number; random: () => number; report: KillReport },
): Promise<void> {
  let next = 0;
  for (; report.kills < until; report.kills++) {
    const acks = Math.ceil(random() * 60);
    const last = await writeUntilKilled(path, next, acks, random() * 30);
    report.acknowledgedSteps += last - next + 1;
    const store = await openStore({
      path,
      clock: systemClock,
      log: silentLogger,
      check: report.kills % 10 === 0, // the child process costs more than the rest
    });
    assert.equal(store.damagedFile, null, "the file is sound after every kill");
    const found = await verifyWorld(store.world("live"), last);
    report.lost += found.lost;
    report.torn += found.torn;
    await store.close();
    next = last + 1;
  }
}

if (import.meta.main) {
  const at = Deno.args.indexOf("--kills");
  const write = (report: KillReport) =>
    void Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
  const report = await runKills(at < 0 ? 20 : Number(Deno.args[at + 1]), { onStore: write });
  Deno.exit(report.lost + report.torn === 0 ? 0 : 1);
}
