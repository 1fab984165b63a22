/** What happens in the market of the kill test: a function of its number, so that it can be checked. */
import type { AlertDesk } from "../../lib/pipeline/alerts.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);
/** The alert that waits for trades above 100, and the one that waits for signals. */
export const priceAlert = "price";
export const signalAlert = "signal";

const timeOf = (event: number) => START_MS + event * 1_000;

/** Two trades of three are above the level, one signal of two is sure enough. */
export function playEvent(desk: Pick<AlertDesk, "offer" | "offerPrice">, event: number): void {
  const timeMs = timeOf(event);
  const price = event % 3 === 0 ? 99 : 101;
  const symbol = "BTCUSDT";
  desk.offerPrice({ symbol, price, eventMs: timeMs, receivedMs: timeMs, source: "binance" });
  desk.offer({
    ...{ kind: "signal", symbol, timeMs, receivedMs: timeMs, isUnsure: false },
    ...{ id: `s${event}`, type: "price_alert", confidence: event % 2 === 0 ? 0.9 : 0.1 },
  });
}

/** Ids of the firings that events 0 to `last` are to leave, in order. */
export function listExpected(last: number): string[] {
  const ids: string[] = [];
  for (let event = 0; event <= last; event++) {
    if (event % 3 !== 0) ids.push(`${priceAlert}.1.live.BTCUSDT@${timeOf(event)}`);
    if (event % 2 === 0) ids.push(`${signalAlert}.1.live.s${event}`);
  }
  return ids.sort();
}
