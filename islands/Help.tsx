import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { parseDirectionColors } from "../lib/chart/palette.ts";
import { strings } from "../lib/format/strings.ts";
import { directions } from "../lib/ui/page_state.ts";
import { readShortcut } from "../lib/ui/shortcuts.ts";

type Open = "help" | "palette" | null;
type Dialogs = ComponentType<{ open: Open; onOpen(next: Open): void }>;

/** Focuses the search of the page; says whether there is one. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>("[data-search]");
  field?.focus();
  return field !== null;
}

/** The keys of all pages; what they open is brought when it is asked for. */
export default function Help() {
  const [View, setView] = useState<Dialogs | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const show = (next: Open) => {
    setOpen(next);
    // Without it nothing opens; the next key tries again.
    void import("../lib/ui/KeyDialogs.tsx").then(
      ({ KeyDialogs }) => setView(() => KeyDialogs),
      () => setOpen(null),
    );
  };
  useEffect(() => {
    directions.value = parseDirectionColors(document.documentElement.dataset.directions);
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const isTyping = target?.closest("input, select, textarea, [contenteditable]") != null;
      const act = document.querySelector("dialog[open]") ? null : readShortcut(event, isTyping);
      if (!act) return;
      event.preventDefault();
      if (act === "help") show(act);
      else if (act === "palette" || !focusSearch()) show("palette");
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button
        type="button"
        class="icon-button js-only"
        aria-label={strings.keys.open}
        title={strings.keys.open}
        onClick={() => show("help")}
      >
        <span aria-hidden="true">?</span>
      </button>
      {View && <View open={open} onOpen={setOpen} />}
    </>
  );
}
