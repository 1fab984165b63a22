/**
 * A person's list of symbols, and what is done to it.
 *
 * @module
 */

/** Returns the symbols with one moved by `step` places, as far as the ends allow. */
export function moveSymbol(
  symbols: readonly string[],
  symbol: string,
  step: number,
): string[] {
  const from = symbols.indexOf(symbol);
  if (from < 0) return [...symbols];
  const rest = symbols.filter((each) => each !== symbol);
  const to = Math.max(0, Math.min(rest.length, from + step));
  return [...rest.slice(0, to), symbol, ...rest.slice(to)];
}

/** Returns the symbols without one. */
export function dropSymbol(symbols: readonly string[], symbol: string): string[] {
  return symbols.filter((each) => each !== symbol);
}

/**
 * Returns the symbols with what somebody typed at their end, or at `place`; null for nothing typed
 * and for what is on the list. A name or another case finds its symbol among the choices.
 */
export function addSymbol(
  symbols: readonly string[],
  typed: string,
  choices: readonly { symbol: string; name?: string }[],
  place = symbols.length,
): string[] | null {
  const wanted = typed.trim();
  const same = (text: string | undefined) => text?.toLowerCase() === wanted.toLowerCase();
  const found = choices.find(({ symbol }) => symbol === wanted) ??
    choices.find(({ symbol }) => same(symbol)) ?? choices.find(({ name }) => same(name));
  const symbol = found?.symbol ?? wanted;
  if (symbol === "" || symbols.includes(symbol)) return null;
  return [...symbols.slice(0, place), symbol, ...symbols.slice(place)];
}
