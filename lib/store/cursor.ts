/**
 * Cursors: the end of a page as an opaque text, and back.
 *
 * @module
 */
import { StoreError } from "./errors.ts";
import type { IndexPart } from "./indexes.ts";

/** Returns the part of an index key after its prefix as a text safe in a URL. */
export function formatCursor(tail: readonly IndexPart[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(tail));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns what `formatCursor` was given; throws `StoreError` (`invalid_cursor`) on other texts. */
export function parseCursor(cursor: string): IndexPart[] {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const tail: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (Array.isArray(tail) && tail.length >= 2 && tail.every(isIndexPart)) return tail;
  } catch { /* not ours: answered below */ }
  throw new StoreError("invalid_cursor", "The cursor is not one that this server gave out");
}

function isIndexPart(value: unknown): value is IndexPart {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
