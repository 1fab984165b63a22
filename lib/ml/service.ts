/**
 * One door to a model: the rules answer while it is off, fails, is late or says nonsense.
 *
 * @module
 */
import type { Judgement, SentimentModel } from "./types.ts";

/** How a learned model is watched. */
export interface WatchedOptions {
  /** Tells the time in ms; only differences matter. */
  now: () => number;
  /** An answer that took longer is used, but the model then rests. Default 30. */
  budgetMs?: number;
  /** How many texts the rules judge before the model is tried again. Default 1000. */
  restTexts?: number;
  /** Told why the rules took over. */
  onFallback?: (reason: string) => void;
}

/** Returns a model that asks `model` and falls back on `rules`; a null `model` is one turned off. */
export function watchSentiment(
  model: SentimentModel | null,
  rules: SentimentModel,
  { now, budgetMs = 30, restTexts = 1_000, onFallback = () => {} }: WatchedOptions,
): SentimentModel {
  if (!model) return rules;
  let resting = 0;
  const fallBack = (reason: string, title: string): Judgement => {
    onFallback(reason);
    resting = restTexts;
    return rules.judge(title);
  };
  return {
    // Who judged a single text is told by its reasons; the version names who is asked first.
    version: model.version,
    judge(title) {
      if (resting > 0) {
        resting--;
        return rules.judge(title);
      }
      const startMs = now();
      let answer: Judgement;
      try {
        answer = model.judge(title);
      } catch (error) {
        return fallBack(`failed: ${String(error).slice(0, 200)}`, title);
      }
      if (!isSound(answer)) return fallBack("answered nonsense", title);
      const tookMs = now() - startMs;
      if (tookMs > budgetMs) {
        onFallback(`late: ${tookMs} ms, at most ${budgetMs}`);
        resting = restTexts;
      }
      return answer;
    },
  };
}

function isSound({ score, confidence }: Judgement): boolean {
  return Math.abs(score) <= 1 && confidence >= 0 && confidence <= 1;
}
