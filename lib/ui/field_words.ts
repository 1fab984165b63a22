/**
 * Fields of a person's records and their values in words, wherever an edit of them is shown.
 *
 * @module
 */
import { formatDateTime, formatSpan } from "../format/dates.ts";
import { fieldStrings as words } from "../format/field_strings.ts";
import { formatMinute } from "./preference_form.ts";

/** What a number means by the field that holds it; others are plain numbers. */
const numbers = new Map(Object.entries<(value: number) => string>({
  timestamp: formatDateTime,
  expiresMs: formatDateTime,
  snoozedUntilMs: formatDateTime,
  untilMs: formatDateTime,
  fromMs: formatDateTime,
  toMs: formatDateTime,
  holdMs: formatSpan,
  windowMs: formatSpan,
  cooldown: (seconds) => formatSpan(seconds * 1_000),
  batchSeconds: (seconds) => formatSpan(seconds * 1_000),
  fromMinute: formatMinute,
  toMinute: formatMinute,
  toastConfidence: (share) => `${Math.round(share * 100)}%`,
}));

/** Says whether a field has a name: those that a person can set do, those that the server sets not. */
export const isNamed = (field: string): boolean => Object.hasOwn(words.names, field);

/** Returns what a field is called; its own name where it has no other. */
export function nameField(field: string): string {
  return isNamed(field) ? words.names[field]! : field.replaceAll("_", " ");
}

/** Returns a field's value as people read it, whatever it holds. */
export function describeValue(field: string, value: unknown): string {
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return (numbers.get(field) ?? String)(value);
  if (typeof value === "string" && value !== "") return describeText(field, value);
  if (Array.isArray(value)) return join(value.map((one) => describeValue(field, one)));
  if (typeof value !== "object" || value === null) return words.nothing;
  return join(
    Object.entries(value).map(([name, part]) =>
      `${nameField(name)} ${
        typeof part === "object" ? `(${describeValue(name, part)})` : describeValue(name, part)
      }`
    ),
  );
}

const join = (parts: readonly string[]) => parts.length > 0 ? parts.join(", ") : words.nothing;

/** Names of the API such as `PRICE_ABOVE` read as words; symbols and what people wrote stay. */
function describeText(field: string, value: string): string {
  const isOfApi = field === "condition" || field === "channels";
  return isOfApi ? value.toLowerCase().replaceAll("_", " ") : value;
}
