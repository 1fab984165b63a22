import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import { formatDateTime, strings } from "../../lib/format/mod.ts";
import { exportStrings, sharedStrings as words } from "../../lib/format/export_strings.ts";
import { portfolioStrings } from "../../lib/format/portfolio_strings.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { privatePage } from "../../lib/ui/forms.ts";
import { getOwn } from "../../lib/ui/own.ts";
import { readShown, type SharedView, type WatchedSymbol } from "../../lib/ui/own_views.ts";
import { readParam } from "../../lib/ui/PageParts.tsx";
import { AllocationRing, HoldingsTable, PortfolioStats } from "../../lib/ui/PortfolioParts.tsx";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { SignalView, State } from "../../lib/ui/state.ts";
import { listWatchSignals, WatchSignals, WatchTable } from "../../lib/ui/WatchParts.tsx";

interface Data {
  shared: Reading<SharedView | null>;
  /** Of a watchlist or dashboard. */
  symbols: WatchedSymbol[];
  signals: Reading<SignalView[]>;
}

/** Symbols of a dashboard, the most traded first, and parts of a ring. */
const symbolsShown = 30;
const partsShown = 6;

/** What a dashboard shows: the most traded symbols. */
async function listDashboard({ data }: State): Promise<WatchedSymbol[]> {
  const prices = await data.listPrices();
  const byVolume = prices.toSorted((a, b) => (b.volume_24h ?? 0) - (a.volume_24h ?? 0));
  return byVolume.slice(0, symbolsShown).map((row) => ({
    symbol: row.symbol,
    price: row.price,
    price_change_24h: row.price_change_24h,
    source: row.source,
    eventMs: row.eventMs,
    ageMs: null,
  }));
}

export const handler = {
  async GET({ params, state }: Context<State>) {
    const path = `/api/v1/shared/${encodeURIComponent(readParam(params.token))}`;
    const shared = await readShown(state, (ask) => getOwn<SharedView>(ask, path));
    if (shared.isOk && shared.value === null) throw new HttpError(404);
    const found = shared.isOk ? shared.value : null;
    const read = await readSafely(async () =>
      found?.kind === "dashboard" ? await listDashboard(state) : found?.watchlist?.symbols ?? []
    );
    const symbols = read.isOk ? read.value : [];
    const names = symbols.map(({ symbol }) => symbol);
    const signals = await readSafely(() => listWatchSignals(state.data, names));
    return page({ shared, symbols, signals }, privatePage);
  },
};

function Portfolio({ portfolio, times }: {
  portfolio: NonNullable<SharedView["portfolio"]>;
  times: PageTimes;
}) {
  const { holdings, allocation, missing } = portfolio;
  const names = missing.slice(0, 10).join(", ").replaceAll("|", " ");
  return (
    <>
      <PortfolioStats sums={{ ...portfolio, valueKnown: null }} returns={null} />
      {names && <p class="doubt">{portfolioStrings.missing(names)}</p>}
      <section class="card" aria-labelledby="holdings">
        <h2 id="holdings">{portfolioStrings.holdings}</h2>
        <HoldingsTable
          holdings={holdings}
          renderAge={({ priceMs, priceSource }) => (
            <Age source={priceSource ?? ""} timeMs={priceMs} times={times} />
          )}
        />
      </section>
      <section class="card" aria-labelledby="allocation">
        <h2 id="allocation">{portfolioStrings.allocation}</h2>
        <AllocationRing
          parts={allocation.slice(0, partsShown)}
          label={portfolioStrings.allocationBy.symbol}
        />
      </section>
    </>
  );
}

function Watch({ symbols, signals, times, href }: {
  symbols: readonly WatchedSymbol[];
  signals: Reading<SignalView[]>;
  times: PageTimes;
  href: string;
}) {
  return (
    <>
      <section class="card" aria-labelledby="shared-prices">
        <h2 id="shared-prices">{words.prices}</h2>
        <WatchTable symbols={symbols} times={times} />
      </section>
      {signals.isOk
        ? <WatchSignals signals={signals.value} times={times} />
        : <ReadError href={href} />}
    </>
  );
}

/** What a share link shows, to whoever has it: to be read only. */
export default function SharedPage({ data, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const shared = data.shared.isOk ? data.shared.value : null;
  const name = shared?.title || shared?.watchlist?.name || shared?.portfolio?.name;
  const heading = name || words.heading;
  return (
    <>
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
        {/* The address is a secret: neither search engines nor other sites learn it. */}
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
      </Head>
      <h1>{heading}</h1>
      {!shared && <ReadError href={url.pathname} />}
      {shared && (
        <>
          <p>
            {words.intro(exportStrings.kinds[shared.kind])} {words.asOf}{" "}
            <Age timeMs={shared.asOfMs} times={times} />.
            {shared.expiresMs !== null && ` ${words.ends}: ${formatDateTime(shared.expiresMs)}.`}
          </p>
          {shared.portfolio ? <Portfolio portfolio={shared.portfolio} times={times} /> : (
            <Watch
              symbols={data.symbols}
              signals={data.signals}
              times={times}
              href={url.pathname}
            />
          )}
          {shared.kind === "dashboard" && (
            <p>
              <a class="button" href={`/?${new URLSearchParams(shared.view ?? {})}`}>
                {words.view}
              </a>
            </p>
          )}
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
