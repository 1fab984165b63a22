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

/** Returns what a key asks for; null while someone types, and for keys with a modifier. */
export function readShortcut(
  { key, ctrlKey, metaKey, altKey }: KeyPress,
  isTyping: boolean,
): "search" | "help" | null {
  if (isTyping || ctrlKey || metaKey || altKey) return null;
  return key === "/" ? "search" : key === "?" ? "help" : null;
}
