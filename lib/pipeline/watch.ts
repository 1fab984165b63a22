/**
 * Watching: where our sight of a symbol begins, is lost and comes back.
 *
 * @module
 */
import { restartBuilder } from "../bars/mod.ts";
import { createHole, type Hole, isMended } from "./holes.ts";
import type { SymbolState } from "./state.ts";

/** Told when a hole's record has to be written. */
export type HoleListener = (state: SymbolState, hole: Hole) => void;

/** Loses a symbol at market time `atMs`; false when there is nothing to lose, or it is lost. */
export function loseSymbol(state: SymbolState, atMs: number, reason: string): boolean {
  const { builder } = state;
  if (state.lost || builder.start < 0) return false;
  state.lost = createHole(builder.start, { reason, seenMs: atMs });
  return true;
}

/** Takes up a symbol at `eventMs`, with its first trade if it was lost or never seen. */
export function resumeSymbol(
  state: SymbolState,
  { eventMs, isContiguous, isReplay, onHole }: {
    eventMs: number;
    /** True when the trade's number follows the last one: nothing was missed. */
    isContiguous: boolean;
    /** A recording is played on from the start of a minute, so its first bucket is whole. */
    isReplay: boolean;
    onHole: HoleListener;
  },
): void {
  const { builder, lost } = state;
  const bucket = Math.floor(eventMs / builder.lengthMs) * builder.lengthMs;
  if (!lost) {
    startWatching(state, bucket, isReplay, eventMs, onHole);
    return;
  }
  state.lost = null;
  const isPlayedOn = isReplay && lost.reason === "restart";
  if (isContiguous || (isPlayedOn && bucket === builder.start)) {
    if (lost.reason === "restart" && !lost.isRecorded) return;
    lost.to = lost.from;
    lost.status = "repaired";
    onHole(state, lost);
    return;
  }
  boundHole(state, lost, isPlayedOn ? bucket : bucket + builder.lengthMs, onHole);
  restartBuilder(builder, { start: bucket, isPartial: !isPlayedOn });
}

/** Takes up a symbol behind an exchange's closed bar that ends at `endMs` with `close`. */
export function resumeBehind(
  state: SymbolState,
  endMs: number,
  close: number,
  onHole: HoleListener,
): void {
  const { lost } = state;
  state.lost = null;
  if (lost && endMs > lost.from) boundHole(state, lost, endMs, onHole);
  restartBuilder(state.builder, { start: endMs, isPartial: false, previousClose: close });
}

function startWatching(
  state: SymbolState,
  bucket: number,
  isReplay: boolean,
  eventMs: number,
  onHole: HoleListener,
): void {
  const end = isReplay ? bucket : bucket + state.builder.lengthMs;
  restartBuilder(state.builder, { start: bucket, isPartial: !isReplay });
  const from = state.knownEnd >= 0 && state.knownEnd < end ? state.knownEnd : bucket;
  if (end <= from) return;
  const hole = createHole(from, {
    reason: "start",
    seenMs: eventMs,
    to: end,
    isFirstWatch: from === bucket,
  });
  state.holes.push(hole);
  if (!hole.isFirstWatch) onHole(state, hole);
}

function boundHole(state: SymbolState, hole: Hole, to: number, onHole: HoleListener): void {
  hole.to = to;
  if (to <= hole.from || isMended(hole, state.builder.lengthMs)) hole.status = "repaired";
  else state.holes.push(hole);
  onHole(state, hole);
}
