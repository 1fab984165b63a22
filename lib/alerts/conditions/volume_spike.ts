/**
 * VOLUME_SPIKE: the volume of a closed bar is a multiple of the average of the twenty before it.
 *
 * @module
 */
import { formatVolume } from "../../format/mod.ts";
import { defineCondition, judge } from "../types.ts";

/** The bar itself is not part of the average that it is compared with. */
export const volumeSpike = defineCondition({
  name: "VOLUME_SPIKE",
  on: "bar",
  isEvent: true,
  threshold: { unit: "times", min: 1, max: 1_000, fallback: 2 },
  parameters: ["timeframe"],
  test({ threshold }, moment) {
    const average = moment.read("volume_sma_20", 1);
    return judge(average > 0, moment.volume > average * threshold);
  },
  explain({ threshold }, moment) {
    const { symbol, timeframe, volume, close } = moment;
    const average = moment.read("volume_sma_20", 1);
    const times = volume / average;
    return {
      value: times,
      message: `Volume of ${symbol} in one ${timeframe} bar is ${formatVolume(volume)}, ` +
        `${times.toFixed(1)} times the average of 20 bars (asked for: ${threshold}).`,
      figures: { volume, average, times, close },
    };
  },
});
