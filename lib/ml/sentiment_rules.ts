/**
 * Sentiment by rules: weighed words, turned around by negations and relief, scaled by what precedes.
 *
 * @module
 */
import { readDirectedNumber } from "./numbers.ts";
import { phraseWeights } from "./phrases.ts";
import { splitTokens } from "./tokens.ts";
import type { Judgement, SentimentModel } from "./types.ts";
import {
  explainers,
  irregularForms,
  modifiers,
  negations,
  relievable,
  relievers,
  verbWeights,
  wordWeights,
} from "./words.ts";

/** Longer texts are judged by their beginning. */
const CHARS_MAX = 2_000;
/** How many words a negation or a relief reaches. */
const REACH = 3;
/** A sum of weights this large is a score of 0.7. */
const SATURATION = 2;
/** Scores nearer to zero than this are neutral. */
const NEUTRAL_BELOW = 0.25;
const EXPLAINER_FACTOR = 0.35;
const QUESTION_FACTOR = 0.5;
const REASONS_MAX = 8;

const weightOf = buildWeights();
const phrasesByFirst = buildPhrases();
const negationSet = new Set(negations);
const relieverSet = new Set(relievers);
const relievableSet = new Set(relievable);
const explainerSet = new Set(explainers);

/** One word or phrase that says something. */
interface Hit {
  weight: number;
  text: string;
}

/** The rule-based model; it remains where learned models are off, fail or are late. */
export const ruleSentiment: SentimentModel = { version: "rules/1", judge };

function judge(title: string): Judgement {
  const text = title.slice(0, CHARS_MAX);
  const tokens = splitTokens(text);
  const hits = findHits(tokens);
  const factor = measureFactor(tokens, text);
  const sum = hits.reduce((total, hit) => total + hit.weight, 0) * factor;
  const total = hits.reduce((size, hit) => size + Math.abs(hit.weight), 0) * factor;
  const score = round(sum / Math.sqrt(sum * sum + SATURATION * SATURATION));
  const label = Math.abs(score) < NEUTRAL_BELOW ? "neutral" : score > 0 ? "positive" : "negative";
  return {
    score,
    // How much was said, and how little of it contradicts the rest; nothing said is a weak neutral.
    confidence: total === 0 ? 0.3 : round((1 - 0.5 ** total) * (0.3 + 0.7 * Math.abs(sum) / total)),
    label,
    reasons: hits.slice(0, REASONS_MAX).map(({ weight, text }) =>
      `${weight < 0 ? "−" : "+"}${Math.abs(round(weight))} ${text}`
    ),
  };
}

function findHits(tokens: readonly string[]): Hit[] {
  const hits: Hit[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const phrase = matchPhrase(tokens, i);
    if (phrase) {
      if (phrase.weight !== 0) {
        hits.push({ weight: shade(tokens, i, phrase.weight), text: phrase.text });
      }
      i += phrase.length - 1;
      continue;
    }
    const directed = readDirectedNumber(tokens, i);
    if (directed) {
      hits.push({ weight: directed.weight, text: tokens.slice(i, i + directed.length).join(" ") });
      i += directed.length - 1;
      continue;
    }
    const weight = weightOf.get(tokens[i]!);
    if (weight === undefined || isRelieving(tokens, i)) continue;
    hits.push({ weight: shade(tokens, i, weight), text: tokens[i]! });
  }
  return hits;
}

/** Says whether a word only undoes a bad thing that follows it, as in `drops lawsuit`. */
function isRelieving(tokens: readonly string[], at: number): boolean {
  if (!relieverSet.has(tokens[at]!)) return false;
  for (let i = at + 1; i <= at + REACH && i < tokens.length; i++) {
    if (relievableSet.has(tokens[i]!)) return true;
  }
  return false;
}

/** Returns a weight as the words before it leave it. */
function shade(tokens: readonly string[], at: number, weight: number): number {
  let shaded = weight * (modifiers[tokens[at - 1] ?? ""] ?? modifiers[tokens[at - 2] ?? ""] ?? 1);
  for (let i = Math.max(0, at - REACH); i < at; i++) {
    const word = tokens[i]!;
    if (relieverSet.has(word) && weight < 0 && relievableSet.has(tokens[at]!)) return -shaded;
    if (negationSet.has(word)) shaded = -0.6 * weight;
  }
  return shaded;
}

/** Questions and explanations take no side. */
function measureFactor(tokens: readonly string[], text: string): number {
  const isQuestion = text.includes("?");
  const explains = explainerSet.has(tokens[0] ?? "");
  return (explains ? EXPLAINER_FACTOR : 1) * (isQuestion ? QUESTION_FACTOR : 1);
}

function matchPhrase(
  tokens: readonly string[],
  at: number,
): { weight: number; text: string; length: number } | null {
  for (const { words, weight } of phrasesByFirst.get(tokens[at]!) ?? []) {
    if (words.every((word, i) => tokens[at + i] === word)) {
      return { weight, text: words.join(" "), length: words.length };
    }
  }
  return null;
}

function buildWeights(): Map<string, number> {
  const weights = new Map<string, number>();
  const bases = new Map<string, number>();
  for (const [weight, words] of verbWeights) {
    for (const base of words.split(" ")) {
      bases.set(base, weight);
      for (const form of inflect(base)) weights.set(form, weight);
    }
  }
  for (const [form, base] of Object.entries(irregularForms)) {
    weights.set(form, bases.get(base) ?? 0);
  }
  for (const [weight, words] of wordWeights) {
    for (const word of words.split(" ")) {
      weights.set(word, weight);
      if (!word.endsWith("s")) weights.set(`${word}s`, weight);
    }
  }
  return weights;
}

/** Returns a verb's regular forms; spare ones such as `hitted` do no harm. */
function inflect(base: string): string[] {
  if (base.endsWith("e")) return [base, `${base}s`, `${base}d`, `${base.slice(0, -1)}ing`];
  if (/[^aeiou]y$/.test(base)) {
    const stem = base.slice(0, -1);
    return [base, `${stem}ies`, `${stem}ied`, `${base}ing`];
  }
  const plural = /(s|sh|ch|x|z)$/.test(base) ? `${base}es` : `${base}s`;
  const forms = [base, plural, `${base}ed`, `${base}ing`];
  if (/[aeiou][bdgmnprtl]$/.test(base)) {
    forms.push(`${base}${base.at(-1)}ed`, `${base}${base.at(-1)}ing`);
  }
  return forms;
}

function buildPhrases(): Map<string, { words: string[]; weight: number }[]> {
  const phrases = new Map<string, { words: string[]; weight: number }[]>();
  for (const [weight, texts] of phraseWeights) {
    for (const text of texts.split("|")) {
      const words = splitTokens(text);
      const first = words[0]!;
      phrases.set(first, [...phrases.get(first) ?? [], { words, weight }]);
    }
  }
  // The longest first, so that `new all time` does not hide `new all time high`.
  for (const list of phrases.values()) list.sort((a, b) => b.words.length - a.words.length);
  return phrases;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
