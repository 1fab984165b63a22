/**
 * Books of portfolios: read from the store once, kept within bounds, and followed price by price.
 *
 * @module
 */
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import {
  createValuation,
  positionKey,
  sortActivities,
  type Valuation,
  type ValueHistory,
} from "../portfolio/mod.ts";
import type { OwnedStore } from "../store/mod.ts";
import { dropRevision } from "./activity_revisions.ts";
import type { ApiDeps } from "./deps.ts";
import {
  hasCopy,
  readCopy,
  readSums,
  removeCopy,
  writeCopy,
  writeSums,
} from "./portfolio_values_copies.ts";
import {
  createPriceShelf,
  type LivePrice,
  type PriceBook,
  type Priced,
  type PriceShelf,
} from "./portfolio_values_prices.ts";
import {
  type BookSums,
  isStillRight,
  type MadeSums,
  type Outline,
  outline,
  packSums,
  sumUp,
} from "./portfolio_values_sums.ts";
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
  told: Outline;
  /** By time; null until they are needed where sums were kept. */
  activities: Promise<readonly ActivityRecord[]> | null;
  /** Activities in memory. */
  size: number;
  /** Changes that were written since; they are worked in when somebody asks. */
  pending: BookChange[];
  copy: CopyState;
  /** What its book came to; it stays while the rates are the same. */
  made: MadeSums | null;
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
  /** The sums that are kept with it, or need not be. */
  made: MadeSums | null;
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
  sums: BookSums;
  valuation: Valuation;
  /** The newest price of each position, by its key. */
  live: Map<string, LivePrice | null>;
}

/** The books that are open. */
export interface BookShelf {
  /** Returns all activities of a portfolio by time. */
  listActivities(portfolio: PortfolioRecord): Promise<readonly ActivityRecord[]>;
  /** The same of one that is open, with the closes of its days. */
  readDays(
    portfolio: PortfolioRecord,
    opened: OpenPortfolio,
  ): Promise<{ activities: readonly ActivityRecord[]; prices: PriceBook }>;
  /**
   * Opens a portfolio, or returns it as long as its activities are the same, with the newest prices.
   */
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
  const { open, read, note } = keepBooks(deps);
  const least = options.copiedFrom ?? copiedFrom;
  return {
    note,
    async readDays(portfolio, opened) {
      const { held, currencies } = opened.told;
      const base = portfolio.currency;
      const prices = await shelf.open({ held, currencies, base, hasCloses: true });
      return { activities: await read(portfolio, opened), prices };
    },
    async listActivities(portfolio) {
      const opened = await open(portfolio);
      const activities = await read(portfolio, opened);
      keepCopy(deps, portfolio, opened, { least, activities });
      return activities;
    },
    async price(portfolio) {
      const opened = await open(portfolio);
      // Rates of the day and new symbols are looked for again; live prices change below.
      if (!opened.priced || deps.now() >= opened.untilMs) {
        opened.untilMs = deps.now() + pricesMs;
        opened.priced = priceBook(deps, shelf, opened, {
          base: portfolio.currency,
          read: () => read(portfolio, opened),
        });
        opened.priced.catch(() => opened.priced = null);
      }
      const now = await opened.priced;
      followPrices(opened.told.held, now);
      // What was not needed for its worth is not read for a copy of it.
      const activities = await opened.activities;
      if (activities) keepCopy(deps, portfolio, opened, { least, activities });
      return { opened, now };
    },
  };
}

/** Returns what keeps portfolios open, within bounds. */
function keepBooks(deps: ApiDeps) {
  const kept = new Map<string, Promise<OpenPortfolio>>();
  const sizes = new Map<string, number>();
  return {
    async open(portfolio: PortfolioRecord): Promise<OpenPortfolio> {
      const { id } = portfolio;
      const known = await kept.get(id)?.catch(() => null);
      const opening = openAgain(deps, portfolio, known ?? null);
      kept.delete(id);
      kept.set(id, opening);
      try {
        const opened = await opening;
        sizes.set(id, opened.size);
        return opened;
      } catch (error) {
        kept.delete(id);
        throw error;
      } finally {
        forgetOldest(kept, sizes);
      }
    },
    /** Returns the activities of an open portfolio. */
    async read(portfolio: PortfolioRecord, opened: OpenPortfolio) {
      const activities = await readOnce(deps, portfolio, opened);
      if (kept.has(portfolio.id)) sizes.set(portfolio.id, opened.size);
      forgetOldest(kept, sizes);
      return activities;
    },
    note(portfolio: PortfolioRecord, change: BookChange): void {
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

/** Opens a portfolio: as it is known, by what its book summed up to, or by its activities. */
async function openAgain(
  deps: ApiDeps,
  portfolio: PortfolioRecord,
  known: OpenPortfolio | null,
): Promise<OpenPortfolio> {
  const version = getVersion(portfolio);
  if (known?.version === version) {
    const { pending, activities, copy } = known;
    if (pending.every(({ put = [], removed = [] }) => put.length + removed.length === 0)) {
      return known;
    }
    if (activities) return makeOpen(version, workIn(await activities, pending), copy);
  }
  const owned = getOwned(deps);
  const copy: CopyState = { version: null, made: null, nextMs: 0, isWriting: false };
  const stored = await readSums(owned, portfolio, deps.version);
  if (!stored) return makeOpen(version, await readSorted(owned, portfolio, copy), copy);
  const { told, made } = stored;
  return {
    ...{ version, told, made, activities: null, size: 0, pending: [] },
    ...{ copy: { ...copy, made }, priced: null, untilMs: 0, history: null },
  };
}

/** Reads the activities of an open portfolio unless they are there. */
async function readOnce(
  deps: ApiDeps,
  portfolio: PortfolioRecord,
  opened: OpenPortfolio,
): Promise<readonly ActivityRecord[]> {
  if (opened.activities) return await opened.activities;
  opened.activities = readSorted(getOwned(deps), portfolio, opened.copy);
  try {
    const activities = await opened.activities;
    opened.size = activities.length;
    return activities;
  } catch (error) {
    opened.activities = null;
    throw error;
  }
}

/** Reads the activities of a portfolio, from its copy where there is one, which is then noted. */
async function readSorted(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  copy: CopyState,
): Promise<ActivityRecord[]> {
  const copied = await readCopy(owned, portfolio);
  if (copied) copy.version = getVersion(portfolio);
  return sortActivities(copied ?? await readActivities(owned, portfolio));
}

function makeOpen(
  version: string,
  activities: readonly ActivityRecord[],
  copy: CopyState,
): OpenPortfolio {
  return {
    ...{ version, told: outline(activities), activities: Promise.resolve(activities) },
    ...{ size: activities.length, pending: [], copy, made: null },
    ...{ priced: null, untilMs: 0, history: null },
  };
}

/** Writes what is kept of a portfolio behind the back of who asked, if it is not of this version. */
function keepCopy(
  deps: ApiDeps,
  portfolio: PortfolioRecord,
  { copy, version, told, made }: OpenPortfolio,
  { least, activities }: { least: number; activities: readonly ActivityRecord[] },
): void {
  const isKept = copy.version === version && (copy.made === made || made === null);
  const isDue = !isKept && !copy.isWriting && deps.now() >= copy.nextMs;
  // Commits that came since this request began its own are not in the portfolio that it read.
  if (!isDue || version !== getVersion(portfolio)) return;
  const isLarge = activities.length >= least;
  copy.isWriting = true;
  if (isLarge) copy.nextMs = deps.now() + copyMs;
  const owned = getOwned(deps);
  const write = async () => {
    if (!isLarge) await dropCopy(owned, portfolio);
    else {
      const times = { release: deps.version, nowMs: deps.marketNow() };
      const bytes = made && packSums(made, told, times);
      if (bytes && !await writeSums(owned, portfolio, bytes)) return;
      if (copy.version !== version && !await writeCopy(owned, portfolio, activities)) return;
    }
    copy.version = version;
    copy.made = made;
  };
  write().catch((error) => {
    deps.log.debug("copy of a portfolio not written", { error: String(error) });
  }).finally(() => copy.isWriting = false);
}

/** Removes the copy of a portfolio that was larger once. */
async function dropCopy(owned: OwnedStore, { id }: PortfolioRecord): Promise<void> {
  if (await hasCopy(owned, id)) await removeCopy(owned, id);
}

/** Returns activities by time with all that was written since. */
function workIn(
  activities: readonly ActivityRecord[],
  pending: readonly BookChange[],
): ActivityRecord[] {
  const byId = new Map(activities.map((activity) => [activity.id, activity]));
  for (const { put = [], removed = [] } of pending) {
    for (const activity of put) byId.set(activity.id, dropRevision(activity));
    for (const id of removed) byId.delete(id);
  }
  return sortActivities([...byId.values()]);
}

/**
 * Values what the activities come to at the rates of their days at the newest prices. They are
 * booked anew only if one of these rates is another one by now.
 */
async function priceBook(
  { marketNow }: Pick<ApiDeps, "marketNow">,
  shelf: PriceShelf,
  opened: OpenPortfolio,
  { base, read }: { base: string; read: () => Promise<readonly ActivityRecord[]> },
): Promise<PricedBook> {
  const { held, currencies } = opened.told;
  const prices = await shelf.open({ held, currencies, base, hasCloses: false });
  const of = { currency: base, getRate: prices.getRate };
  if (!opened.made || !isStillRight(opened.made, of)) opened.made = sumUp(await read(), of);
  const { sums } = opened.made;
  const live = new Map(
    held.map((one) => [positionKey(one.exchange, one.symbol), prices.getLive(one)]),
  );
  const valuation = createValuation(sums, {
    getPrice: (exchange, symbol) => live.get(positionKey(exchange, symbol))?.price ?? null,
    getRate: prices.getRate,
    timeMs: marketNow(),
  });
  return { prices, sums, valuation, live };
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
    for (const one of page.items) if (one.userId === userId) all.push(dropRevision(one));
    cursor = page.cursor;
  } while (cursor !== null);
  return all;
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
