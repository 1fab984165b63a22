import { useEffect, useRef, useState } from "preact/hooks";
import { peopleStrings } from "../lib/format/people_strings.ts";

/** Shows what is typed into a password of the same form, and masks it again before it is sent. */
export default function ShowPassword({ name }: { name: string }) {
  const [isShown, setShown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const show = (isWanted: boolean) => {
    const field = button.current?.form?.elements.namedItem(name);
    if (!(field instanceof HTMLInputElement)) return;
    field.type = isWanted ? "text" : "password";
    setShown(isWanted);
  };
  useEffect(() => {
    const form = button.current?.form;
    // Browsers remember what was sent as text.
    const mask = () => show(false);
    form?.addEventListener("submit", mask);
    return () => form?.removeEventListener("submit", mask);
  }, []);
  return (
    <button ref={button} type="button" class="js-only" onClick={() => show(!isShown)}>
      {isShown ? peopleStrings.reset.hide : peopleStrings.reset.show}
    </button>
  );
}
