/**
 * Sentiment shift: the news of a day speaks of an entity otherwise than the news of the day before.
 *
 * @module
 */
import type { MentionSummary } from "./mentions.ts";
import type { ObservedDetector } from "./observed.ts";
import { getThreshold } from "./thresholds.ts";
import type { Find, Thresholds } from "./types.ts";

const DAY_MS = 86_400_000;

/**
 * Fires when the mean sentiment of the last 24 hours differs by `change` or more from that of the
 * 24 hours before, with `mentions` or more headlines in each. Claims activity, never direction.
 */
export const sentimentShift = {
  type: "sentiment_shift",
  version: 1,
  defaults: { change: 0.3, mentions: 5 },
  windowMs: DAY_MS,
  horizonMs: DAY_MS,
  timeframe: "1h",
  detect(
    before: MentionSummary | null,
    after: MentionSummary | null,
    thresholds: Thresholds,
  ): Find | null {
    const threshold = getThreshold("change", thresholds, sentimentShift.defaults);
    const least = getThreshold("mentions", thresholds, sentimentShift.defaults);
    if (!before || !after || before.mentions < least || after.mentions < least) return null;
    // Means of scores with four digits: what the sum's rounding adds must not decide.
    const change = Math.round((after.sentiment - before.sentiment) * 1e9) / 1e9;
    const magnitude = Math.abs(change) / threshold;
    if (!Number.isFinite(magnitude) || magnitude < 1) return null;
    return {
      type: "sentiment_shift",
      magnitude,
      data: {
        entity_name: after.name,
        entity_type: after.type,
        sentiment: after.sentiment,
        sentiment_before: before.sentiment,
        sentiment_change: change,
        mentions: after.mentions,
        mentions_before: before.mentions,
        direction: change > 0 ? "up" : "down",
        threshold_change: threshold,
        threshold_mentions: least,
        window_hours: 24,
      },
    };
  },
} satisfies ObservedDetector & Record<"detect", unknown>;
