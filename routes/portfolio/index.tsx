import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import NewPortfolio from "../../islands/NewPortfolio.tsx";
import WaitingEdits from "../../islands/WaitingEdits.tsx";
import { strings } from "../../lib/format/mod.ts";
import { formatAmount } from "../../lib/format/amounts.ts";
import { portfolioStrings as words } from "../../lib/format/portfolio_strings.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { privatePage } from "../../lib/ui/forms.ts";
import { Gain } from "../../lib/ui/Gain.tsx";
import { type AskApi, getOwn } from "../../lib/ui/own.ts";
import {
  type Own,
  type PortfoliosView,
  type PortfolioView,
  type PortfolioWorth,
  readOwn,
} from "../../lib/ui/own_views.ts";
import type { Reading } from "../../lib/ui/read.ts";
import type { State } from "../../lib/ui/state.ts";
import { WhyNotShown } from "../../lib/ui/WhyNotShown.tsx";

/** A portfolio with its worth; null where it was not asked for or could not be told. */
interface Row {
  portfolio: PortfolioView;
  worth: Pick<PortfolioWorth, "value" | "gain"> | null;
}

interface Data {
  own: Reading<Own<Row[]>>;
}

/** Portfolios that one person may have, and those that are valued for this list. */
const portfoliosShown = 100;
const portfoliosValued = 10;

async function readRows(ask: AskApi): Promise<Row[]> {
  const path = "/api/v1/portfolios";
  const { portfolios } = await getOwn<PortfoliosView>(ask, `${path}?limit=${portfoliosShown}`);
  return await Promise.all(portfolios.map(async (portfolio, i) => {
    if (i >= portfoliosValued) return { portfolio, worth: null };
    const answer = await ask("GET", `${path}/${portfolio.id}/value?returns=false`);
    return { portfolio, worth: answer.isOk ? answer.body as PortfolioWorth : null };
  }));
}

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ own: await readOwn(ctx.state, readRows) }, privatePage);
  },
};

function List({ rows, times }: { rows: readonly Row[]; times: PageTimes }) {
  if (rows.length === 0) return <p class="empty">{words.empty}</p>;
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col" class="number">{words.stats.value}</th>
          <th scope="col" class="number">{words.stats.gain}</th>
          <th scope="col">{words.changed}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ portfolio: { id, name, currency, updated_at }, worth }) => (
          <tr key={id}>
            <th scope="row">
              <a href={`/portfolio/${id}`}>{name}</a>
              <span data-record={`/api/v1/portfolios/${id}`} />
              <small>{currency}</small>
            </th>
            <td class="number">{formatAmount(worth?.value)}</td>
            <td class="number">
              <Gain amount={worth?.gain ?? null} />
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

/** A person's portfolios with their worth, and a new one. */
export default function PortfoliosPage({ data: { own }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const rows = own.isOk ? own.value.value : null;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <WhyNotShown own={own} words={words} path={url.pathname} />
      {rows && (
        <>
          <section class="card" aria-labelledby="portfolios">
            <h2 id="portfolios">{words.yours}</h2>
            <WaitingEdits prefix="/api/v1/portfolios/" />
            <div data-list>
              <List rows={rows} times={times} />
            </div>
          </section>
          <section class="card" aria-labelledby="new-portfolio">
            <h2 id="new-portfolio">{words.create}</h2>
            <p class="no-script muted">{words.noScript}</p>
            <NewPortfolio />
          </section>
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
