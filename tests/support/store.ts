/** Builders for tests of the store: stores in memory and in a folder that is removed, bars, records. */
import { type Clock, systemClock } from "../../lib/clock.ts";
import type { GapRecord, SignalRecord } from "../../lib/contracts/records.ts";
import { silentLogger } from "../../lib/log.ts";
import { type Bar, type Timeframe, timeframeMs } from "../../lib/market/mod.ts";
import { createGate, type Gate } from "../../lib/store/gate.ts";
import { openStore, type Store } from "../../lib/store/mod.ts";

/** Runs `test` with a store in memory and closes it. */
export async function withMemoryStore(
  test: (store: Store) => Promise<void>,
  clock: Clock = systemClock,
): Promise<void> {
  const store = await openStore({ path: ":memory:", clock, log: silentLogger });
  try {
    await test(store);
  } finally {
    await store.close();
  }
}

/** Runs `test` with a gate to storage in memory and closes it. */
export async function withMemoryGate(
  test: (gate: Gate) => Promise<void>,
  clock: Clock = systemClock,
): Promise<void> {
  const open = () => Deno.openKv(":memory:");
  const gate = await createGate({ open, clock, log: silentLogger, canReopen: false });
  try {
    await test(gate);
  } finally {
    await gate.close();
  }
}

/** Runs `test` with a new folder and removes it. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns bar number `slot` of a timeframe; `level` tells versions of it apart. */
export function buildBar(slot: number, timeframe: Timeframe = "1m", level = 100): Bar {
  return {
    time: slot * timeframeMs[timeframe],
    open: level,
    high: level + 2,
    low: level - 1,
    close: level + 1,
    volume: slot,
    closed: true,
    quality: slot % 7 === 0 ? "filled" : slot % 5 === 0 ? "repaired" : "observed",
  };
}

/** Returns a signal with an id and a time, and whatever else `fields` says. */
export function buildSignal(id: string, fields: Partial<SignalRecord> = {}): SignalRecord {
  return {
    id,
    source: "test",
    type: "price_alert",
    entity: "BTCUSDT",
    data: {},
    confidence_score: 0.75,
    timestamp: 1_000,
    processed: false,
    created_at: 1_000,
    updated_at: 1_000,
    evidence: {
      inputHash: "00",
      parameterVersion: "price_alert/1",
      modelVersion: null,
      barTime: 0,
      timeframe: "1m",
      claim: "activity",
      horizonMs: 86_400_000,
    },
    factors: {},
    ...fields,
  };
}

/** Returns an open gap. */
export function buildGap(id: string, fields: Partial<GapRecord> = {}): GapRecord {
  return {
    id,
    source: "binance",
    symbol: "BTCUSDT",
    timeframe: "1m",
    from: 0,
    to: 60_000,
    status: "open",
    reason: "socket closed",
    timestamp: 1_000,
    ...fields,
  };
}
