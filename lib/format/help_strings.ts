/**
 * The texts of help and of the command palette; no page carries them at once.
 *
 * @module
 */

/** English texts of help. */
export const helpStrings = {
  nav: "Help",
  heading: "Keys and colours",
  close: "Close",
  more: "All help",
  keyList: [
    ["/", "Go to the search or symbol field"],
    ["Ctrl K", "Go anywhere: pages, symbols, guides, actions (⌘ K on a Mac)"],
    ["?", "Open this help"],
    ["Esc", "Close what is open; on a chart, leave the bar pointed at"],
    ["← →", "On a chart: move bar by bar"],
    ["Home End", "On a chart: first and last bar"],
    ["+ −", "On a chart: zoom in and out"],
    ["a", "On a chart: make an alert at the bar pointed at"],
  ],
  colors: "Colours for rising and falling",
  directions: {
    "green-up": "Green rises, red falls",
    "red-up": "Red rises, green falls",
    "blue-up": "Blue rises, orange falls",
  },
  page: {
    heading: "Help",
    intro: "How to get around, by keys, by touch and without scripts.",
    keys: "Keys",
    keysCaption: "Keys and what they do",
    key: "Key",
    does: "Does",
    keysNote: "Letters do nothing while you type in a field. Tab and Enter reach everything else.",
    touch: "By touch",
    touchCaption: "The same by touch",
    want: "To",
    do: "Do",
    touchList: [
      ["Find a page", "Open the menu at the top left; all pages stand at the foot as well"],
      ["Find a symbol", "Use the field above the list on Markets"],
      ["Read a bar of a chart", "Touch it and hold; move the finger to the next"],
      ["Move and zoom a chart", "Drag with one finger, pinch with two, or use its buttons"],
      ["Make an alert", "Choose Alert above the chart, or New alert on Alerts"],
      ["Change colours and theme", "Use the buttons ? and ☀ at the top right"],
      ["See the figures of a drawing", "Open Show as table below it"],
    ],
    noScript: "Without scripts",
    noScriptText: [
      "Every page is complete when it arrives: prices, signals, portfolios and tables, each with its " +
      "source and its age at that moment. Reload for newer ones.",
      "Filters, orders of tables, sign-in, exports and share links are forms and links, and work.",
      "Live prices, charts that move, editing of portfolios and watchlists, push messages and the " +
      "keys above need scripts.",
    ],
    colours: "Colours and motion",
    coloursText: [
      "Rising and falling always carry a mark (▲ ▼) or a sign beside the colour. The key ? opens the " +
      "choice: green and red either way round, or blue and orange.",
      "Where your system asks for less motion, nothing moves and new figures do not flash.",
    ],
    more: "More",
    guides: "Guides",
    exports: "Export and share",
  },
  palette: {
    heading: "Go to",
    label: "A page, symbol, guide or action",
    hint: "Arrows choose, Enter goes, Esc closes",
    none: "Nothing is called that.",
    count: (count: number) => count === 1 ? "1 match" : `${count} matches`,
    kinds: { page: "Page", symbol: "Symbol", guide: "Guide", action: "Action" },
    actions: {
      theme: "Switch between dark and light",
      keys: "Keys and colours",
      portfolio: "Make a portfolio",
      watchlist: "Make a watchlist",
      share: "Share by a link",
      alert: "Make an alert",
    },
  },
};
