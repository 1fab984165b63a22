/**
 * SIGNAL_CONFIDENCE: a detector found something and is sure enough of it.
 *
 * @module
 */
import { formatShare } from "../../format/mod.ts";
import { defineCondition, judge } from "../types.ts";

/** True once for each signal. */
export const signalConfidence = defineCondition({
  name: "SIGNAL_CONFIDENCE",
  on: "signal",
  isEvent: true,
  threshold: { unit: "fraction", min: 0, max: 1, fallback: 0.7 },
  parameters: ["signalType"],
  test({ alert, threshold }, { type, confidence }) {
    const wanted = alert.parameters.signalType;
    return judge(true, confidence >= threshold && (wanted === undefined || wanted === type));
  },
  explain: ({ threshold }, { symbol, type, confidence, id }) => ({
    value: confidence,
    message: `A ${type} signal on ${symbol} has a confidence of ${formatShare(confidence)} ` +
      `(asked for: ${formatShare(threshold)}).`,
    figures: { confidence, threshold, type, signal: id },
  }),
});
