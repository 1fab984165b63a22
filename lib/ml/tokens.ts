/**
 * Tokens: a text as small words, numbers and their signs, the same for every way of writing.
 *
 * @module
 */

/** A number with sign, currency and unit, or a word. */
const TOKEN = /[+\-−–]?[$€£₺]?\d[\d,.]*\s?[%xk]?(?![a-z])|[a-z][a-z0-9]*(?:['’][a-z]+)?|\d+/g;

/**
 * Returns the tokens of a text in lower case, in their order: words without apostrophes, numbers
 * with a leading sign and a trailing `%` where they have one. Linear in the text's length.
 */
export function splitTokens(text: string): string[] {
  const plain = text.normalize("NFKC").toLowerCase();
  const tokens: string[] = [];
  for (const [token] of plain.matchAll(TOKEN)) {
    // `company's` is `company`, `won't` is `wont`.
    const bare = token.replace(/['’]s$/, "").replace(/['’\s]/g, "");
    if (bare !== "") tokens.push(bare.replace(/^[−–]/, "-").replace(/[.,]+$/, ""));
  }
  return tokens;
}
