/**
 * Fetches the past of a series: `deno task backfill --symbol BTCUSDT --start-date 2026-06-01`.
 *
 * The running product does the work, within its budgets; where none runs, one is started for it.
 *
 * @module
 */
import { SingleBar } from "cli-progress";
import { systemClock } from "../lib/clock.ts";
import { readConfig } from "../lib/config.ts";
import { type ProgressBar, readArguments, runBackfillCommand } from "./backfill_command.ts";

const startTimeoutMs = 30_000;
const encoder = new TextEncoder();
const say = (text: string) => Deno.stdout.writeSync(encoder.encode(`${text}\n`));

/** What is used of the library, which has no types of its own. */
interface Bar {
  start(total: number, value: number, shown: Record<string, unknown>): void;
  update(value: number, shown: Record<string, unknown>): void;
  stop(): void;
}

/** A line that says bars, share and time left. */
function createBar(): ProgressBar {
  const bar: Bar = new SingleBar({
    format: "{bar} {percentage}% | {bars} bars | {left}",
    hideCursor: true,
    noTTYOutput: true,
  });
  let isShown = false;
  return {
    show({ bars, done_ms, total_ms }, secondsLeft) {
      const left = secondsLeft === null ? "time left unknown" : `${secondsLeft} s left`;
      if (!isShown) bar.start(total_ms, done_ms, { bars, left });
      else bar.update(done_ms, { bars, left });
      isShown = true;
    },
    end: () => isShown && bar.stop(),
  };
}

async function isThere(address: string): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/health`);
    await answer.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Starts the product where none runs; returns how to end it. */
async function ensureProduct(address: string, port: number): Promise<() => Promise<void>> {
  if (await isThere(address)) return () => Promise.resolve();
  say("The product does not run here: it is started for the backfill.");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "dev.ts", "start"],
    cwd: new URL("../", import.meta.url),
    env: { PORT: String(port) },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const untilMs = systemClock.now() + startTimeoutMs;
  while (!await isThere(address)) {
    if (systemClock.now() > untilMs) throw new Error("Cannot backfill: the product did not start");
    await systemClock.wait(200);
  }
  return async () => {
    child.kill("SIGTERM");
    await child.status;
  };
}

async function run(): Promise<number> {
  const args = readArguments(Deno.args, systemClock.now());
  const config = readConfig(Deno.env.toObject());
  const address = `http://127.0.0.1:${config.port}`;
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stop.abort());
  }
  const end = await ensureProduct(address, config.port);
  try {
    const token = (await Deno.readTextFile(`${config.dataDir}/admin-token`)).trim();
    const { record, served } = await runBackfillCommand(args, {
      address,
      token,
      fetch,
      clock: systemClock,
      bar: createBar(),
      signal: stop.signal,
    });
    if (record.status === "stopped") {
      say(`Stopped with ${record.bars} bars; the same command goes on from there.`);
      return 130;
    }
    if (record.note) say(`Note: ${record.note}.`);
    say(`${record.bars} bars of ${record.symbol} ${record.timeframe}; the API serves ${served}.`);
    return 0;
  } finally {
    await end();
  }
}

try {
  Deno.exit(await run());
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  Deno.stderr.writeSync(encoder.encode(`${text}\n`));
  Deno.exit(1);
}
