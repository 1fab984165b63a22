/**
 * The alert desk of one world: holds what happens against every active alert and fires what matches.
 *
 * Trying is done at once and in memory; deciding (`firing.ts`) follows behind, so that a slow disk
 * never holds up the market. Another process may work on the same alerts: the store says who fired.
 *
 * @module
 */
import {
  type AlertBook,
  type BarCourse,
  createAlertBook,
  createBarCourse,
  type Hit,
  type Moment,
} from "../alerts/mod.ts";
import type { Clock } from "../clock.ts";
import type { AlertRecord, FiringRecord } from "../contracts/owned.ts";
import { fingerprint } from "../format/fingerprint.ts";
import type { PriceUpdate } from "../live/types.ts";
import type { Logger } from "../log.ts";
import { type Bar, getBarRow, type Timeframe, timeframeMs } from "../market/mod.ts";
import { type OwnedStore, StoreError } from "../store/mod.ts";
import type { SeriesKey, WorldStore } from "../store/types.ts";
import { decideHit, getStateId, readState, writeState } from "./firing.ts";
import type { ClosedBarKind } from "./types.ts";

/** So many bars are read before a series' alerts are tried; see `warm.ts`. */
const WARM_BARS_MAX = 10_000;
/** How often changes of other processes are looked for, and changed phases are kept. */
const LOOK_EVERY_MS = 2_000;
/** What happened so long before a start is still tried, ms of market time. */
const CATCH_UP_MS = 5 * 60_000;
/** How often it is noted up to when everything has been tried. */
const NOTE_EVERY_MS = 10_000;
/** A price that reached us so late is stale. */
const STALE_MS = 60_000;
/** Alerts read in one go. */
const PAGE = 500;
/** Firings that are decided at the same time. */
const LANES = 8;
/** Hits of trades that wait; beyond, an alert stands as before, and the next trade tries it again. */
const OPEN_MAX = 20_000;
const SEEN_STATE = "alertsSeenMs";
const MINUTE_MS = 60_000;

/** What alert desks are made of. */
export interface AlertDeskOptions {
  owned: OwnedStore;
  store: Pick<WorldStore, "world" | "bars" | "getState" | "putState">;
  /** Wall time. */
  clock: Clock;
  log: Logger;
  mode: "live" | "replay";
  /** Whether one bar is the first that can follow another; by their length when absent. */
  isNext?: (series: SeriesKey, time: number, next: number) => boolean;
  /** Told of each firing of this process, after its commit. */
  onFiring?: (firing: FiringRecord) => void;
}

/** Fires the alerts of one world. */
export interface AlertDesk {
  /** Reads alerts and states, tries what a sudden end left untried, and follows changes. */
  start(): Promise<void>;
  /** Ends following; resolves when all that was tried is decided. */
  stop(): Promise<void>;
  /** An alert was written, or (null) deleted, by this process. */
  noteAlert(alertId: string, alert: AlertRecord | null): void;
  offerPrice(update: PriceUpdate): void;
  /** For `Pipeline.onClosedBar`. */
  offerBars(series: SeriesKey, bars: readonly Bar[], kind: ClosedBarKind): void;
  /** Any other moment. */
  offer(moment: Moment): void;
  /** Resolves when all that was offered is decided. */
  settled(): Promise<void>;
  readonly book: Pick<AlertBook, "size" | "get">;
}

/** Returns a desk that knows no alert before `start`. */
export function createAlertDesk(options: AlertDeskOptions): AlertDesk {
  return new Desk(options);
}

/** Hits of some alerts, decided one after the other. */
interface Lane {
  waiting: { hit: Hit; moment: Moment }[];
  /** Resolves when none is left; null while none is there. */
  working: Promise<void> | null;
}

class Desk implements AlertDesk {
  readonly book = createAlertBook();
  #options: AlertDeskOptions;
  #courses = new Map<string, BarCourse>();
  /** Bars are taken one batch after the other. */
  #bars: Promise<void> = Promise.resolve();
  #lanes: Lane[] = Array.from({ length: LANES }, () => ({ waiting: [], working: null }));
  /** Hits that wait or are being decided. */
  #open = 0;
  /** More came than can be decided; told once until there is room again. */
  #isFull = false;
  #stopping = new AbortController();
  #following: Promise<void> = Promise.resolve();
  /** Minute (since 1970) up to which changes of other processes have been read. */
  #readMinute = 0;
  #marketMs = 0;
  #notedMs = 0;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { owned, store, clock } = this.#options;
    this.#readMinute = Math.floor(clock.now() / MINUTE_MS);
    let cursor: string | undefined;
    do {
      const page = await owned.alerts.list({
        index: "active",
        equals: [true],
        limit: PAGE,
        ...(cursor && { cursor }),
      });
      for (const alert of page.items) await this.#put(alert);
      cursor = page.cursor ?? undefined;
    } while (cursor);
    const seenMs = await store.getState<number>(SEEN_STATE);
    if (seenMs !== null) await this.#catchUp(seenMs);
    this.#following = this.#follow(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
    await this.settled();
    await this.#keep();
  }

  noteAlert(alertId: string, alert: AlertRecord | null): void {
    const known = this.book.get(alertId);
    if (known && alert && known.rule.alert.revision >= alert.revision) return;
    if (alert) this.book.put(alert, null, this.#marketMs);
    else this.book.remove(alertId);
  }

  offerPrice({ symbol, price, eventMs, receivedMs }: PriceUpdate): void {
    const isUnsure = this.#options.mode === "live" && receivedMs - eventMs > STALE_MS;
    this.offer({ kind: "price", symbol, price, timeMs: eventMs, receivedMs, isUnsure });
  }

  offer(moment: Moment): void {
    if (moment.kind === "price" && moment.timeMs > this.#marketMs) this.#marketMs = moment.timeMs;
    const hits = this.book.offer(moment, this.#options.clock.now());
    for (const hit of hits) {
      if (moment.kind === "price" && this.#open >= OPEN_MAX) this.#putBack(hit);
      else this.#queue(hit, moment);
    }
  }

  offerBars(series: SeriesKey, bars: readonly Bar[], kind: ClosedBarKind): void {
    const name = `${series.timeframe} ${series.symbol}`;
    if (!this.book.watchesBars(series.symbol, series.timeframe) || kind === "history") {
      this.#courses.delete(name);
      return;
    }
    const receivedMs = this.#options.clock.now();
    this.#bars = this.#bars.then(() => this.#takeBars(series, bars, receivedMs)).catch((error) =>
      this.#options.log.error("Alerts could not be tried", { ...series, error: String(error) })
    );
  }

  async settled(): Promise<void> {
    await this.#bars;
    while (this.#open > 0) await Promise.all(this.#lanes.map(({ working }) => working));
  }

  async #put(alert: AlertRecord): Promise<void> {
    const { owned, store } = this.#options;
    const record = await owned.alertStates.get(getStateId(store.world, alert.id));
    this.book.put(alert, readState(record, alert), this.#marketMs);
  }

  async #takeBars(series: SeriesKey, bars: readonly Bar[], receivedMs: number): Promise<void> {
    const name = `${series.timeframe} ${series.symbol}`;
    const first = bars[0]?.time ?? 0;
    let course = this.#courses.get(name);
    if (course && first <= course.last) course = undefined;
    course ??= await this.#warm(series, first);
    this.#courses.set(name, course);
    for (const bar of bars) {
      const moment = course.take(bar, { receivedMs, isUnsure: bar.quality !== "observed" });
      if (moment) this.offer(moment);
    }
  }

  /** A course that has seen the stored bars before `untilMs`. */
  async #warm(series: SeriesKey, untilMs: number): Promise<BarCourse> {
    const { store, isNext } = this.#options;
    const course = createBarCourse({
      ...series,
      ...(isNext && { isNext: (time, next) => isNext(series, time, next) }),
    });
    const columns = await store.bars.readColumns(series, { to: untilMs, limit: WARM_BARS_MAX });
    for (let i = 0; i < columns.length; i++) {
      course.take(getBarRow(columns, i), { receivedMs: 0, isUnsure: false });
    }
    return course;
  }

  /** Tries what a sudden end left untried. What was decided before it is not decided again. */
  async #catchUp(seenMs: number): Promise<void> {
    const { store } = this.#options;
    for (const { symbol, timeframe } of this.book.listSeries()) {
      const series = { symbol, timeframe: timeframe ?? "1m" as Timeframe };
      const extent = await store.bars.getExtent(series);
      if (!extent) continue;
      const lengthMs = timeframeMs[series.timeframe];
      const endMs = extent.last + lengthMs;
      const fromMs = Math.max(seenMs, endMs - Math.max(CATCH_UP_MS, lengthMs)) - lengthMs + 1;
      const bars = await store.bars.listBars(series, { from: fromMs });
      if (timeframe) await this.#takeBars(series, bars, this.#options.clock.now());
      else for (const bar of bars) this.#offerRange(symbol, bar);
    }
  }

  /** The prices that a bar touched, all at its start: nothing that fired within it fires again. */
  #offerRange(symbol: string, { time, open, high, low, close, quality }: Bar): void {
    const receivedMs = this.#options.clock.now();
    const isUnsure = quality !== "observed";
    for (const price of [open, high, low, close]) {
      this.offer({ kind: "price", symbol, price, timeMs: time, receivedMs, isUnsure });
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      await clock.wait(LOOK_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.#look().catch((error) =>
        log.warn("Alerts could not be looked at", { error: String(error) })
      );
    }
  }

  /** Takes what other processes changed, and keeps what has changed here. */
  async #look(): Promise<void> {
    const { owned, clock } = this.#options;
    const minute = Math.floor(clock.now() / MINUTE_MS);
    // The minute before is read once more: clocks differ, and a commit takes its time.
    for (let at = Math.max(this.#readMinute - 1, minute - 60); at <= minute; at++) {
      let cursor: string | undefined;
      do {
        const page = await owned.alerts.list({
          index: "changed",
          equals: [at],
          limit: PAGE,
          ...(cursor && { cursor }),
        });
        for (const alert of page.items) await this.#takeChanged(alert);
        cursor = page.cursor ?? undefined;
      } while (cursor);
    }
    this.#readMinute = minute;
    await this.#keep();
  }

  async #takeChanged(alert: AlertRecord): Promise<void> {
    const known = this.book.get(alert.id);
    if (known ? known.rule.alert.revision >= alert.revision : !alert.is_active) return;
    await this.#put(alert);
  }

  async #keep(): Promise<void> {
    const { owned, store, clock } = this.#options;
    for (const { rule: { alert }, state } of this.book.takeChanged()) {
      await owned.transact(async (transaction) => {
        // What was deleted leaves nothing behind, and gets nothing new.
        if (!await transaction.get("alerts", alert.id)) return;
        const record = await transaction.get("alertStates", getStateId(store.world, alert.id));
        const stored = readState(record, alert);
        // Another process has fired it since: its state is the newer one.
        if (stored && stored.lastFiredMs !== state.lastFiredMs) return;
        await transaction.put("alertStates", writeState(store.world, alert, state));
      });
    }
    const nowMs = clock.now();
    const isDue = this.#stopping.signal.aborted || nowMs - this.#notedMs >= NOTE_EVERY_MS;
    if (!isDue || this.#marketMs === 0 || this.#open > 0) return;
    this.#notedMs = nowMs;
    await store.putState(SEEN_STATE, this.#marketMs);
  }

  /** Hits of one alert are decided in their order, since each builds on the one before. */
  #queue(hit: Hit, moment: Moment): void {
    const lane = this.#lanes[fingerprint(hit.rule.alert.id) % LANES]!;
    this.#open++;
    lane.waiting.push({ hit, moment });
    lane.working ??= this.#work(lane);
  }

  /** Decides what waits. What comes meanwhile is looked at in the next round. */
  async #work(lane: Lane): Promise<void> {
    // The market goes first.
    await Promise.resolve();
    while (lane.waiting.length > 0) {
      const round = lane.waiting;
      lane.waiting = [];
      for (const { hit, moment } of round) {
        await this.#decide(hit, moment);
        this.#open--;
      }
    }
    lane.working = null;
    if (this.#open < OPEN_MAX / 2) this.#isFull = false;
  }

  #putBack({ rule, before }: Hit): void {
    this.book.setState(rule.alert.id, before);
    if (this.#isFull) return;
    this.#isFull = true;
    this.#options.log.warn("Alerts wait: more fire than can be decided", { waiting: this.#open });
  }

  async #decide(hit: Hit, moment: Moment): Promise<void> {
    const { owned, store, clock, mode, log, onFiring } = this.#options;
    const { id } = hit.rule.alert;
    const scene = {
      owned,
      world: store.world,
      isRecorded: mode === "replay",
      nowMs: clock.now(),
    };
    try {
      const decision = await decideHit(scene, hit, moment);
      if (decision.kind === "known") this.book.setState(id, decision.state);
      else if (decision.kind === "fired") {
        if (decision.alert.one_time) this.book.remove(id);
        onFiring?.(decision.firing);
      } else if (decision.alert) await this.#put(decision.alert);
      else this.book.remove(id);
    } catch (error) {
      // It stands as before, so that the next moment tries it again.
      this.book.setState(id, hit.before);
      const code = error instanceof StoreError ? error.code : "unknown";
      log.error("A firing could not be stored", { alert: id, code, error: String(error) });
    }
  }
}
