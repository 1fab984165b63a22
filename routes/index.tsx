import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import MarketClock from "../islands/MarketClock.tsx";
import PriceTable from "../islands/PriceTable.tsx";
import Refresh from "../islands/Refresh.tsx";
import SignalFeed from "../islands/SignalFeed.tsx";
import WaitForSymbols from "../islands/WaitForSymbols.tsx";
import type { SignalRecord } from "../lib/contracts/records.ts";
import {
  formatCount,
  getDirection,
  overviewStrings,
  pageStrings,
  signalStrings,
  strings,
} from "../lib/format/mod.ts";
import { type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { Movers, SourceHealth } from "../lib/ui/DashboardParts.tsx";
import { addSignals, feedMax, toFeedItem } from "../lib/ui/feed.ts";
import type { GaugeView } from "../lib/ui/page_views.ts";
import { parsePriceSort, sortPrices } from "../lib/ui/price_sort.ts";
import { ExportLinks } from "../lib/ui/ExportLinks.tsx";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { Sentiment } from "../lib/ui/Sentiment.tsx";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import { SourceRing } from "../lib/ui/SignalFigures.tsx";
import type { FailingView, PaymentsView } from "../lib/ui/analysis_views.ts";
import { Payments } from "../lib/ui/Payments.tsx";
import type { ContinuityView, HealthView, PriceView, State } from "../lib/ui/state.ts";

const DAY_MS = 86_400_000;
/** Signals read at most; with as many, there may be more. */
const signalsMax = 1_000;
const words = overviewStrings.dashboard;

interface Data {
  prices: Reading<PriceView[]>;
  signals: Reading<SignalRecord[]>;
  continuity: Reading<ContinuityView>;
  health: Reading<HealthView>;
  mood: Reading<GaugeView | null>;
  payments: Reading<PaymentsView>;
  failing: Reading<FailingView[]>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const { data } = ctx.state;
    const ofDay = {
      types: [],
      entity: "",
      from: data.marketNow() - DAY_MS,
      to: null,
      minConfidence: 0,
      limit: signalsMax,
    };
    const [prices, signals, continuity, health, mood, payments, failing] = await Promise.all([
      readSafely(() => data.listPrices()),
      readSafely(() => data.listSignalRecords(ofDay)),
      readSafely(() => data.getContinuity()),
      readSafely(() => data.getHealth()),
      readSafely(() => data.getMood()),
      readSafely(() => data.getPayments()),
      readSafely(() => data.listFailing()),
    ]);
    return page({ prices, signals, continuity, health, mood, payments, failing });
  },
};

function countSignals(signals: Data["signals"]): string {
  if (!signals.isOk) return formatCount(null);
  const { length } = signals.value;
  return formatCount(length) + (length === signalsMax ? "+" : "");
}

function Stats({ data, times }: { data: Data; times: PageTimes }) {
  const { prices, signals, continuity } = data;
  const changes = prices.isOk
    ? prices.value.map((row) => row.price_change_24h).filter((change) => change !== null)
    : null;
  const up = changes && changes.filter((change) => getDirection(change) === "up").length;
  return (
    <dl class="stats">
      <StatCard
        label={pageStrings.stats.symbols}
        value={formatCount(prices.isOk ? prices.value.length : null)}
        refresh="symbols"
      />
      <StatCard
        label={pageStrings.stats.up}
        value={formatCount(up)}
        note={changes ? pageStrings.stats.ofKnown(formatCount(changes.length)) : undefined}
        refresh="up"
      />
      <StatCard label={pageStrings.stats.signals} value={countSignals(signals)} refresh="signals" />
      <StatCard
        label={pageStrings.stats.gaps}
        value={formatCount(continuity.isOk ? continuity.value.openGaps : null)}
        refresh="gaps"
      />
      <StatCard
        label={pageStrings.stats.marketTime}
        value={
          <MarketClock marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
        }
      />
    </dl>
  );
}

function PaymentsCard({ payments, retry }: Pick<Data, "payments"> & { retry: string }) {
  return (
    <section class="card" aria-labelledby="payments">
      <h2 id="payments">{signalStrings.payments.heading}</h2>
      <div data-refresh="payments">
        {payments.isOk ? <Payments payments={payments.value} /> : <ReadError href={retry} />}
      </div>
    </section>
  );
}

/** What keeps failing, so that whoever runs it need not look for it; empty while nothing does. */
function Failing({ failing }: Pick<Data, "failing">) {
  const all = failing.isOk ? failing.value : [];
  return (
    <div data-refresh="failing">
      {all.length > 0 && (
        <p class="failing" role="status">
          <a href="/jobs">{signalStrings.failing(formatCount(all.length))}</a>{" "}
          <span>{all.map(({ message }) => message).join("; ").slice(0, 300)}</span>
        </p>
      )}
    </div>
  );
}

/** What the market did and how it speaks; read anew while the page lies open. */
function Widgets({ data, times, retry }: { data: Data; times: PageTimes; retry: string }) {
  const { prices, signals, mood } = data;
  return (
    <div class="widgets">
      <section class="card" aria-labelledby="movers">
        <h2 id="movers">{words.movers}</h2>
        <div data-refresh="movers">
          {prices.isOk ? <Movers rows={prices.value} times={times} /> : <ReadError href={retry} />}
        </div>
      </section>
      <section class="card" aria-labelledby="mood">
        <h2 id="mood">{words.mood}</h2>
        <div data-refresh="mood">
          {mood.isOk ? <Sentiment gauge={mood.value} /> : <ReadError href={retry} />}
        </div>
        <p>
          <a href="/explore/news">{words.moodMore}</a>
        </p>
      </section>
      <section class="card" aria-labelledby="by-source">
        <h2 id="by-source">{overviewStrings.signals.bySource}, {words.ofDay}</h2>
        <div data-refresh="by-source">
          {signals.isOk ? <SourceRing records={signals.value} /> : <ReadError href={retry} />}
        </div>
      </section>
    </div>
  );
}

function Signals({ signals, times, retry }: Pick<Data, "signals"> & {
  times: PageTimes;
  retry: string;
}) {
  const { marketMs, wallMs, isStill } = times;
  return (
    <section class="card" aria-labelledby="signals">
      <h2 id="signals">{strings.signals.latest}</h2>
      {signals.isOk
        ? (
          <SignalFeed
            items={addSignals(signals.value.slice(0, 2 * feedMax).map(toFeedItem), [])}
            marketMs={marketMs}
            wallMs={wallMs}
            isStill={isStill}
          />
        )
        : <ReadError href={retry} />}
      <p>
        <a href="/explore/signals">{strings.signals.all}</a>
      </p>
    </section>
  );
}

function Health({ health, times, retry }: Pick<Data, "health"> & {
  times: PageTimes;
  retry: string;
}) {
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">{pageStrings.health.heading}</h2>
      <div data-refresh="health">
        {health.isOk
          ? <SourceHealth health={health.value} times={times} />
          : <ReadError href={retry} />}
      </div>
      <p>
        <a href="/sources">{words.allSources}</a>
      </p>
      <p>
        <a href="/continuity">{pageStrings.continuity.details}</a>
      </p>
    </section>
  );
}

/** The main dashboard: markets, signals, what moved, how headlines speak, and health. */
export default function Dashboard({ data, state, url }: PageProps<Data, State>) {
  const { prices } = data;
  const sort = parsePriceSort(url.searchParams);
  const times = readTimes(state);
  const { marketMs, wallMs, isStill } = times;
  const retry = url.pathname + url.search;
  return (
    <>
      <Head>
        <title>{`${pageStrings.nav.dashboard} · ${strings.title}`}</title>
      </Head>
      <h1>{pageStrings.nav.dashboard}</h1>
      <Failing failing={data.failing} />
      <Stats data={data} times={times} />
      <div class="columns">
        <div>
          <section class="card" aria-labelledby="markets">
            <h2 id="markets">{strings.market.heading}</h2>
            {!prices.isOk
              ? <ReadError href={retry} />
              : prices.value.length === 0
              ? <WaitForSymbols text={strings.market.empty} />
              : (
                <PriceTable
                  rows={sortPrices(prices.value, sort)}
                  sort={sort}
                  marketMs={marketMs}
                  wallMs={wallMs}
                  isStill={isStill}
                />
              )}
          </section>
          <PaymentsCard payments={data.payments} retry={retry} />
        </div>
        <div>
          <Signals signals={data.signals} times={times} retry={retry} />
          <Health health={data.health} times={times} retry={retry} />
        </div>
      </div>
      <Widgets data={data} times={times} retry={retry} />
      <ExportLinks
        tables={["dashboard", "signals"]}
        share={{ kind: "dashboard", target: url.search.slice(1) }}
        report="dashboard"
      />
      <LiveText marketMs={marketMs} wallMs={wallMs} isStill={isStill} />
      <Refresh />
    </>
  );
}
