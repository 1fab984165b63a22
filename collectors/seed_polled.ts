/**
 * The first symbols of a polled source: its usual ones, in a recording those that it has bars of.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { MarketSymbol } from "../lib/market/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";
import { seedUsualSymbols } from "./listing.ts";
import type { FeedContext, PollSource } from "./source.ts";

/** What seeding needs. */
export interface SeedPolledOptions {
  store: WorldStore;
  addresses: Readonly<Record<string, { rest?: readonly string[] }>>;
  clock: Clock;
  log: Logger;
  mode: "live" | "replay";
  marketNow?: () => number;
  fetch?: typeof fetch;
}

/** Follows a source's usual symbols where the store has none of their exchange. Never rejects. */
export async function seedPolled(source: PollSource, options: SeedPolledOptions): Promise<void> {
  const { store, log, mode } = options;
  const { key, usualSymbols } = source;
  if (!usualSymbols) return;
  try {
    const usual = mode === "live" ? usualSymbols : await listRecorded(source, options);
    const symbols = await seedUsualSymbols(store, usual);
    if (symbols > 0) log.info("usual symbols are followed", { source: key, symbols });
  } catch (error) {
    log.warn("usual symbols were not taken over", { source: key, error: String(error) });
  }
}

/** Returns the usual symbols of which a recording has bars by now, asking it for each one. */
async function listRecorded(
  source: PollSource,
  { addresses, clock, marketNow = clock.now, fetch: ask = fetch }: SeedPolledOptions,
): Promise<MarketSymbol[]> {
  const address = addresses[source.key]?.rest?.[0];
  if (address === undefined) return [];
  const nowMs = marketNow();
  const found: MarketSymbol[] = [];
  for (const symbol of source.usualSymbols ?? []) {
    const context: FeedContext = {
      symbols: [symbol],
      nowMs,
      getLastBarTime: () => null,
      dexPairs: [],
    };
    if (await hasBars(source, context, (path) => ask(`${address}${path}`))) found.push(symbol);
  }
  return found;
}

async function hasBars(
  source: PollSource,
  context: FeedContext,
  ask: (path: string) => Promise<Response>,
): Promise<boolean> {
  for (const feed of source.feeds) {
    for (const request of feed.requests(context)) {
      const response = await ask(request.path);
      try {
        if (!response.ok) continue;
        const info = { receivedMs: context.nowMs, request };
        if ((feed.parse(await response.json(), info).bars ?? []).length > 0) return true;
      } catch {
        // What cannot be read holds no bars to follow.
      } finally {
        await response.body?.cancel().catch(() => {});
      }
    }
  }
  return false;
}
