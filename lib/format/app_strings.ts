/**
 * The texts of the app as an app: installed, offline, edited, pushed. Browsers load them late.
 *
 * @module
 */

/** English texts. */
export const appStrings = {
  title: "CryptoIntel",
  update: { ready: "A new version is ready.", reload: "Reload", later: "Later" },
  install: {
    action: "Install",
    ios: "To install: Share, then Add to Home Screen.",
    iosSteps: [
      "Open this page in Safari.",
      "Tap Share (the square with the arrow).",
      "Tap Add to Home Screen, then Add.",
      "Open the app from the home screen: notifications work only there.",
    ],
  },
  outbox: {
    heading: "Your changes on this device",
    waiting: (count: number) => count === 1 ? "1 change waits" : `${count} changes wait`,
    attention: (count: number) =>
      count === 1 ? "1 change needs your decision" : `${count} changes need your decision`,
    why: {
      offline: "They are sent as soon as the server can be reached.",
      signed_out: "They are sent once you sign in.",
      failing: "The server cannot take them right now; they are sent again.",
      empty: "They are being sent.",
    },
    signIn: "Sign in",
    sendNow: "Send now",
    close: "Close",
    states: {
      waiting: "waits",
      sending: "waits for an answer",
      refused: "refused",
      conflict: "changed elsewhere too",
    },
    acts: { PUT: "Change", DELETE: "Deletion", POST: "Act" },
    made: (when: string) => `made ${when}`,
    others: (count: number) =>
      count === 1
        ? "1 change is another account's; it is sent once that one signs in."
        : `${count} changes are another account's; they are sent once that one signs in.`,
    undo: "Undo",
    undoNamed: (title: string) => `Undo the change of ${title}`,
    retry: "Try again",
    drop: "Discard",
    mine: "This device",
    theirs: "Server",
    keepMine: "Keep all of this device",
    keepTheirs: "Take all of the server",
    apply: "Apply the choice",
    deletedThere: "It was deleted elsewhere. Keep your version, or let it go?",
    deletedHere: "You deleted it; it was changed elsewhere. Delete it all the same?",
    keepDeleted: "Delete it",
    keepChanged: "Let it stay",
  },
  unsent:
    "What you sent did not reach the server; nothing was changed. Go back and try again later.",
  push: {
    title: "CryptoIntel",
    body: "There is something new; open the app to see it.",
    recorded: "Recorded data",
    snooze: "Snooze 1 h",
    snoozed: "Silence an alert for an hour",
  },
  share: {
    heading: "Share with CryptoIntel",
    text:
      "Share a link or a text from another app with the installed CryptoIntel: a symbol in it, such as $BTC or BTCUSDT, is looked up among the markets, and a link to one of our pages is opened.",
    markets: "All markets",
  },
} as const;
