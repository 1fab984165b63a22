import { useEffect, useRef, useState } from "preact/hooks";
import { peopleStrings } from "../lib/format/people_strings.ts";

/** Shows what is typed into a password of the same form, and masks it again before it is sent. */
export default function ShowPassword({ name }: { name: string }) {
  const [isShown, setShown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const form = button.current?.form;
    const field = form?.elements.namedItem(name);
    if (!form || !(field instanceof HTMLInputElement)) return;
    field.type = isShown ? "text" : "password";
    // Browsers remember what was sent as text.
    const mask = () => {
      field.type = "password";
      setShown(false);
    };
    form.addEventListener("submit", mask);
    return () => form.removeEventListener("submit", mask);
  }, [isShown]);
  return (
    <button ref={button} type="button" class="js-only" onClick={() => setShown(!isShown)}>
      {isShown ? peopleStrings.reset.hide : peopleStrings.reset.show}
    </button>
  );
}
