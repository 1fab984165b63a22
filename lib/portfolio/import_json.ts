/**
 * Tables out of JSON text: an array of flat objects, bare or under `activities`.
 *
 * @module
 */
import { BadRequestError } from "../contracts/errors.ts";

/**
 * Returns the entries of JSON text as rows under the keys of all of them. Numbers keep the digits
 * they are written with where a float holds them; `0.1` is `0.1`.
 *
 * @throws {BadRequestError} If it is no JSON, or no list of objects.
 */
export function readJsonRows(
  text: string,
): { headers: string[]; rows: { row: number; cells: string[] }[]; delimiter: string } {
  const entries = findEntries(parseJson(text));
  const headers = [...new Set(entries.flatMap((entry) => Object.keys(entry)))];
  const rows = entries.map((entry, i) => ({
    row: i + 1,
    cells: headers.map((header) => formatCell(Object.hasOwn(entry, header) ? entry[header] : "")),
  }));
  return { headers, rows, delimiter: "," };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadRequestError("Cannot read this file: complete JSON is required, was broken");
  }
}

function findEntries(value: unknown): Record<string, unknown>[] {
  const list = isObject(value) && !Array.isArray(value) ? value.activities : value;
  if (Array.isArray(list) && list.length > 0 && list.every(isObject)) return list;
  throw new BadRequestError(
    "Cannot import this file: a list of activities, or an object with one named `activities`, is " +
      "required",
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Objects and lists have no place in an activity; they become what no field accepts. */
function formatCell(value: unknown): string {
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null || value === undefined ? "" : "[object]";
}
