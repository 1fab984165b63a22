/**
 * Books of portfolios: read from the store once, kept within bounds, and followed price by price.
 *
 * @module
 */
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import {
  type Book,
  createValuation,
  makeBook,
  positionKey,
  sortActivities,
  type Valuation,
  type ValueHistory,
} from "../portfolio/mod.ts";
import type { OwnedStore } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { readCopy, removeCopy, writeCopy } from "./portfolio_values_copies.ts";
import {
  createPriceShelf,
  type LivePrice,
  type PriceBook,
  type Priced,
  type PriceShelf,
} from "./portfolio_values_prices.ts";
import { getOwned } from "./portfolios_parts.ts";

/** Activities that are kept in memory, of all portfolios together. */
const activitiesKept = 400_000;
const portfoliosKept = 200;
/** Large, as reading in pages costs more than reading. */
const pageActivities = 5_000;
/** How long rates and closes are believed, ms. */
const pricesMs = 60_000;
/** Portfolios of fewer activities are read from their records as quickly. */
const copiedFrom = 1_000;
/** How long a copy may be behind its portfolio while that is changed and looked at, ms. */
const copyMs = 60_000;

/** A portfolio that is open. */
export interface OpenPortfolio {
  /** Of what it was made; another one is another book. */
  version: string;
  activities: readonly ActivityRecord[];
  /** Changes that were written since; they are worked in when somebody asks. */
  pending: BookChange[];
  copy: CopyState;
  held: readonly Priced[];
  /** Null until somebody asks for its worth. */
  priced: Promise<PricedBook> | null;
  untilMs: number;
  /** With the minute of wall time that it was made in. */
  history: { minute: number; result: ValueHistory } | null;
}

/** What is known of the copy of an open portfolio. */
interface CopyState {
  /** The version that it is of, or for which there need not be any; null where that is not known. */
  version: string | null;
  /** No other is written before, wall time. */
  nextMs: number;
  isWriting: boolean;
}

/** Activities that were written or deleted in one commit. */
export interface BookChange {
  put?: readonly ActivityRecord[];
  /** Ids. */
  removed?: readonly string[];
}

/** A book with prices and rates of now. */
export interface PricedBook {
  prices: PriceBook;
  book: Book;
  valuation: Valuation;
  /** The newest price of each position, by its key. */
  live: Map<string, LivePrice | null>;
}

/** The books that are open. */
export interface BookShelf {
  /** Opens a portfolio, or returns it as long as its activities are the same. */
  open(portfolio: PortfolioRecord): Promise<OpenPortfolio>;
  /** The same with the newest prices. */
  price(portfolio: PortfolioRecord): Promise<{ opened: OpenPortfolio; now: PricedBook }>;
  /**
   * Follows a commit, given the portfolio as it wrote it, so that its book need not be read again.
   * Commits of other processes are noticed by their revision.
   */
  note(portfolio: PortfolioRecord, change: BookChange): void;
}

/** Names what an open portfolio is made of. */
const getVersion = ({ currency, created_at, bookRevision = 0 }: PortfolioRecord, back = 0) =>
  `${currency} ${created_at} ${bookRevision - back}`;

/** How books are kept; absent members have what is right for production. */
export interface BookShelfOptions {
  /** Portfolios with fewer activities have no copy. */
  copiedFrom?: number;
}

/** Returns a shelf without books; what it keeps is bounded. */
export function createBookShelf(deps: ApiDeps, options: BookShelfOptions = {}): BookShelf {
  const shelf = createPriceShelf(deps);
  const kept = new Map<string, Promise<OpenPortfolio>>();
  const sizes = new Map<string, number>();
  const load = async (portfolio: PortfolioRecord, version: string): Promise<OpenPortfolio> => {
    const owned = getOwned(deps);
    const copied = await readCopy(owned, portfolio);
    const copy = { version: copied && version, nextMs: 0, isWriting: false };
    const activities = copied ?? await readActivities(owned, portfolio);
    return makeOpen(version, sortActivities(activities), copy);
  };
  const open = async (portfolio: PortfolioRecord): Promise<OpenPortfolio> => {
    const { id } = portfolio;
    const version = getVersion(portfolio);
    const known = await kept.get(id)?.catch(() => null);
    const opening = known?.version === version
      ? Promise.resolve(workIn(known))
      : load(portfolio, version);
    kept.delete(id);
    kept.set(id, opening);
    try {
      const opened = await opening;
      sizes.set(id, opened.activities.length);
      keepCopy(deps, portfolio, opened, options.copiedFrom ?? copiedFrom);
      return opened;
    } catch (error) {
      kept.delete(id);
      throw error;
    } finally {
      forgetOldest(kept, sizes);
    }
  };
  return {
    open,
    async price(portfolio) {
      const opened = await open(portfolio);
      // Rates of the day and new symbols are looked for again; live prices change below.
      if (!opened.priced || deps.now() >= opened.untilMs) {
        opened.untilMs = deps.now() + pricesMs;
        opened.priced = priceBook(deps, shelf, opened, portfolio.currency);
        opened.priced.catch(() => opened.priced = null);
      }
      const now = await opened.priced;
      followPrices(opened.held, now);
      return { opened, now };
    },
    note(portfolio, change) {
      const { id } = portfolio;
      const opening = kept.get(id);
      if (!opening) return;
      const follow = (known: OpenPortfolio) => {
        if (known.version !== getVersion(portfolio, 1)) return kept.delete(id);
        known.version = getVersion(portfolio);
        known.pending.push(change);
      };
      opening.then(follow, () => kept.delete(id));
    },
  };
}

function makeOpen(
  version: string,
  activities: readonly ActivityRecord[],
  copy: CopyState,
): OpenPortfolio {
  const held = listHeld(activities);
  return { version, activities, pending: [], copy, held, priced: null, untilMs: 0, history: null };
}

/** Writes the copy of a portfolio behind the back of who asked, if it is not of this version. */
function keepCopy(
  deps: ApiDeps,
  portfolio: PortfolioRecord,
  { copy, version, activities }: OpenPortfolio,
  least: number,
): void {
  const isDue = copy.version !== version && !copy.isWriting && deps.now() >= copy.nextMs;
  // Commits that came since this request began its own are not in the portfolio that it read.
  if (!isDue || version !== getVersion(portfolio)) return;
  const isLarge = activities.length >= least;
  copy.isWriting = true;
  if (isLarge) copy.nextMs = deps.now() + copyMs;
  const owned = getOwned(deps);
  const kept = isLarge ? writeCopy(owned, portfolio, activities) : dropCopy(owned, portfolio);
  kept.then((isKept) => {
    if (isKept) copy.version = version;
  }).catch((error) => {
    deps.log.debug("copy of a portfolio not written", { error: String(error) });
  }).finally(() => copy.isWriting = false);
}

/** Removes the copy of a portfolio that was larger once. */
async function dropCopy(owned: OwnedStore, { id }: PortfolioRecord): Promise<boolean> {
  if (await owned.bookCopies.get(id)) await removeCopy(owned, id);
  return true;
}

/** Returns the portfolio with all that was written since. */
function workIn(opened: OpenPortfolio): OpenPortfolio {
  if (opened.pending.every(({ put = [], removed = [] }) => put.length + removed.length === 0)) {
    return opened;
  }
  const byId = new Map(opened.activities.map((activity) => [activity.id, activity]));
  for (const { put = [], removed = [] } of opened.pending) {
    for (const activity of put) byId.set(activity.id, activity);
    for (const id of removed) byId.delete(id);
  }
  return makeOpen(opened.version, sortActivities([...byId.values()]), opened.copy);
}

/** Books all activities at the rates of their days, and values them at the newest prices. */
async function priceBook(
  { marketNow }: Pick<ApiDeps, "marketNow">,
  shelf: PriceShelf,
  { activities, held }: Pick<OpenPortfolio, "activities" | "held">,
  base: string,
): Promise<PricedBook> {
  const currencies = new Set<string>();
  for (const { currency, feeCurrency, symbol } of activities) {
    // Units of a coin may be a fee, and money may be held as such.
    for (const name of [currency, feeCurrency, symbol]) {
      if (name !== "" && name.length <= 12) currencies.add(name);
    }
  }
  const prices = await shelf.open({ held, currencies: [...currencies], base });
  const book = makeBook(activities, { currency: base, getRate: prices.getRate });
  const live = new Map(
    held.map((one) => [positionKey(one.exchange, one.symbol), prices.getLive(one)]),
  );
  const valuation = createValuation(book, {
    getPrice: (exchange, symbol) => live.get(positionKey(exchange, symbol))?.price ?? null,
    getRate: prices.getRate,
    timeMs: marketNow(),
  });
  return { prices, book, valuation, live };
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
