/** Builders for portfolios. */
import { decimalOf, type RateLookup } from "../../lib/portfolio/mod.ts";
import type { Activity } from "../../lib/portfolio/mod.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";

/** An activity: one BTCUSDT bought on binance for 100 USDT, without a fee, unless told. */
export function buildActivity(fields: Partial<Activity> = {}): Activity {
  return {
    id: "a1",
    type: "buy",
    symbol: "BTCUSDT",
    exchange: "binance",
    quantity: "1",
    price: "100",
    currency: "USDT",
    fee: "0",
    feeCurrency: "",
    timestamp: Date.UTC(2024, 0, 1),
    reference: "",
    ...fields,
  };
}

/** A trade as its owner books it: two BTCUSDT at 100 USDT for a fee of 1. */
export function buildTrade(timestamp: number) {
  return {
    type: "buy",
    symbol: "BTCUSDT",
    exchange: "binance",
    quantity: "2",
    price: "100",
    currency: "USDT",
    fee: "1",
    feeCurrency: "USDT",
    timestamp,
  };
}

/** The same store, which fails once after so many writes. */
export function breakAfter(owned: OwnedStore, writes: number): OwnedStore {
  let left = writes;
  return {
    ...owned,
    transact(work) {
      if (left-- === 0) return Promise.reject(new Error("the plug was pulled"));
      return owned.transact(work);
    },
  };
}

/** Activities a day apart, with ids in their order. */
export function buildActivities(list: readonly Partial<Activity>[]): Activity[] {
  return list.map((fields, i) =>
    buildActivity({
      id: `a${String(i).padStart(6, "0")}`,
      timestamp: Date.UTC(2024, 0, 1 + i),
      ...fields,
    })
  );
}

/** Nothing can be converted. */
export const noRate: RateLookup = () => null;

/** Rates that never change, such as `{ "EUR>USD": 1.1 }`. */
export function fixedRates(rates: Record<string, number>): RateLookup {
  return (from, to) => {
    const rate = rates[`${from}>${to}`];
    return rate === undefined ? null : decimalOf(rate);
  };
}
