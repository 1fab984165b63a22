/**
 * A signal leaves: stored once, told to whoever listens, and its entity noted.
 *
 * @module
 */
import type { DexSignalRecord } from "../contracts/dex_records.ts";
import type { EntityMentionRecord, SignalRecord } from "../contracts/records.ts";
import type { StageContext } from "./types.ts";

/** Stores and publishes a signal; false where it was stored before. */
export async function emitSignal(
  { store, live }: Pick<StageContext, "store" | "live">,
  signal: SignalRecord,
  mention?: Pick<EntityMentionRecord, "entity_type" | "entity_name" | "mention_count"> & {
    sentiment_score?: number;
  },
): Promise<boolean> {
  if (!await store.signals.create(signal)) return false;
  if (mention) {
    await store.mentions.put({
      sentiment_score: 0,
      ...mention,
      id: `signal:${signal.id}`,
      signal_id: signal.id,
      news_id: null,
      timestamp: signal.timestamp,
      created_at: signal.created_at,
    });
  }
  live.publish("signals", signal, {
    symbol: signal.entity,
    type: signal.type,
    entity: signal.entity,
    confidence: signal.confidence_score,
  });
  return true;
}

/** Stores and publishes a signal on a pair; false where it was stored before. */
export async function emitDexSignal(
  { store, live }: Pick<StageContext, "store" | "live">,
  signal: DexSignalRecord,
): Promise<boolean> {
  if (!await store.dexSignals.create(signal)) return false;
  live.publish("dex_signals", signal, {
    symbol: signal.pair_name,
    type: signal.type,
    entity: signal.pair_id,
    confidence: signal.confidence_score,
  });
  return true;
}
