/**
 * The texts of the page on the cache.
 *
 * @module
 */

/** English texts. */
export const cacheStrings = {
  nav: "Cache",
  heading: "Cache",
  intro:
    "Answers that were worked out once are kept and given again, until they grow old or what they were made of changes. This page counts since the start how often that worked.",
  hits: "Requests answered from the cache",
  memory: "Answered from memory",
  ahead: "Made ahead of a request",
  aheadUsed: (share: string) => `${share} of them were then asked for`,
  aheadNone: "nothing yet",
  bytes: "Memory in use",
  ofMax: (most: string) => `of at most ${most}`,
  mean: "What the words mean",
  meanings: [
    [
      "From memory",
      "It was at hand in this process: the fastest way, and the store was not read.",
    ],
    [
      "From the store",
      "It was kept on disk, where answers outlive a restart and other processes find them too.",
    ],
    [
      "Worked out",
      "Nothing was kept, so that the request waited; others who ask meanwhile share that work.",
    ],
    [
      "Made ahead",
      "What is asked for often is made anew shortly before it grows old or after it was dropped, and so is what usually follows.",
    ],
    [
      "Dropped",
      "New data was written, so that what had been made of the old is never shown again.",
    ],
    ["Pushed out", "Memory was full, and what was used longest ago gave way."],
  ],
  kinds: "By kind of answer",
  caption: "Each kind of answer since the start",
  none: "Nothing was asked for yet.",
  kind: "Kind",
  fromMemory: "From memory",
  fromStore: "From the store",
  made: "Worked out",
  share: "From the cache",
  aheadShort: "Made ahead, then used",
  dropped: "Dropped",
  pushedOut: "Pushed out",
  entries: "Kept now",
  size: "Memory",
  life: "Kept for",
  untilChanged: "until it changes",
  names: {
    charts: "Charts",
    market_data: "Figures of assets",
    market_analysis: "Analyses of markets",
    dex_pairs: "DEX: pairs and leaders",
    dex_networks: "DEX: networks",
    dex_listings: "DEX: listings",
    dex_page: "DEX: all pairs",
    dex_volumes: "DEX: ranks by volume",
    tvl_page: "DeFi: value locked",
    relations_page: "How markets relate",
    features: "Features",
    stats: "Sums of the dashboard",
    usage: "Use of sources, last hours",
    source_usage: "Use of sources, month",
  },
} as const;
