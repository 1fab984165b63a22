/**
 * Activities as a table for export, which the import reads again as the same activities.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";
import type { ColumnType, ExportColumn, ExportRow } from "../export/columns.ts";
import { type ImportField, importFields } from "./import_formats.ts";

const types: Partial<Record<ImportField, ColumnType>> = {
  quantity: "decimal",
  price: "decimal",
  fee: "decimal",
  timestamp: "time",
};

/** The columns of exported activities: those that the import knows as our own. */
export const activityColumns: readonly ExportColumn[] = importFields.map((name) => ({
  name,
  type: types[name] ?? "text",
}));

/** Returns an activity's cells in the order of `activityColumns`. */
export function toActivityRow(activity: ActivityRecord): ExportRow {
  return importFields.map((field) => activity[field]);
}
