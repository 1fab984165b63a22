import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import {
  formatCount,
  formatPrice,
  formatVolume,
  pageStrings,
  strings,
} from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { ExportLinks } from "../../lib/ui/ExportLinks.tsx";
import { ChoiceField, FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import {
  filterMarkets,
  formatQuery,
  type MarketFilter,
  matchesText,
  parseMarketFilter,
} from "../../lib/ui/list_query.ts";
import { Change, linkMarket, Session, toMoment } from "../../lib/ui/PageParts.tsx";
import type { MarketList, MarketView } from "../../lib/ui/page_views.ts";
import {
  defaultPriceSort,
  parsePriceSort,
  type PriceColumn,
  type PriceSort,
  sortPrices,
  turnPriceSort,
} from "../../lib/ui/price_sort.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { SortHeading } from "../../lib/ui/SortHeading.tsx";
import type { PriceView, State } from "../../lib/ui/state.ts";

interface Data {
  markets: Reading<MarketList>;
}

/** A row of either table. */
type Row = PriceView & { market_cap?: number | null; href: string };

interface Choice {
  filter: MarketFilter;
  sort: PriceSort;
}

const words = pageStrings.markets;
const path = "/explore/markets";

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ markets: await readSafely(() => ctx.state.data.listMarkets()) });
  },
};

function MarketHeading({ column, label, class: classes, choice: { filter, sort } }: {
  column: PriceColumn;
  label: string;
  class?: string;
  choice: Choice;
}) {
  const { sort: next, order } = turnPriceSort(sort, column);
  const query = formatQuery({ q: filter.text, exchange: filter.exchange, sort: next, order });
  const now = sort.sort === column ? sort.order : null;
  return <SortHeading label={label} href={query} now={now} class={classes} />;
}

function Table({ rows, choice, times, label, isAssets = false }: {
  rows: readonly Row[];
  choice: Choice;
  times: PageTimes;
  label: string;
  isAssets?: boolean;
}) {
  const { market } = strings;
  const sorted = sortPrices(rows, choice.sort);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={words.caption(label)}>
      <table class="prices">
        <caption class="visually-hidden">{words.caption(label)}</caption>
        <thead>
          <tr>
            <MarketHeading column="symbol" label={market.symbol} choice={choice} />
            <MarketHeading column="price" label={market.price} class="number" choice={choice} />
            <MarketHeading
              column="price_change_24h"
              label={market.change}
              class="number"
              choice={choice}
            />
            <MarketHeading
              column="volume_24h"
              label={market.volume}
              class="number wide"
              choice={choice}
            />
            {isAssets && <th scope="col" class="number wide">{words.cap}</th>}
            <MarketHeading column="age" label={market.source} choice={choice} />
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.id} data-row>
              <th scope="row">
                <a href={row.href}>{row.symbol}</a>
                {row.name && <small>{row.name}</small>}
              </th>
              <td class="number">
                {isAssets
                  ? formatPrice(row.price)
                  : (
                    <span data-price={row.symbol} data-at={toMoment(row.eventMs)}>
                      {formatPrice(row.price)}
                    </span>
                  )}
              </td>
              <td class="number">
                <Change percent={row.price_change_24h} />
              </td>
              <td class="number wide">
                {formatVolume(row.volume_24h)}
                {row.volume_24h !== null && row.volumeHours < 24 && (
                  <small title={market.volumeOf}>{row.volumeHours} h</small>
                )}
              </td>
              {isAssets && <td class="number wide">{formatVolume(row.market_cap)}</td>}
              <td>
                <Age source={row.source} timeMs={row.eventMs} times={times} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function listAssets({ assets }: MarketList, { text, exchange }: MarketFilter): Row[] {
  if (exchange) return [];
  return assets.flatMap((asset) => {
    const name = asset.id.match(/^asset:([^@]+)@/)?.[1];
    return !matchesText([asset.symbol, name], text) ? [] : {
      ...asset,
      ...(name === undefined ? {} : { name }),
      exchange: asset.source,
      volumeHours: 24,
      eventMs: asset.timestamp,
      spark: [],
      href: linkMarket(name ?? asset.symbol),
    };
  });
}

function Markets({ list, choice, times }: { list: MarketList; choice: Choice; times: PageTimes }) {
  const shown = filterMarkets(list.symbols, choice.filter);
  const groups = [...Map.groupBy(shown, ({ exchange }) => exchange)];
  const assets = listAssets(list, choice.filter);
  const isFiltered = choice.filter.text !== "" || choice.filter.exchange !== "";
  const toRow = (row: MarketView): Row => ({ ...row, href: linkMarket(row.symbol) });
  return (
    <>
      {shown.length === 0 && (assets.length === 0 || !isFiltered) && (
        <p class="empty">{isFiltered ? words.none : words.empty}</p>
      )}
      {groups.map(([exchange, rows]) => (
        <section key={exchange} class="card" aria-labelledby={`exchange-${exchange}`}>
          <div class="card-head">
            <h2 id={`exchange-${exchange}`}>{exchange}</h2>
            <p class="age">
              {words.rows(formatCount(rows.length))} ·{" "}
              <Session session={rows[0]!.session} kind={rows[0]!.kind} />
            </p>
          </div>
          <Table rows={rows.map(toRow)} choice={choice} times={times} label={exchange} />
        </section>
      ))}
      {!choice.filter.exchange && (
        <section class="card" aria-labelledby="assets">
          <div class="card-head">
            <h2 id="assets">{words.assets}</h2>
            <p class="age">{words.assetsNote}</p>
          </div>
          {assets.length > 0
            ? <Table rows={assets} choice={choice} times={times} label={words.assets} isAssets />
            : (
              <p class="empty">
                {isFiltered && list.assets.length > 0
                  ? words.none
                  : times.recorded
                  ? words.noAssetsRecorded
                  : words.noAssets}
              </p>
            )}
        </section>
      )}
    </>
  );
}

/** All followed symbols and assets, by exchange; filter and order live in the address. */
export default function MarketsPage({ data: { markets }, url, state }: PageProps<Data, State>) {
  const filter = parseMarketFilter(url.searchParams);
  const sort = parsePriceSort(url.searchParams);
  const times = readTimes(state);
  const kept: Record<string, string> = sort === defaultPriceSort
    ? {}
    : { sort: sort.sort, order: sort.order };
  const exchanges = markets.isOk
    ? [...new Set(markets.value.symbols.map(({ exchange }) => exchange))].sort()
    : [];
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <FilterForm path={path} label={words.heading} kept={kept}>
        <SearchField name="q" label={words.find} value={filter.text} />
        <ChoiceField
          name="exchange"
          label={words.exchange}
          value={filter.exchange}
          options={exchanges.map((each) => [each, each] as const)}
        />
      </FilterForm>
      {markets.isOk
        ? <Markets list={markets.value} choice={{ filter, sort }} times={times} />
        : <ReadError href={url.pathname + url.search} />}
      <ExportLinks tables={["market", "dashboard"]} report="dashboard" />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
