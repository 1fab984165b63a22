/**
 * Entities by rules: known names and codes, with company asked of those that are everyday words.
 *
 * @module
 */
import type { EntityType } from "../contracts/records.ts";
import { findAddresses } from "./addresses.ts";
import { ambiguousWords, coinNames, cryptoWords, exchangeNames, protocolNames } from "./names.ts";
import type { EntityContext, EntityModel, FoundEntity, KnownName } from "./types.ts";

/** Longer texts are read to here. */
const CHARS_MAX = 20_000;
const WORDS_PER_NAME_MAX = 5;
const NAMES_MAX = 50_000;

/** A word as written, and its place. */
interface Word {
  text: string;
  lower: string;
  start: number;
  end: number;
  /** Written as `$BTC` or `#BTC`. */
  isTagged: boolean;
}

interface Name extends KnownName {
  words: string[];
  isAmbiguous: boolean;
}

/** Returns a rule-based model that knows the built-in names and those of `context`. */
export function createRuleEntities(
  { codes, names }: EntityContext = { codes: new Set(), names: [] },
): EntityModel {
  const known = indexNames([...listBuiltIn(), ...names.slice(0, NAMES_MAX)]);
  const allCodes = new Set([...Object.keys(coinNames), ...codes]);
  return { version: "rules/1", find: (text) => find(text.slice(0, CHARS_MAX), known, allCodes) };
}

function find(
  text: string,
  known: ReadonlyMap<string, Name[]>,
  codes: ReadonlySet<string>,
): FoundEntity[] {
  const found = new Map<string, FoundEntity>();
  const add = (type: EntityType, name: string, start: number, end: number) => {
    const key = `${type} ${name}`;
    const entity = found.get(key) ?? { type, name, count: 0, start, end };
    entity.count++;
    found.set(key, entity);
  };
  const addresses = findAddresses(text);
  for (const { address, start, end } of addresses) add("wallet", address, start, end);
  const words = splitWords(text).filter((word) =>
    !addresses.some(({ start, end }) => word.start >= start && word.start < end)
  );
  const isCrypto = words.some(({ lower }) =>
    cryptoWords.has(lower) || (!ambiguousWords.has(lower) && known.has(lower))
  );
  // Where all is in capitals, capitals say nothing.
  const isShouted = words.length > 2 && text === text.toUpperCase();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const name = matchName(words, i, known, isCrypto);
    if (name) {
      const last = words[i + name.words.length - 1]!;
      add(name.type, name.name, word.start, last.end);
      i += name.words.length - 1;
    } else if (isCode(word, codes, isCrypto && !isShouted)) {
      add("token", word.text, word.start, word.end);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || (a.name < b.name ? -1 : 1));
}

/** Returns the longest known name that begins at word `at`. */
function matchName(
  words: readonly Word[],
  at: number,
  known: ReadonlyMap<string, Name[]>,
  isCrypto: boolean,
): Name | null {
  const first = words[at]!;
  for (const name of known.get(first.lower) ?? []) {
    if (!name.words.every((word, i) => words[at + i]?.lower === word)) continue;
    if (!name.isAmbiguous) return name;
    // `Near` within a headline about crypto, but not `near`, nor the capital of its first word.
    if (
      isCrypto && at > 0 && /^\p{Lu}/u.test(first.text) && first.text !== first.text.toUpperCase()
    ) {
      return name;
    }
  }
  return null;
}

function isCode(word: Word, codes: ReadonlySet<string>, isTrusted: boolean): boolean {
  if (!codes.has(word.text)) return false;
  if (word.isTagged) return true;
  if (word.text.length < 2 || /^\d+$/.test(word.text)) return false;
  if (!ambiguousWords.has(word.lower)) return true;
  // Of two letters there are too many abbreviations.
  return isTrusted && word.text.length > 2;
}

function splitWords(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: run, index } of text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}.]*/gu)) {
    const bare = run.replace(/\.+$/, "");
    const before = text[index - 1];
    words.push({
      text: bare,
      lower: bare.toLowerCase(),
      start: index,
      end: index + bare.length,
      isTagged: before === "$" || before === "#",
    });
  }
  return words;
}

function indexNames(names: readonly KnownName[]): Map<string, Name[]> {
  const known = new Map<string, Name[]>();
  for (const name of names) {
    const words = splitWords(name.text).map(({ lower }) => lower);
    if (words.length === 0 || words.length > WORDS_PER_NAME_MAX) continue;
    const isShort = name.text.length < 3;
    // A name of two words or more keeps itself company.
    const isAmbiguous = words.length === 1 && (isShort || ambiguousWords.has(words[0]!));
    if (isShort && isAmbiguous) continue;
    const list = known.get(words[0]!) ?? [];
    if (!list.some((other) => other.words.join(" ") === words.join(" "))) {
      list.push({ ...name, words, isAmbiguous });
    }
    known.set(words[0]!, list);
  }
  for (const list of known.values()) list.sort((a, b) => b.words.length - a.words.length);
  return known;
}

function listBuiltIn(): KnownName[] {
  const list = (type: KnownName["type"], table: Readonly<Record<string, string>>) =>
    Object.entries(table).flatMap(([name, texts]) =>
      texts.split(",").filter((text) => text !== "").map((text) => ({ type, name, text }))
    );
  return [
    ...list("exchange", exchangeNames),
    ...list("token", coinNames),
    ...list("protocol", protocolNames),
  ];
}

/** Says whether a code or name is also an everyday word or a common abbreviation. */
export function isEverydayWord(text: string): boolean {
  return ambiguousWords.has(text.toLowerCase());
}
