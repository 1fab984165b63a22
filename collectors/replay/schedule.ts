/**
 * The order in which a recording is played: one generator of events, oldest first.
 *
 * @module
 */
import { aggregateRange, type BarSeries, findIndex, intervalMs, joinBars } from "./bars_file.ts";
import type { CapturedFrame } from "./capture.ts";
import { findBar, type Recording } from "./recording.ts";
import { makeBar, type TapeTrade } from "./tape.ts";
import { spellAggTrade, spellKline, spellTrade } from "./wire.ts";

/** One frame to send to whoever subscribed to its stream. */
export interface ReplayFrame {
  stream: string;
  /** JSON of the `data` part. */
  data: string;
  /** Faults treat trades, and frames that end a bar, in their own way. */
  kind: "trade" | "final" | "other";
}

/** Something that happens in the market at `at` (epoch ms). */
export interface ReplayEvent {
  at: number;
  /** Makes the frames of the wanted streams, in the order of sending. */
  frames(wants: (stream: string) => boolean): ReplayFrame[];
}

/** Returns the intervals that a recording of this step can stream, shortest first. */
function listIntervals(stepMs: number): [string, number][] {
  return Object.entries(intervalMs).filter(([, ms]) => ms >= stepMs && ms % stepMs === 0)
    .sort((a, b) => a[1] - b[1]);
}

/** Returns all step starts of the recording from `fromMs` on, sorted, each once. */
function listSteps(recording: Recording, fromMs: number): number[] {
  const steps = new Set<number>();
  for (const series of recording.series.values()) {
    for (let i = findIndex(series, fromMs); i < series.length; i++) {
      steps.add(series.columns.time[i]!);
    }
  }
  return [...steps].sort((a, b) => a - b);
}

/** What makes a trade's event: the trade, and the tape of its bar up to it. */
interface TradeMoment {
  symbol: string;
  series: BarSeries;
  time: number;
  tape: readonly TapeTrade[];
  index: number;
}

/** Returns the event of one trade, with the running bars that it moves. */
function makeTradeEvent(recording: Recording, moment: TradeMoment): ReplayEvent {
  const { symbol, series, time, tape, index } = moment;
  const trade = tape[index]!;
  const prefix = symbol.toLowerCase();
  return {
    at: trade.at,
    frames(wants) {
      const frames: ReplayFrame[] = [];
      const add = (stream: string, kind: ReplayFrame["kind"], spell: () => string) => {
        if (wants(stream)) frames.push({ stream, kind, data: spell() });
      };
      add(`${prefix}@trade`, "trade", () => spellTrade(symbol, trade));
      add(`${prefix}@aggTrade`, "trade", () => spellAggTrade(symbol, trade));
      for (const [interval, lengthMs] of listIntervals(recording.stepMs)) {
        add(`${prefix}@kline_${interval}`, "other", () => {
          const start = Math.floor(time / lengthMs) * lengthMs;
          const running = makeBar(time, tape.slice(0, index + 1))!;
          const before = start < time ? aggregateRange(series, start, time) : null;
          const bar = before ? joinBars(before, running) : { ...running, time: start };
          const ids = { firstId: tape[0]!.id, lastId: trade.id };
          const eventMs = trade.at;
          return spellKline({ symbol, interval, lengthMs, bar, eventMs, final: false, ...ids });
        });
      }
      return frames;
    },
  };
}

/** Returns the event that ends the bars of one interval at `endMs`, or null where there is none. */
function makeFinalEvent(
  recording: Recording,
  { symbol, interval, lengthMs, endMs }: {
    symbol: string;
    interval: string;
    lengthMs: number;
    endMs: number;
  },
): ReplayEvent | null {
  const series = recording.series.get(symbol)!;
  const start = endMs - lengthMs;
  // A bucket that began before the recording would be half a bar.
  if (start < series.columns.time[0]!) return null;
  const first = findIndex(series, start);
  if (first >= series.length || series.columns.time[first]! >= endMs) return null;
  const stream = `${symbol.toLowerCase()}@kline_${interval}`;
  return {
    at: endMs,
    frames(wants) {
      const bar = wants(stream) ? aggregateRange(series, start, endMs) : null;
      if (!bar) return [];
      const tape = recording.listTrades(symbol, findIndex(series, endMs) - 1);
      const ids = { firstId: tape[0]?.id ?? -1, lastId: tape.at(-1)?.id ?? -1 };
      const what = { symbol, interval, lengthMs, bar, eventMs: endMs, final: true, ...ids };
      return [{ stream, kind: "final", data: spellKline(what) }];
    },
  };
}

/** Yields the trades of one step in order of time. */
function* playTrades(recording: Recording, time: number): Generator<ReplayEvent> {
  const events: ReplayEvent[] = [];
  for (const [symbol, series] of recording.series) {
    const found = findBar(recording, symbol, time);
    if (!found) continue;
    const tape = recording.listTrades(symbol, found.index);
    for (let index = 0; index < tape.length; index++) {
      events.push(makeTradeEvent(recording, { symbol, series, time, tape, index }));
    }
  }
  yield* events.sort((a, b) => a.at - b.at);
}

/** Yields the final bars of every interval that ends at `endMs`, shortest first. */
function* playFinals(recording: Recording, endMs: number): Generator<ReplayEvent> {
  for (const [interval, lengthMs] of listIntervals(recording.stepMs)) {
    if (endMs % lengthMs !== 0) continue;
    for (const symbol of recording.series.keys()) {
      const event = makeFinalEvent(recording, { symbol, interval, lengthMs, endMs });
      if (event) yield event;
    }
  }
}

/** Plays bars from the step that holds `fromMs`. */
function* playBars(recording: Recording, fromMs: number): Generator<ReplayEvent> {
  const { stepMs } = recording;
  const steps = listSteps(recording, Math.floor(fromMs / stepMs) * stepMs);
  for (let i = 0; i < steps.length; i++) {
    const time = steps[i]!;
    yield* playTrades(recording, time);
    yield* playFinals(recording, time + stepMs);
    // After a hole in the whole market the longer buckets that ended within it come first.
    const next = steps[i + 1] ?? 0;
    for (let end = time + 2 * stepMs; end <= next; end += stepMs) {
      if (end - time > intervalMs["1d"]!) break;
      if (end % (5 * 60_000) === 0) yield* playFinals(recording, end);
    }
  }
}

/** Returns the event of one captured frame; a trade is told from an aggregate where asked for. */
function makeCapturedEvent({ at, stream, data, symbol }: CapturedFrame): ReplayEvent {
  const isTrade = data.e === "aggTrade" || data.e === "trade";
  const final = data.e === "kline" && (data.k as { x?: unknown } | undefined)?.x === true;
  const kind = isTrade ? "trade" : final ? "final" : "other";
  const tradeStream = `${symbol.toLowerCase()}@trade`;
  return {
    at,
    frames(wants) {
      const frames: ReplayFrame[] = [];
      if (wants(stream)) frames.push({ stream, kind, data: JSON.stringify(data) });
      if (data.e === "aggTrade" && stream !== tradeStream && wants(tradeStream)) {
        const { a, f: _first, l: _last, ...rest } = data;
        const told = JSON.stringify({ ...rest, e: "trade", t: a });
        frames.push({ stream: tradeStream, kind, data: told });
      }
      return frames;
    },
  };
}

/** Plays a recording from market time `fromMs` (epoch ms) to its end. */
export function* playRecording(recording: Recording, fromMs: number): Generator<ReplayEvent> {
  if (!recording.frames) return yield* playBars(recording, fromMs);
  for (const frame of recording.frames) {
    if (frame.at >= fromMs) yield makeCapturedEvent(frame);
  }
}
