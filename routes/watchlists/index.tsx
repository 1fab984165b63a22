import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import NewWatchlist from "../../islands/NewWatchlist.tsx";
import WaitingEdits from "../../islands/WaitingEdits.tsx";
import { strings } from "../../lib/format/mod.ts";
import { watchlistStrings as words } from "../../lib/format/watchlist_strings.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { privatePage } from "../../lib/ui/forms.ts";
import { getOwn } from "../../lib/ui/own.ts";
import {
  type Own,
  readOwn,
  type WatchlistsView,
  type WatchlistView,
} from "../../lib/ui/own_views.ts";
import type { Reading } from "../../lib/ui/read.ts";
import type { State } from "../../lib/ui/state.ts";
import { WhyNotShown } from "../../lib/ui/WhyNotShown.tsx";

interface Data {
  own: Reading<Own<WatchlistsView>>;
}

/** As many as one person may have. */
const listsShown = 100;

export const handler = {
  async GET(ctx: Context<State>) {
    const path = `/api/v1/watchlists?limit=${listsShown}`;
    const own = await readOwn(ctx.state, (ask) => getOwn<WatchlistsView>(ask, path));
    return page({ own }, privatePage);
  },
};

function Lists({ lists, times }: { lists: readonly WatchlistView[]; times: PageTimes }) {
  if (lists.length === 0) return <p class="empty">{words.empty}</p>;
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.symbols}</th>
          <th scope="col">{words.visibility}</th>
          <th scope="col">{words.changed}</th>
        </tr>
      </thead>
      <tbody>
        {lists.map(({ id, name, symbols, isPublic, updated_at }) => (
          <tr key={id}>
            <th scope="row">
              <a href={`/watchlists/${id}`}>{name}</a>
              <span data-record={`/api/v1/watchlists/${id}`} />
            </th>
            <td class="text-cell">
              {words.count(symbols.length)}
              <small>{symbols.slice(0, 6).join(", ")}{symbols.length > 6 && ", …"}</small>
            </td>
            <td>
              {isPublic ? <a href={`/watch/${id}`}>{words.public}</a> : words.private}
            </td>
            <td>
              <Age timeMs={updated_at} clock="wall" times={times} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** A person's watchlists, and a new one. */
export default function WatchlistsPage({ data: { own }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const lists = own.isOk ? own.value.value?.watchlists ?? null : null;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <WhyNotShown own={own} words={words} path={url.pathname} />
      {lists && (
        <>
          <section class="card" aria-labelledby="lists">
            <h2 id="lists">{words.yours}</h2>
            <WaitingEdits prefix="/api/v1/watchlists/" />
            <div data-list>
              <Lists lists={lists} times={times} />
            </div>
          </section>
          <section class="card" aria-labelledby="new-list">
            <h2 id="new-list">{words.create}</h2>
            <p class="no-script muted">{words.noScript}</p>
            <NewWatchlist />
          </section>
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
