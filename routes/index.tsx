import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import MarketClock from "../islands/MarketClock.tsx";
import PriceTable from "../islands/PriceTable.tsx";
import SignalFeed from "../islands/SignalFeed.tsx";
import { formatAge, formatCount, getDirection, pageStrings, strings } from "../lib/format/mod.ts";
import { feedMax, toFeedItem } from "../lib/ui/feed.ts";
import { parsePriceSort, sortPrices } from "../lib/ui/price_sort.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import type { ContinuityView, HealthView, PriceView, SignalView, State } from "../lib/ui/state.ts";

const DAY_MS = 86_400_000;
/** Signals read at most; with as many, there may be more. */
const signalsMax = 200;

interface Data {
  prices: Reading<PriceView[]>;
  signals: Reading<SignalView[]>;
  continuity: Reading<ContinuityView>;
  health: Reading<HealthView>;
  marketMs: number;
  wallMs: number;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const { data } = ctx.state;
    const marketMs = data.marketNow();
    const everything = {
      types: [],
      entity: "",
      from: marketMs - DAY_MS,
      to: null,
      minConfidence: 0,
      limit: signalsMax,
    };
    const [prices, signals, continuity, health] = await Promise.all([
      readSafely(() => data.listPrices()),
      readSafely(() => data.listSignals(everything)),
      readSafely(() => data.getContinuity()),
      readSafely(() => data.getHealth()),
    ]);
    return page({ prices, signals, continuity, health, marketMs, wallMs: data.wallNow() });
  },
};

function Stats({ data, isStill }: { data: Data; isStill: boolean }) {
  const { prices, signals, continuity, marketMs, wallMs } = data;
  const changes = prices.isOk
    ? prices.value.map((row) => row.price_change_24h).filter((change) => change !== null)
    : null;
  const up = changes && changes.filter((change) => getDirection(change) === "up").length;
  return (
    <dl class="stats">
      <StatCard
        label={pageStrings.stats.symbols}
        value={formatCount(prices.isOk ? prices.value.length : null)}
      />
      <StatCard
        label={pageStrings.stats.up}
        value={formatCount(up)}
        note={changes ? pageStrings.stats.ofKnown(formatCount(changes.length)) : undefined}
      />
      <StatCard
        label={pageStrings.stats.signals}
        value={formatCount(signals.isOk ? signals.value.length : null) +
          (signals.isOk && signals.value.length === signalsMax ? "+" : "")}
      />
      <StatCard
        label={pageStrings.stats.gaps}
        value={formatCount(continuity.isOk ? continuity.value.openGaps : null)}
      />
      <StatCard
        label={pageStrings.stats.marketTime}
        value={<MarketClock marketMs={marketMs} wallMs={wallMs} isStill={isStill} />}
      />
    </dl>
  );
}

function Health({ health, marketMs }: { health: HealthView; marketMs: number }) {
  return (
    <>
      <p class={`health ${health.status}`}>
        <span class="live-mark" aria-hidden="true" /> {pageStrings.health.statuses[health.status]}
      </p>
      {health.sources.length === 0 && <p class="empty">{pageStrings.health.empty}</p>}
      <ul class="plain">
        {health.sources.map((source) => (
          <li key={source.name}>
            <strong>{source.name}</strong> {pageStrings.health.statuses[source.status]}{" "}
            <span class="age">
              {pageStrings.health.lastMessage} {formatAge(source.lastMs, marketMs)}
            </span>
            {source.detail && <small>{source.detail}</small>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The main dashboard: markets, signals, continuity and health. */
export default function Dashboard({ data, state, url }: PageProps<Data, State>) {
  const { prices, signals, health, marketMs, wallMs } = data;
  const sort = parsePriceSort(url.searchParams);
  const times = { marketMs, wallMs, isStill: state.mode.ended === true };
  const retry = url.pathname + url.search;
  return (
    <>
      <Head>
        <title>{`${pageStrings.nav.dashboard} · ${strings.title}`}</title>
      </Head>
      <h1>{pageStrings.nav.dashboard}</h1>
      <Stats data={data} isStill={times.isStill} />
      <div class="columns">
        <section class="card" aria-labelledby="markets">
          <h2 id="markets">{strings.market.heading}</h2>
          {prices.isOk
            ? <PriceTable rows={sortPrices(prices.value, sort)} sort={sort} {...times} />
            : <ReadError href={retry} />}
        </section>
        <div>
          <section class="card" aria-labelledby="signals">
            <h2 id="signals">{strings.signals.latest}</h2>
            {signals.isOk
              ? (
                <SignalFeed
                  items={signals.value.slice(0, feedMax).map((each) => toFeedItem(each.record))}
                  {...times}
                />
              )
              : <ReadError href={retry} />}
            <p>
              <a href="/explore/signals">{strings.signals.all}</a>
            </p>
          </section>
          <section class="card" aria-labelledby="health">
            <h2 id="health">{pageStrings.health.heading}</h2>
            {health.isOk
              ? <Health health={health.value} marketMs={marketMs} />
              : <ReadError href={retry} />}
            <p>
              <a href="/continuity">{pageStrings.continuity.details}</a>
            </p>
          </section>
        </div>
      </div>
    </>
  );
}
