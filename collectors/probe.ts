/**
 * Asks whether any source answers, so that a start without a network can say so at once.
 *
 * @module
 */
import { pollSources, streamSources } from "./mod.ts";
import type { FeedContext, PollSource } from "./source.ts";
import type { SourceAddresses } from "./run.ts";

/**
 * Says whether at least one source answers within `timeoutMs`. Any answer of a server counts: one
 * that refuses us is there. Never rejects.
 */
export async function isAnySourceThere(
  { addresses, timeoutMs = 3_000, fetch: ask = fetch }: {
    addresses: SourceAddresses;
    timeoutMs?: number;
    fetch?: typeof fetch;
  },
): Promise<boolean> {
  const urls = [
    ...streamSources.map((source) => ({ source, path: source.time.request().path })),
    ...pollSources.map((source) => ({ source, path: getFirstPath(source) })),
  ].flatMap(({ source, path }) =>
    (addresses[source.key]?.rest ?? source.addresses.rest).map((base) => base + path)
  );
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]);
  const isThere = async (url: string) => {
    const response = await ask(url, { signal });
    await response.body?.cancel();
    // A proxy that says a host cannot be reached is no source.
    if (response.status === 502 || response.status === 504) throw new Error("no source behind it");
    return true;
  };
  const found = await Promise.any(urls.map(isThere)).catch(() => false);
  stop.abort();
  return found;
}

/** A start that follows nothing yet, as the path alone matters. */
const nothing: FeedContext = {
  symbols: [],
  nowMs: 0,
  getLastBarTime: () => null,
  dexPairs: [],
};

function getFirstPath({ feeds }: PollSource): string {
  return feeds.flatMap((feed) => feed.requests(nothing))[0]?.path ?? "/";
}
