/**
 * Retention: what is old moves to the archive, what is older goes.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { Settings } from "../settings.ts";
import { type OpenWorld, type Purgeable, purgeRecords } from "../store/mod.ts";

const DAY_MS = 86_400_000;

/** How many records and bars were moved or deleted, by collection; those with none are left out. */
export interface RetentionResult {
  archived: Record<string, number>;
  purged: Record<string, number>;
}

/**
 * Moves and deletes what is older than the settings allow, as seen from `nowMs` (market time, so that
 * a recording of long ago keeps its data). Stops early when `signal` is aborted; running it again
 * goes on where it stopped.
 */
export async function runRetention({ world, audit, settings, nowMs, log, signal, onBarsPurged }: {
  world: OpenWorld;
  /** What people did, which belongs to no world. */
  audit?: Purgeable;
  settings: Settings;
  nowMs: number;
  log: Logger;
  signal?: AbortSignal;
  /** Told that bars before this time (epoch ms) are deleted. */
  onBarsPurged?(beforeMs: number): Promise<void>;
}): Promise<RetentionResult> {
  const days = settings.retentionDays;
  const before = (count: number) => nowMs - count * DAY_MS;
  const { archived } = world;
  const result: RetentionResult = { archived: {}, purged: {} };
  const note = (kind: keyof RetentionResult, name: string, count: number) => {
    if (count === 0) return;
    result[kind][name] = count;
    log.info("retention", { kind, collection: name, records: count, world: world.world });
  };
  for (const [name, both] of Object.entries(archived)) {
    note("archived", name, await both.archive(before(days.archiveAfter), signal));
  }
  const lifetimes = {
    signals: days.signals,
    marketData: days.marketData,
    mentions: days.signals,
    transactions: null, // a record of money is never deleted
    apiUsage: days.logs,
  } satisfies Record<keyof typeof archived, number | null>;
  for (const [name, count] of Object.entries(lifetimes)) {
    if (count === null) continue;
    const both = archived[name as keyof typeof archived];
    note("purged", name, await both.purge(before(count), signal));
  }
  const { features, quality, news, tvl, dexSamples, dexTrades, dexSignals, collectionRuns } = world;
  const { gaps, outcomes, assetPrices, marketTotals } = world;
  const plain = [
    { name: "features", records: features, count: days.features },
    { name: "quality", records: quality, count: days.quality },
    { name: "news", records: news, count: days.signals },
    { name: "tvl", records: tvl, count: days.signals },
    { name: "dexSamples", records: dexSamples, count: days.signals },
    { name: "dexTrades", records: dexTrades, count: days.logs },
    { name: "dexSignals", records: dexSignals, count: days.signals },
    { name: "collectionRuns", records: collectionRuns, count: days.logs },
    { name: "gaps", records: gaps, count: days.bars },
    { name: "outcomes", records: outcomes, count: days.signals },
    { name: "assetPrices", records: assetPrices, count: days.marketData },
    { name: "marketTotals", records: marketTotals, count: days.marketData },
    ...(audit ? [{ name: "audit", records: audit, count: days.logs } as const] : []),
  ] as const;
  for (const { name, records, count } of plain) {
    note("purged", name, await purgeRecords(records, before(count), signal));
  }
  const barsBefore = before(days.bars);
  note("purged", "bars", await world.purgeBars(barsBefore, signal));
  // Also when none went: a round before may have ended before it could say so.
  if (!signal?.aborted) await onBarsPurged?.(barsBefore);
  return result;
}
