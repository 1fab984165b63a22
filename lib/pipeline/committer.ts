/**
 * The committer: takes completed bars in batches to the store, then tells everybody.
 *
 * @module
 */
import { isSameBar } from "../bars/mod.ts";
import type { Clock } from "../clock.ts";
import type { QualityRecord } from "../contracts/records.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import {
  type Batch,
  type Change,
  commitBatch,
  type Completed,
  type SeriesChanges,
  sortChanges,
} from "./batch.ts";
import { prepareBatch } from "./completed_bars.ts";
import { noteTailBar } from "./features.ts";
import { createHoleKeeper } from "./hole_keeper.ts";
import type { Hole } from "./holes.ts";
import { noteIslands } from "./islands.ts";
import { noteBar, type Stretch } from "./ledger.ts";
import type { PipelineOptions } from "./options.ts";
import type { ExchangeRoom } from "./rooms.ts";
import { createSettling, noteNewest } from "./settling.ts";
import type { SignalRunner } from "./signals.ts";
import { type IntakeState, listFolded, noteHourClose, type SymbolState } from "./state.ts";
import type { ClosedBarKind, ClosedBarListener } from "./types.ts";
import { readIndicators, recountSymbols, updateIndicators, warmSeries } from "./warm.ts";

/** More completed bars than this may not wait; sources are held back until there are fewer. */
const WAITING_BARS_MAX = 4096;
/** A commit that fails is tried again this often, after a growing pause. */
const COMMIT_TRIES_MAX = 8;
/** What people are told when they have all failed. */
const REFUSED = "the store does not accept writes";

/** Done after the batch that they came with; of a fast market many at once. */
interface Chores {
  quality: QualityRecord[];
  /** By exchange (null: all): bars that ended by then and are not confirmed are in doubt. */
  due: Map<ExchangeRoom | null, number>;
}

/** What runs after the batch that it came with. */
interface Task {
  run(): Promise<void>;
  refuse(): void;
}

/** Orders what happens behind the synchronous path. */
export interface Committer {
  add(item: Completed): void;
  /** Runs after everything that was added before. Rejects as `run` does. */
  addTask(run: () => Promise<void>): Promise<void>;
  /** Works out the features of stored bars and those folded from them, beside what waits here. */
  addFeatures(state: SymbolState, timeframe: Timeframe, stretch: Stretch): Promise<void>;
  /** Counts anew what is stored, after old bars were deleted. */
  recount(): Promise<void>;
  putHole(state: SymbolState, hole: Hole): void;
  /**
   * Makes holes of our bars that ended by `untilMs` and that the exchange has not spoken of: frames
   * may have been lost, so they are asked for again. With a room, those of its exchange only.
   */
  labelUnconfirmed(untilMs: number, room: ExchangeRoom | null): void;
  putQuality(rows: readonly QualityRecord[]): void;
  settled(): Promise<void>;
  drain(): Promise<void>;
  /** Highest event time whose bars are committed, epoch ms. */
  getFinishedMs(): number;
  setFinishedMs(timeMs: number): void;
  /** Told by the intake after each event. */
  noteEvent(): void;
  onClosedBar(listener: ClosedBarListener): () => void;
  getFigures(): {
    bars: number;
    repaired: number;
    signals: number;
    waiting: number;
    latencyMs: { last: number; max: number };
    compared: number;
    equal: number;
  };
}

/** Returns a committer without anything to do. */
export function createCommitter({ store, live, clock, log, signals, intake, options, onFailure }: {
  store: WorldStore;
  live: LivePublisher;
  clock: Clock;
  log: Logger;
  signals: SignalRunner;
  intake: IntakeState;
  options: PipelineOptions;
  /** Told once, when writing was given up: nothing more is taken from then on. */
  onFailure(reason: string): void;
}): Committer {
  const base = options.baseTimeframe ?? "1m";
  const listeners = new Set<ClosedBarListener>();
  const settling = createSettling();
  const holes = createHoleKeeper({
    store,
    live,
    base,
    write,
    marketNow: () => intake.marketMs,
    ...(options.metrics && { metrics: options.metrics }),
  });
  const figures = {
    bars: 0,
    repaired: 0,
    signals: 0,
    latencyMs: { last: 0, max: 0 },
    compared: 0,
    equal: 0,
  };
  let pending: Completed[] = [];
  let tasks: Task[] = [];
  let chores = createChores();
  let isRefused = false;
  let inFlight = 0;
  let running: Promise<void> | null = null;
  let waiters: (() => void)[] = [];
  let finishedMs = 0;

  const hasWork = () => pending.length + tasks.length + chores.quality.length + chores.due.size > 0;

  function wake(): void {
    if (isRefused) return;
    running ??= Promise.resolve().then(run).finally(() => {
      running = null;
      if (hasWork()) wake();
    });
  }

  async function run(): Promise<void> {
    while (hasWork()) {
      const items = pending;
      const after = tasks;
      const due = chores;
      pending = [];
      tasks = [];
      chores = createChores();
      inFlight = items.length;
      const intakeMs = intake.marketMs;
      try {
        if (items.length > 0) await commit(items);
      } catch (error) {
        giveUp(error, after);
        return;
      }
      await doChores(due);
      for (const task of after) await task.run();
      inFlight = 0;
      finishedMs = Math.max(finishedMs, intakeMs);
      release();
    }
    noteEvent();
  }

  async function doChores({ quality, due }: Chores): Promise<void> {
    if (quality.length > 0) {
      await store.quality.putMany(quality).catch((error) =>
        log.error("Quality could not be stored", { error: String(error) })
      );
    }
    if (due.size === 0) return;
    for (const [room, dueMs] of due) await labelDue(room, dueMs);
    await runSignals();
  }

  async function labelDue(room: ExchangeRoom | null, dueMs: number): Promise<void> {
    for (const state of intake.symbols.values()) {
      if (room && state.room !== room) continue;
      await holes.labelUnconfirmed(state, dueMs).catch((error) =>
        log.error("Holes could not be stored", { error: String(error), symbol: state.symbol })
      );
    }
    settling.giveUpWaiting(dueMs, room);
  }

  /** What waits is dropped: it is asked for again when a later start finds it missing. */
  function giveUp(error: unknown, after: readonly Task[]): void {
    log.error("Bars were given up", { error: String(error) });
    isRefused = true;
    const dropped = [...after, ...tasks];
    pending = [];
    tasks = [];
    chores = createChores();
    inFlight = 0;
    for (const task of dropped) task.refuse();
    release();
    onFailure(REFUSED);
  }

  async function commit(items: Completed[]): Promise<void> {
    const startMs = clock.now();
    await warmNew(items);
    const batch = await prepareBatch(store, items);
    // Before the bars: a stretch of which some are missing is the smaller mistake after a crash.
    await write(() => noteIslands(store, items));
    await write(() => commitBatch(store, batch));
    const latencyMs = clock.now() - startMs;
    figures.latencyMs.last = latencyMs;
    figures.latencyMs.max = Math.max(figures.latencyMs.max, latencyMs);
    options.metrics?.observe("bar_store_ms", latencyMs);
    figures.compared += batch.compared;
    figures.equal += batch.equal;
    for (const item of items) noteNewest(settling, item, signals.hasDetectors);
    await tell(batch);
  }

  async function write(put: () => Promise<void>): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        return await put();
      } catch (error) {
        log.error("Bars could not be stored", { error: String(error), tries });
        if (tries === COMMIT_TRIES_MAX) throw error;
        await clock.wait(100 * 2 ** tries);
      }
    }
  }

  async function warmNew(items: readonly Completed[]): Promise<void> {
    for (const state of new Set(items.map((item) => item.state))) {
      for (const series of state.series.values()) {
        if (!series.isCounted) await warmSeries(store, state, series);
      }
    }
  }

  async function tell(batch: Batch): Promise<void> {
    const changed = new Set<SymbolState>();
    for (const entry of batch.entries.values()) {
      const { state, series, changes } = entry;
      await tellSeries(entry);
      const closed = [...changes.values()].filter(({ kind }) => kind === "closed");
      if (signals.isWatched(series.key.timeframe)) {
        for (const { bar } of closed) settling.add(state, series, bar.time);
        series.isLookedAt ||= closed.length > 0;
      }
      if (series.key.timeframe !== base) continue;
      changed.add(state);
      for (const { bar } of closed) state.unconfirmed.add(bar.time);
    }
    for (const state of changed) await holes.closeMended(state);
    await runSignals();
  }

  /** Detectors come last, since they read other series of the same batch. */
  async function runSignals(): Promise<void> {
    try {
      figures.signals += await signals.run(settling.take());
    } catch (error) {
      log.error("Signals could not be worked out", { error: String(error) });
    }
  }

  async function tellSeries({ state, series, changes }: SeriesChanges): Promise<void> {
    const sorted = sortChanges(changes);
    const told: Record<ClosedBarKind, Bar[]> = { closed: [], repaired: [], history: [] };
    let isNewestTold = false;
    for (const change of sorted) {
      const { bar, previous, kind } = change;
      const startMs = clock.now();
      updateIndicators(series, bar);
      options.metrics?.observe("indicator_ms", clock.now() - startMs);
      noteTailBar(series.tail, bar);
      noteBar(series.ledger, bar.time, bar.quality, previous?.quality ?? null);
      if (series.key.timeframe === "1h") noteHourClose(state, bar.time, bar.close);
      if (series.key.timeframe === base) holes.noteMended(state, bar.time);
      told[kind].push(bar);
      if (kind !== "repaired") figures.bars++;
      else if (isRepair(change)) figures.repaired++;
      isNewestTold ||= kind === "closed";
    }
    if (!series.indicators && (isNewestTold || series.key.timeframe === "1h")) {
      await warmSeries(store, state, series);
    }
    for (const change of sorted) publishChange(series, change);
    for (const kind of ["history", "repaired", "closed"] as const) {
      if (told[kind].length === 0) continue;
      for (const listener of listeners) notify(listener, series, told[kind], kind);
    }
  }

  function notify(
    listener: ClosedBarListener,
    series: SeriesChanges["series"],
    bars: readonly Bar[],
    kind: ClosedBarKind,
  ): void {
    try {
      listener(series.key, bars, kind);
    } catch (error) {
      log.error("A listener failed on closed bars", { ...series.key, error: String(error) });
    }
  }

  function publishChange(series: SeriesChanges["series"], change: Change): void {
    const { bar, kind } = change;
    // The exchange's last digits are taken in silence: nobody could see the difference.
    if (kind === "history" || isQuiet(change)) return;
    const isNewest = bar.time === series.last;
    live.publishBar({
      ...series.key,
      bar,
      ...(isNewest && series.indicators && { indicators: readIndicators(series) }),
    });
  }

  function release(): void {
    if (pending.length + inFlight >= WAITING_BARS_MAX) return;
    const released = waiters;
    waiters = [];
    for (const waiter of released) waiter();
  }

  function noteEvent(): void {
    const isIdle = pending.length === 0 && inFlight === 0;
    if (isIdle && intake.marketMs > finishedMs) finishedMs = intake.marketMs;
  }

  function addTask(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new Error(`Cannot take more: ${REFUSED}`));
      if (isRefused) return refuse();
      tasks.push({ run: () => task().then(resolve, reject), refuse });
      wake();
    });
  }

  return {
    labelUnconfirmed(untilMs, room) {
      chores.due.set(room, Math.max(chores.due.get(room) ?? 0, untilMs));
      wake();
    },
    putQuality(rows) {
      if (isRefused) return;
      chores.quality.push(...rows);
      wake();
    },
    add(item) {
      if (isRefused) return;
      pending.push(item);
      wake();
    },
    addTask,
    async addFeatures(state, timeframe, stretch) {
      for (const one of listFolded(state, timeframe)) await signals.addFeatures(one, stretch);
    },
    recount: () => addTask(() => recountSymbols(store, intake.symbols.values())),
    putHole(state, hole) {
      addTask(() => holes.put(state, hole)).catch((error) =>
        log.error("A gap could not be stored", { error: String(error), symbol: state.symbol })
      );
    },
    settled() {
      if (pending.length + inFlight < WAITING_BARS_MAX) return Promise.resolve();
      return new Promise((resolve) => waiters.push(resolve));
    },
    async drain() {
      while (running) await running;
    },
    getFinishedMs: () => finishedMs,
    setFinishedMs: (timeMs) => finishedMs = Math.max(finishedMs, timeMs),
    noteEvent,
    onClosedBar(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getFigures: () => ({ ...figures, waiting: pending.length + inFlight }),
  };
}

function createChores(): Chores {
  return { quality: [], due: new Map() };
}

/** Says whether only the last digits changed. */
function isQuiet({ bar, previous }: Change): boolean {
  return previous !== null && isSameBar(previous, bar) && previous.quality === bar.quality;
}

/** Says whether a bar was mended; one that the exchange merely confirmed was not. */
function isRepair({ bar, previous }: Change): boolean {
  return bar.quality === "repaired" &&
    (previous?.quality !== "repaired" || !isSameBar(previous, bar));
}
