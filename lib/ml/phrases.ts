/**
 * Turns of phrase with the direction they give, and those that say nothing though their words would.
 *
 * @module
 */

/** Phrases by weight, separated by bars; matched before their single words. */
export const phraseWeights: readonly (readonly [number, string])[] = [
  [
    2,
    "all time high|all-time high|all time highs|record high|record highs|new high|" +
    "new highs|legal tender|new all time",
  ],
  [
    1.5,
    "bull run|bull market|go live|goes live|price target raised|raises guidance|" +
    "beats estimates|buy the dip|buys the dip|strong buy|target raised|goes public|" +
    "teams up|team up|first ever|for the first time|tops estimates|oversubscribed|" +
    "series a|series b|series c|series d|seed round|funding round|raised to buy|" +
    "doubles down|back above|breaks out|on the rise|crosses above|breaks above",
  ],
  [
    -2,
    "all time low|all-time low|record low|new low|sell off|sell-off|rug pull|bank run|" +
    "bear market|death cross|flash crash|class action|chapter 11|money laundering",
  ],
  [
    -1.4,
    "shuts down|shut down|shutting down|pleads guilty|price target cut|target cut|" +
    "cuts guidance|misses estimates|steps down|stepping down|under fire|at risk|" +
    "goes down|goes offline|go offline|cease and desist|no longer|crack down|" +
    "cracks down|runs out|falls short|market crash|private keys|breaks below|" +
    "drops below|falls below|lags behind|lays off|cut to sell|cut to hold|" +
    "cut to neutral",
  ],
  [
    0,
    "how to|what you need to know|top exec|top executive|white house|open source|" +
    "close to|close up|new york|new zealand|new jersey|first mover|supply chain|" +
    "high school|high frequency|made in|make sense|makes sense|bear in mind|" +
    "market cap|block explorer|building block|risk management|fork in the road|" +
    "stock to flow|short term|hard fork|turns out|what makes|open letter|test net|" +
    "hash rate",
  ],
];
