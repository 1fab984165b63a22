import { useState } from "preact/hooks";

interface Props {
  text: string;
  label: string;
  /** Said once it is copied, and where the browser does not let it be. */
  done: string;
  failed: string;
}

/** Puts a text into the clipboard. */
export default function CopyText({ text, label, done, failed }: Props) {
  const [said, setSaid] = useState("");
  const copy = () => {
    // Without TLS browsers have no clipboard.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error(failed));
    written.then(() => setSaid(done), () => setSaid(failed));
  };
  return (
    <span class="js-only actions">
      <button type="button" onClick={copy}>{label}</button>
      <span role="status">{said}</span>
    </span>
  );
}
