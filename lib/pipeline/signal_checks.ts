/**
 * What a move of a symbol is checked against: other sources, the leading coin, its own bars.
 *
 * @module
 */
import type { MarketDataRecord } from "../contracts/records.ts";
import { type BarColumns, type MarketSymbol, sliceColumns, timeframeMs } from "../market/mod.ts";
import type { BarChecks, Detector, Find, Thresholds } from "../signals/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { listAll } from "./restore.ts";

/** The coin that the others follow. */
const LEADER = "BTC";
/** Figures of other sources may be this much older or newer than the bar's end. */
const FIGURES_AGE_MAX_MS = 30 * 60_000;
const FIGURES_MAX = 20;
/** Quotes that are a US dollar, as the figures of assets are. */
const dollars: ReadonlySet<string> = new Set(["USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD"]);
/** Another asset of the same ticker costs something else altogether: that many times, or a part. */
const ALIKE_FACTOR = 3;
/** Bars that were filled in, as no trade was told. */
const FILLED = 2;

/** Says whether the newest bar was filled in without a trade. */
export function isNewestFilled(bars: BarColumns): boolean {
  return bars.length > 0 && bars.quality[bars.length - 1] === FILLED;
}

/** Bars of history that an exchange tells without a trade are not filled in by us. */
function isNewestTraded(bars: BarColumns): boolean {
  return !isNewestFilled(bars) && bars.volume[bars.length - 1]! > 0;
}

/**
 * Returns what a detector finds on the bar before the newest one of `bars`, which hold one more than
 * it needs. A bar without a trade confirms nothing, on either side; nor does one beyond a hole.
 */
export function detectBefore(
  bars: BarColumns,
  detector: Detector,
  limits: Thresholds,
): Find | null {
  const count = bars.length - 1;
  const before = sliceColumns(bars, Math.max(0, count - detector.barsNeeded), Math.max(0, count));
  if (before.length === 0 || !isNewestTraded(bars) || !isNewestTraded(before)) return null;
  const isNext = bars.time[count]! - bars.time[count - 1]! === timeframeMs[detector.timeframe];
  return isNext ? detector.detect(before, limits) : null;
}

/** Reads what a find on `bars` of `symbol`, which end at `endMs`, is checked against. */
export async function readBarChecks(
  store: Pick<WorldStore, "bars" | "symbols" | "marketData">,
  { symbol, find, bars, endMs, detector, limits }: {
    symbol: string;
    find: Find;
    bars: BarColumns;
    endMs: number;
    detector: Detector;
    limits: Thresholds;
  },
): Promise<BarChecks> {
  const { own, symbols } = await readFollowed(store, symbol);
  return {
    others: own && find.type === "price_alert" ? await readOthers(store, own, find, endMs) : [],
    leader: own ? await readLeader(store, { own, symbols, endMs, detector, limits }) : null,
    observed: measureObserved(bars),
  };
}

/**
 * Says whether a leading coin is followed whose own bar that ends at `endMs` is not there yet: at a
 * first start its history may come after that of others.
 */
export async function isLeaderLate(
  store: Pick<WorldStore, "bars" | "symbols">,
  { symbol, endMs, detector }: { symbol: string; endMs: number; detector: Detector },
): Promise<boolean> {
  const { own, symbols } = await readFollowed(store, symbol);
  const leader = own && findLeader(own, symbols, detector);
  if (!leader) return false;
  const key = { symbol: leader.symbol, timeframe: detector.timeframe };
  return !isThere(await store.bars.readColumns(key, { to: endMs, limit: 1 }), endMs, detector);
}

async function readFollowed(store: Pick<WorldStore, "symbols">, symbol: string) {
  const symbols = await listAll(
    (query) => store.symbols.list({ ...query, index: "active", equals: [true] }),
  );
  return { symbols, own: symbols.find((each) => each.symbol === symbol && each.active) };
}

/** The newest price of each other source, of the asset that the symbol trades. */
async function readOthers(
  { marketData }: Pick<WorldStore, "marketData">,
  { kind, base, quote }: MarketSymbol,
  { data }: Find,
  endMs: number,
): Promise<BarChecks["others"]> {
  if (kind !== "crypto" || !dollars.has(quote)) return [];
  const { items } = await marketData.list({ index: "symbol", equals: [base], limit: FIGURES_MAX });
  const bySource = new Map<string, MarketDataRecord>();
  for (const figures of items) {
    const isNear = figures.symbol === base &&
      Math.abs(figures.timestamp - endMs) <= FIGURES_AGE_MAX_MS;
    if (!isNear || !isAlike(figures.price, Number(data.price), Number(data.price_24h_ago))) {
      continue;
    }
    const known = bySource.get(figures.source);
    // Of several assets of one ticker the largest is meant.
    if ((known?.market_cap ?? -1) < (figures.market_cap ?? 0)) {
      bySource.set(figures.source, figures);
    }
  }
  return [...bySource.values()]
    .map(({ source, price }) => ({ source, price }))
    .sort((a, b) => a.source < b.source ? -1 : 1);
}

function isAlike(price: number, ...own: number[]): boolean {
  return own.some((each) => price > each / ALIKE_FACTOR && price < each * ALIKE_FACTOR);
}

/** The coin that a symbol is measured by; null for that coin itself, and where none is followed. */
function findLeader(
  own: MarketSymbol,
  symbols: readonly MarketSymbol[],
  detector: Detector,
): MarketSymbol | null {
  if (own.kind !== "crypto" || own.base === LEADER || !detector.measure) return null;
  const leaders = symbols.filter(({ active, kind, base, quote }) =>
    active && kind === "crypto" && base === LEADER && dollars.has(quote)
  );
  return leaders.find(({ exchange }) => exchange === own.exchange) ?? leaders[0] ?? null;
}

/** A bar that is not there yet must not be stood in for by the one before it. */
function isThere({ time, length }: BarColumns, endMs: number, { timeframe }: Detector): boolean {
  return time[length - 1] === endMs - timeframeMs[timeframe];
}

/** The leading coin by the same detector; null for the coin itself and where its bar is missing. */
async function readLeader(
  { bars }: Pick<WorldStore, "bars">,
  { own, symbols, endMs, detector, limits }: {
    own: MarketSymbol;
    symbols: readonly MarketSymbol[];
    endMs: number;
    detector: Detector;
    limits: Thresholds;
  },
): Promise<BarChecks["leader"]> {
  const leader = findLeader(own, symbols, detector);
  if (!leader) return null;
  const { timeframe, barsNeeded } = detector;
  const columns = await bars.readColumns(
    { symbol: leader.symbol, timeframe },
    { to: endMs, limit: barsNeeded },
  );
  if (!isThere(columns, endMs, detector)) return null;
  const measured = detector.measure?.(columns, limits)?.data;
  const value = measured?.price_change_24h ?? measured?.ratio;
  return typeof value === "number" && Number.isFinite(value)
    ? { symbol: leader.symbol, value }
    : null;
}

function measureObserved({ length, quality }: BarColumns): number {
  let observed = 0;
  for (let i = 0; i < length; i++) if (quality[i]! < FILLED) observed++;
  return length === 0 ? 0 : observed / length;
}

/** Returns what was asked as plain values, to stand among the evidence. */
export function describeChecks(
  checks: BarChecks | null,
  type: Find["type"],
): Record<string, number | string> {
  if (!checks) return {};
  const measure = type === "price_alert" ? "leader_change" : "leader_ratio";
  return {
    observed_share: checks.observed,
    ...(checks.leader && {
      leader: checks.leader.symbol,
      [measure]: checks.leader.value,
    }),
    ...Object.fromEntries(checks.others.map(({ source, price }) => [`${source}_price`, price])),
  };
}
