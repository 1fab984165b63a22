import { appStrings } from "../lib/format/app_strings.ts";
import { installPrompt, isAppleTouch } from "../lib/ui/install.ts";

const words = appStrings.install;

/** The offer to install: a button, or the steps where the browser has none. */
export default function InstallOffer() {
  const prompt = installPrompt.value;
  const install = () => {
    // A prompt can be shown once only; the browser sends another where it may be repeated.
    void prompt?.prompt();
    installPrompt.value = null;
  };
  if (prompt) return <button type="button" onClick={install}>{words.action}</button>;
  if (!isAppleTouch(navigator.userAgent, navigator.maxTouchPoints)) return null;
  return (
    <details class="install-hint">
      <summary>{words.ios}</summary>
      <ol>{words.iosSteps.map((step) => <li key={step}>{step}</li>)}</ol>
    </details>
  );
}
