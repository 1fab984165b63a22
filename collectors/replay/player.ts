/**
 * Plays a recording on market time to whoever listens.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { StreamClient } from "./client.ts";
import { type ActiveFault, type ReplayFault, replayFaultSchema } from "./faults.ts";
import type { Recording } from "./recording.ts";
import { playRecording, type ReplayEvent, type ReplayFrame } from "./schedule.ts";

/** At speed 0 the play waits while a reader has more bytes than this before it. */
export const backlogLimit = 256 * 1024;
/** At other speeds market time does not wait: a reader this far behind is cut, as exchanges do. */
const backlogCut = 16 * 1024 * 1024;
/** A silence of the whole market longer than this is jumped over. */
const longestGapMs = 3_600_000;
/** At speed 0 the play waits this long after a connection came, so that its sisters can come too. */
const graceMs = 150;
/** Events between two turns of the event loop when nothing else waits. */
const eventsPerTurn = 2000;

/** A running play. */
export interface Player {
  marketNow(): number;
  /** True once the recording has been played to its end. */
  ended(): boolean;
  addClient(client: StreamClient): void;
  removeClient(client: StreamClient): void;
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

/**
 * Creates a player that stands at `startMs` until the first client has subscribed. With speed 0 it
 * goes as fast as all readers read, and only while there is one.
 */
export function createPlayer(
  { recording, speed, startMs, clock }: {
    recording: Recording;
    speed: number;
    startMs: number;
    clock: Clock;
  },
): Player {
  const clients = new Set<StreamClient>();
  const halt = new AbortController();
  const timeline = createTimeline(clock, speed, startMs);
  let lastMs = startMs;
  let nextMs = startMs;
  let started = false;
  let ended = false;
  let lastJoinMs = 0;
  let fault: ActiveFault | null = null;
  let faultEndsMs = Infinity;
  let wake = () => {};

  function marketNow(): number {
    if (!started || ended || speed === 0) return lastMs;
    return Math.floor(Math.min(Math.max(timeline.target(), lastMs), Math.max(nextMs, lastMs)));
  }

  function getFault(): ActiveFault | null {
    if (fault && marketNow() >= faultEndsMs) fault = null;
    return fault;
  }

  const wants = (stream: string) => {
    for (const client of clients) if (client.streams.has(stream)) return true;
    return false;
  };

  function deliver(frame: ReplayFrame, active: ActiveFault | null) {
    for (const client of clients) {
      if (!client.streams.has(frame.stream)) continue;
      client.send(frame, active);
      if (speed > 0 && client.backlog() > backlogCut) client.close(1013, "reader is too slow");
    }
  }

  function emit(event: ReplayEvent) {
    lastMs = Math.max(lastMs, event.at);
    const active = getFault();
    if (active?.kind === "silence" || active?.kind === "hole" || clients.size === 0) return;
    for (const frame of event.frames(wants)) deliver(frame, active);
  }

  /** Sleeps until somebody is connected; a hole passes by itself. */
  async function waitForReaders() {
    while (!halt.signal.aborted) {
      if (getFault()?.kind === "hole") return;
      if (clients.size === 0) {
        await new Promise<void>((resolve) => wake = resolve);
        continue;
      }
      const graceLeft = lastJoinMs + graceMs - clock.now();
      if (graceLeft > 0) await clock.wait(graceLeft, halt.signal);
      const behind = [...clients].some((client) => client.backlog() > backlogLimit);
      if (!behind && graceLeft <= 0) return;
      if (behind) await clock.wait(1, halt.signal);
    }
  }

  async function waitForTime(atMs: number): Promise<boolean> {
    if (atMs - lastMs > longestGapMs && atMs > timeline.target()) timeline.anchor(atMs);
    nextMs = atMs;
    let waited = false;
    for (let left = timeline.until(atMs); left > 0; left = timeline.until(atMs)) {
      if (halt.signal.aborted) return true;
      await clock.wait(left, halt.signal);
      waited = true;
    }
    return waited;
  }

  async function run() {
    timeline.anchor(startMs);
    let sinceTurn = 0;
    for (const event of playRecording(recording, startMs)) {
      if (halt.signal.aborted) return;
      if (speed === 0) await waitForReaders();
      else if (await waitForTime(event.at)) sinceTurn = 0;
      if (halt.signal.aborted) return;
      emit(event);
      if (++sinceTurn >= eventsPerTurn) {
        sinceTurn = 0;
        await clock.wait(1, halt.signal);
      }
    }
    lastMs = Math.max(lastMs, recording.to);
    ended = true;
  }

  let running = Promise.resolve();

  function cutAll(reason: string) {
    for (const client of clients) client.close(1001, reason);
    clients.clear();
  }

  return {
    marketNow,
    ended: () => ended,
    fault: getFault,
    refuses: () => {
      const active = getFault();
      return active?.kind === "hole" ||
        (active?.kind === "status" && (active.status === 418 || active.status === 451));
    },
    addClient(client) {
      clients.add(client);
      lastJoinMs = clock.now();
      wake();
    },
    removeClient(client) {
      clients.delete(client);
    },
    start() {
      if (started || halt.signal.aborted) return;
      started = true;
      running = run();
    },
    setFault(next) {
      const parsed = next === null ? null : replayFaultSchema.parse(next);
      fault = parsed?.kind === "drop" ? null : parsed;
      faultEndsMs = Infinity;
      if (parsed?.kind === "silence") faultEndsMs = marketNow() + parsed.seconds * 1000;
      if (parsed?.kind === "hole") faultEndsMs = marketNow() + parsed.minutes * 60_000;
      if (parsed?.kind === "drop" || parsed?.kind === "hole") cutAll(parsed.kind);
      wake();
    },
    async stop() {
      halt.abort();
      wake();
      cutAll("the recorded world is closing");
      await running;
    },
  };
}
