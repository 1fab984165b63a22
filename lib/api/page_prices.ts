/**
 * Prices as pages list them: the live price, and the figures of the last day beside it.
 *
 * @module
 */
import type { MarketSymbol } from "../market/mod.ts";
import type { PriceView } from "../ui/state.ts";
import type { ApiDeps } from "./deps.ts";

/** Hours shown in a small trend line. */
const sparkHours = 24;
const hourMs = 3_600_000;
const minuteMs = 60_000;
/** How long figures of the day are kept, and how long while some series has no bar yet (ms). */
const figuresTtlMs = 60_000;
const unfinishedTtlMs = 2_000;

/** Figures of one symbol's last day. */
export interface DayFigures {
  /** Close of the newest stored bar and the end of that bar, epoch ms. */
  close: number | null;
  closeMs: number | null;
  /** Close a day before the newest hour, where it is stored. */
  dayBefore: number | null;
  /** In the quote currency, of so many hours: 24, or those that are known yet. */
  volume: number | null;
  volumeHours: number;
  spark: number[];
}

/** Reads prices, and orders symbols by them. */
export interface PriceReader {
  listPrices(): Promise<PriceView[]>;
  /** All symbols, the highest volume of the last 24 hours first, or as their source ranks them. */
  listByVolume(): Promise<MarketSymbol[]>;
}

/** Reads the last day of a symbol from its stored bars. */
export async function readDay(
  { store }: Pick<ApiDeps, "store">,
  symbol: string,
): Promise<DayFigures> {
  const [hours, minutes] = await Promise.all([
    store.bars.readColumns({ symbol, timeframe: "1h" }, { limit: sparkHours + 1 }),
    store.bars.readColumns({ symbol, timeframe: "1m" }, { limit: 1 }),
  ]);
  const last = hours.length - 1;
  const first = Math.max(0, hours.length - sparkHours);
  let volume = 0;
  for (let i = first; i < hours.length; i++) volume += hours.volume[i]! * hours.close[i]!;
  const isDay = last >= 0 && hours.time[last]! - hours.time[0]! === sparkHours * hourMs;
  const hourEnd = last >= 0 ? hours.time[last]! + hourMs : null;
  const minuteEnd = minutes.length ? minutes.time[0]! + minuteMs : null;
  const isMinuteNewer = minuteEnd !== null && minuteEnd > (hourEnd ?? 0);
  return {
    close: isMinuteNewer ? minutes.close[0]! : hours.close[last] ?? null,
    closeMs: isMinuteNewer ? minuteEnd : hourEnd,
    dayBefore: isDay ? hours.close[0]! : null,
    volume: hours.length ? volume : null,
    volumeHours: hours.length - first,
    spark: [...hours.close.subarray(first, hours.length)],
  };
}

/** Returns a reader that keeps the figures of the day for a minute; prices are always new. */
export function createPriceReader(deps: ApiDeps): PriceReader {
  let kept: Promise<Map<string, DayFigures>> | null = null;
  let keptNames: ReadonlySet<string> = new Set();
  let keptUntil = 0;

  const readDays = async (symbols: readonly MarketSymbol[]) => {
    const days = new Map(
      await Promise.all(symbols.map(async ({ symbol }): Promise<[string, DayFigures]> => [
        symbol,
        await readDay(deps, symbol),
      ])),
    );
    const isWhole = [...days.values()].every(({ volume }) => volume !== null);
    keptUntil = deps.now() + (isWhole ? figuresTtlMs : unfinishedTtlMs);
    return days;
  };

  const getDays = (symbols: readonly MarketSymbol[]) => {
    const now = deps.now();
    // What was followed since has figures of its own, which a first start is waiting for.
    const isOfAll = symbols.every(({ symbol }) => keptNames.has(symbol));
    if (kept && isOfAll && now < keptUntil && keptUntil - now <= figuresTtlMs) return kept;
    keptNames = new Set(symbols.map(({ symbol }) => symbol));
    // Those who ask while it is being read wait for the same reading.
    keptUntil = now + unfinishedTtlMs;
    const reading = readDays(symbols);
    kept = reading;
    reading.catch(() => kept === reading && (kept = null));
    return reading;
  };

  return {
    async listPrices() {
      const { symbols } = await deps.symbols.list();
      const days = await getDays(symbols);
      return symbols.map((symbol) => describePrice(deps, symbol, days.get(symbol.symbol)));
    },
    async listByVolume() {
      const { symbols } = await deps.symbols.list();
      const days = await getDays(symbols);
      const volumeOf = ({ symbol }: MarketSymbol) => days.get(symbol)?.volume ?? -1;
      const rankOf = ({ rank = Infinity }: MarketSymbol) => rank;
      return symbols.toSorted((a, b) =>
        volumeOf(b) - volumeOf(a) || Math.sign(rankOf(a) - rankOf(b)) || 0
      );
    },
  };
}

function describePrice(
  { market }: ApiDeps,
  { symbol, id, exchange, name }: MarketSymbol,
  day: DayFigures | undefined,
): PriceView {
  const live = market.getPrice(symbol);
  const price = live?.price ?? day?.close ?? null;
  const dayBefore = day?.dayBefore ?? null;
  const change = price !== null && dayBefore ? (price / dayBefore - 1) * 100 : null;
  return {
    symbol,
    id,
    exchange,
    price,
    price_change_24h: live?.price_change_24h ?? change,
    volume_24h: day?.volume ?? null,
    volumeHours: day?.volumeHours ?? 0,
    source: live?.source ?? exchange,
    eventMs: live?.eventMs ?? day?.closeMs ?? null,
    spark: day?.spark ?? [],
    ...(name ? { name } : {}),
  };
}
