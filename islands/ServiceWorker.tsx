import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { strings } from "../lib/format/strings.ts";
import { watchServiceWorker } from "../lib/ui/service_worker.ts";

/** The first view goes first: what is for the next one waits so long. */
const registerAfterMs = 2_000;

/** Registers the service worker and offers a new version when one waits. */
export default function ServiceWorker() {
  const isReady = useSignal(false);
  const update = useSignal<() => void>(() => {});
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    const timer = setTimeout(() => {
      void watchServiceWorker((apply) => {
        update.value = apply;
        isReady.value = true;
      });
    }, registerAfterMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isReady.value) return null;
  return (
    <div class="toast" role="status">
      <span>{strings.update.ready}</span>
      <button type="button" onClick={() => update.value()}>{strings.update.reload}</button>
      <button type="button" onClick={() => isReady.value = false}>{strings.update.later}</button>
    </div>
  );
}
