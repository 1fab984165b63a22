/**
 * The texts of signals that no script needs: claims, fields of the evidence, relations, payments.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";

/** English texts, by part. */
export const signalStrings = {
  claims: {
    price_alert:
      "Claims unusual volume or volatility within the 24 h after its bar, not a direction.",
    volume_anomaly:
      "Claims unusual volume or volatility within the 24 h after its bar, not a direction.",
    sentiment_shift:
      "Claims unusual volume or volatility of what it speaks of within 24 h, not a direction.",
    tvl_anomaly: "Claims that the change still stands at the second daily sample after it.",
  } satisfies Record<SignalRecord["type"], string>,
  noClaim: "Claims nothing while it is taken for a probable fault.",
  merged: "Merged from",
  causes: {
    unconfirmed: "not confirmed yet",
    reverted: "gone again",
    unchecked: "nothing to check it against",
    contradicted: "another source tells otherwise",
    unobserved: "most bars were not observed",
    confirmed: "confirmed by a second bar",
    price: "the price moved",
    chain: "the whole chain moved",
    market: "the whole market moved",
    outflow: "outflow",
    inflow: "inflow",
  } as Readonly<Record<string, string>>,
  fields: {
    price: "Price",
    price_24h_ago: "Price 24 h before",
    price_change_24h: "Change in 24 h",
    threshold_percent: "Threshold",
    threshold_ratio: "Threshold",
    threshold_change: "Threshold",
    threshold_mentions: "Fewest mentions",
    window_hours: "Window",
    volume_24h: "Volume in 24 h",
    mean_volume_7d: "Mean of 7 days",
    ratio: "Times the usual",
    magnitude: "Times the threshold",
    event_started: "First seen",
    cause: "Taken for",
    samples: "Samples that agree",
    observed_share: "Bars observed",
    leader: "Leading coin",
    leader_change: "Leading coin in 24 h",
    leader_ratio: "Leading coin, times its usual volume",
    tvl_usd: "Value locked (USD)",
    tvl_before_usd: "Value locked before (USD)",
    tvl_change_24h: "Change in 24 h",
    base_time: "Compared with the sample of",
    sample_time: "Sample of",
    token_change: "Its token meanwhile",
    chain_token_change: "Token of its chain meanwhile",
    chain_change: "All value on its chain meanwhile",
    lags_ms: "Behind the first source",
    is_duplicate: "The same thing twice",
  } as Readonly<Record<string, string>>,
  yes: "yes",
  no: "no",
  unknown: "not known",
} as const;
