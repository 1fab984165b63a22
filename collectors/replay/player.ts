/**
 * Plays a recording on market time to whoever listens.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { type Audience, createAudience } from "./audience.ts";
import { type ActiveFault, type ReplayFault, replayFaultSchema } from "./faults.ts";
import type { Recording } from "./recording.ts";
import { playRecording, type ReplayEvent } from "./schedule.ts";

/** A silence of the whole market of this length or more is jumped over. */
const longestGapMs = 3_600_000;
/** Events between two turns of the event loop when nothing else waits. */
const eventsPerTurn = 2000;

/** What is played, and how. */
export interface PlayerOptions {
  recording: Recording;
  /** Milliseconds of the market for each of the clock; 0 = as fast as all read. */
  speed: number;
  /** Where the play begins, epoch ms. */
  startMs: number;
  clock: Clock;
  /** With speed 0: false where nobody listens to what is played; default true. */
  hasReaders?: boolean;
  /** Called once, when everything was played. */
  onEnd?: () => void;
}

/** A running play. */
export interface Player {
  marketNow(): number;
  /** True once the recording has been played to its end. */
  ended(): boolean;
  addClient: Audience["add"];
  removeClient: Audience["remove"];
  /** Tells that a client subscribed: the first one starts the play. */
  start(): void;
  setFault(fault: ReplayFault | null): void;
  fault(): ActiveFault | null;
  /** Says whether new connections are refused, as during a hole. */
  refuses(): boolean;
  /** Ends the play; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Market time against the clock: at `speed` ms of the market for each ms. */
function createTimeline(clock: Clock, speed: number, startMs: number) {
  let wallMs = clock.now();
  let marketMs = startMs;
  const target = () => marketMs + Math.max(0, clock.now() - wallMs) * speed;
  return {
    target,
    /** Sets market time anew from here. */
    anchor(atMs: number) {
      wallMs = clock.now();
      marketMs = atMs;
    },
    /** Milliseconds of the clock until market time `atMs`; 0 when it is past. */
    until: (atMs: number) => Math.max(0, Math.ceil((atMs - target()) / speed)),
  };
}

/** Which fault is on, and until what market time. */
function createFaultSwitch(marketNow: () => number) {
  let fault: ActiveFault | null = null;
  let endsMs = Infinity;
  return {
    get(): ActiveFault | null {
      if (fault && marketNow() >= endsMs) fault = null;
      return fault;
    },
    /** Returns the fault as it was understood. */
    set(next: ReplayFault | null): ReplayFault | null {
      const parsed = next === null ? null : replayFaultSchema.parse(next);
      fault = parsed?.kind === "drop" ? null : parsed;
      endsMs = Infinity;
      if (parsed?.kind === "silence") endsMs = marketNow() + parsed.seconds * 1000;
      if (parsed?.kind === "hole") endsMs = marketNow() + parsed.minutes * 60_000;
      return parsed;
    },
  };
}

function isRefusing(fault: ActiveFault | null): boolean {
  return fault?.kind === "hole" ||
    (fault?.kind === "status" && (fault.status === 418 || fault.status === 451));
}

/** Market time while it is played, and the waiting for it. */
function createStage(
  { clock, speed, startMs, signal }: {
    clock: Clock;
    speed: number;
    startMs: number;
    signal: AbortSignal;
  },
) {
  const timeline = createTimeline(clock, speed, startMs);
  let lastMs = startMs;
  let nextMs = startMs;
  let isMoving = false;
  return {
    now(): number {
      if (!isMoving || speed === 0) return lastMs;
      return Math.floor(Math.min(Math.max(timeline.target(), lastMs), Math.max(nextMs, lastMs)));
    },
    begin() {
      isMoving = true;
      timeline.anchor(startMs);
    },
    /** Something happened at `atMs`. */
    reach: (atMs: number) => void (lastMs = Math.max(lastMs, atMs)),
    end: () => void (isMoving = false),
    /** Resolves at market time `atMs`; says whether it had to be waited for. */
    async waitFor(atMs: number): Promise<boolean> {
      if (atMs - lastMs >= longestGapMs && atMs > timeline.target()) timeline.anchor(atMs);
      nextMs = atMs;
      let waited = false;
      for (let left = timeline.until(atMs); left > 0; left = timeline.until(atMs)) {
        if (signal.aborted) return true;
        await clock.wait(left, signal);
        waited = true;
      }
      return waited;
    },
  };
}

/**
 * Creates a player that stands at `startMs` until the first client has subscribed. With speed 0 it
 * goes as fast as all readers read, and only while there is one.
 */
export function createPlayer(
  { recording, speed, startMs, clock, hasReaders = true, onEnd = () => {} }: PlayerOptions,
): Player {
  const halt = new AbortController();
  const { signal } = halt;
  const audience = createAudience(clock, signal);
  const stage = createStage({ clock, speed, startMs, signal });
  const faults = createFaultSwitch(stage.now);
  let running: Promise<void> | null = null;
  let ended = false;

  function emit(event: ReplayEvent) {
    stage.reach(event.at);
    const fault = faults.get();
    if (fault?.kind === "silence" || fault?.kind === "hole" || audience.isEmpty()) return;
    for (const frame of event.frames(audience.wants)) audience.deliver(frame, fault, speed > 0);
  }

  /** Returns whether the event loop had its turn meanwhile. */
  async function waitBefore(atMs: number): Promise<boolean> {
    if (speed > 0) return await stage.waitFor(atMs);
    // A hole passes by itself.
    if (hasReaders) await audience.waitUntilReady(() => faults.get()?.kind === "hole");
    return false;
  }

  async function run() {
    stage.begin();
    let sinceTurn = 0;
    for (const event of playRecording(recording, startMs)) {
      if (await waitBefore(event.at)) sinceTurn = 0;
      if (signal.aborted) return;
      emit(event);
      if (++sinceTurn >= eventsPerTurn) {
        sinceTurn = 0;
        await clock.wait(1, signal);
      }
    }
    // The last event may lie before the end of the stretch.
    if (speed > 0) await stage.waitFor(recording.to);
    if (signal.aborted) return;
    stage.reach(recording.to);
    stage.end();
    ended = true;
    onEnd();
  }

  return {
    marketNow: stage.now,
    ended: () => ended,
    fault: faults.get,
    refuses: () => isRefusing(faults.get()),
    addClient: audience.add,
    removeClient: audience.remove,
    start() {
      if (!signal.aborted) running ??= run();
    },
    setFault(next) {
      const fault = faults.set(next);
      if (fault?.kind === "drop" || fault?.kind === "hole") audience.cutAll(fault.kind);
      audience.wake();
    },
    async stop() {
      halt.abort();
      audience.wake();
      audience.cutAll("the recorded world is closing");
      await running;
    },
  };
}
