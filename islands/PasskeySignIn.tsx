import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { accountStrings } from "../lib/format/account_strings.ts";
import { forgetSession, renewSession } from "../lib/ui/session_browser.ts";

const words = accountStrings.signIn;

/** Signs in with a passkey; before that, renews a session that has only gone to sleep. */
export default function PasskeySignIn(
  { next, isSignedOut }: { next: string; isSignedOut: boolean },
) {
  const state = useSignal<"" | "busy" | "renewing">("busy");
  const problem = useSignal("");
  useEffect(() => {
    if (isSignedOut) {
      forgetSession();
      state.value = "";
      return;
    }
    state.value = "renewing";
    void renewSession(() => Date.now()).then((isRenewed) => {
      state.value = "";
      if (isRenewed) location.replace(next);
    });
  }, []);
  const signIn = async () => {
    problem.value = "";
    state.value = "busy";
    try {
      const passkeys = await import("../lib/ui/passkey_browser.ts");
      if (!passkeys.hasPasskeys()) problem.value = words.passkeyNone;
      else {
        await passkeys.signInByPasskey();
        location.assign(next);
        return;
      }
    } catch (error) {
      const isTold = error instanceof Error && error.name === "PasskeyError";
      problem.value = isTold ? error.message : words.passkeyFailed;
    }
    state.value = "";
  };
  return (
    <div class="js-only passkey">
      <button type="button" disabled={state.value === "busy"} onClick={() => void signIn()}>
        {words.passkey}
      </button>
      <p role="status">{state.value === "renewing" ? words.renewing : problem.value}</p>
    </div>
  );
}
