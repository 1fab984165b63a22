/**
 * What the pages of one person, and of those they share with, show: answers of the API.
 *
 * @module
 */
import type { z } from "zod";
import type {
  activitiesSchema,
  activitySchema,
  holdingSchema,
  importSchema,
  importsSchema,
  portfolioDetailSchema,
  portfolioSchema,
  portfoliosSchema,
  portfolioValueSchema,
  returnsSchema,
  valueHistorySchema,
} from "../contracts/portfolios.ts";
import type { sharedSchema, shareSchema, sharesSchema } from "../contracts/shares.ts";
import type {
  watchedSymbolSchema,
  watchlistSchema,
  watchlistsSchema,
  watchSchema,
} from "../contracts/watchlists.ts";
import { type AskApi, OwnError } from "./own.ts";
import { type Reading, readSafely } from "./read.ts";
import type { State } from "./state.ts";

export type WatchlistView = z.output<typeof watchlistSchema>;
export type WatchlistsView = z.output<typeof watchlistsSchema>;
export type WatchView = z.output<typeof watchSchema>;
export type WatchedSymbol = z.output<typeof watchedSymbolSchema>;
export type PortfolioView = z.output<typeof portfolioSchema>;
export type PortfoliosView = z.output<typeof portfoliosSchema>;
export type PortfolioDetail = z.output<typeof portfolioDetailSchema>;
export type PortfolioWorth = z.output<typeof portfolioValueSchema>;
export type HoldingView = z.output<typeof holdingSchema>;
export type ReturnsView = z.output<typeof returnsSchema>;
export type ValueHistoryView = z.output<typeof valueHistorySchema>;
export type ActivityView = z.output<typeof activitySchema>;
export type ActivitiesView = z.output<typeof activitiesSchema>;
export type ImportView = z.output<typeof importSchema>;
export type ImportsView = z.output<typeof importsSchema>;
export type ShareView = z.output<typeof shareSchema>;
export type SharesView = z.output<typeof sharesSchema>;
export type SharedView = z.output<typeof sharedSchema>;

/** A symbol by which people find it. */
export interface SymbolChoice {
  symbol: string;
  name?: string;
}

/** What is read for one person. */
export interface Own<T> {
  /** False for a visitor: the page then leads to the sign-in. */
  isSignedIn: boolean;
  /** Null for a visitor, and for what is not theirs or not there. */
  value: T | null;
}

/** Answers that say that there is no such thing for whoever asks. */
const absent = [400, 404, 410];

/** Reads something of whoever is signed in. */
export function readOwn<T>(
  { person, ask }: Pick<State, "person" | "ask">,
  read: (ask: AskApi) => Promise<T>,
): Promise<Reading<Own<T>>> {
  return readSafely(async () => {
    if (!person || !ask) return { isSignedIn: false, value: null };
    const value = await orNull(() => read(ask));
    return { isSignedIn: true, value };
  });
}

/** Reads something that anybody with its address may see; null where there is none. */
export function readShown<T>(
  { ask }: Pick<State, "ask">,
  read: (ask: AskApi) => Promise<T>,
): Promise<Reading<T | null>> {
  return readSafely(async () => ask ? await orNull(() => read(ask)) : null);
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OwnError && absent.includes(error.status)) return null;
    throw error;
  }
}
