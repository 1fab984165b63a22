import { useEffect } from "preact/hooks";

/** Reads what stands behind `#`; what cannot be read is taken as it is. */
function readCode(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}

/**
 * Moves the code of the one-time link into its field, and out of the address; `isHiding` takes the
 * filled field away.
 */
export default function SetupCode({ isHiding = false }: { isHiding?: boolean }) {
  useEffect(() => {
    const code = readCode(location.hash);
    const field = document.querySelector<HTMLInputElement>("input[name=token]");
    if (!code || !field) return;
    field.value = code;
    const box = field.closest<HTMLElement>(".field");
    if (isHiding && box) box.hidden = true;
    history.replaceState(null, "", location.pathname);
  }, []);
  return <span hidden />;
}
