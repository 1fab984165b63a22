/**
 * Keys that work on every page.
 *
 * @module
 */

/** A key press, as far as it matters. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/**
 * Returns what a key asks for. Ctrl or Command with K opens the palette even while someone types;
 * other keys with a modifier, and letters that are typed, ask for nothing.
 */
export function readShortcut(
  { key, ctrlKey, metaKey, altKey }: KeyPress,
  isTyping: boolean,
): "search" | "help" | "palette" | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return key.toLowerCase() === "k" ? "palette" : null;
  if (isTyping) return null;
  return key === "/" ? "search" : key === "?" ? "help" : null;
}
