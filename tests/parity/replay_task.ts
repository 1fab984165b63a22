/** `deno task replay [folder] [--set NAME] [--start MINUTES] [--verify]`: pushes a recording through. */
import { parseArgs } from "node:util";
import { findFirstDifference, hashRun, listRunLines, readRun } from "../../lib/pipeline/mod.ts";
import { recordedFolder } from "../support/recorded.ts";
import { listSeries, playRecording } from "../support/world.ts";

/** What to play. */
export interface ReplayOptions {
  folder: string;
  set?: string;
  startMinutes?: number;
}

/** What one play left behind. */
export interface Run {
  hash: string;
  lines: string[];
  trades: number;
  bars: number;
  signals: number;
  tookMs: number;
}

/** What `verify` found. */
export interface Verdict {
  left: Run;
  right: Run;
  /** The first line in which both differ, or null. */
  difference: ReturnType<typeof findFirstDifference>;
}

/**
 * Plays a recording into a fresh world and returns its bars, its signals and their hash.
 *
 * @throws {ReplayError} When the folder holds nothing that can be played.
 */
export async function runRecording(options: ReplayOptions): Promise<Run> {
  const played = await playRecording(options);
  try {
    const { all, signals } = await readRun(played.store, listSeries(played.info.symbols));
    return {
      hash: hashRun(all, signals),
      lines: listRunLines(all, signals),
      trades: played.stats.trades,
      bars: all.reduce((sum, { bars }) => sum + bars.length, 0),
      signals: signals.length,
      tookMs: played.tookMs,
    };
  } finally {
    await played.close();
  }
}

/** Compares two runs. */
export function compareRuns(left: Run, right: Run): Verdict {
  const difference = left.hash === right.hash ? null : findFirstDifference(left.lines, right.lines);
  return { left, right, difference };
}

/** Plays a recording twice into two fresh worlds. */
export async function verifyRecording(options: ReplayOptions): Promise<Verdict> {
  return compareRuns(await runRecording(options), await runRecording(options));
}

/** Returns what is printed of a run. */
export function formatRun({ hash, trades, bars, signals, tookMs }: Run): string {
  const rate = Math.round(trades / Math.max(0.001, tookMs / 1000));
  const time = `${(tookMs / 1000).toFixed(1)} s (${rate} trades/s)`;
  return `${hash}  ${trades} trades, ${bars} bars, ${signals} signals in ${time}`;
}

/** Returns what is printed of a comparison. */
export function formatVerdict({ left, right, difference }: Verdict): string {
  const hashes = `first   ${formatRun(left)}\nsecond  ${formatRun(right)}\n`;
  if (left.hash === right.hash) return `${hashes}equal\n`;
  const at = difference
    ? `line ${difference.index + 1}\n  first   ${difference.left ?? "(nothing)"}\n` +
      `  second  ${difference.right ?? "(nothing)"}`
    : "nowhere in the lines";
  return `${hashes}different: first difference at ${at}\n`;
}

/** Runs the task and returns its exit code: 1 when two plays differ, 2 when it cannot play. */
export async function runReplayTask(
  args: readonly string[],
  write: (text: string) => void,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        verify: { type: "boolean", default: false },
        set: { type: "string" },
        start: { type: "string", default: "600" },
      },
    });
    const startMinutes = Number(values.start);
    if (!(startMinutes >= 0)) throw new Error("Cannot replay: --start takes minutes, such as 600");
    const options = {
      folder: positionals[0] ?? recordedFolder,
      startMinutes,
      ...(values.set ? { set: values.set } : {}),
    };
    if (!values.verify) {
      write(`${formatRun(await runRecording(options))}\n`);
      return 0;
    }
    const verdict = await verifyRecording(options);
    write(formatVerdict(verdict));
    return verdict.left.hash === verdict.right.hash ? 0 : 1;
  } catch (error) {
    write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stdout.writeSync(encoder.encode(text));
  Deno.exit(await runReplayTask(Deno.args, write));
}
