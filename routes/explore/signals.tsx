import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { strings } from "../../lib/format/mod.ts";
import { formatDay, isFilterEmpty, parseSignalFilter, signalTypes } from "../../lib/ui/filters.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { SignalCard } from "../../lib/ui/SignalCard.tsx";
import type { SignalFilter, SignalView, State } from "../../lib/ui/state.ts";

/** How many signals a page shows. */
const LIMIT = 100;
const DAY_MS = 86_400_000;

interface Data {
  filter: SignalFilter;
  signals: Reading<SignalView[]>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const filter = parseSignalFilter(ctx.url.searchParams, LIMIT);
    const signals = await readSafely(() => ctx.state.data.listSignals(filter));
    return page({ filter, signals });
  },
};

function Filters({ filter }: { filter: SignalFilter }) {
  const words = strings.signals.filters;
  const to = filter.to === null ? "" : formatDay(filter.to - DAY_MS);
  return (
    <form method="get" class="card filters" aria-label={words.heading}>
      <fieldset>
        <legend>{words.type}</legend>
        {signalTypes.map((type) => (
          <label key={type} class="check">
            <input type="checkbox" name="type" value={type} checked={filter.types.includes(type)} />
            <span>{strings.signals.types[type]}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{words.entity}</span>
        <input type="search" name="entity" value={filter.entity} maxLength={64} data-search />
      </label>
      <label class="field">
        <span>{words.from}</span>
        <input
          type="date"
          name="from"
          value={filter.from === null ? "" : formatDay(filter.from)}
        />
      </label>
      <label class="field">
        <span>{words.to}</span>
        <input type="date" name="to" value={to} />
      </label>
      <label class="field">
        <span>{words.confidence}</span>
        <input
          type="number"
          name="confidence"
          min={0}
          max={100}
          step={5}
          value={Math.round(filter.minConfidence * 100)}
        />
      </label>
      <div class="actions">
        <button type="submit">{words.apply}</button>
        <a class="button" href="/explore/signals">{words.clear}</a>
      </div>
    </form>
  );
}

/** Signals by kind, symbol, day and confidence; the filters live in the address. */
export default function SignalsPage({ data, url }: PageProps<Data, State>) {
  const { filter, signals } = data;
  return (
    <>
      <Head>
        <title>{`${strings.signals.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{strings.signals.heading}</h1>
      <Filters filter={filter} />
      {!signals.isOk && <ReadError href={url.pathname + url.search} />}
      {signals.isOk && signals.value.length === 0 && (
        <p class="empty">
          {isFilterEmpty(filter) ? strings.signals.empty : strings.signals.emptyFilter}
        </p>
      )}
      <div class="cards">
        {signals.isOk &&
          signals.value.map((signal) => <SignalCard key={signal.record.id} signal={signal} />)}
      </div>
    </>
  );
}
