/**
 * Reading for a page: a failed read becomes an error state of its part, not of the whole page.
 *
 * @module
 */

/** What was read, or that it could not be. */
export type Reading<T> = { isOk: true; value: T } | { isOk: false };

/** Waits for a read and catches its failure, which `onError` is told. */
export async function readSafely<T>(
  read: () => Promise<T>,
  onError: (error: unknown) => void = () => {},
): Promise<Reading<T>> {
  try {
    return { isOk: true, value: await read() };
  } catch (error) {
    onError(error);
    return { isOk: false };
  }
}
