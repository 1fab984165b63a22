/**
 * Three-way merge by field: what the record was, what we made of it, what others made of it.
 *
 * Fields that one side changed are taken from that side; fields that both changed alike are agreed.
 * Lists of distinct texts (symbols of a watchlist) are merged by entry. All else is a clash.
 *
 * @module
 */
import type { Clash, Fields } from "./types.ts";

/** What came of a merge. */
export interface Merged {
  /** With our value in place of each clash. */
  fields: Fields;
  clashes: Clash[];
}

/**
 * Merges the fields that `mine` has; others are the server's own. Without a base all differences are
 * clashes.
 */
export function mergeFields(base: Fields | null, mine: Fields, theirs: Fields): Merged {
  const fields: Record<string, unknown> = {};
  const clashes: Clash[] = [];
  for (const field of Object.keys(mine)) {
    const found = mergeField(base?.[field], mine[field], theirs[field], base !== null);
    if ("value" in found) fields[field] = found.value;
    else {
      fields[field] = mine[field];
      clashes.push({
        field,
        base: base?.[field],
        mine: mine[field],
        theirs: theirs[field],
      });
    }
  }
  return { fields, clashes };
}

function mergeField(
  base: unknown,
  mine: unknown,
  theirs: unknown,
  hasBase: boolean,
): { value: unknown } | { isClash: true } {
  if (isEqual(mine, theirs)) return { value: theirs };
  if (!hasBase) return { isClash: true };
  if (isEqual(mine, base)) return { value: theirs };
  if (isEqual(theirs, base)) return { value: mine };
  if (isSet(base) && isSet(mine) && isSet(theirs)) return { value: mergeSets(base, mine, theirs) };
  return { isClash: true };
}

/** In their order, without what we removed, then what we added. */
function mergeSets(base: string[], mine: string[], theirs: string[]): string[] {
  const removed = new Set(base.filter((one) => !mine.includes(one)));
  const added = mine.filter((one) => !base.includes(one) && !theirs.includes(one));
  return [...theirs.filter((one) => !removed.has(one)), ...added];
}

function isSet(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string") &&
    new Set(value).size === value.length;
}

/** Says whether two values are the same JSON; the order of an object's fields does not count. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Fields, b as Fields];
  // A field without a value is not sent, so it counts as none.
  const keys = (of: Fields) => Object.keys(of).filter((key) => of[key] !== undefined);
  const names = keys(left);
  return names.length === keys(right).length &&
    names.every((key) => right[key] !== undefined && isEqual(left[key], right[key]));
}

/** Says whether a record has all that an edit wants of it. */
export function hasFields(record: Fields, wanted: Fields): boolean {
  return Object.keys(wanted).every((field) => isEqual(record[field], wanted[field]));
}
