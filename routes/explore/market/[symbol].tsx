import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../../islands/LiveText.tsx";
import {
  formatCount,
  formatDateTime,
  formatExactShare,
  formatPrice,
  formatShare,
  formatVolume,
  pageStrings,
  strings,
} from "../../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../../lib/ui/Age.tsx";
import { ScrollTable } from "../../../lib/ui/Figures.tsx";
import {
  Change,
  formatScore,
  Headlines,
  linkMarket,
  readParam,
  Session,
  SignalLines,
  toMoment,
} from "../../../lib/ui/PageParts.tsx";
import type { AnalysisView, LevelView, MarketDetail } from "../../../lib/ui/page_views.ts";
import { ExportLinks } from "../../../lib/ui/ExportLinks.tsx";
import { type Reading, readSafely } from "../../../lib/ui/read.ts";
import { ReadError } from "../../../lib/ui/Shell.tsx";
import { readTable, sortRows } from "../../../lib/ui/sort.ts";
import { SortHeadings } from "../../../lib/ui/SortHeading.tsx";
import type { State } from "../../../lib/ui/state.ts";

interface Data {
  asked: string;
  market: Reading<MarketDetail | null>;
}

const words = pageStrings.market;
const columns = {
  all: ["source", "price", "change", "volume", "cap"] as const,
  ascending: ["source"] as const,
  first: "source" as const,
};
type Column = (typeof columns.all)[number];
type Figure = Pick<
  MarketDetail["figures"][number],
  "source" | "price" | "price_change_24h" | "volume_24h" | "market_cap"
>;

function readColumn(each: Figure, column: Column): number | string | null {
  const { source, price, price_change_24h: change, volume_24h: volume, market_cap: cap } = each;
  return { source, price, change, volume, cap }[column];
}

export const handler = {
  async GET(ctx: Context<State>) {
    const asked = readParam(ctx.params.symbol);
    const market = await readSafely(() => ctx.state.data.getMarket(asked));
    if (market.isOk && market.value === null) throw new HttpError(404);
    return page({ asked, market });
  },
};

function Figures({ market, times, query }: {
  market: MarketDetail;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const { symbol, figures } = market;
  if (!symbol && figures.length === 0) return <p class="empty">{words.noFigures}</p>;
  const table = readTable(query, columns, { anchor: "figures" });
  const { source, price, change, volume, cap } = words;
  const sorted = sortRows(
    figures,
    table.now.order,
    (each) => readColumn(each, table.now.sort),
    ({ id }) => id,
  );
  return (
    <ScrollTable label={words.figuresCaption}>
      <thead>
        <SortHeadings
          table={table}
          labels={{ source, price, change, volume, cap }}
          numbers={["price", "change", "volume", "cap"]}
        />
      </thead>
      <tbody>
        {symbol && (
          <tr data-row>
            <th scope="row" class="wrap">
              <Age source={symbol.source} timeMs={symbol.eventMs} times={times} />
            </th>
            <td class="number">
              <span data-price={symbol.symbol} data-at={toMoment(symbol.eventMs)}>
                {formatPrice(symbol.price)}
              </span>
            </td>
            <td class="number">
              <Change percent={symbol.price_change_24h} />
            </td>
            <td class="number">{formatVolume(symbol.volume_24h)}</td>
            <td class="number">–</td>
          </tr>
        )}
        {sorted.map((each) => (
          <tr key={each.id}>
            <th scope="row" class="wrap">
              <Age source={each.source} timeMs={each.timestamp} times={times} />
            </th>
            <td class="number">{formatPrice(each.price)}</td>
            <td class="number">
              <Change percent={each.price_change_24h} />
            </td>
            <td class="number">{formatVolume(each.volume_24h)}</td>
            <td class="number">{formatVolume(each.market_cap)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Level({ name, level }: { name: string; level: LevelView | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {level
          ? (
            <>
              <span class="number">{formatPrice(level.price)}</span>
              <small>
                {words.touched(formatCount(level.touches), formatDateTime(level.lastTouch))}
              </small>
            </>
          )
          : words.noLevel}
      </dd>
    </div>
  );
}

function Analysis({ analysis, times }: { analysis: AnalysisView; times: PageTimes }) {
  const { trend, trendStrength, volatility, volatilityIndex, reason } = analysis;
  return (
    <>
      {reason && <p class="empty">{reason}.</p>}
      {analysis.bars > 0 && (
        <>
          <p class="age">
            {words.analysisOf(formatCount(analysis.bars))} ·{" "}
            <Age timeMs={analysis.barsToMs} times={times} />
          </p>
          <dl class="pairs">
            <div>
              <dt>{words.trend}</dt>
              <dd>
                {trend ? words.trends[trend] : words.tooShort}
                {trendStrength !== null && (
                  <small>{words.strength(formatShare(trendStrength))}</small>
                )}
              </dd>
            </div>
            <div>
              <dt>{words.volatility}</dt>
              <dd>
                {volatility === null ? words.tooShort : (
                  <>
                    <span class="number">{volatility.toFixed(1)}%</span>
                    <small>{words.volatilityNote}</small>
                  </>
                )}
              </dd>
            </div>
            <div>
              <dt>{words.index}</dt>
              <dd>
                {volatilityIndex === null ? words.tooShort : (
                  <>
                    <span class="number">{Math.round(volatilityIndex)}%</span>
                    <small>{words.indexNote}</small>
                  </>
                )}
              </dd>
            </div>
            <Level name={words.support} level={analysis.support} />
            <Level name={words.resistance} level={analysis.resistance} />
          </dl>
        </>
      )}
    </>
  );
}

function Trust({ market, times }: { market: MarketDetail; times: PageTimes }) {
  const { quality, continuity, symbol } = market;
  const failed = Object.entries(quality?.failed ?? {});
  return (
    <>
      <h2>{words.quality}</h2>
      {quality
        ? (
          <>
            <p>
              <strong class="number">{formatExactShare(quality.score)}</strong>{" "}
              <Age timeMs={quality.timeMs} times={times} />
            </p>
            <p>
              {failed.length === 0
                ? words.qualityClean
                : `${words.failed}: ${
                  failed.map(([name, count]) => `${name} ${formatCount(count)}`).join(", ")
                }`}
            </p>
          </>
        )
        : <p class="empty">{words.qualityNone}</p>}
      {symbol && (
        <p>
          <a href={`/quality/${encodeURIComponent(symbol.symbol)}`}>{words.details}</a>
        </p>
      )}
      <h2>{words.continuity}</h2>
      {continuity.length === 0 && <p class="empty">{words.continuityNone}</p>}
      <dl class="pairs">
        {continuity.map((row) => (
          <div key={row.timeframe}>
            <dt>{row.timeframe}</dt>
            <dd class="number">
              {formatExactShare(row.expected ? 1 - row.missing / row.expected : null)}
              <small>
                {words.barsExpected(formatCount(row.expected))}, {formatCount(row.missing)}{" "}
                {pageStrings.continuity.missing.toLowerCase()}
              </small>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Together({ market: { correlations } }: { market: MarketDetail }) {
  if (correlations.length === 0) return <p class="empty">{words.togetherNone}</p>;
  return (
    <>
      <p class="muted note">{words.togetherNote}</p>
      <dl class="pairs">
        {correlations.map(({ symbol, correlation, n }) => (
          <div key={symbol}>
            <dt>
              <a href={linkMarket(symbol)}>{symbol}</a>
            </dt>
            <dd>
              <span class="number">{formatScore(correlation)}</span>
              <small>{words.hours(formatCount(n))}</small>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Related({ market: { relations } }: { market: MarketDetail }) {
  if (relations.length === 0) return <p class="empty">{words.relatedNone}</p>;
  return (
    <>
      <p class="muted note">{words.relatedNote}</p>
      <ul class="plain">
        {relations.map(({ kind, name }) => (
          <li key={`${kind} ${name}`}>
            {words.relations[kind]} <strong>{name}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}

function PageHead({ market, asked }: { market: MarketDetail; asked: string }) {
  const { symbol } = market;
  return (
    <div class="page-head">
      <div>
        <h1>{symbol ? symbol.symbol : market.name}</h1>
        {symbol && (
          <p class="age">
            {symbol.name && `${symbol.name} · `}
            {symbol.exchange} · <Session session={symbol.session} kind={symbol.kind} />
          </p>
        )}
        {!symbol && asked !== market.name && <p class="age">{asked}</p>}
      </div>
      {symbol && (
        <a class="button" href={`/enhanced-dashboard?symbol=${encodeURIComponent(symbol.symbol)}`}>
          {words.chart}
        </a>
      )}
    </div>
  );
}

/** One symbol or asset: figures of every source side by side, and what is told of it. */
export default function MarketPage({ data, url, state }: PageProps<Data, State>) {
  const { asked, market } = data;
  const times = readTimes(state);
  const found = market.isOk ? market.value : null;
  return (
    <>
      <Head>
        <title>{`${found?.symbol?.symbol ?? found?.name ?? asked} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/explore/markets">{words.back}</a>
      </p>
      {found
        ? (
          <>
            <PageHead market={found} asked={asked} />
            <section class="card" aria-labelledby="figures">
              <h2 id="figures">{words.figures}</h2>
              <Figures market={found} times={times} query={url.searchParams} />
              <p class="muted note">{words.unit}</p>
            </section>
            <div class="halves">
              <section class="card" aria-labelledby="analysis">
                <h2 id="analysis">{words.analysis}</h2>
                <Analysis analysis={found.analysis} times={times} />
              </section>
              <section class="card">
                <Trust market={found} times={times} />
              </section>
              <section class="card" aria-labelledby="together">
                <h2 id="together">{words.together}</h2>
                <Together market={found} />
              </section>
              <section class="card" aria-labelledby="related">
                <h2 id="related">{words.related}</h2>
                <Related market={found} />
              </section>
              <section class="card" aria-labelledby="signals">
                <h2 id="signals">{words.signals}</h2>
                {found.signals.length > 0
                  ? <SignalLines signals={found.signals} times={times} />
                  : <p class="empty">{words.noSignals}</p>}
              </section>
              <section class="card" aria-labelledby="headlines">
                <h2 id="headlines">{words.headlines}</h2>
                {found.headlines.length > 0
                  ? <Headlines headlines={found.headlines} times={times} />
                  : <p class="empty">{words.noHeadlines}</p>}
              </section>
            </div>
          </>
        )
        : (
          <>
            <h1>{asked}</h1>
            <ReadError href={url.pathname} />
          </>
        )}
      {found?.symbol && (
        <ExportLinks
          tables={["bars", "signals"]}
          symbol={found.symbol.symbol}
          report={`symbols/${encodeURIComponent(found.symbol.symbol)}`}
        />
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
