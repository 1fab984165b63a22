/**
 * From what a person writes to an alert that can be tried: symbols found, faults named, names given.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { checkAlert, getCondition } from "../alerts/mod.ts";
import { findNearest } from "../config.ts";
import type { alertDraftSchema } from "../contracts/alerts.ts";
import { BadRequestError, type InputError } from "../contracts/errors.ts";
import type { AlertParameters, AlertRecord } from "../contracts/owned.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";

/** What a person says of an alert. */
export type AlertContent = z.output<typeof alertDraftSchema>;

/** Symbols that are offered to whoever names one that is not there. */
const suggestionsMax = 3;

/** Finds what an alert is about; asks the store again for a symbol that is not known yet. */
export async function openSymbols(
  { symbols }: Pick<ApiDeps, "symbols">,
  text: string,
): Promise<readonly MarketSymbol[]> {
  await symbols.find(text);
  return (await symbols.list()).symbols;
}

/**
 * Returns the content with the symbol in the exchange's spelling and a name.
 *
 * @throws {BadRequestError} With a pointer for each thing that is wrong.
 */
export function checkContent(
  content: AlertContent,
  symbols: readonly MarketSymbol[],
): AlertContent {
  const { condition, threshold, cooldown, holdMs } = content;
  const parameters = content.parameters as AlertParameters;
  const { on, figure } = getCondition(condition);
  const found = findSymbol(content.symbol, symbols) ??
    (figure === "sentiment" ? findBase(content.symbol, symbols) : null);
  // A spread is one of an asset, whichever of its pairs was named.
  const symbol = figure === "spread"
    ? (found?.kind === "crypto" ? found.base : content.symbol).toUpperCase()
    : found?.symbol ?? content.symbol;
  const faults: InputError[] = checkAlert({
    symbol,
    condition,
    threshold,
    parameters,
    cooldown,
    holdMs,
  }).map(({ pointer, detail }) => ({ pointer: `/json${pointer}`, detail }));
  const isOfMarket = on === "price" || on === "bar";
  if (isOfMarket && !found && symbol !== "*") {
    faults.push({ pointer: "/json/symbol", detail: describeUnknown(symbol, symbols) });
  }
  if (faults.length > 0) {
    throw new BadRequestError("The alert cannot be tried as it is", faults);
  }
  return { ...content, symbol, name: content.name || nameAlert(symbol, content) };
}

function findSymbol(text: string, symbols: readonly MarketSymbol[]): MarketSymbol | null {
  const wanted = text.toUpperCase();
  const isIt = ({ symbol, id }: MarketSymbol) =>
    symbol.toUpperCase() === wanted || id.toUpperCase() === wanted;
  return symbols.find(isIt) ?? null;
}

/** Sentiment of a token is told of its followed symbol, that with the best-known quote. */
function findBase(text: string, symbols: readonly MarketSymbol[]): MarketSymbol | null {
  const wanted = text.toUpperCase();
  const own = symbols.filter(({ base, kind }) => kind === "crypto" && base === wanted);
  return own.find(({ quote }) => quote === "USDT") ?? own[0] ?? null;
}

/** Says that no symbol has this name, and which ones are alike. */
export function describeUnknown(text: string, symbols: readonly MarketSymbol[]): string {
  const meant = suggestSymbols(text, symbols.map(({ symbol }) => symbol));
  const question = meant.length === 0 ? "" : `; did you mean ${meant.join(", ")}?`;
  return `no symbol "${text}" is followed${question}`;
}

/** Returns symbols that begin like a text, or hold it, or differ from it least; at most three. */
export function suggestSymbols(text: string, names: readonly string[]): string[] {
  const wanted = text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  if (wanted === "" || names.length === 0) return [];
  const alike = [
    ...names.filter((name) => name.startsWith(wanted) || wanted.startsWith(name)),
    ...names.filter((name) => name.includes(wanted)),
  ];
  // An edit distance is worth its time for words of a symbol's length only.
  if (alike.length === 0 && wanted.length <= 20) alike.push(findNearest(wanted, names));
  return [...new Set(alike)].slice(0, suggestionsMax);
}

function nameAlert(symbol: string, { condition, threshold }: AlertContent): string {
  const words = condition.toLowerCase().replaceAll("_", " ");
  return `${symbol} ${words}${threshold === null ? "" : ` ${threshold}`}`.slice(0, 120);
}

/** Returns what a person has said of a stored alert. */
export function readContent(alert: AlertRecord): AlertContent {
  const { symbol, condition, threshold, parameters, channels, cooldown, one_time } = alert;
  const { is_active, name, note, holdMs, allowsUnsure, expiresMs, snoozedUntilMs } = alert;
  return {
    ...{ symbol, condition, threshold, parameters: parameters as AlertContent["parameters"] },
    ...{ channels, cooldown, one_time, is_active, name, note, holdMs },
    ...{ allowsUnsure, expiresMs, snoozedUntilMs },
  };
}

/** Says whether two contents are the same order. */
export function isSameContent(a: AlertContent, b: AlertContent): boolean {
  return isDeepStrictEqual(strip(a), strip(b));
}

/** Says whether two contents wait for the same, so that what was learnt of one holds for the other. */
export function isSameCondition(a: AlertContent, b: AlertContent): boolean {
  const pick = ({ symbol, condition, threshold, parameters, cooldown, holdMs }: AlertContent) =>
    strip({ symbol, condition, threshold, parameters, cooldown, holdMs });
  return isDeepStrictEqual(pick(a), pick(b)) && a.allowsUnsure === b.allowsUnsure;
}

/** As JSON has it: what is undefined is not there. */
function strip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Returns the record of a new alert. */
export function createAlert(
  content: AlertContent,
  { id, userId, nowMs }: { id: string; userId: string; nowMs: number },
): AlertRecord {
  return {
    ...content,
    parameters: content.parameters as AlertParameters,
    id,
    alert_id: id,
    user_id: userId,
    revision: 1,
    created_at: nowMs,
    updated_at: nowMs,
  };
}
