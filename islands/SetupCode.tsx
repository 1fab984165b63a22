import { useEffect } from "preact/hooks";

/** Moves the code of the one-time link into its field, and out of the address. */
export default function SetupCode() {
  useEffect(() => {
    const code = location.hash.slice(1);
    const field = document.querySelector<HTMLInputElement>("input[name=token]");
    if (!code || !field) return;
    field.value = decodeURIComponent(code);
    history.replaceState(null, "", location.pathname);
  }, []);
  return <span hidden />;
}
