/**
 * Assertions for our own mistakes; what the world does wrong is handled, not asserted.
 *
 * @module
 */

/** Thrown when the program contradicts itself. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** Throws `AssertionError` with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
