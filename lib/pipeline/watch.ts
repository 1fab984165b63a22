/**
 * Watching: where our sight of a symbol begins, is lost and comes back.
 *
 * @module
 */
import { type BarBuilder, restartBuilder } from "../bars/mod.ts";
import { createHole, type Hole, isInside, isMended } from "./holes.ts";
import type { SymbolState } from "./state.ts";

/** Told when a hole's record has to be written. */
export type HoleListener = (state: SymbolState, hole: Hole) => void;

/** Loses a symbol at market time `atMs`; false when there is nothing to lose, or it is lost. */
export function loseSymbol(state: SymbolState, atMs: number, reason: string): boolean {
  const { builder } = state;
  if (state.lost || builder.start < 0) return false;
  const from = findOpen(builder, builder.start);
  state.lost = createHole(from, { reason, seenMs: atMs });
  if (from > builder.start) state.lost.isSilent = true;
  return true;
}

/** Returns the first time from `timeMs` on at which there is something to be missed. */
export function findOpen({ hours }: Pick<BarBuilder, "hours">, timeMs: number): number {
  return hours ? hours.findOpen(timeMs) : timeMs;
}

/** Takes a symbol up while its market is closed, at `atMs`: its next session is seen whole. */
export function resumeClosed(state: SymbolState, atMs: number, onHole: HoleListener): void {
  const { builder, lost, knownEnd } = state;
  const { hours, lengthMs } = builder;
  if (!hours || hours.isOpen(atMs) || (!lost && builder.start >= 0)) return;
  const to = hours.findOpen(atMs);
  state.lost = null;
  if (lost) boundHole(state, lost, to, onHole);
  else if (knownEnd >= 0) {
    boundHole(state, createHole(knownEnd, { reason: "start", seenMs: atMs }), to, onHole);
  }
  restartBuilder(builder, { start: Math.floor(atMs / lengthMs) * lengthMs, isPartial: false });
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
  if (isContiguous || (isPlayedOn && bucket === findOpen(builder, builder.start))) {
    if (!isWrittenDown(lost)) return;
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
  const known = state.knownEnd >= 0 ? findOpen(state.builder, state.knownEnd) : -1;
  const from = known >= 0 && known < end ? known : bucket;
  if (end <= from) return;
  const isFirstWatch = from === bucket;
  const hole = createHole(from, { reason: "start", seenMs: eventMs, to: end, isFirstWatch });
  boundHole(state, hole, end, isFirstWatch ? () => {} : onHole);
}

/** Says whether a hole that is still open was written down. */
function isWrittenDown({ reason, isRecorded, isSilent }: Hole): boolean {
  return isRecorded === true || (reason !== "restart" && !isSilent);
}

function boundHole(state: SymbolState, hole: Hole, to: number, onHole: HoleListener): void {
  for (const piece of cutHole(state, hole, to)) {
    if (piece.to! <= piece.from || isMended(piece, state.builder.lengthMs)) {
      piece.status = "repaired";
    } else state.holes.push(piece);
    onHole(state, piece);
  }
}

/** Ends a hole at `to`: one for each session in which something was missed. */
function cutHole({ builder }: SymbolState, hole: Hole, to: number): Hole[] {
  if (!builder.hours) return [Object.assign(hole, { to })];
  const pieces = builder.hours.listOpen(hole.from, to);
  if (pieces.length === 0) {
    // What was written down when it began has to be taken back.
    return isWrittenDown(hole) && hole.reason !== "start"
      ? [Object.assign(hole, { to: hole.from })]
      : [];
  }
  const { reason, seenMs } = hole;
  const mended = [...hole.mended];
  return pieces.map((piece, i) => {
    // The first one stays the same hole, as its record has to be written again.
    const cut = i === 0 ? hole : createHole(piece.from, { reason, seenMs });
    cut.from = piece.from;
    cut.to = piece.to;
    cut.mended = new Set(mended.filter((time) => isInside(cut, time)));
    return cut;
  });
}
