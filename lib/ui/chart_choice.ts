/**
 * The choice of symbol, timeframe and indicators on a chart page: from the address or the last
 * visit, and kept in both.
 *
 * @module
 */
import { effect } from "@preact/signals";
import type { IndicatorKey } from "../chart/indicators.ts";
import type { Timeframe } from "../market/mod.ts";
import * as page from "./page_state.ts";

/** What the server chose, and whether the address had asked for it. */
export interface FirstChoice {
  symbol: string;
  timeframe: Timeframe;
  /** The address named the series, so a kept choice does not replace it. */
  isChosen: boolean;
  /** Symbols that can be chosen. */
  symbols: readonly string[];
  /** Indicators for someone who never chose. */
  shown: readonly IndicatorKey[];
}

/** The browser's storage and its address, as far as they are used. */
export interface ChoicePlaces {
  storage: page.Storage | undefined;
  getUrl(): string;
  setUrl(url: string): void;
}

/** Takes over the choice of the address or of the last visit, and keeps every later one. */
export function startChoice(first: FirstChoice, places: ChoicePlaces): () => void {
  const kept = page.readChoice(places.storage, first.shown);
  const isKnown = kept.symbol !== null && first.symbols.includes(kept.symbol);
  page.symbol.value = !first.isChosen && isKnown ? kept.symbol! : first.symbol;
  page.timeframe.value = first.isChosen ? first.timeframe : kept.timeframe ?? first.timeframe;
  page.indicators.value = kept.indicators;
  return effect(() => {
    const [symbol, timeframe] = [page.symbol.value, page.timeframe.value];
    page.writeChoice(places.storage, { symbol, timeframe, indicators: page.indicators.value });
    const url = new URL(places.getUrl());
    url.searchParams.set("symbol", symbol);
    url.searchParams.set("timeframe", timeframe);
    if (url.href !== places.getUrl()) places.setUrl(url.href);
  });
}
