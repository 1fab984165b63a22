import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { accountStrings } from "../lib/format/account_strings.ts";
import {
  type PushState,
  readPushState,
  subscribePush,
  unsubscribePush,
} from "../lib/ui/push_browser.ts";

const words = accountStrings.devices;

/** Turns push messages of this browser on and off; asks for leave only when pressed. */
export default function PushSwitch() {
  const state = useSignal<PushState | null>(null);
  const told = useSignal("");
  const isBusy = useSignal(false);
  const look = async () => {
    state.value = await readPushState().catch(() => "unsupported" as const);
  };
  useEffect(() => {
    void look();
    // The worker registers when the first view is done.
    const timer = setTimeout(() => void look(), 4_000);
    return () => clearTimeout(timer);
  }, []);
  const run = async (act: () => Promise<PushState>) => {
    isBusy.value = true;
    told.value = "";
    try {
      const before = state.value;
      state.value = await act();
      if (state.value === "denied") told.value = words.denied;
      else if (state.value !== before) location.reload();
    } catch (error) {
      told.value = error instanceof Error && error.message ? error.message : words.failed;
    }
    isBusy.value = false;
  };
  return (
    <div class="js-only">
      {state.value === "unsupported" && <p class="muted">{words.unsupported}</p>}
      {state.value === "denied" && <p class="muted">{words.denied}</p>}
      {(state.value === "off" || state.value === "on") && (
        <button
          type="button"
          disabled={isBusy.value}
          onClick={() => void run(state.value === "on" ? unsubscribePush : subscribePush)}
        >
          {state.value === "on" ? words.unsubscribe : words.subscribe}
        </button>
      )}
      <p role="status">{told.value}</p>
    </div>
  );
}
