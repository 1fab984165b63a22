/**
 * Portfolios: activities to lots, lots to worth, worth over time to returns; and files of other
 * programs to activities. All pure: prices, rates and times are arguments.
 *
 * A new file format is an entry in `import_formats.ts`; a new kind of activity a function in
 * `bookings.ts`. Files that are read bring the CSV library, so `import_preview.ts` is not among
 * these: a page that shows a portfolio does not load it.
 *
 * @module
 */
export * from "./activity_table.ts";
export { type Book, createBook, makeBook, sortActivities } from "./book.ts";
export { positionKey } from "./bookings.ts";
export * from "./decimal.ts";
export {
  type CloseLookup,
  dayMs,
  listValueHistory,
  startOfDay,
  type ValueHistory,
  type ValuePoint,
} from "./history.ts";
export { activityKey, readImportId, readImportKey, undoImport } from "./imports.ts";
export * from "./returns.ts";
export type * from "./types.ts";
export * from "./valuation.ts";
