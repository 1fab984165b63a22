/**
 * What keys open on every page: help and the command palette. Brought by the first such key.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type DirectionColors, directionColors } from "../chart/palette.ts";
import { helpStrings as words } from "../format/help_strings.ts";
import { directions } from "./page_state.ts";
import { findItems, type PaletteItem, readSymbolItems, stepChoice } from "./palette.ts";

/** Which dialog is open. */
export type KeyDialog = "help" | "palette";

/** Opens the dialog as soon as it is there, and tells when it was closed. */
function useDialog(onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.addEventListener("close", onClose);
    return () => element?.removeEventListener("close", onClose);
  }, []);
  return dialog;
}

function chooseDirections(choice: DirectionColors): void {
  directions.value = choice;
  document.documentElement.dataset.directions = choice;
  try {
    localStorage.setItem("cryptointel.directions", choice);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** Which colours rise and fall. */
function Colors() {
  const [chosen, setChosen] = useState(directions.value);
  const choose = (choice: DirectionColors) => {
    chooseDirections(choice);
    setChosen(choice);
  };
  return (
    <fieldset>
      <legend>{words.colors}</legend>
      {directionColors.map((each) => (
        <label key={each} class="check">
          <input
            type="radio"
            name="directions"
            checked={chosen === each}
            onChange={() => choose(each)}
          />
          <span>{words.directions[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The keys of all pages, what they do, and the choice of colours. */
function Help({ onClose }: { onClose(): void }) {
  const dialog = useDialog(onClose);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-heading">
      <h2 id="help-heading">{words.heading}</h2>
      <dl class="pairs">
        {words.keyList.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys!.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Colors />
      <div class="actions">
        <button type="button" autofocus onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
        <a class="button" href="/help">{words.more}</a>
      </div>
    </dialog>
  );
}

/** The pages of the menu, as they stand in this very page. */
function listPages(): PaletteItem[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("#menu a[href]")].map((link) => ({
    kind: "page",
    name: link.textContent ?? "",
    href: link.getAttribute("href")!,
  }));
}

const actions: PaletteItem[] = [
  { kind: "action", name: words.palette.actions.alert, href: "/alerts/new" },
  { kind: "action", name: words.palette.actions.watchlist, href: "/watchlists#new-list" },
  { kind: "action", name: words.palette.actions.portfolio, href: "/portfolio#new-portfolio" },
  { kind: "action", name: words.palette.actions.share, href: "/exports#new-link" },
  { kind: "action", name: words.palette.actions.theme, act: "theme" },
  { kind: "action", name: words.palette.actions.keys, act: "help" },
];

/** Symbols and guides, read when the palette opens first; without an answer there are none. */
async function listMore(): Promise<PaletteItem[]> {
  const symbols = fetch("/api/v1/symbols").then(async (answer) =>
    answer.ok ? readSymbolItems(await answer.json()) : []
  );
  const guides = fetch("/guides").then(async (answer) => {
    const text = answer.ok ? await answer.text() : "";
    const links = new DOMParser().parseFromString(text, "text/html")
      .querySelectorAll<HTMLAnchorElement>('main a[href^="/guides/"]');
    return [...links].map((link): PaletteItem => ({
      kind: "guide",
      name: link.textContent ?? "",
      href: link.getAttribute("href")!,
    }));
  });
  const found = await Promise.allSettled([guides, symbols]);
  return found.flatMap((each) => each.status === "fulfilled" ? each.value : []);
}

let more: Promise<PaletteItem[]> | null = null;

/** The list of what was found; the chosen one is told to readers by its id. */
function Matches({ found, chosen, onGo }: {
  found: readonly PaletteItem[];
  chosen: number;
  onGo(item: PaletteItem): void;
}) {
  return (
    <ul id="palette-list" role="listbox" aria-label={words.palette.heading}>
      {found.map((item, i) => (
        <li
          key={`${item.kind} ${item.href ?? item.act} ${item.name}`}
          id={`palette-${i}`}
          role="option"
          aria-selected={i === chosen}
          onClick={() => onGo(item)}
        >
          <span>{item.name}{item.detail && <small>{item.detail}</small>}</span>
          <span class="muted">{words.palette.kinds[item.kind]}</span>
        </li>
      ))}
    </ul>
  );
}

/** Goes anywhere by a few letters. */
function Palette({ onClose, onHelp }: { onClose(): void; onHelp(): void }) {
  const dialog = useDialog(onClose);
  const [items, setItems] = useState<PaletteItem[]>(() => [...listPages(), ...actions]);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    more ??= listMore();
    void more.then((found) => setItems((items) => [...items, ...found]));
  }, []);
  useEffect(() => {
    document.getElementById(`palette-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const found = findItems(items, typed);
  const go = ({ href, act }: PaletteItem) => {
    dialog.current?.close();
    if (href) location.assign(href);
    else if (act === "help") onHelp();
    else document.querySelector<HTMLElement>("[data-theme-toggle]")?.click();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setChosen(stepChoice(chosen, step, found.length));
    else if (event.key !== "Enter") return;
    else if (found[chosen]) go(found[chosen]);
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="help palette" aria-labelledby="palette-heading">
      <h2 id="palette-heading">{words.palette.heading}</h2>
      <input
        type="text"
        role="combobox"
        autofocus
        autocomplete="off"
        spellcheck={false}
        maxLength={80}
        aria-label={words.palette.label}
        aria-expanded={found.length > 0}
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] ? `palette-${chosen}` : undefined}
        placeholder={words.palette.label}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      <p class="age" role="status">
        {found.length === 0
          ? words.palette.none
          : `${words.palette.count(found.length)} · ${words.palette.hint}`}
      </p>
      <Matches found={found} chosen={chosen} onGo={go} />
    </dialog>
  );
}

/** The dialog that a key asked for. */
export function KeyDialogs({ open, onOpen }: {
  open: KeyDialog | null;
  onOpen(next: KeyDialog | null): void;
}) {
  if (open === "help") return <Help onClose={() => onOpen(null)} />;
  if (open !== "palette") return null;
  let next: KeyDialog | null = null;
  return <Palette onClose={() => onOpen(next)} onHelp={() => onOpen(next = "help")} />;
}
