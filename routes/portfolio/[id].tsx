import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import Activities from "../../islands/Activities.tsx";
import ImportActivities from "../../islands/ImportActivities.tsx";
import NewPortfolio from "../../islands/NewPortfolio.tsx";
import PortfolioLive, { type Course } from "../../islands/PortfolioLive.tsx";
import { strings } from "../../lib/format/mod.ts";
import { exportStrings } from "../../lib/format/export_strings.ts";
import { portfolioStrings as words } from "../../lib/format/portfolio_strings.ts";
import { type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { portfolioTables } from "../../lib/ui/export_links.ts";
import { ExportLinks } from "../../lib/ui/ExportLinks.tsx";
import { privatePage } from "../../lib/ui/forms.ts";
import { type AskApi, getOwn } from "../../lib/ui/own.ts";
import {
  type ActivitiesView,
  type ImportsView,
  type Own,
  type PortfolioDetail,
  type PortfolioView,
  type PortfolioWorth,
  readOwn,
  type SymbolChoice,
  type ValueHistoryView,
} from "../../lib/ui/own_views.ts";
import { formatQuery, readText } from "../../lib/ui/list_query.ts";
import { readParam } from "../../lib/ui/PageParts.tsx";
import { readQuote, thinOut } from "../../lib/ui/portfolio_live.ts";
import type { Reading } from "../../lib/ui/read.ts";
import type { PriceView, State } from "../../lib/ui/state.ts";
import { WhyNotShown } from "../../lib/ui/WhyNotShown.tsx";

/** A portfolio, its worth, its course, a page of its book and its imports. */
interface Found {
  portfolio: PortfolioView;
  worth: PortfolioWorth;
  course: Course;
  book: ActivitiesView;
  imports: ImportsView;
  choices: SymbolChoice[];
  /** Currencies of live prices, by symbol. */
  quotes: Record<string, string>;
}

interface Data {
  own: Reading<Own<Found>>;
}

/** Entries of a page of the book, and days of the course that travel to the browser. */
const activitiesShown = 50;
const daysShown = 400;

async function readPortfolio(ask: AskApi, { data }: State, url: URL, id: string): Promise<Found> {
  const path = `/api/v1/portfolios/${encodeURIComponent(id)}`;
  // A cursor is longer than other texts of an address.
  const cursor = (url.searchParams.get("cursor") ?? "").slice(0, 500);
  const query = formatQuery({ limit: String(activitiesShown), cursor });
  const { name, currency, revision, created_at, updated_at } = await getOwn<PortfolioDetail>(
    ask,
    path,
  );
  const [worth, history, book, imports, prices] = await Promise.all([
    getOwn<PortfolioWorth>(ask, `${path}/value?returns=false`),
    getOwn<ValueHistoryView>(ask, `${path}/history`),
    getOwn<ActivitiesView>(ask, `${path}/activities${query}`),
    getOwn<ImportsView>(ask, `${path}/imports`),
    data.listPrices(),
  ]);
  const points = history.points.map(({ dayMs, value }) => ({ dayMs, value }));
  return {
    portfolio: { id, name, currency, revision, created_at, updated_at },
    worth: { ...worth, holdings: worth.holdings.map((holding) => ({ ...holding, lots: [] })) },
    course: {
      points: thinOut(points, daysShown),
      missingDays: history.missingDays,
      returns: history.returns,
    },
    book,
    imports,
    quotes: readQuotes(prices),
    choices: prices.map(({ symbol, name }) => ({ symbol, ...(name ? { name } : {}) })),
  };
}

/** Of everything followed, as what is not held yet may be booked while the page lies open. */
function readQuotes(prices: readonly PriceView[]): Record<string, string> {
  return Object.fromEntries(prices.flatMap(({ symbol, id }) => {
    const quote = readQuote(id);
    return quote === null ? [] : [[symbol, quote]];
  }));
}

export const handler = {
  async GET({ params, state, url }: Context<State>) {
    const id = readParam(params.id);
    const own = await readOwn(state, (ask) => readPortfolio(ask, state, url, id));
    if (own.isOk && own.value.isSignedIn && own.value.value === null) throw new HttpError(404);
    return page({ own }, privatePage);
  },
};

function Portfolio({ found, times, url }: { found: Found; times: PageTimes; url: URL }) {
  const { portfolio, worth, course, book, imports, choices, quotes } = found;
  const { marketMs, wallMs, isStill } = times;
  return (
    <>
      <PortfolioLive
        id={portfolio.id}
        worth={worth}
        course={course}
        quotes={quotes}
        marketMs={marketMs}
        wallMs={wallMs}
        isStill={isStill}
      />
      <p class="no-script muted">{words.noScript}</p>
      <Activities
        portfolioId={portfolio.id}
        currency={portfolio.currency}
        activities={book.activities}
        choices={choices}
        older={book.next_cursor ? formatQuery({ cursor: book.next_cursor }) : null}
        newest={readText(url.searchParams, "cursor") ? url.pathname : null}
        nowMs={times.recorded ? marketMs : wallMs}
      />
      <ImportActivities portfolioId={portfolio.id} imports={imports.imports} />
      <ExportLinks
        tables={portfolioTables.map((name) =>
          [`portfolio:${portfolio.id}:${name}`, exportStrings.portfolioTables[name]] as const
        )}
        share={{ kind: "portfolio", target: portfolio.id }}
        report={`portfolios/${portfolio.id}`}
        title={portfolio.name}
      />
      <section class="card js-only" aria-labelledby="portfolio-settings">
        <h2 id="portfolio-settings">{words.settings}</h2>
        <NewPortfolio portfolio={portfolio} />
      </section>
    </>
  );
}

/** One portfolio: what it is worth, what is held, and everything that happened to it. */
export default function PortfolioPage({ data: { own }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const found = own.isOk ? own.value.value : null;
  const heading = found?.portfolio.name ?? words.heading;
  return (
    <>
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/portfolio">{words.back}</a>
      </p>
      <h1>{heading}</h1>
      <WhyNotShown own={own} words={words} path={url.pathname} />
      {found && <Portfolio found={found} times={times} url={url} />}
    </>
  );
}
