/**
 * The one error class of the store, with a code that callers may branch on.
 *
 * @module
 */

/**
 * Why the store refused: another process holds the file, the file is of a newer release, the
 * storage is gone for good, too many writers collide, a value is too large, a cursor is not ours,
 * or no such index exists.
 */
export type StoreErrorCode =
  | "in_use"
  | "newer_schema"
  | "unavailable"
  | "conflict"
  | "too_large"
  | "invalid_cursor"
  | "unknown_index";

/** What the store throws when the world is at fault; the message is one clear line. */
export class StoreError extends Error {
  override name = "StoreError";

  constructor(readonly code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
