/**
 * When a page that lies open reads its still parts anew, and which of them.
 *
 * @module
 */

/** How often without a stream, and beside one (ms). */
export const refreshMs = 30_000;
export const refreshBesideStreamMs = 120_000;

/** Says whether the parts are to be read anew, so long (ms) after the last time. */
export function isRefreshDue(
  elapsedMs: number,
  { isStreaming, isHidden }: { isStreaming: boolean; isHidden: boolean },
): boolean {
  if (isHidden) return false;
  return elapsedMs >= (isStreaming ? refreshBesideStreamMs : refreshMs);
}

/** What a part must tell of itself; an element does. */
export interface Part {
  contains(other: unknown): boolean;
  querySelector(selector: string): unknown;
}

/** Says whether a part may be replaced: not while someone's focus is in it or has opened it. */
export function canReplace(part: Part, focused: unknown): boolean {
  return !(focused !== null && part.contains(focused)) &&
    part.querySelector("details[open]") === null;
}
