import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { strings } from "../lib/format/strings.ts";
import { watchServiceWorker } from "../lib/ui/service_worker.ts";

/** Registers the service worker and offers a new version when one waits. */
export default function ServiceWorker() {
  const isReady = useSignal(false);
  const update = useSignal<() => void>(() => {});
  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    void watchServiceWorker((apply) => {
      update.value = apply;
      isReady.value = true;
    });
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
