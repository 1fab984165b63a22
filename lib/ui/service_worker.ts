/**
 * The page's side of the service worker.
 *
 * @module
 */
/**
 * Registers `/sw.js`; `onUpdate` is given what brings in a waiting new version. Where registration
 * is refused (private windows, no secure origin) the page works without.
 */
export async function watchServiceWorker(onUpdate: (apply: () => void) => void): Promise<void> {
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
    await workbox.register();
  } catch {
    // Offline pages are then missing, nothing else.
  }
}
