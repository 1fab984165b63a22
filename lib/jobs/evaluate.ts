/**
 * The stage that finds: detectors on news, TVL and pairs, outcomes whose time has come, and what
 * belongs together.
 *
 * @module
 */
import type { EvaluateOptions } from "./evaluate_options.ts";
import { evaluateDex } from "./evaluate_dex.ts";
import { evaluateSentiment } from "./evaluate_sentiment.ts";
import { evaluateSpreads } from "./evaluate_spreads.ts";
import { evaluateTvl } from "./evaluate_tvl.ts";
import { judgeDue } from "./judge.ts";
import { mergeSignals } from "./merge.ts";
import type { StageContext, StageResult } from "./types.ts";

/**
 * Runs every detector on what was stored since the last run, at market time. Each step keeps its own
 * place; a failing one does not stop the others, and goes on from its place at the next run. The
 * same run again emits nothing.
 *
 * @throws {AggregateError} After all steps, if any failed.
 */
export async function runEvaluate(
  context: StageContext,
  runId: string,
  { thresholds = {} }: EvaluateOptions = {},
): Promise<StageResult> {
  const total: StageResult = { records: 0, signals: 0 };
  const failures: unknown[] = [];
  const steps = [
    ["outcomes", judgeDue],
    ["tvl", evaluateTvl],
    ["dex", evaluateDex],
    ["sentiment", evaluateSentiment],
    ["spreads", evaluateSpreads],
    ["merging", mergeSignals],
  ] as const;
  for (const [name, run] of steps) {
    try {
      const { records, signals } = await run(context, thresholds);
      total.records += records;
      total.signals += signals;
      if (records + signals > 0) context.log.info("evaluated", { runId, name, records, signals });
    } catch (error) {
      failures.push(error);
      context.log.error("evaluation failed", { runId, name, error: String(error) });
    }
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, `Cannot evaluate: ${failures.map(String).join("; ")}`);
  }
  return total;
}
