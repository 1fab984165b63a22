/**
 * An entry of a portfolio's book between a form and the API.
 *
 * @module
 */
import type { ActivityType } from "../contracts/owned.ts";
import type { ActivityView } from "./own_views.ts";

/** What a form holds: texts as they were typed. */
export interface ActivityForm {
  type: ActivityType;
  symbol: string;
  exchange: string;
  quantity: string;
  price: string;
  currency: string;
  fee: string;
  feeCurrency: string;
  /** As a `datetime-local` field holds it, in UTC: `2024-01-02T03:04:05`. */
  timestamp: string;
  note: string;
}

/** Kinds whose units have a price. */
const priced: readonly ActivityType[] = ["buy", "sell", "dividend", "transfer_in"];

/** Says whether a price belongs to such an entry. */
export function hasPrice(type: ActivityType): boolean {
  return priced.includes(type);
}

/** Returns a form for something new, that happened at `nowMs`. */
export function createForm(currency: string, nowMs: number): ActivityForm {
  return {
    type: "buy",
    symbol: "",
    exchange: "",
    quantity: "",
    price: "",
    currency,
    fee: "",
    feeCurrency: "",
    timestamp: writeLocalTime(nowMs),
    note: "",
  };
}

/** Returns a form of an entry that is there. */
export function openForm(activity: ActivityView): ActivityForm {
  const { type, symbol, exchange, quantity, price, currency, fee, feeCurrency, note } = activity;
  return {
    ...{ type, symbol, exchange, quantity, currency, feeCurrency, note },
    price: price === "0" ? "" : price,
    fee: fee === "0" ? "" : fee,
    timestamp: writeLocalTime(activity.timestamp),
  };
}

/** Returns a moment as a `datetime-local` field holds it, in UTC; empty for none. */
export function writeLocalTime(timeMs: number): string {
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15) return "";
  return new Date(timeMs).toISOString().slice(0, 19);
}

/** Reads such a text as UTC, epoch ms; null for anything else. */
export function readLocalTime(text: string): number | null {
  if (!/^\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) return null;
  const timeMs = Date.parse(`${text}Z`);
  return Number.isFinite(timeMs) && timeMs >= 0 ? timeMs : null;
}

/** The body of a request for what a form holds; null without a time. */
export function readForm(
  form: ActivityForm,
  before: ActivityView | null,
): Record<string, unknown> | null {
  // What was not touched keeps its milliseconds.
  const isSameTime = before && form.timestamp === writeLocalTime(before.timestamp);
  const timestamp = isSameTime ? before.timestamp : readLocalTime(form.timestamp);
  if (timestamp === null) return null;
  const { type, symbol, quantity, currency, feeCurrency, note } = form;
  // Nor is an amount changed that is shown as an empty field: others may have changed it meanwhile.
  const untouched = before && openForm(before);
  const isSamePrice = before?.type === type && form.price === untouched?.price;
  const price = isSamePrice ? before.price : hasPrice(type) ? form.price.trim() : "";
  const fee = before && form.fee === untouched?.fee ? before.fee : form.fee.trim();
  const exchange = form.exchange.trim();
  return {
    type,
    symbol: symbol.trim(),
    ...(exchange ? { exchange } : {}),
    quantity: quantity.trim(),
    price,
    currency: currency.trim(),
    fee,
    feeCurrency: feeCurrency.trim(),
    timestamp,
    note: note.trim(),
  };
}

/** The body that brings an entry back as it was. */
export function writeActivity(activity: ActivityView): Record<string, unknown> {
  const { id: _id, portfolioId: _portfolio, importId: _import, revision: _revision, ...body } =
    activity;
  return body;
}

const writable = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(-\d{1,9})?$/;

/** Says whether an entry can be replaced in place: its id is of a client or of an imported row. */
export function isReplaceable({ id }: Pick<ActivityView, "id">): boolean {
  return writable.test(id);
}

/** Returns the entries with one in its place, newest first. */
export function placeActivity(
  activities: readonly ActivityView[],
  activity: ActivityView,
): ActivityView[] {
  const others = activities.filter(({ id }) => id !== activity.id);
  return [...others, activity].sort((a, b) =>
    b.timestamp - a.timestamp || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  );
}
