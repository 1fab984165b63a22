/**
 * What the command palette finds, best first.
 *
 * @module
 */

/** Something that can be gone to or done. */
export interface PaletteItem {
  kind: "page" | "symbol" | "guide" | "action";
  name: string;
  /** Another name, such as a company's. */
  detail?: string;
  /** Where it leads; an action without one is told by `act`. */
  href?: string;
  act?: string;
}

/** Matches of what was typed that are shown. */
export const paletteMax = 12;

/**
 * Returns the items that fit what was typed: those that begin with it first, then those with a word
 * that does, then those that hold it, then those that hold its letters in order. Nothing typed fits
 * everything but symbols.
 */
export function findItems(items: readonly PaletteItem[], typed: string): PaletteItem[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return items.filter(({ kind }) => kind !== "symbol");
  return items
    .map((item, place) => ({ item, place, rank: rankItem(item, wanted) }))
    .filter(({ rank }) => rank < ranks.none)
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .slice(0, paletteMax)
    .map(({ item }) => item);
}

const ranks = { same: 0, start: 1, word: 2, within: 3, letters: 4, none: 5 };

function rankItem({ name, detail }: PaletteItem, wanted: string): number {
  return Math.min(
    rankName(name, wanted),
    detail === undefined ? ranks.none : rankName(detail, wanted),
  );
}

function rankName(name: string, wanted: string): number {
  const text = name.toLowerCase();
  if (text === wanted) return ranks.same;
  if (text.startsWith(wanted)) return ranks.start;
  const at = text.indexOf(wanted);
  if (at > 0) {
    return /[\s/·-]/.test(text[at - 1]!) ? ranks.word : ranks.within;
  }
  // Two letters lie in nearly every name.
  return wanted.length > 2 && hasLetters(text, wanted) ? ranks.letters : ranks.none;
}

function hasLetters(text: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted.replace(/\s+/g, "")) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + letter.length;
  }
  return true;
}

/** Returns the next chosen place after a step, round the ends. */
export function stepChoice(chosen: number, step: number, count: number): number {
  return count === 0 ? 0 : (chosen + step + count) % count;
}

/** Returns symbols of an answer of the API, whatever it holds. */
export function readSymbolItems(body: unknown): PaletteItem[] {
  const { exchanges } = (body ?? {}) as { exchanges?: unknown };
  return Object.values(exchanges ?? {}).flat().flatMap((each: unknown): PaletteItem[] => {
    const { symbol, name } = (each ?? {}) as { symbol?: unknown; name?: unknown };
    if (typeof symbol !== "string") return [];
    const href = `/explore/market/${encodeURIComponent(symbol)}`;
    return [{
      kind: "symbol",
      name: symbol,
      href,
      ...(typeof name === "string" && { detail: name }),
    }];
  });
}
