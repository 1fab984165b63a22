/**
 * What the islands of a page share. On the server these are read, never written, since one module
 * serves all requests.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { defaultIndicators, type IndicatorKey, parseIndicators } from "../chart/indicators.ts";
import type { ChartTheme, DirectionColors } from "../chart/palette.ts";
import { isTimeframe, type Timeframe } from "../market/timeframe.ts";

/** Colours of the page. */
export type Theme = ChartTheme;

/** The chosen symbol; empty until an island knows it. */
export const symbol: Signal<string> = signal("");
/** The chosen timeframe. */
export const timeframe: Signal<Timeframe> = signal<Timeframe>("1h");
/** The chosen indicators. */
export const indicators: Signal<IndicatorKey[]> = signal([...defaultIndicators]);
/** The chart is being fetched. */
export const isLoading: Signal<boolean> = signal(false);
/** Why the chart is not there, for people; empty when it is. */
export const error: Signal<string> = signal("");
/** The theme in use. */
export const theme: Signal<Theme> = signal<Theme>("dark");
/** Colours for rising and falling. */
export const directions: Signal<DirectionColors> = signal<DirectionColors>("green-up");
/** The connection as far as it concerns ages: true once the network is known to be gone. */
export const isOffline: Signal<boolean> = signal(false);

/** Time of this machine by the second, epoch ms; 0 before a page counts it. */
export const nowMs: Signal<number> = signal(0);

/** Market time at which the recording ended while the page was open, epoch ms; null before. */
export const stillAtMs: Signal<number | null> = signal<number | null>(null);

/** The newest price of a symbol, as it comes in while a page is open. */
export interface LivePrice {
  symbol: string;
  price: number;
  /** Time of the price by the exchange's clock, epoch ms. */
  eventMs: number;
  source: string;
  /** Percent over 24 h, where known. */
  price_change_24h?: number | null;
}

/** Time of the newest live price of all, epoch ms; 0 before one came. */
export const newestMs: Signal<number> = signal(0);

const prices = new Map<string, Signal<LivePrice | null>>();

/** Returns the live price of a symbol; null until one came. */
export function getLivePrice(name: string): Signal<LivePrice | null> {
  const kept = prices.get(name);
  if (kept) return kept;
  const made = signal<LivePrice | null>(null);
  prices.set(name, made);
  return made;
}

/** The part of localStorage that is used; it may be missing or refuse. */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const STORAGE_KEY = "cryptointel.chart";

/** What is kept across reloads. */
export interface StoredChoice {
  symbol: string | null;
  timeframe: Timeframe | null;
  indicators: IndicatorKey[];
}

/** Reads the kept choice; whatever cannot be read is left out. Without kept ones, `shown` are. */
export function readChoice(
  storage: Storage | undefined,
  shown?: readonly IndicatorKey[],
): StoredChoice {
  let stored: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? "{}");
    if (typeof value === "object" && value !== null) stored = value as typeof stored;
  } catch {
    // A damaged or forbidden storage is like an empty one.
  }
  const { symbol, timeframe, indicators } = stored;
  return {
    symbol: typeof symbol === "string" && symbol !== "" ? symbol : null,
    timeframe: typeof timeframe === "string" && isTimeframe(timeframe) ? timeframe : null,
    indicators: parseIndicators(indicators, shown),
  };
}

/** Keeps the choice; says whether that was possible. */
export function writeChoice(storage: Storage | undefined, choice: StoredChoice): boolean {
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(choice));
    return storage !== undefined;
  } catch {
    return false;
  }
}

/** Action: choose a symbol. */
export function setSymbol(name: string): void {
  symbol.value = name;
}

/** Action: choose a timeframe. */
export function setTimeframe(choice: Timeframe): void {
  timeframe.value = choice;
}

/** Action: show or hide an indicator; the order of the panel is kept. */
export function toggleIndicator(key: IndicatorKey): void {
  const shown = indicators.value;
  indicators.value = parseIndicators(
    shown.includes(key) ? shown.filter((each) => each !== key) : [...shown, key],
  );
}
