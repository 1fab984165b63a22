import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { accountStrings } from "../lib/format/account_strings.ts";
import { Field } from "../lib/ui/Field.tsx";
import { nameDevice } from "../lib/ui/push_browser.ts";

const words = accountStrings.security;

/** Adds a passkey of this device; the password is asked for again. */
export default function AddPasskey() {
  const problem = useSignal("");
  // Until the script is there the form could only be sent as it stands.
  const isBusy = useSignal(true);
  useEffect(() => void (isBusy.value = false), []);
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string) => String(form.get(name) ?? "");
    isBusy.value = true;
    problem.value = "";
    try {
      const passkeys = await import("../lib/ui/passkey_browser.ts");
      const name = read("name").trim() || nameDevice(navigator.userAgent);
      await passkeys.addPasskey({ name, password: read("password") });
      location.reload();
    } catch (error) {
      const isTold = error instanceof Error && error.name === "PasskeyError";
      problem.value = isTold ? error.message : words.addFailed;
    }
    isBusy.value = false;
  };
  return (
    <form
      method="post"
      action="/settings/security"
      class="js-only stack"
      onSubmit={(event) => void add(event)}
    >
      <Field name="name" label={words.passkeyName} form="passkey">
        <input type="text" maxLength={60} autoComplete="off" />
      </Field>
      <Field
        name="password"
        label={words.passkeyPassword}
        error={problem.value}
        form="passkey"
      >
        <input type="password" autoComplete="current-password" required maxLength={1_000} />
      </Field>
      <button type="submit" disabled={isBusy.value}>{words.addPasskey}</button>
    </form>
  );
}
