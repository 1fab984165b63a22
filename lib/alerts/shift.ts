/**
 * A shift of a figure that cycles work out: what SENTIMENT_SHIFT, TVL_CHANGE and LIQUIDITY_SHIFT share.
 *
 * @module
 */
import {
  type Condition,
  defineCondition,
  type FigureMoment,
  judge,
  type Rule,
  type ThresholdUnit,
} from "./types.ts";

/** What differs between shifts. */
export interface Shift {
  name: "SENTIMENT_SHIFT" | "TVL_CHANGE" | "LIQUIDITY_SHIFT";
  figure: FigureMoment["name"];
  unit: ThresholdUnit;
  max: number;
  fallback: number;
  describe(moment: FigureMoment, rule: Rule): string;
}

/** Returns the condition that a figure has changed by so much, in the direction asked for. */
export function createShift({ name, figure, unit, max, fallback, describe }: Shift): Condition {
  return defineCondition({
    name,
    on: "figure",
    figure,
    isEvent: false,
    threshold: { unit, min: 0.001, max, fallback },
    parameters: ["direction"],
    test({ threshold, direction }, { change }) {
      const isUp = change >= threshold && direction !== "down";
      const isDown = change <= -threshold && direction !== "up";
      return judge(!Number.isNaN(change), isUp || isDown);
    },
    explain(rule, moment) {
      const { value, change } = moment;
      return {
        value: change,
        message: describe(moment, rule),
        figures: { [figure]: value, change, threshold: rule.threshold },
      };
    },
  });
}
