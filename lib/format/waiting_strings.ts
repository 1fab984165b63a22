/**
 * The texts of changes that wait on this device, as lists show them.
 *
 * @module
 */

/** English texts. */
export const waitingStrings = {
  heading: "Waiting on this device",
  marks: {
    waiting: "waiting",
    attention: "needs your decision",
  },
  /** What waits, for whoever does not see the mark. */
  kinds: {
    new: (name: string) => `${name} is new here and not sent yet`,
    changed: (name: string) => `${name} was changed here; the change is not sent yet`,
    deleted: (name: string) => `${name} was deleted here; the deletion is not sent yet`,
  },
  short: { new: "new", changed: "changed", deleted: "deleted" },
  attention: "Decide under “Your changes on this device” at the foot of the page.",
  undo: "Undo",
  undoNamed: (name: string) => `Undo what waits for ${name}`,
  preferences: "Preferences",
  saved: "Saved.",
  kept: "Kept on this device; it is sent once you are online.",
  stale: "It was changed on another device meanwhile. Reload the page and do it again.",
  offline: "No answer came. Check the connection and try again.",
};
