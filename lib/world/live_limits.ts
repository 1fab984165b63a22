/**
 * Settings as other rooms want them: in their units, and following every change while they run.
 *
 * @module
 */
import { createTradeLimits, type TradeLimits } from "../quality/mod.ts";
import type { BreakerLimits, QuotaTuning } from "../resilience/mod.ts";
import type { Settings, SettingsWatch } from "../settings.ts";
import type { Quotas } from "../store/mod.ts";

/** What is needed of the settings. */
type Followed = Pick<SettingsWatch, "get" | "onChange">;

/**
 * Returns the limits that trades are judged by; the object stays the same and its values follow. A
 * recording's clock is its own trades, so nothing in it can be ahead of its time.
 */
export function followTradeLimits(
  settings: Followed,
  mode: "live" | "replay",
): { limits: TradeLimits; stop: () => void } {
  const limits = createTradeLimits(readTradeLimits(settings.get(), mode));
  const stop = settings.onChange((next) => Object.assign(limits, readTradeLimits(next, mode)));
  return { limits, stop };
}

function readTradeLimits({ quality }: Settings, mode: "live" | "replay"): TradeLimits {
  const freshnessMs = quality.freshnessSeconds * 1_000;
  return {
    freshnessMs,
    aheadMs: mode === "live" ? freshnessMs : Infinity,
    windowTrades: quality.windowTrades,
    judgedTrades: quality.judgedTrades,
    zScore: quality.zScore,
    priceChange: quality.priceChangePercent / 100,
    volumeFactor: quality.volumeFactor,
    rebaseTrades: quality.rebaseTrades,
    rebaseChange: quality.rebasePercent / 100,
    scoreTrades: quality.scoreTrades,
  };
}

/** Returns when breakers open and close now. */
export function readBreakerLimits({ breaker }: Settings): BreakerLimits {
  const { timeoutSeconds, timeoutSecondsMax, ...thresholds } = breaker;
  return {
    ...thresholds,
    timeoutMs: timeoutSeconds * 1_000,
    timeoutMaxMs: timeoutSecondsMax * 1_000,
  };
}

/** How patient collecting is now; the names are the collectors'. */
export function readTuning({ streamBreaker, collection }: Settings) {
  const { timeoutSeconds, timeoutSecondsMax, ...thresholds } = streamBreaker;
  return {
    streamBreaker: {
      ...thresholds,
      timeoutMs: timeoutSeconds * 1_000,
      timeoutMaxMs: timeoutSecondsMax * 1_000,
    },
    retryMs: collection.retrySeconds * 1_000,
    retryMaxMs: collection.retrySecondsMax * 1_000,
    blockedRetryMs: collection.blockedRetrySeconds * 1_000,
    streamBlockedRetryMs: collection.streamBlockedRetrySeconds * 1_000,
    demandWithinMs: collection.demandSeconds * 1_000,
  };
}

/** Returns quotas that are spent as the settings say at that moment. */
export function tuneQuotas(quotas: Quotas, getSettings: () => Settings): Quotas {
  return {
    open: (source, limits) =>
      quotas.open(source, () => {
        const { budget } = getSettings();
        return {
          ...limits(),
          windowMs: budget.windowSeconds * 1_000,
          tuning: readQuotaTuning(budget),
        };
      }),
  };
}

function readQuotaTuning(budget: Settings["budget"]): QuotaTuning {
  return {
    pacedShare: budget.pacedShare,
    urgentEarlyMs: budget.urgentEarlySeconds * 1_000,
    urgentCreditsShare: budget.urgentCreditsShare,
    shareMin: budget.shareMin,
    shareStep: budget.shareStep,
    shareEveryMs: budget.shareEverySeconds * 1_000,
    slowMs: budget.slowSeconds * 1_000,
    slowShareMin: budget.slowShareMin,
    blockMaxMs: budget.blockSecondsMax * 1_000,
  };
}

/** What of a stream the settings may change. */
interface StreamTraits {
  key: string;
  silenceMs: number;
  symbolsPerConnection: number;
}

/** Returns a stream source whose silence and room are those of the settings at that moment. */
export function followStream<S extends StreamTraits>(source: S, getSettings: () => Settings): S {
  const read = () => getSettings().sources[source.key];
  return Object.defineProperties({ ...source }, {
    silenceMs: {
      enumerable: true,
      get: () => (read()?.silenceSeconds ?? source.silenceMs / 1_000) * 1_000,
    },
    symbolsPerConnection: {
      enumerable: true,
      get: () => read()?.symbolsPerConnection ?? source.symbolsPerConnection,
    },
  });
}
