/**
 * What a page knows about being installed as an app.
 *
 * @module
 */

/** The browser's offer to install, which DOM types do not know. */
export interface InstallPrompt extends Event {
  /** Asks the person; possible once. */
  prompt(): Promise<unknown>;
}

/** Says whether this is an iPhone or iPad, where an app is installed by the share menu only. */
export function isAppleTouch(userAgent: string, touchPoints: number): boolean {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
}
