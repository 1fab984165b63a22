import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import WatchlistTable from "../../islands/WatchlistTable.tsx";
import { strings } from "../../lib/format/mod.ts";
import { watchlistStrings as words } from "../../lib/format/watchlist_strings.ts";
import { readTimes } from "../../lib/ui/Age.tsx";
import { ExportLinks } from "../../lib/ui/ExportLinks.tsx";
import { privatePage } from "../../lib/ui/forms.ts";
import { getOwn } from "../../lib/ui/own.ts";
import {
  type Own,
  readOwn,
  type SymbolChoice,
  type WatchlistView,
} from "../../lib/ui/own_views.ts";
import { readParam } from "../../lib/ui/PageParts.tsx";
import type { Reading } from "../../lib/ui/read.ts";
import type { PriceView, State } from "../../lib/ui/state.ts";
import { WhyNotShown } from "../../lib/ui/WhyNotShown.tsx";

/** A list, the prices of its symbols, and what can be added. */
interface Found {
  list: WatchlistView;
  prices: PriceView[];
  choices: SymbolChoice[];
}

interface Data {
  own: Reading<Own<Found>>;
}

async function readList({ data, ...state }: State, id: string): Promise<Reading<Own<Found>>> {
  return await readOwn(state, async (ask) => {
    const path = `/api/v1/watchlists/${encodeURIComponent(id)}`;
    const list = await getOwn<WatchlistView>(ask, path);
    const prices = await data.listPrices();
    const choices = prices.map(({ symbol, name }) => ({ symbol, ...(name ? { name } : {}) }));
    return { list, prices: prices.filter(({ symbol }) => list.symbols.includes(symbol)), choices };
  });
}

export const handler = {
  async GET(ctx: Context<State>) {
    const id = readParam(ctx.params.id);
    const own = await readList(ctx.state, id);
    if (own.isOk && own.value.isSignedIn && own.value.value === null) throw new HttpError(404);
    return page({ own }, privatePage);
  },
};

/** One watchlist: its symbols in their order, with live prices. */
export default function OneWatchlistPage({ data: { own }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const found = own.isOk ? own.value.value : null;
  const heading = found?.list.name ?? words.heading;
  return (
    <>
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/watchlists">{words.back}</a>
      </p>
      <h1>{heading}</h1>
      <WhyNotShown own={own} words={words} path={url.pathname} />
      {found && (
        <>
          <p class="no-script muted">{words.noScript}</p>
          <WatchlistTable
            {...found}
            marketMs={times.marketMs}
            wallMs={times.wallMs}
            isStill={times.isStill}
          />
          <ExportLinks
            tables={["watchlists"]}
            share={{ kind: "watchlist", target: found.list.id }}
            title={found.list.name}
          />
        </>
      )}
    </>
  );
}
