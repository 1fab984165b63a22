import { useSignal } from "@preact/signals";
import { portfolioStrings as words } from "../lib/format/portfolio_strings.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import type { EditResult } from "../lib/ui/edits.ts";
import { Field } from "../lib/ui/Field.tsx";
import type { PortfolioView } from "../lib/ui/own_views.ts";
import { useTyped } from "../lib/ui/typed.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaitingRecord } from "../lib/ui/use_waiting.ts";
import { undoWaiting } from "../lib/ui/waiting_browser.ts";
import { WaitingMark } from "../lib/ui/WaitingMark.tsx";

const saving = { offline: words.offline, now: () => Date.now() };

/** Deletes after a second press. */
function DeleteButtons({ onDelete }: { onDelete(): void }) {
  const isSure = useSignal(false);
  if (!isSure.value) {
    return (
      <button type="button" class="danger" onClick={() => isSure.value = true}>
        {words.deleteAll}
      </button>
    );
  }
  return (
    <>
      <button type="button" class="danger" onClick={onDelete}>{words.deleteSure}</button>
      <button type="button" onClick={() => isSure.value = false}>{words.keep}</button>
    </>
  );
}

/** What became of a change that was not simply done. */
function describeResult(result: EditResult): Notice {
  if (result.kind === "kept") return { text: words.kept };
  const text = result.kind === "refused" ? result.problem : words.stale;
  return { text, isError: true };
}

/** What the form holds, and what of it waits on this device. */
function useFields(portfolio: PortfolioView | undefined) {
  const name = useSignal(portfolio?.name ?? "");
  const currency = useSignal(portfolio?.currency ?? "USDT");
  const show = (fields: Partial<Pick<PortfolioView, "name" | "currency">> | null) => {
    name.value = fields?.name ?? name.peek();
    currency.value = fields?.currency ?? currency.peek();
  };
  const path = portfolio ? `/api/v1/portfolios/${portfolio.id}` : null;
  const waiting = useWaitingRecord({ path, now: saving.now }, ({ fields }) => show(fields));
  const undo = (id: string) => void undoWaiting(id, saving.now).then(() => show(portfolio ?? null));
  return { name, currency, waiting, undo };
}

/** Makes a portfolio and opens it; with one that is there, changes its name and currency. */
export default function NewPortfolio({ portfolio }: { portfolio?: PortfolioView }) {
  const { name, currency, waiting, undo } = useFields(portfolio);
  const typed = useTyped<HTMLFormElement>();
  const known = useSignal<PortfolioView | null>(portfolio ?? null);
  const notice = useSignal<Notice | null>(null);
  const isBusy = useSignal(false);
  const save = async (event: Event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (!title || isBusy.value) return;
    isBusy.value = true;
    const id = known.value?.id ?? crypto.randomUUID();
    const result = await saveEdit({
      method: "PUT",
      path: `/api/v1/portfolios/${id}`,
      body: { name: title, currency: currency.value.trim() },
      base: known.value && { ...known.value },
      title,
    }, saving);
    isBusy.value = false;
    if (result.kind === "done" && !known.value) return location.assign(`/portfolio/${id}`);
    if (result.kind === "done") return location.reload();
    notice.value = describeResult(result);
  };
  const destroy = async () => {
    if (!portfolio) return;
    const path = `/api/v1/portfolios/${portfolio.id}`;
    const draft = { method: "DELETE", path, body: null, base: { ...portfolio } } as const;
    const result = await saveEdit({ ...draft, title: portfolio.name }, saving);
    if (result.kind === "done" || result.kind === "kept") return location.assign("/portfolio");
    notice.value = describeResult(result);
  };
  const form = portfolio ? "portfolio" : "new-portfolio";
  return (
    <form ref={typed} class="js-only" onSubmit={save}>
      <div class="form-grid">
        <Field name="name" label={words.name} form={form}>
          <input
            required
            maxLength={80}
            value={name.value}
            onInput={(event) => name.value = event.currentTarget.value}
          />
        </Field>
        <Field name="currency" label={words.currency} hint={words.currencyHint} form={form}>
          <input
            required
            maxLength={12}
            autocomplete="off"
            value={currency.value}
            onInput={(event) => currency.value = event.currentTarget.value.toUpperCase()}
          />
        </Field>
      </div>
      <div class="actions">
        <button type="submit" aria-disabled={isBusy.value}>
          {portfolio ? words.rename : words.make}
        </button>
        {portfolio && <DeleteButtons onDelete={destroy} />}
      </div>
      {waiting.value && <WaitingMark waiting={waiting.value} onUndo={undo} />}
      <EditNotice notice={notice.value} undo={words.undo} />
    </form>
  );
}
