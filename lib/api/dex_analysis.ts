/**
 * Analysis of one DEX pair: its figures, signals, metrics, and what follows from them.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { measurePair, recommendForPair } from "../analytics/mod.ts";
import { dexAnalysisSchema, dexPairParamSchema } from "../contracts/dex.ts";
import type { DexPairRecord } from "../contracts/dex_records.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { describePair } from "./dex.ts";
import { findPair } from "./dex_history.ts";
import { describeDexSignal } from "./dex_signals.ts";
import { listAll } from "./page_records.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/dex/analysis/{pair_id}",
  tags: ["dex"],
  summary: "Figures, signals, metrics and recommendations of a pair",
  request: { params: dexPairParamSchema },
  responses: describeAnswers(dexAnalysisSchema, "What is known of the pair"),
});

const weekMs = 7 * 86_400_000;
/** Samples of a week, one each five minutes; signals shown; pairs that a rank is told among. */
const samplesMax = 2_100;
const signalsMax = 100;
const rankedMax = 5_000;
/** Volumes of all pairs are kept this long (ms), or until pairs are written anew. */
const keptMs = 300_000;

/** Binds the analysis of a pair. */
export function bindDexAnalysis(api: Api, deps: ApiDeps): void {
  const analysePair = createPairAnalyser(deps);
  api.openapi(route, async (c) => {
    const pair = await findPair(deps, c.req.valid("param").pair_id);
    const { signals, metrics, recommendations } = await analysePair(pair);
    return c.json({
      pair: describePair(pair),
      signals: signals.map(describeDexSignal),
      metrics,
      recommendations,
      last_updated: pair.last_updated,
      timestamp: getAnswerTime(deps),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

/** Returns a reader of a pair's signals, metrics and recommendations; volumes are kept for a while. */
export function createPairAnalyser(deps: ApiDeps) {
  const { dexPairs, dexSamples, dexSignals } = deps.store;
  const kept = deps.answers.family<(number | null)[]>("dex_volumes", {
    ttlMs: keptMs,
    madeOf: { dexPairs: true },
  });
  const readVolumes = async () =>
    (await listAll(dexPairs, { index: "volume" }, rankedMax)).map(({ volume_24h }) => volume_24h);

  return async (pair: DexPairRecord) => {
    const ofPair = { index: "pair", equals: [pair.id] };
    const from = deps.marketNow() - weekMs;
    const [signals, samples, { value: volumes }] = await Promise.all([
      listAll(dexSignals, ofPair, signalsMax),
      listAll(dexSamples, { ...ofPair, from }, samplesMax),
      kept.get("volumes", readVolumes),
    ]);
    const metrics = measurePair(pair, { volumes, samples, signals });
    const recommendations = recommendForPair({ signals, metrics, nowMs: deps.marketNow() });
    return { signals, metrics, recommendations };
  };
}
