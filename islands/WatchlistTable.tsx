import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { formatPrice } from "../lib/format/numbers.ts";
import { watchlistStrings as words } from "../lib/format/watchlist_strings.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import { Change } from "../lib/ui/Change.tsx";
import type { EditResult } from "../lib/ui/edits.ts";
import type { SymbolChoice, WatchlistView } from "../lib/ui/own_views.ts";
import { getLivePrice } from "../lib/ui/page_state.ts";
import { createRecordEditor } from "../lib/ui/record_editor.ts";
import type { PriceView } from "../lib/ui/state.ts";
import { useTyped } from "../lib/ui/typed.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaitingRecord } from "../lib/ui/use_waiting.ts";
import { applyWaiting } from "../lib/ui/waiting.ts";
import { undoWaiting } from "../lib/ui/waiting_browser.ts";
import { WaitingMark } from "../lib/ui/WaitingMark.tsx";
import { addSymbol, dropSymbol, moveSymbol } from "../lib/ui/watch_rows.ts";
import AgeTicker from "./AgeTicker.tsx";

const saving = { offline: words.offline, now: () => Date.now() };

interface Times {
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

interface Props extends Times {
  list: WatchlistView;
  prices: PriceView[];
  choices: SymbolChoice[];
}

/** What one row can do. */
interface RowActs {
  move(symbol: string, step: number): void;
  remove(symbol: string): void;
}

function RowButtons(
  { symbol, isFirst, isLast, acts }: {
    symbol: string;
    isFirst: boolean;
    isLast: boolean;
    acts: RowActs;
  },
) {
  const moves = [[-1, words.up, "↑", isFirst], [1, words.down, "↓", isLast]] as const;
  return (
    <span class="row-buttons">
      {moves.map(([step, name, mark, isEnd]) => (
        <button
          key={step}
          type="button"
          class="icon-button"
          aria-label={name(symbol)}
          aria-disabled={isEnd}
          onClick={() => isEnd || acts.move(symbol, step)}
        >
          {mark}
        </button>
      ))}
      <button
        type="button"
        class="icon-button"
        aria-label={words.remove(symbol)}
        onClick={() => acts.remove(symbol)}
      >
        ×
      </button>
    </span>
  );
}

/** A symbol with its live price; the price that the server wrote stands until a newer one came. */
function Row({ symbol, row, times, children }: {
  symbol: string;
  row: PriceView | undefined;
  times: Times;
  children: ComponentChildren;
}) {
  const live = getLivePrice(symbol).value;
  const isNewer = live !== null && live.eventMs >= (row?.eventMs ?? 0);
  const price = isNewer ? live.price : row?.price ?? null;
  const change = (isNewer ? live.price_change_24h : null) ?? row?.price_change_24h ?? null;
  return (
    <tr>
      <th scope="row">
        <a href={`/explore/market/${encodeURIComponent(symbol)}`}>{symbol}</a>
        {row?.name && <small>{row.name}</small>}
      </th>
      <td class="number">
        <span key={isNewer ? live.price : "first"} class={isNewer ? "fresh" : undefined}>
          {formatPrice(price)}
        </span>
      </td>
      <td class="number">
        <Change percent={change} />
      </td>
      <td class="js-only">{children}</td>
      <td>
        {row || live
          ? (
            <AgeTicker
              timeMs={row?.eventMs ?? null}
              source={row?.source ?? live!.source}
              symbol={symbol}
              recordedMs={row?.recordedMs}
              {...times}
            />
          )
          : <span class="age">{words.notFollowed}</span>}
      </td>
    </tr>
  );
}

/** A field for a symbol, with all that are known. */
function AddForm({ choices, onAdd }: { choices: SymbolChoice[]; onAdd(typed: string): boolean }) {
  const form = useTyped<HTMLFormElement>();
  const typed = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (onAdd(typed.value)) typed.value = "";
  };
  return (
    <form ref={form} class="add-row js-only" onSubmit={submit}>
      <label class="field">
        <span>{words.add}</span>
        <input
          list="watch-choices"
          maxLength={80}
          autocomplete="off"
          placeholder="BTCUSDT"
          data-search
          value={typed.value}
          onInput={(event) => typed.value = event.currentTarget.value}
        />
      </label>
      <datalist id="watch-choices">
        {choices.map(({ symbol, name }) => <option key={symbol} value={symbol}>{name}</option>)}
      </datalist>
      <button type="submit">{words.addButton}</button>
    </form>
  );
}

/** Name, who may see it, and the end of the list. */
function Settings({ list, onChange, onDelete }: {
  list: WatchlistView;
  onChange(fields: Partial<WatchlistView>): void;
  onDelete(): void;
}) {
  const settings = useTyped<HTMLElement>();
  const name = useSignal(list.name);
  const isSure = useSignal(false);
  const rename = (event: Event) => {
    event.preventDefault();
    if (name.value.trim()) onChange({ name: name.value.trim() });
  };
  return (
    <section ref={settings} class="card js-only" aria-labelledby="list-settings">
      <h2 id="list-settings">{words.settings}</h2>
      <form class="add-row" onSubmit={rename}>
        <label class="field">
          <span>{words.name}</span>
          <input
            required
            maxLength={80}
            value={name.value}
            onInput={(event) => name.value = event.currentTarget.value}
          />
        </label>
        <button type="submit">{words.rename}</button>
      </form>
      <label class="check">
        <input
          type="checkbox"
          checked={list.isPublic}
          onChange={(event) => onChange({ isPublic: event.currentTarget.checked })}
        />
        <span>{words.makePublic}</span>
      </label>
      {list.isPublic && (
        <p>
          {words.publicAt}: <a href={`/watch/${list.id}`}>/watch/{list.id}</a>
        </p>
      )}
      <div class="actions">
        {isSure.value
          ? (
            <>
              <button type="button" class="danger" onClick={onDelete}>{words.deleteSure}</button>
              <button type="button" onClick={() => isSure.value = false}>{words.keep}</button>
            </>
          )
          : (
            <button type="button" class="danger" onClick={() => isSure.value = true}>
              {words.delete}
            </button>
          )}
      </div>
    </section>
  );
}

/** Says what became of a change. */
function describeResult(result: EditResult, done: Notice): Notice {
  if (result.kind === "done") return done;
  if (result.kind === "kept") return { ...done, text: `${done.text}. ${words.kept}` };
  if (result.kind === "refused") return { text: result.problem, isError: true };
  return { text: result.current ? words.stale : words.gone, isError: true };
}

/** The symbols in their order. */
function SymbolTable({ list: { symbols, name }, prices, times, acts }: {
  list: WatchlistView;
  prices: PriceView[];
  times: Times;
  acts: RowActs;
}) {
  if (symbols.length === 0) return <p class="empty">{words.noSymbols}</p>;
  const bySymbol = new Map(prices.map((row) => [row.symbol, row]));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={words.symbols}>
      <table class="prices watch-table">
        <caption class="visually-hidden">{words.tableCaption(name)}</caption>
        <thead>
          <tr>
            <th scope="col">{words.headings.symbol}</th>
            <th scope="col" class="number">{words.headings.price}</th>
            <th scope="col" class="number">{words.headings.change}</th>
            <th scope="col" class="js-only">{words.order}</th>
            <th scope="col">{words.headings.source}</th>
          </tr>
        </thead>
        <tbody>
          {symbols.map((symbol, i) => (
            <Row key={symbol} symbol={symbol} row={bySymbol.get(symbol)} times={times}>
              <RowButtons
                symbol={symbol}
                isFirst={i === 0}
                isLast={i === symbols.length - 1}
                acts={acts}
              />
            </Row>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The list as it is shown, what changes it, and what of it waits on this device. */
function useList(first: WatchlistView, path: string) {
  const list = useSignal(first);
  const editor = useMemo(() =>
    createRecordEditor(first, {
      draft: ({ name, symbols, isPublic }, known) => ({
        method: "PUT",
        path,
        body: { name, symbols, isPublic },
        base: { ...known },
        title: name,
      }),
      save: (draft) => saveEdit(draft, saving),
      show: (record) => list.value = record,
    }), []);
  const waiting = useWaitingRecord(
    { path, now: saving.now },
    (one) => editor.restore(applyWaiting(first, one)),
  );
  const undo = (id: string) => void undoWaiting(id, saving.now).then(() => editor.reset());
  return { list, editor, waiting, undo };
}

/** A watchlist that is changed in place; without scripts it is the same table, read only. */
export default function WatchlistTable({ list: first, prices, choices, ...times }: Props) {
  const path = `/api/v1/watchlists/${first.id}`;
  const { list, editor, waiting, undo: undoAll } = useList(first, path);
  const notice = useSignal<Notice | null>(null);
  const change = async (fields: Partial<WatchlistView>, done: Notice = { text: words.saved }) => {
    // What was said of the change before must not pass for what comes of this one.
    notice.value = null;
    notice.value = describeResult(await editor.change(fields), done);
  };
  const remove = (symbol: string) => {
    const place = list.value.symbols.indexOf(symbol);
    const undo = () => {
      const symbols = addSymbol(list.value.symbols, symbol, [], place);
      if (symbols) void change({ symbols });
    };
    void change({ symbols: dropSymbol(list.value.symbols, symbol) }, {
      text: words.removed(symbol),
      undo,
    });
  };
  const add = (typed: string): boolean => {
    const symbols = addSymbol(list.value.symbols, typed, choices);
    if (symbols) void change({ symbols });
    else if (typed.trim()) notice.value = { text: words.again };
    return symbols !== null;
  };
  const destroy = async () => {
    const draft = { method: "DELETE", path, body: null, base: { ...list.value } } as const;
    const result = await saveEdit({ ...draft, title: list.value.name }, saving);
    if (result.kind === "done" || result.kind === "kept") location.assign("/watchlists");
    else notice.value = describeResult(result, { text: "" });
  };
  const move = (symbol: string, step: number) =>
    void change({ symbols: moveSymbol(list.value.symbols, symbol, step) });
  return (
    <>
      <section class="card" aria-labelledby="list-symbols">
        <h2 id="list-symbols">{words.symbols}</h2>
        {waiting.value && <WaitingMark waiting={waiting.value} onUndo={undoAll} />}
        <SymbolTable list={list.value} prices={prices} times={times} acts={{ move, remove }} />
        <AddForm choices={choices} onAdd={add} />
        <EditNotice notice={notice.value} undo={words.undo} />
      </section>
      <Settings list={list.value} onChange={change} onDelete={destroy} />
    </>
  );
}
