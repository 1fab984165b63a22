/**
 * Imports over time: the same activity comes in once, and a whole import goes out again.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";
import type { ActivityDraft } from "./import_rows.ts";

/** How a reference begins that was made of the activity's own fields; no spreadsheet runs it. */
const madeStart = "#";

/** Returns the key under which two activities of a portfolio are the same one. */
export function activityKey(
  { exchange, type, symbol, reference }: Pick<
    ActivityRecord,
    "exchange" | "type" | "symbol" | "reference"
  >,
): string {
  return `${exchange}|${type}|${symbol}|${reference}`;
}

/**
 * Gives a reference to those drafts that bring none: their fields written out, and the how-manieth
 * of its like it is in the file, as two equal trades in one second are two trades. The same file, or
 * a longer one that holds it, gives the same references again.
 */
export function makeReferences(drafts: readonly ActivityDraft[]): void {
  const counts = new Map<string, number>();
  for (const draft of drafts) {
    if (draft.reference !== "") continue;
    const { timestamp, quantity, price, currency, fee, feeCurrency } = draft;
    const fields = [timestamp, quantity, price, currency, fee, feeCurrency].join(" ");
    const key = `${draft.exchange}|${draft.type}|${draft.symbol}|${fields}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    draft.reference = `${madeStart}${fields}${count > 1 ? ` ×${count}` : ""}`;
  }
}

/** Returns the key under which an activity would be imported again, whatever was corrected since. */
export function readImportKey(
  activity: Pick<
    ActivityRecord,
    "exchange" | "type" | "symbol" | "reference" | "importKey"
  >,
): string {
  return activity.importKey ?? activityKey(activity);
}

/** Returns the id of an imported activity: the import's, and the row of its file. */
export function makeImportedId(importId: string, row: number): string {
  return `${importId}-${row}`;
}

/** Returns the import that such an id tells; null for an id of another form. */
export function readImportId(activityId: string): string | null {
  return /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})-\d+$/.exec(activityId)?.[1] ?? null;
}

/** Parts a portfolio's activities into those that an import brought and the others. */
export function undoImport<A extends Pick<ActivityRecord, "importId">>(
  activities: readonly A[],
  importId: string,
): { kept: A[]; removed: A[] } {
  const kept: A[] = [];
  const removed: A[] = [];
  for (const activity of activities) {
    (activity.importId === importId ? removed : kept).push(activity);
  }
  return { kept, removed };
}
