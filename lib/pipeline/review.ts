/**
 * Review: refused trades that a person looked at and let go on into their bars.
 *
 * @module
 */
import { addTrade } from "../bars/mod.ts";
import { addToHistory, type Quarantine, VALID_VALUES_CHECK } from "../quality/mod.ts";
import type { IntakeState } from "./state.ts";

/**
 * What became of a released trade: added to the running bar; too late, as its bar is closed and the
 * exchange's own figures decide on that; or unusable, as it is no trade at all.
 */
export type ReleaseOutcome = "added" | "closed" | "unusable";

/** Takes a trade out of quarantine; null when it is not there. An unusable one stays. */
export function releaseTrade(
  { symbols }: IntakeState,
  quarantine: Quarantine,
  id: number,
): ReleaseOutcome | null {
  const found = quarantine.list().find((entry) => entry.id === id);
  if (!found) return null;
  if (found.failed.includes(VALID_VALUES_CHECK)) return "unusable";
  quarantine.release(id);
  const { trade } = found;
  const symbol = symbols.get(trade.symbol);
  if (!symbol || symbol.lost) return "closed";
  const { builder, history } = symbol;
  const isRunning = builder.start >= 0 && trade.eventMs >= builder.start &&
    trade.eventMs < builder.start + builder.lengthMs;
  if (!isRunning) return "closed";
  // Within the running bucket nothing completes.
  addTrade(builder, trade, () => {});
  addToHistory(history, trade.price, trade.size);
  symbol.isDirty = true;
  return "added";
}
