/**
 * The book: every alert that may fire, found by what happens rather than tried in turn.
 *
 * Prices go up a ladder (`ladder.ts`); bars, figures and signals find their rules by name. States
 * are kept in memory and run ahead of the store; whoever writes a firing says what came of it.
 *
 * @module
 */
import type { AlertRecord } from "../contracts/owned.ts";
import { createPriceLadder, type PriceLadder } from "./ladder.ts";
import {
  type AlertState,
  createAlertState,
  type Entry,
  getRest,
  getWakeMs,
  stepAlert,
} from "./life_cycle.ts";
import { createRule } from "./rule.ts";
import type { Timeframe } from "../market/mod.ts";
import type { Finding, Moment, Rule } from "./types.ts";

/** An alert that fired, as far as this book knows. */
export interface Hit {
  rule: Rule;
  /** Where it stood before, and stands now. */
  before: AlertState;
  state: AlertState;
  /** Why; put into words when it is first read. */
  readonly finding: Finding;
}

/** The alerts of one world. */
export interface AlertBook {
  readonly size: number;
  /**
   * Takes an alert in place of what was known of it. An inactive one is forgotten. Its state begins
   * anew unless one is given.
   */
  put(alert: AlertRecord, state: AlertState | null, nowMs: number): void;
  remove(alertId: string): void;
  get(alertId: string): Readonly<Entry> | null;
  /** Takes the state that the store holds in place of the own. */
  setState(alertId: string, state: AlertState): void;
  /** Returns what fires at a moment; `wallMs` decides on expiry and snoozing. */
  offer(moment: Moment, wallMs: number): Hit[];
  /** Says whether any alert waits for bars of a series, so that nothing is worked out for none. */
  watchesBars(symbol: string, timeframe: string): boolean;
  /** Series whose bars alerts wait for, and (null) symbols whose trades they wait for. */
  listSeries(): { symbol: string; timeframe: Timeframe | null }[];
  /** Returns alerts whose phase has changed since the last call. */
  takeChanged(): Readonly<Entry>[];
}

/** Any symbol. */
const ANY = "*";

/** Returns an empty book. */
export function createAlertBook(): AlertBook {
  return new Book();
}

class Book implements AlertBook {
  #entries = new Map<string, Entry>();
  #ladders = new Map<string, PriceLadder>();
  #byTopic = new Map<string, Set<Entry>>();
  #changed = new Set<Entry>();
  #moments = 0;

  get size(): number {
    return this.#entries.size;
  }

  put(alert: AlertRecord, state: AlertState | null, nowMs: number): void {
    this.remove(alert.id);
    if (!alert.is_active) return;
    const entry: Entry = {
      rule: createRule(alert),
      state: state ?? createAlertState(nowMs),
      wakeMs: -Infinity,
      isChanged: false,
      triedAt: 0,
    };
    this.#entries.set(alert.id, entry);
    if (entry.rule.condition.on === "price") {
      const ladder = this.#ladders.get(alert.symbol) ?? createPriceLadder();
      this.#ladders.set(alert.symbol, ladder);
      ladder.add(entry);
      return;
    }
    const topic = getRuleTopic(entry.rule);
    const entries = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, entries.add(entry));
  }

  remove(alertId: string): void {
    const entry = this.#entries.get(alertId);
    if (!entry) return;
    this.#entries.delete(alertId);
    this.#changed.delete(entry);
    const { symbol } = entry.rule.alert;
    if (entry.rule.condition.on === "price") {
      const ladder = this.#ladders.get(symbol);
      ladder?.remove(entry);
      if (ladder?.size === 0) this.#ladders.delete(symbol);
      return;
    }
    const topic = getRuleTopic(entry.rule);
    const entries = this.#byTopic.get(topic);
    entries?.delete(entry);
    if (entries?.size === 0) this.#byTopic.delete(topic);
  }

  get(alertId: string): Readonly<Entry> | null {
    return this.#entries.get(alertId) ?? null;
  }

  setState(alertId: string, state: AlertState): void {
    const entry = this.#entries.get(alertId);
    if (!entry) return;
    entry.state = state;
    this.#changed.delete(entry);
    if (entry.rule.condition.on === "price") {
      this.#ladders.get(entry.rule.alert.symbol)?.wake(entry);
    }
  }

  offer(moment: Moment, wallMs: number): Hit[] {
    const hits: Hit[] = [];
    const number = ++this.#moments;
    if (moment.kind === "price") {
      this.#ladders.get(moment.symbol)?.climb(moment, (entry) => {
        if (entry.triedAt !== number) this.#tryEntry(entry, moment, wallMs, hits);
        entry.triedAt = number;
      });
      return hits;
    }
    const [topic, anyTopic] = getMomentTopics(moment);
    for (const entry of this.#byTopic.get(topic) ?? []) {
      this.#tryEntry(entry, moment, wallMs, hits);
    }
    for (const entry of (anyTopic && this.#byTopic.get(anyTopic)) || []) {
      this.#tryEntry(entry, moment, wallMs, hits);
    }
    return hits;
  }

  watchesBars(symbol: string, timeframe: string): boolean {
    return this.#byTopic.has(`bar ${timeframe} ${symbol}`);
  }

  listSeries(): { symbol: string; timeframe: Timeframe | null }[] {
    const series = [...this.#byTopic.values()].flatMap(([entry]) => {
      if (entry?.rule.condition.on !== "bar") return [];
      return [{ symbol: entry.rule.alert.symbol, timeframe: entry.rule.timeframe }];
    });
    return [...series, ...[...this.#ladders.keys()].map((symbol) => ({ symbol, timeframe: null }))];
  }

  takeChanged(): Readonly<Entry>[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #tryEntry(entry: Entry, moment: Moment, wallMs: number, hits: Hit[]): void {
    const { rule, state: before } = entry;
    const verdict = rule.condition.test(rule, moment);
    const mayFire = verdict !== 1 ||
      ((rule.alert.allowsUnsure || !moment.isUnsure) && getRest(rule.alert, wallMs) === null);
    const { state, isFiring } = stepAlert(before, rule, verdict, moment.timeMs, mayFire);
    entry.wakeMs = getWakeMs(state, rule, verdict, mayFire);
    if (state === before) return;
    entry.state = state;
    if (isFiring) hits.push(createHit({ rule, before, state }, moment));
    else if (state.phase !== before.phase) this.#changed.add(entry);
  }
}

function createHit(hit: Omit<Hit, "finding">, moment: Moment): Hit {
  const { rule } = hit;
  // A bar's figures hold until the next one is taken.
  let found = moment.kind === "bar" ? rule.condition.explain(rule, moment) : null;
  return {
    ...hit,
    get finding() {
      return found ??= rule.condition.explain(rule, moment);
    },
  };
}

/** Returns the name under which a rule is found. */
function getRuleTopic({ condition: { on, figure }, alert: { symbol }, timeframe }: Rule): string {
  switch (on) {
    case "bar":
      return `bar ${timeframe} ${symbol}`;
    case "figure":
      return `figure ${figure} ${symbol}`;
    default:
      return `${on} ${symbol}`;
  }
}

/** Returns the names of rules about a moment: of its symbol, and of any. */
function getMomentTopics(moment: Exclude<Moment, { kind: "price" }>): [string, string | null] {
  switch (moment.kind) {
    case "bar":
      return [`bar ${moment.timeframe} ${moment.symbol}`, null];
    case "figure":
      return [`figure ${moment.name} ${moment.symbol}`, `figure ${moment.name} ${ANY}`];
    case "signal":
      return [`signal ${moment.symbol}`, `signal ${ANY}`];
  }
}
