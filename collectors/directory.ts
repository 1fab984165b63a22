/**
 * What there is to collect from, told for people: every source and feed, as set and as it is.
 *
 * @module
 */
import type { SourceSettings } from "./source_http.ts";
import type { CollectorHealth } from "./health.ts";
import { pollSources, streamSources } from "./mod.ts";

/** One feed of a source. */
export interface FeedEntry {
  name: string;
  /** How often it is asked, ms: as set, or longer where the budget is short. */
  cadenceMs: number;
  /** Wall time of the last answer, epoch ms; null before the first. */
  lastSuccessMs: number | null;
  lastError?: string;
}

/** One source. */
export interface SourceEntry {
  source: string;
  name: string;
  /** False while it is switched off or lacks its key; `reason` says which. */
  enabled: boolean;
  reason?: string;
  /** Requests a minute that may be made. */
  limitPerMinute: number | null;
  creditsPerMonth: number | null;
  feeds: FeedEntry[];
}

/** Lists every source, streams first. */
export function listSourceEntries({ health, settings: { sources } }: {
  health: readonly CollectorHealth[];
  settings: { sources: Readonly<Record<string, SourceSettings>> };
}): SourceEntry[] {
  const healthOf = new Map(health.map((one) => [one.source, one]));
  const all = [
    ...streamSources.map(({ key, name }) => ({ key, name, feeds: [] })),
    ...pollSources,
  ];
  return all.map((source) => {
    const { key, name } = source;
    const known = healthOf.get(key);
    const settings = sources[key];
    const limits = "limitPerMinute" in source ? source : {};
    const own: { limitPerMinute?: number; creditsPerMonth?: number } = { ...limits, ...settings };
    const isOff = known?.state === "disabled";
    return {
      source: key,
      name,
      enabled: !isOff,
      ...(isOff && { reason: known.detail }),
      limitPerMinute: own.limitPerMinute ?? null,
      creditsPerMonth: own.creditsPerMonth ?? null,
      feeds: source.feeds.map((feed) => {
        const state = known?.feeds?.find((one) => one.name === feed.name);
        return {
          name: feed.name,
          // The pace is a little ahead of what is set, unless the budget makes it longer.
          cadenceMs: Math.max(
            (settings?.cadenceSeconds?.[feed.name] ?? feed.cadenceMs / 1_000) * 1_000,
            state?.cadenceMs ?? 0,
          ),
          lastSuccessMs: state?.lastSuccessMs ?? null,
          ...(state?.error && { lastError: state.error }),
        };
      }),
    };
  });
}
