/**
 * The desk that values portfolios, as their owners, share links, exports and reports show them.
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
  computeHistoryReturn,
  computeTimeWeightedReturn,
  countInvestedDays,
  isZero,
  listValueHistory,
  positionKey,
  spreadReturn,
  startOfDay,
  type ValueHistory,
} from "../portfolio/mod.ts";
import type { ApiDeps } from "./deps.ts";
import {
  type BookShelf,
  type BookShelfOptions,
  createBookShelf,
  type PricedBook,
} from "./portfolio_values_books.ts";
import type { BookSums } from "./portfolio_values_sums.ts";

const minuteMs = 60_000;

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
  /** Follows a commit of this process; see `BookShelf`. */
  note: BookShelf["note"];
}

/** Returns a desk over the books of the store. */
export function createPortfolioDesk(deps: ApiDeps, options: BookShelfOptions = {}): PortfolioDesk {
  const shelf = createBookShelf(deps, options);
  return {
    async value(portfolio) {
      const { now, opened } = await shelf.price(portfolio);
      return describeWorth(deps, now, opened.told.count);
    },
    async valueWhole(portfolio, { hasReturns }) {
      const { now, opened } = await shelf.price(portfolio);
      const worth = describeWorth(deps, now, opened.told.count);
      const { valuation } = now;
      const allocationBy = {
        exchange: valuation.allocate("exchange"),
        currency: valuation.allocate("currency"),
      };
      const returns = hasReturns
        ? describeReturns(await readHistory(deps, shelf, portfolio))
        : null;
      return { ...worth, allocationBy, returns };
    },
    async history(portfolio, { start = 0, end = Infinity }) {
      const history = await readHistory(deps, shelf, portfolio);
      const firstMs = startOfDay(start);
      const points = history.points.filter(({ dayMs }) => dayMs >= firstMs && dayMs < end);
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
    note: shelf.note,
    listActivities: shelf.listActivities,
  };
}

/** Returns the days of a portfolio, valued at most once a minute. */
async function readHistory(
  { now: readNow, marketNow }: Pick<ApiDeps, "now" | "marketNow">,
  shelf: BookShelf,
  portfolio: PortfolioRecord,
): Promise<ValueHistory> {
  const { opened } = await shelf.price(portfolio);
  const minute = Math.floor(readNow() / minuteMs);
  if (opened.history?.minute === minute) return opened.history.result;
  const { activities, prices } = await shelf.readDays(portfolio, opened);
  const result = listValueHistory(activities, {
    currency: portfolio.currency,
    getClose: prices.getClose,
    getRate: prices.getRate,
    toMs: marketNow(),
  });
  opened.history = { minute, result };
  return result;
}

function describeWorth(
  { marketNow, getMode }: Pick<ApiDeps, "marketNow" | "getMode">,
  { sums, valuation, live }: PricedBook,
  activityCount: number,
): Worth {
  const nowMs = marketNow();
  const worth = valuation.read();
  const holdings = worth.holdings.map((holding): HoldingView => {
    const key = positionKey(holding.exchange, holding.symbol);
    const price = live.get(key) ?? null;
    const lots = sums.lots.get(key)!;
    return {
      ...holding,
      priceMs: price?.eventMs ?? null,
      ageMs: price ? Math.max(0, nowMs - price.eventMs) : null,
      priceSource: price?.source ?? null,
      lotCount: lots.count,
      lots: [...lots.first],
    };
  });
  return {
    ...worth,
    // Money that moved is in the cash; a position of it only carries its fees and income.
    holdings: holdings.filter((one) => !isEmpty(one, sums)),
    asOfMs: nowMs,
    isRecorded: getMode().mode === "replay",
    activityCount,
    problems: sums.problems,
  };
}

/** Says whether a holding is money that moved itself, which cash tells. */
function isEmpty(
  { exchange, symbol, currency, fees, income }: HoldingView,
  { positions }: Pick<BookSums, "positions">,
): boolean {
  const position = positions.get(positionKey(exchange, symbol))!;
  return symbol === currency && isZero(position.lots.quantity) && fees === "0" && income === "0";
}

function describeReturns({ points }: ValueHistory) {
  const moneyWeighted = computeHistoryReturn(points);
  const days = countInvestedDays(points);
  return {
    timeWeighted: computeTimeWeightedReturn(points),
    moneyWeighted,
    moneyWeightedSoFar: spreadReturn(moneyWeighted, days),
    days,
  };
}
