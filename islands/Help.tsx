import { useEffect, useRef } from "preact/hooks";
import {
  type DirectionColors,
  directionColors,
  parseDirectionColors,
} from "../lib/chart/palette.ts";
import { strings } from "../lib/format/strings.ts";
import { directions } from "../lib/ui/page_state.ts";
import { readShortcut } from "../lib/ui/shortcuts.ts";

function chooseDirections(choice: DirectionColors): void {
  directions.value = choice;
  document.documentElement.dataset.directions = choice;
  try {
    localStorage.setItem("cryptointel.directions", choice);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function focusSearch(event: Event): void {
  const field = document.querySelector<HTMLElement>("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** Which colours rise and fall. */
function Colors() {
  return (
    <fieldset>
      <legend>{strings.help.colors}</legend>
      {directionColors.map((each) => (
        <label key={each} class="check">
          <input
            type="radio"
            name="directions"
            checked={directions.value === each}
            onChange={() => chooseDirections(each)}
          />
          <span>{strings.help.directions[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The keys of all pages, what they do, and the choice of colours. */
export default function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    directions.value = parseDirectionColors(document.documentElement.dataset.directions);
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const isTyping = target?.closest("input, select, textarea, [contenteditable]") != null;
      const act = dialog.current?.open ? null : readShortcut(event, isTyping);
      if (act === "search") focusSearch(event);
      if (act === "help") dialog.current?.showModal();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const words = strings.help;
  return (
    <>
      <button
        type="button"
        class="icon-button js-only"
        aria-label={words.open}
        title={words.open}
        onClick={() => dialog.current?.showModal()}
      >
        <span aria-hidden="true">?</span>
      </button>
      <dialog ref={dialog} class="help" aria-labelledby="help-heading">
        <h2 id="help-heading">{words.heading}</h2>
        <dl class="pairs">
          {words.keyList.map(([keys, what]) => (
            <div key={keys}>
              <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <Colors />
        <button type="button" autofocus onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
      </dialog>
    </>
  );
}
