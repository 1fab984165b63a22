/**
 * What a page knows about being installed as an app.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";

/** The browser's offer to install, which DOM types do not know. */
export interface InstallPrompt extends Event {
  /** Asks the person; possible once. */
  prompt(): Promise<unknown>;
}

/** The offer that was made to this page; null while there is none. */
export const installPrompt: Signal<InstallPrompt | null> = signal<InstallPrompt | null>(null);

/** Holds the browser's offer until somebody wants it. It comes early: listen from the start. */
export function holdInstallPrompt(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installPrompt.value = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => installPrompt.value = null);
}

/** Says whether this is an iPhone or iPad, where an app is installed by the share menu only. */
export function isAppleTouch(userAgent: string, touchPoints: number): boolean {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
}
