import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import PriceTable from "../islands/PriceTable.tsx";
import SignalFeed from "../islands/SignalFeed.tsx";
import {
  formatAge,
  formatCount,
  formatDateTime,
  getDirection,
  strings,
} from "../lib/format/mod.ts";
import { feedMax, toFeedItem } from "../lib/ui/feed.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import type { ContinuityView, HealthView, PriceView, SignalView, State } from "../lib/ui/state.ts";

const DAY_MS = 86_400_000;

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
      limit: 200,
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

function Stats({ data }: { data: Data }) {
  const { prices, signals, continuity } = data;
  const up = prices.isOk
    ? prices.value.filter((row) => getDirection(row.price_change_24h) === "up").length
    : null;
  return (
    <dl class="stats">
      <StatCard
        label={strings.stats.symbols}
        value={formatCount(prices.isOk ? prices.value.length : null)}
      />
      <StatCard label={strings.stats.up} value={formatCount(up)} />
      <StatCard
        label={strings.stats.signals}
        value={formatCount(signals.isOk ? signals.value.length : null)}
      />
      <StatCard
        label={strings.stats.gaps}
        value={formatCount(continuity.isOk ? continuity.value.openGaps : null)}
      />
      <StatCard
        label={strings.stats.marketTime}
        value={data.marketMs > 0 ? formatDateTime(data.marketMs) : "–"}
      />
    </dl>
  );
}

function Health({ health, marketMs }: { health: HealthView; marketMs: number }) {
  return (
    <>
      <p class={`health ${health.status}`}>
        <span class="live-mark" aria-hidden="true" /> {strings.health.statuses[health.status]}
      </p>
      {health.sources.length === 0 && <p class="empty">{strings.health.empty}</p>}
      <ul class="plain">
        {health.sources.map((source) => (
          <li key={source.name}>
            <strong>{source.name}</strong> {strings.health.statuses[source.status]}{" "}
            <span class="age">
              {strings.health.lastMessage} {formatAge(source.lastMs, marketMs)}
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
  const times = { marketMs, wallMs, isStill: state.mode.ended === true };
  const rows = prices.isOk
    ? prices.value.toSorted((a, b) => (b.volume_24h ?? -1) - (a.volume_24h ?? -1))
    : [];
  const retry = url.pathname + url.search;
  return (
    <>
      <Head>
        <title>{`${strings.nav.dashboard} · ${strings.title}`}</title>
      </Head>
      <h1>{strings.nav.dashboard}</h1>
      <Stats data={data} />
      <div class="columns">
        <section class="card" aria-labelledby="markets">
          <h2 id="markets">{strings.market.heading}</h2>
          {prices.isOk ? <PriceTable rows={rows} {...times} /> : <ReadError href={retry} />}
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
            <h2 id="health">{strings.health.heading}</h2>
            {health.isOk
              ? <Health health={health.value} marketMs={marketMs} />
              : <ReadError href={retry} />}
            <p>
              <a href="/continuity">{strings.continuity.details}</a>
            </p>
          </section>
        </div>
      </div>
    </>
  );
}
