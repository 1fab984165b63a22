import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { strings } from "../lib/format/strings.ts";
import { type InstallPrompt, isAppleTouch } from "../lib/ui/install.ts";

/** Offers to install the app where the browser can, and says how where only a person can. */
export default function InstallButton() {
  const prompt = useSignal<InstallPrompt | null>(null);
  const isManual = useSignal(false);
  useEffect(() => {
    const isInstalled = matchMedia("(display-mode: standalone)").matches;
    isManual.value = !isInstalled && isAppleTouch(navigator.userAgent, navigator.maxTouchPoints);
    const keep = (event: Event) => {
      event.preventDefault();
      prompt.value = event as InstallPrompt;
    };
    const drop = () => prompt.value = null;
    addEventListener("beforeinstallprompt", keep);
    addEventListener("appinstalled", drop);
    return () => {
      removeEventListener("beforeinstallprompt", keep);
      removeEventListener("appinstalled", drop);
    };
  }, []);
  const install = () => {
    // A prompt can be shown once only; the browser sends another where it may be repeated.
    void prompt.value?.prompt();
    prompt.value = null;
  };
  if (prompt.value) {
    return <button type="button" onClick={install}>{strings.install.action}</button>;
  }
  return isManual.value ? <small class="install-hint">{strings.install.ios}</small> : null;
}
