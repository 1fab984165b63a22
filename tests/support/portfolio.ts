/** Builders for portfolios. */
import { decimalOf, type RateLookup } from "../../lib/portfolio/mod.ts";
import type { Activity } from "../../lib/portfolio/mod.ts";

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
