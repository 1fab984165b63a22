import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../../islands/LiveText.tsx";
import {
  formatCount,
  formatPrice,
  formatShare,
  formatVolume,
  pageStrings,
  strings,
} from "../../../lib/format/mod.ts";
import {
  type DexPairRecord,
  type DexSignalRecord,
  dexSignalTypes,
} from "../../../lib/contracts/dex_records.ts";
import { Age, type PageTimes, readTimes } from "../../../lib/ui/Age.tsx";
import { Bars, ScrollTable, Timeline, Twin } from "../../../lib/ui/Figures.tsx";
import { ChoiceField, FilterForm } from "../../../lib/ui/FilterForm.tsx";
import { parseDexFilter, turnDexSort } from "../../../lib/ui/list_query.ts";
import { Change, formatFindings, linkPair } from "../../../lib/ui/PageParts.tsx";
import type {
  DexColumn,
  DexFilter,
  DexNetworkView,
  DexOverview,
} from "../../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../../lib/ui/read.ts";
import { ReadError } from "../../../lib/ui/Shell.tsx";
import { SortHeading } from "../../../lib/ui/SortHeading.tsx";
import type { State } from "../../../lib/ui/state.ts";

interface Data {
  filter: DexFilter;
  dex: Reading<DexOverview>;
}

const words = pageStrings.dex;
const typeNames = dexSignalTypes.map((type) => [type, words.types[type]] as const);
/** Networks drawn; the table beside them lists all. */
const networksDrawn = 8;

export const handler = {
  async GET(ctx: Context<State>) {
    const filter = parseDexFilter(ctx.url.searchParams);
    return page({ filter, dex: await readSafely(() => ctx.state.data.getDex(filter)) });
  },
};

function PairHeading({ column, label, filter, class: classes }: {
  column: DexColumn;
  label: string;
  filter: DexFilter;
  class?: string;
}) {
  const now = filter.sort === column ? filter.order : null;
  return <SortHeading label={label} href={turnDexSort(filter, column)} now={now} class={classes} />;
}

function PairTable({ pairs, times, filter, networks }: {
  pairs: readonly DexPairRecord[];
  times: PageTimes;
  filter: DexFilter;
  networks: ReadonlyMap<string, string>;
}) {
  const { price, change, volume, liquidity } = words;
  return (
    <ScrollTable label={words.pairsCaption}>
      <thead>
        <tr>
          <PairHeading column="name" label={words.pair} filter={filter} />
          <th scope="col">{words.network}</th>
          <PairHeading column="price" label={price} filter={filter} class="number" />
          <PairHeading column="price_change_24h" label={change} filter={filter} class="number" />
          <PairHeading column="volume_24h" label={volume} filter={filter} class="number" />
          <PairHeading column="liquidity" label={liquidity} filter={filter} class="number" />
          <PairHeading column="last_updated" label={words.age} filter={filter} />
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair) => (
          <tr key={pair.id}>
            <th scope="row">
              <a href={linkPair(pair.id)}>{pair.name}</a>
            </th>
            <td>
              {networks.get(pair.network_id) ?? pair.network_id}
              <small>{pair.dex_id}</small>
            </td>
            <td class="number">{formatPrice(pair.price)}</td>
            <td class="number">
              <Change percent={pair.price_change_24h} />
            </td>
            <td class="number">{formatVolume(pair.volume_24h)}</td>
            <td class="number">{formatVolume(pair.liquidity)}</td>
            <td>
              <Age source={pair.source} timeMs={pair.last_updated} times={times} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Leaders({ leaders, times }: { leaders: readonly DexPairRecord[]; times: PageTimes }) {
  return (
    <ScrollTable label={words.leadersCaption}>
      <thead>
        <tr>
          <th scope="col" class="number">{words.place}</th>
          <th scope="col">{words.pair}</th>
          <th scope="col" class="number">{words.volume}</th>
          <th scope="col">{words.age}</th>
        </tr>
      </thead>
      <tbody>
        {leaders.map((pair, i) => (
          <tr key={pair.id}>
            <td class="number">{i + 1}</td>
            <th scope="row">
              <a href={linkPair(pair.id)}>{pair.name}</a>
            </th>
            <td class="number">{formatVolume(pair.volume_24h)}</td>
            <td class="wrap">
              <Age source={pair.source} timeMs={pair.last_updated} times={times} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Networks({ networks }: { networks: readonly DexNetworkView[] }) {
  const sum = networks.reduce((total, { volume }) => total + volume, 0);
  const drawn = networks.slice(0, networksDrawn).map(({ name, volume }) => ({
    name,
    value: volume,
  }));
  return (
    <>
      <Bars rows={drawn} label={words.distributionAlt} />
      <Twin>
        <ScrollTable label={words.distributionAlt}>
          <thead>
            <tr>
              <th scope="col">{words.network}</th>
              {[words.count, words.volume, words.share, words.liquidity].map((word) => (
                <th key={word} scope="col" class="number">{word}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {networks.map(({ id, name, pairs, volume, liquidity }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`/explore/dex?network=${encodeURIComponent(id)}`}>{name}</a>
                </th>
                <td class="number">{formatCount(pairs)}</td>
                <td class="number">{formatVolume(volume)}</td>
                <td class="number">{formatShare(sum > 0 ? volume / sum : null)}</td>
                <td class="number">{formatVolume(liquidity)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}

function Signals({ signals, times }: { signals: readonly DexSignalRecord[]; times: PageTimes }) {
  const label = words.timelineAlt(formatCount(signals.length));
  return (
    <>
      <Timeline marks={signals} kinds={typeNames} label={label} />
      <Twin>
        <ScrollTable label={words.timeline}>
          <thead>
            <tr>
              <th scope="col">{words.pair}</th>
              <th scope="col">{words.signal}</th>
              <th scope="col" class="number">{words.confidence}</th>
              <th scope="col">{words.age}</th>
              <th scope="col">{strings.signals.evidence}</th>
            </tr>
          </thead>
          <tbody>
            {signals.map((signal) => (
              <tr key={signal.id}>
                <th scope="row">
                  <a href={linkPair(signal.pair_id)}>{signal.pair_name}</a>
                </th>
                <td>{words.types[signal.type]}</td>
                <td class="number">{formatShare(signal.confidence_score)}</td>
                <td>
                  <Age source={signal.source} timeMs={signal.timestamp} times={times} />
                </td>
                <td class="text-cell">{formatFindings(signal)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}

function Overview({ dex, filter, times }: {
  dex: DexOverview;
  filter: DexFilter;
  times: PageTimes;
}) {
  const names = new Map(dex.networks.map(({ id, name }) => [id, name]));
  const isFiltered = [filter.network, filter.exchange, filter.type].some((value) => value !== "");
  if (dex.reason !== undefined) {
    return (
      <p class="card empty">
        {words.empty} {dex.reason}
      </p>
    );
  }
  const total = `${dex.isCut ? `${words.cut} ` : ""}${formatCount(dex.total)}`;
  return (
    <>
      <section class="card" aria-labelledby="pairs">
        <div class="card-head">
          <h2 id="pairs">{words.pairs}</h2>
          <p class="age">{pageStrings.table.total(formatCount(dex.pairs.length), total)}</p>
        </div>
        {dex.pairs.length > 0
          ? <PairTable pairs={dex.pairs} times={times} filter={filter} networks={names} />
          : <p class="empty">{words.none}</p>}
      </section>
      <div class="halves">
        <section class="card" aria-labelledby="leaders">
          <h2 id="leaders">{words.leaders}</h2>
          <Leaders leaders={dex.leaders} times={times} />
        </section>
        <section class="card" aria-labelledby="networks">
          <h2 id="networks">{words.distribution}</h2>
          <Networks networks={dex.networks} />
        </section>
      </div>
      <section class="card" aria-labelledby="timeline">
        <h2 id="timeline">{words.timeline}</h2>
        {dex.signals.length > 0
          ? <Signals signals={dex.signals} times={times} />
          : <p class="empty">{isFiltered ? words.noSignalsFilter : words.noSignals}</p>}
      </section>
    </>
  );
}

/** Pairs of decentralised exchanges by network, exchange and signal. */
export default function DexPage({ data: { filter, dex }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const networks = dex.isOk ? dex.value.networks : [];
  const exchanges = dex.isOk ? dex.value.exchanges : [];
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <FilterForm
        path="/explore/dex"
        label={words.heading}
        kept={{ sort: filter.sort, order: filter.order }}
      >
        <ChoiceField
          name="network"
          label={words.network}
          value={filter.network}
          options={networks.map(({ id, name }) => [id, name] as const)}
        />
        <ChoiceField
          name="exchange"
          label={words.exchange}
          value={filter.exchange}
          options={exchanges.map((each) => [each, each] as const)}
        />
        <ChoiceField name="type" label={words.type} value={filter.type} options={typeNames} />
      </FilterForm>
      {dex.isOk
        ? <Overview dex={dex.value} filter={filter} times={times} />
        : <ReadError href={url.pathname + url.search} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
