import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../../islands/LiveText.tsx";
import {
  formatCount,
  formatDateTime,
  formatPrice,
  formatShare,
  formatVolume,
  pageStrings,
  strings,
} from "../../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../../lib/ui/Age.tsx";
import { Candles, ScrollTable, Twin } from "../../../lib/ui/Figures.tsx";
import { Change, formatFindings, readParam } from "../../../lib/ui/PageParts.tsx";
import type { DexDetail } from "../../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../../lib/ui/read.ts";
import { ReadError, StatCard } from "../../../lib/ui/Shell.tsx";
import { isSorted, readTable, sortRows } from "../../../lib/ui/sort.ts";
import { SortHeadings } from "../../../lib/ui/SortHeading.tsx";
import type { State } from "../../../lib/ui/state.ts";

interface Data {
  asked: string;
  found: Reading<DexDetail | null>;
}

const words = pageStrings.dex;
const columns = {
  all: ["time", "open", "high", "low", "close"] as const,
  ascending: [] as const,
  first: "time" as const,
};

export const handler = {
  async GET(ctx: Context<State>) {
    const asked = readParam(ctx.params.pair);
    const found = await readSafely(() => ctx.state.data.getDexPair(asked));
    if (found.isOk && found.value === null) throw new HttpError(404);
    return page({ asked, found });
  },
};

function formatMetric(value: number | null): string {
  return value === null ? words.unknown : value.toFixed(2);
}

function noteScore(value: number | null): { note?: string } {
  return value === null ? {} : { note: words.scoreNote };
}

function Figures({ detail: { pair, metrics } }: { detail: DexDetail }) {
  return (
    <>
      <dl class="stats">
        <StatCard label={words.price} value={formatPrice(pair.price)} />
        <StatCard label={words.change} value={<Change percent={pair.price_change_24h} />} />
        <StatCard label={words.volume} value={formatVolume(pair.volume_24h)} />
        <StatCard label={words.liquidity} value={formatVolume(pair.liquidity)} />
      </dl>
      <h2>{words.metrics}</h2>
      <dl class="stats">
        <StatCard
          label={words.rank}
          value={metrics.volume_rank === null ? "–" : formatCount(metrics.volume_rank)}
        />
        <StatCard
          label={words.liquidityScore}
          value={formatMetric(metrics.liquidity_score)}
          {...noteScore(metrics.liquidity_score)}
        />
        <StatCard
          label={words.volatilityScore}
          value={formatMetric(metrics.volatility_score)}
          {...noteScore(metrics.volatility_score)}
        />
        <StatCard label={words.signalCount} value={formatCount(metrics.signal_count)} />
      </dl>
    </>
  );
}

function History({ detail: { candles, madeFrom }, query }: {
  detail: DexDetail;
  query: URLSearchParams;
}) {
  if (candles.length === 0) return <p class="empty">{words.noCandles}</p>;
  const table = readTable(query, columns, { anchor: "candles" });
  const { time, open, high, low, close } = strings.chart;
  const sorted = sortRows(
    candles,
    table.now.order,
    (candle) => candle[table.now.sort],
    (candle) => String(candle.time),
  );
  return (
    <>
      {candles.length > 1 && <Candles rows={candles} />}
      <p class="muted note">{words.madeFrom[madeFrom]}</p>
      <Twin isOpen={isSorted(table)}>
        <ScrollTable label={words.candlesCaption}>
          <thead>
            <SortHeadings
              table={table}
              labels={{ time, open, high, low, close }}
              numbers={["open", "high", "low", "close"]}
            />
          </thead>
          <tbody>
            {sorted.map(({ time, open, high, low, close }) => (
              <tr key={time}>
                <th scope="row">{formatDateTime(time)}</th>
                {[open, high, low, close].map((value, i) => (
                  <td key={i} class="number">{formatPrice(value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}

function Signals({ detail: { signals }, times }: { detail: DexDetail; times: PageTimes }) {
  if (signals.length === 0) return <p class="empty">{words.noSignals}</p>;
  return (
    <ul class="advice">
      {signals.map((signal) => (
        <li key={signal.id}>
          <span class="tag">{words.types[signal.type]}</span> {words.confidence}{" "}
          <span class="number">{formatShare(signal.confidence_score)}</span>{" "}
          <Age source={signal.source} timeMs={signal.timestamp} times={times} />
          <small>{formatFindings(signal)}</small>
        </li>
      ))}
    </ul>
  );
}

function Advice({ detail: { recommendations } }: { detail: DexDetail }) {
  if (recommendations.length === 0) return <p class="empty">{words.noRecommendations}</p>;
  return (
    <>
      <ul class="advice">
        {recommendations.map(({ type, message, confidence }) => (
          <li key={message}>
            <strong>{words.kinds[type]}:</strong> {message}{" "}
            <span class="age">{words.confidence} {formatShare(confidence)}</span>
          </li>
        ))}
      </ul>
      <p class="muted note">{words.noPromise}</p>
    </>
  );
}

function Pair({ detail, times, query }: {
  detail: DexDetail;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const { pair, networkName } = detail;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{pair.name}</h1>
          <p class="age">
            {networkName} · {pair.dex_id} ·{" "}
            <Age source={pair.source} timeMs={pair.last_updated} times={times} />
          </p>
        </div>
      </div>
      <section aria-label={words.figures}>
        <Figures detail={detail} />
      </section>
      <section class="card" aria-labelledby="candles">
        <h2 id="candles">{words.candles}</h2>
        <History detail={detail} query={query} />
      </section>
      <div class="halves">
        <section class="card" aria-labelledby="signals">
          <h2 id="signals">{words.signalCount}</h2>
          <Signals detail={detail} times={times} />
        </section>
        <section class="card" aria-labelledby="advice">
          <h2 id="advice">{words.recommendations}</h2>
          <Advice detail={detail} />
          <dl class="pairs">
            <div>
              <dt>{words.made}</dt>
              <dd>{formatDateTime(pair.pool_created_at)}</dd>
            </div>
            <div>
              <dt>{words.seen}</dt>
              <dd>{formatDateTime(pair.first_seen_at)}</dd>
            </div>
          </dl>
        </section>
      </div>
    </>
  );
}

/** One pair: figures with their age, price history, signals and what follows from them. */
export default function PairPage({ data: { asked, found }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const detail = found.isOk ? found.value : null;
  return (
    <>
      <Head>
        <title>{`${detail?.pair.name ?? asked} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/explore/dex">{words.back}</a>
      </p>
      {detail ? <Pair detail={detail} times={times} query={url.searchParams} /> : (
        <>
          <h1 class="text-cell">{asked}</h1>
          <ReadError href={url.pathname} />
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
