import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { holdInstallPrompt } from "../lib/ui/install.ts";

/** The first view goes first: what is for the next one waits so long. */
const loadAfterMs = 2_000;

/** Loads what makes the page an app once it stands: worker, updates, and the edits that wait. */
export default function ServiceWorker() {
  const parts = useSignal<ComponentType | null>(null);
  useEffect(() => {
    holdInstallPrompt();
    const timer = setTimeout(() => {
      // Without a network they may not be there; the page works without.
      import("./AppParts.tsx").then((loaded) => parts.value = loaded.default, () => undefined);
    }, loadAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const Parts = parts.value;
  return Parts && <Parts />;
}
