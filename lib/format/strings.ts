/**
 * Every text of the pages, in one place per language.
 *
 * @module
 */

/** English texts, by page. */
export const strings = {
  title: "CryptoIntel",
  tagline: "Market intelligence, with its sources",
  replay: {
    heading: "Recorded data",
    span: (from: string, to: string) => `from ${from} to ${to}`,
    ended: "The recording has ended: market time stands still.",
    again: "Play again",
    noDates: "dates unknown",
  },
  live: {
    connected: "Connected",
    connecting: "Connecting",
    reconnecting: "Reconnecting",
    disconnected: "Disconnected",
    inSeconds: (seconds: number) => `in ${seconds} s`,
    transports: { websocket: "live stream", sse: "event stream", polling: "every 30 s" },
    noScript: "Reload for newer figures",
  },
  theme: {
    label: "Theme",
    dark: "Dark",
    light: "Light",
    toLight: "Use light theme",
    toDark: "Use dark theme",
  },
  keys: { open: "Keys and colours" },
  age: { asOf: "as of", recordedOn: "recorded on", unknown: "age unknown" },
  market: {
    heading: "Markets",
    caption: (column: string, order: "asc" | "desc") =>
      `Followed symbols, sorted by “${column}”, ${
        order === "asc" ? "ascending" : "descending"
      }. Prices change in place; rows keep their order until you sort again.`,
    all: (count: number) => `All ${count} markets`,
    symbol: "Symbol",
    price: "Price",
    change: "24 h",
    volume: "Volume 24 h",
    volumeOf: "Of the hours known so far",
    trend: "Trend",
    source: "Source and age",
    empty: "No prices yet. They appear as soon as a source delivers the first trade.",
    find: "Find a symbol",
    none: "No symbol matches.",
  },
  signals: {
    heading: "Signals",
    latest: "Latest signals",
    all: "All signals",
    empty: "No signal yet. Detectors report here when a symbol leaves its usual range.",
    emptyFilter: "No signal matches these filters.",
    types: {
      price_alert: "Price move",
      volume_anomaly: "Unusual volume",
      tvl_anomaly: "TVL change",
      sentiment_shift: "Sentiment shift",
    },
    confidence: "Confidence",
    evidence: "Evidence",
    factors: "What the confidence is made of",
    outcome: "Outcome",
    outcomes: {
      right: "Right",
      wrong: "Wrong",
      not_measurable: "Not measurable",
      pending: "Open until",
    },
    accuracy: "Accuracy of this kind",
    accuracyOf: (right: string, low: string, high: string, n: string) =>
      `${right} right of ${n} judged (95% interval ${low} to ${high})`,
    baseRate: (rate: string) => `by chance ${rate}`,
    noAccuracy: "Too few judged signals to publish an accuracy.",
    filters: {
      heading: "Filter signals",
      type: "Kinds",
      entity: "Symbol or asset",
      from: "From day",
      to: "To day",
      confidence: "Least confidence (percent)",
      apply: "Apply filters",
      clear: "Clear",
    },
  },
  chart: {
    heading: "Charts",
    symbol: "Symbol",
    timeframe: "Timeframe",
    indicators: "Indicators",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Fit",
    table: "Show as table",
    chart: "Show as chart",
    keys:
      "Arrow keys move bar by bar, plus and minus zoom, Home and End jump to the first and last bar.",
    loading: "Loading chart",
    empty: "No bars are stored for this series yet.",
    failed: "The chart could not be loaded.",
    retry: "Try again",
    show: "Show",
    tableCaption: (symbol: string, timeframe: string) =>
      `${symbol}, ${timeframe} bars, newest first`,
    gapLegend: "Hatched: no data was received",
    marks: (count: number) =>
      count === 0
        ? "No signal is marked."
        : count === 1
        ? "1 signal is marked by a square above its bar."
        : `${count} signals are marked by squares above their bars.`,
    unmarked: "Signals and gaps could not be read.",
    attribution: "Charts by TradingView Lightweight Charts™",
    time: "Time (UTC)",
    open: "Open",
    high: "High",
    low: "Low",
    close: "Close",
    volume: "Volume",
    quality: "Quality",
    running: "running",
    noOption: "No symbols yet",
  },
  offline: {
    heading: "You are offline",
    text:
      "This page was not kept on this device. Pages that you opened before are still here, with the age of their figures.",
    banner: (when: string) => `Offline: the newest figures are as of ${when}.`,
  },
  errors: {
    404: { heading: "Page not found", text: "There is nothing at this address." },
    500: {
      heading: "Something went wrong",
      text: "The fault is ours and has been recorded. Trying again may help.",
    },
    data: "These figures could not be read right now.",
    retry: "Try again",
    home: "Back to the dashboard",
    requestId: "Request",
  },
} as const;
