/**
 * How many notifications are unread, as a badge says it.
 *
 * @module
 */

/** Writes a number of unread notifications as a badge has room for it. */
export function formatUnread(count: number): string {
  return count > 99 ? "99+" : String(count);
}
