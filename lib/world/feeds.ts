/**
 * News feeds of the settings: collected apart from the other sources, so that a change of the list
 * begins and ends feeds and touches nothing else.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { SettingsWatch } from "../settings.ts";

/** Collectors of some feeds at work. */
export interface FeedCollectors<H> {
  health(): H[];
  stop(): Promise<void>;
}

/** Collects from the feeds that are set, and from others as soon as they are. */
export function followFeeds<H>({ settings, start, log }: {
  settings: Pick<SettingsWatch, "get" | "onChange">;
  /** Begins to collect from these addresses. */
  start(addresses: readonly string[]): FeedCollectors<H>;
  log: Logger;
}): FeedCollectors<H> {
  const begin = (addresses: readonly string[]) => addresses.length > 0 ? start(addresses) : null;
  let current = begin(settings.get().newsFeeds);
  let isStopped = false;
  /** One after the other: a feed must have ended before it begins again. */
  let changing: Promise<void> = Promise.resolve();
  const change = async (addresses: readonly string[]) => {
    await current?.stop();
    current = isStopped ? null : begin(addresses);
    log.info("news feeds were changed", { feeds: addresses.length });
  };
  const unlisten = settings.onChange(({ newsFeeds }, before) => {
    if (newsFeeds.join(" ") === before.newsFeeds.join(" ")) return;
    changing = changing.then(() => change(newsFeeds)).catch((error) =>
      log.error("news feeds were not changed", { error: String(error) })
    );
  });
  return {
    health: () => current?.health() ?? [],
    async stop() {
      isStopped = true;
      unlisten();
      await changing;
      await current?.stop();
      current = null;
    },
  };
}
