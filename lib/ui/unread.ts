/**
 * How many notifications are unread, as a badge says it, and which of them a browser has shown.
 *
 * @module
 */

/**
 * Where a browser remembers the time of the newest that it has shown, epoch ms, so that no page shows
 * it again.
 */
export const markKey = "cryptointel.told";

/** Writes a number of unread notifications as a badge has room for it. */
export function formatUnread(count: number): string {
  return count > 99 ? "99+" : String(count);
}
