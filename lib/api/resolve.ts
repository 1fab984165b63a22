/**
 * From what a client writes to what we keep: symbols, and where the data comes from.
 *
 * @module
 */
import { NotFoundError } from "../contracts/errors.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { ApiDeps, ModeInfo } from "./deps.ts";

/**
 * Returns the active symbol of a spelling: `BTCUSDT`, or `crypto:BTC/USDT@binance`.
 *
 * @throws {NotFoundError} If no active symbol has it.
 */
export async function resolveSymbol(
  { symbols }: Pick<ApiDeps, "symbols">,
  text: string,
): Promise<MarketSymbol> {
  const symbol = await symbols.find(text);
  if (!symbol) throw new NotFoundError(`Cannot find symbol "${text.slice(0, 80)}"`);
  return symbol;
}

/** Returns a recording's borders as answers show them; null when live. */
export function describeRecording(mode: ModeInfo): { from: number; to: number } | null {
  if (mode.mode === "live") return null;
  return { from: mode.recordedFrom ?? 0, to: mode.recordedTo ?? 0 };
}

/** Keeps the slash of an unencoded canonical id inside its path segment. */
export function joinCanonicalId(path: string): string {
  return path.replace(/\/((?:crypto|stock):[^/]+)\/([^/@]+@[^/]+)/, "/$1%2F$2");
}

/**
 * Says whether figures of `timestamp` (epoch ms) belong to the time that is shown. In a recording an
 * answer of another date does not: beside a price of the recording it would be a wrong number.
 */
export function isOfShownTime(
  { getMode, marketNow }: Pick<ApiDeps, "getMode" | "marketNow">,
  timestamp: number,
): boolean {
  const { mode, recordedFrom = 0 } = getMode();
  return mode === "live" || timestamp >= recordedFrom && timestamp <= marketNow();
}
