import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { installPrompt, isAppleTouch } from "../lib/ui/install.ts";

/** Offers to install the app where the browser can, and says how where only a person can. */
export default function InstallButton() {
  const offer = useSignal<ComponentType | null>(null);
  const isOffered = installPrompt.value !== null;
  useEffect(() => {
    const isInstalled = matchMedia("(display-mode: standalone)").matches;
    const isManual = isAppleTouch(navigator.userAgent, navigator.maxTouchPoints);
    if (isInstalled || !(isOffered || isManual)) return;
    import("./InstallOffer.tsx").then((loaded) => offer.value = loaded.default, () => undefined);
  }, [isOffered]);
  const Offer = offer.value;
  return Offer && <Offer />;
}
