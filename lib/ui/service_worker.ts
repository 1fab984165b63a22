/**
 * The page's side of the service worker.
 *
 * @module
 */

/** A page's hold on its worker. */
export interface WorkerWatch {
  /** Asks whether there is a new version. */
  checkForUpdate(): void;
  /** Hands the worker a message, once there is one. */
  tell(message: { type: "WARM"; paths: string[] } | { type: "SEEN" }): void;
}

/**
 * Registers `/sw.js`; `onUpdate` is given what brings in a waiting new version. Null where
 * registration is refused (private windows, no secure origin): the page works without.
 */
export async function watchServiceWorker(
  onUpdate: (apply: () => void) => void,
): Promise<WorkerWatch | null> {
  if (!("serviceWorker" in navigator)) return null;
  // Loaded here, since it is for browsers only and pages are rendered on the server first.
  const { Workbox } = await import("workbox-window");
  const workbox = new Workbox("/sw.js");
  workbox.addEventListener("waiting", () => {
    onUpdate(() => {
      workbox.addEventListener("controlling", () => location.reload());
      workbox.messageSkipWaiting();
    });
  });
  try {
    if (!await workbox.register()) return null;
  } catch {
    // Offline pages are then missing, nothing else.
    return null;
  }
  return {
    // Offline there is none.
    checkForUpdate: () => void workbox.update().catch(() => undefined),
    tell(message) {
      void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(message));
    },
  };
}

/** Lists the addresses of the pages that a page's navigation leads to. */
export function listLinks(links: Iterable<{ href: string; origin: string }>, origin: string) {
  return [...links].filter((link) => link.origin === origin).map(({ href }) => href);
}
