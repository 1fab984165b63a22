/**
 * Keeps the holes of all symbols: notes what mends them, writes down what became of them.
 *
 * @module
 */
import type { LivePublisher } from "../live/types.ts";
import type { Timeframe } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import {
  createHole,
  type Hole,
  isInside,
  isMended,
  mendHole,
  toGapRecord,
  UNCONFIRMED,
} from "./holes.ts";
import type { PipelineMetrics } from "./options.ts";
import { getSeries, type SeriesState, type SymbolState } from "./state.ts";

/** What is done about holes once bars are committed. */
export interface HoleKeeper {
  /** A bar of the base series that starts at `time` is there. */
  noteMended(state: SymbolState, time: number): void;
  /** Makes holes of bars that ended by `untilMs` and that the exchange has not spoken of. */
  labelUnconfirmed(state: SymbolState, untilMs: number): Promise<void>;
  /** Closes what is mended. */
  closeMended(state: SymbolState): Promise<void>;
  /** Writes a hole down and tells of it. */
  put(state: SymbolState, hole: Hole): Promise<void>;
}

/** Returns a keeper of holes in the series of `base`. */
export function createHoleKeeper({ store, live, base, metrics, write, marketNow }: {
  store: WorldStore;
  live: LivePublisher;
  base: Timeframe;
  metrics?: PipelineMetrics;
  /** Runs a write, again when it fails. */
  write(put: () => Promise<void>): Promise<void>;
  marketNow(): number;
}): HoleKeeper {
  const opened = new WeakSet<Hole>();

  async function put(state: SymbolState, hole: Hole): Promise<void> {
    const record = toGapRecord(hole, {
      source: state.source,
      symbol: state.symbol,
      timeframe: base,
      ...(hole.status === "repaired" && { repairedAt: marketNow() }),
    });
    await write(() => store.gaps.put(record));
    live.publish("continuity", record, { symbol: state.symbol });
    // An open hole is written again when its end is known, and counts once.
    if (hole.status !== "open" || !opened.has(hole)) {
      metrics?.count("gaps", 1, { status: hole.status });
    }
    opened.add(hole);
  }

  return {
    put,
    noteMended(state, time) {
      if (state.lost) mendHole(state.lost, time);
      for (const hole of state.holes) mendHole(hole, time);
    },
    async labelUnconfirmed(state, untilMs) {
      for (const time of takeUnconfirmed(state, base, untilMs)) {
        const to = time + getSeries(state, base).lengthMs;
        const hole = createHole(time, { to, reason: UNCONFIRMED, seenMs: untilMs });
        state.holes.push(hole);
        await put(state, hole);
      }
    },
    async closeMended(state) {
      const { lengthMs } = getSeries(state, base);
      const mended = state.holes.filter((hole) => isMended(hole, lengthMs));
      if (mended.length === 0) return;
      state.holes = state.holes.filter((hole) => !mended.includes(hole));
      for (const hole of mended) {
        hole.status = "repaired";
        if (!hole.isFirstWatch) await put(state, hole);
      }
    },
  };
}

/** Returns the starts of overdue bars that lie in no hole yet, and forgets all that is decided. */
function takeUnconfirmed(state: SymbolState, base: Timeframe, untilMs: number): number[] {
  const { recent, lengthMs } = getSeries(state, base);
  const confirmed = new Set(
    recent.filter(({ isConfirmed }) => isConfirmed).map(({ bar }) => bar.time),
  );
  const { omitsQuietBars } = state.room.traits;
  const overdue: number[] = [];
  for (const time of state.unconfirmed) {
    const isKnown = confirmed.has(time) || recent.every(({ bar }) => bar.time !== time);
    const isDue = time + lengthMs <= untilMs && confirmed.size > 0;
    if (!isKnown && !isDue) continue;
    state.unconfirmed.delete(time);
    // Where quiet minutes have no bar of the exchange's, silence confirms that it was quiet.
    if (omitsQuietBars && isFilled(recent, time)) continue;
    if (!isKnown && !state.holes.some((hole) => isInside(hole, time))) overdue.push(time);
  }
  return overdue;
}

const isFilled = (recent: SeriesState["recent"], time: number) =>
  recent.some(({ bar }) => bar.time === time && bar.quality === "filled");
