/**
 * The desk that values portfolios: books are read once and kept, and valued anew price by price.
 *
 * @module
 */
import type { z } from "zod";
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import type {
  holdingSchema,
  portfolioDetailSchema,
  portfolioValueSchema,
  valueHistorySchema,
} from "../contracts/portfolios.ts";
import {
  type Book,
  computeHistoryReturn,
  computeTimeWeightedReturn,
  createValuation,
  formatDecimal,
  isZero,
  listValueHistory,
  makeBook,
  positionKey,
  sortActivities,
  startOfDay,
  type Valuation,
  type ValueHistory,
} from "../portfolio/mod.ts";
import type { OwnedStore } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";
import {
  createPriceShelf,
  type LivePrice,
  type PriceBook,
  type Priced,
} from "./portfolio_values_prices.ts";
import { getOwned } from "./portfolios_parts.ts";

/** Activities that are kept in memory, of all portfolios together. */
const activitiesKept = 400_000;
const portfoliosKept = 200;
const pageActivities = 1_000;
/** Lots and problems that are shown of each kind. */
const lotsShown = 50;
const problemsShown = 100;
/** How long rates and closes are believed, ms. */
const pricesMs = 60_000;

/** A portfolio's worth as its owner reads it. */
export type Worth = Omit<
  z.output<typeof portfolioDetailSchema>,
  "id" | "name" | "revision" | "created_at" | "updated_at"
>;
/** See `Worth`. */
export type HoldingView = z.output<typeof holdingSchema>;

/** Values portfolios. */
export interface PortfolioDesk {
  value(portfolio: PortfolioRecord): Promise<Worth>;
  /** The same with what it is divided by, and (unless left out) its returns. */
  valueWhole(
    portfolio: PortfolioRecord,
    options: { hasReturns: boolean },
  ): Promise<z.output<typeof portfolioValueSchema>>;
  history(
    portfolio: PortfolioRecord,
    range: { start?: number | undefined; end?: number | undefined },
  ): Promise<z.output<typeof valueHistorySchema>>;
  /** Its activities by time. */
  listActivities(portfolio: PortfolioRecord): Promise<readonly ActivityRecord[]>;
}

/** A portfolio that is open. */
interface Opened {
  /** Of what it was made; another one is another book. */
  version: string;
  activities: readonly ActivityRecord[];
  held: readonly Priced[];
  /** Null until somebody asks for its worth. */
  priced: Promise<PricedBook> | null;
  untilMs: number;
  /** With the minute of wall time that it was made in. */
  history: { minute: number; result: ValueHistory } | null;
}

/** A book with prices and rates of now. */
interface PricedBook {
  prices: PriceBook;
  book: Book;
  valuation: Valuation;
  /** The newest price of each position, by its key. */
  live: Map<string, LivePrice | null>;
}

/** Returns a desk; what it keeps is bounded. */
export function createPortfolioDesk(deps: ApiDeps): PortfolioDesk {
  const shelf = createPriceShelf(deps);
  const kept = new Map<string, Promise<Opened>>();
  const sizes = new Map<string, number>();

  const priceBook = async (
    activities: readonly ActivityRecord[],
    held: readonly Priced[],
    base: string,
  ): Promise<PricedBook> => {
    const currencies = [
      ...new Set(activities.flatMap((a) => [a.currency, a.feeCurrency, a.symbol])),
    ]
      .filter((text) => text !== "" && text.length <= 12);
    const prices = await shelf.open({ held, currencies, base });
    const book = makeBook(activities, { currency: base, getRate: prices.getRate });
    const live = new Map(
      held.map((one) => [positionKey(one.exchange, one.symbol), prices.getLive(one)]),
    );
    const valuation = createValuation(book, {
      getPrice: (exchange, symbol) => live.get(positionKey(exchange, symbol))?.price ?? null,
      getRate: prices.getRate,
      timeMs: deps.marketNow(),
    });
    return { prices, book, valuation, live };
  };
  const load = async (portfolio: PortfolioRecord, version: string): Promise<Opened> => {
    const activities = sortActivities(await readActivities(getOwned(deps), portfolio));
    const held = listHeld(activities);
    sizes.set(portfolio.id, activities.length);
    return { version, activities, held, priced: null, untilMs: 0, history: null };
  };
  const open = async (portfolio: PortfolioRecord): Promise<Opened> => {
    const { id, currency, bookRevision = 0 } = portfolio;
    const version = `${currency} ${bookRevision}`;
    const known = await kept.get(id)?.catch(() => null);
    const opening = known?.version === version ? Promise.resolve(known) : load(portfolio, version);
    kept.delete(id);
    kept.set(id, opening);
    forgetOldest(kept, sizes);
    try {
      return await opening;
    } catch (error) {
      kept.delete(id);
      throw error;
    }
  };
  const price = async (
    portfolio: PortfolioRecord,
  ): Promise<{ opened: Opened; now: PricedBook }> => {
    const opened = await open(portfolio);
    // Rates of the day and new symbols are looked for again; live prices change below.
    if (!opened.priced || deps.now() >= opened.untilMs) {
      opened.untilMs = deps.now() + pricesMs;
      opened.priced = priceBook(opened.activities, opened.held, portfolio.currency);
      opened.priced.catch(() => opened.priced = null);
    }
    const now = await opened.priced;
    followPrices(opened.held, now);
    return { opened, now };
  };
  const readHistory = async (portfolio: PortfolioRecord): Promise<ValueHistory> => {
    const { opened, now } = await price(portfolio);
    const minute = Math.floor(deps.now() / pricesMs);
    if (opened.history?.minute === minute) return opened.history.result;
    const result = listValueHistory(opened.activities, {
      currency: portfolio.currency,
      getClose: now.prices.getClose,
      getRate: now.prices.getRate,
      toMs: deps.marketNow(),
    });
    opened.history = { minute, result };
    return result;
  };
  const value = async (portfolio: PortfolioRecord): Promise<Worth> => {
    const { now, opened } = await price(portfolio);
    return describeWorth(deps, now, opened.activities.length);
  };
  return {
    value,
    async valueWhole(portfolio, { hasReturns }) {
      const worth = await value(portfolio);
      const { now: { valuation } } = await price(portfolio);
      const allocationBy = {
        exchange: valuation.allocate("exchange"),
        currency: valuation.allocate("currency"),
      };
      const returns = hasReturns ? describeReturns(await readHistory(portfolio)) : null;
      return { ...worth, allocationBy, returns };
    },
    async history(portfolio, { start = 0, end = Infinity }) {
      const history = await readHistory(portfolio);
      const points = history.points.filter(({ dayMs }) =>
        dayMs >= startOfDay(start) && dayMs < end
      );
      const missing = new Set(points.flatMap((point) => point.missing));
      return {
        currency: portfolio.currency,
        asOfMs: deps.marketNow(),
        points,
        count: points.length,
        missingDays: points.filter((point) => point.value === null).length,
        missing: [...missing],
        returns: describeReturns(history),
      };
    },
    listActivities: async (portfolio) => (await open(portfolio)).activities,
  };
}

/** Forgets what was asked for longest ago, until there is room. */
function forgetOldest(kept: Map<string, unknown>, sizes: Map<string, number>): void {
  const count = () => [...kept.keys()].reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
  while (kept.size > 1 && (kept.size > portfoliosKept || count() > activitiesKept)) {
    const oldest = kept.keys().next().value!;
    kept.delete(oldest);
    sizes.delete(oldest);
  }
}

/** Reads all activities of a portfolio. */
async function readActivities(
  owned: OwnedStore,
  { id, userId }: PortfolioRecord,
): Promise<ActivityRecord[]> {
  const all: ActivityRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: ActivityRecord[]; cursor: string | null } = await owned.activities.list({
      index: "portfolio",
      equals: [id],
      limit: pageActivities,
      ...(cursor !== null && { cursor }),
    });
    for (const activity of page.items) if (activity.userId === userId) all.push(activity);
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
}

/** Everything that ever was a position, in the currency of its first activity. */
function listHeld(sorted: readonly ActivityRecord[]): Priced[] {
  const held = new Map<string, Priced>();
  for (const { exchange, symbol, currency } of sorted) {
    const key = positionKey(exchange, symbol);
    if (!held.has(key) && symbol !== currency) held.set(key, { exchange, symbol, currency });
  }
  return [...held.values()];
}

/** Puts new prices into the valuation; what has not changed costs a comparison. */
function followPrices(held: readonly Priced[], { prices, valuation, live }: PricedBook): void {
  for (const one of held) {
    const key = positionKey(one.exchange, one.symbol);
    const newest = prices.getLive(one);
    const known = live.get(key) ?? null;
    if (!newest || (known && newest.eventMs === known.eventMs && newest.source === known.source)) {
      continue;
    }
    live.set(key, newest);
    valuation.setPrice(one.exchange, one.symbol, newest.price);
  }
}

function describeWorth(
  { marketNow, getMode }: Pick<ApiDeps, "marketNow" | "getMode">,
  { book, valuation, live }: PricedBook,
  activityCount: number,
): Worth {
  const nowMs = marketNow();
  const worth = valuation.read();
  const holdings = worth.holdings.map((holding): HoldingView => {
    const key = positionKey(holding.exchange, holding.symbol);
    const price = live.get(key) ?? null;
    const queue = book.positions.get(key)!.lots;
    const lots = queue.lots.slice(queue.head, queue.head + lotsShown);
    return {
      ...holding,
      priceMs: price?.eventMs ?? null,
      ageMs: price ? Math.max(0, nowMs - price.eventMs) : null,
      priceSource: price?.source ?? null,
      lotCount: queue.lots.length - queue.head,
      lots: lots.map(({ openedMs, quantity, cost }) => ({
        openedMs,
        quantity: formatDecimal(quantity),
        cost: formatDecimal(cost.own),
      })),
    };
  });
  return {
    ...worth,
    // Money that moved is in the cash; a position of it only carries its fees and income.
    holdings: holdings.filter((one) => !isEmpty(one, book)),
    asOfMs: nowMs,
    isRecorded: getMode().mode === "replay",
    activityCount,
    problems: { count: book.problems.length, first: book.problems.slice(0, problemsShown) },
  };
}

/** Says whether a holding is money that moved itself, which cash tells. */
function isEmpty({ exchange, symbol, currency, fees, income }: HoldingView, book: Book): boolean {
  const position = book.positions.get(positionKey(exchange, symbol))!;
  return symbol === currency && isZero(position.lots.quantity) && fees === "0" && income === "0";
}

function describeReturns({ points }: ValueHistory) {
  return {
    timeWeighted: computeTimeWeightedReturn(points),
    moneyWeighted: computeHistoryReturn(points),
  };
}
