import { useSignal } from "@preact/signals";
import { watchlistStrings as words } from "../lib/format/watchlist_strings.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import { useTyped } from "../lib/ui/typed.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";

const saving = { offline: words.offline, now: () => Date.now() };

/** Makes a watchlist and opens it. */
export default function NewWatchlist() {
  const form = useTyped<HTMLFormElement>();
  const name = useSignal("");
  const notice = useSignal<Notice | null>(null);
  const isBusy = useSignal(false);
  const make = async (event: Event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (!title || isBusy.value) return;
    isBusy.value = true;
    const id = crypto.randomUUID();
    const result = await saveEdit({
      method: "PUT",
      path: `/api/v1/watchlists/${id}`,
      body: { name: title, symbols: [], isPublic: false },
      base: null,
      title,
    }, saving);
    isBusy.value = false;
    if (result.kind === "done") location.assign(`/watchlists/${id}`);
    else if (result.kind === "kept") notice.value = { text: words.kept };
    else if (result.kind === "refused") notice.value = { text: result.problem, isError: true };
  };
  return (
    <form ref={form} class="js-only" onSubmit={make}>
      <div class="add-row">
        <label class="field">
          <span>{words.name}</span>
          <input
            required
            maxLength={80}
            value={name.value}
            onInput={(event) => name.value = event.currentTarget.value}
          />
        </label>
        <button type="submit" aria-disabled={isBusy.value}>{words.make}</button>
      </div>
      <EditNotice notice={notice.value} undo={words.undo} />
    </form>
  );
}
