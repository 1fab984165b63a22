import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import WatchPush from "../../islands/WatchPush.tsx";
import { strings } from "../../lib/format/mod.ts";
import { watchStrings as words } from "../../lib/format/watchlist_strings.ts";
import { Age, readTimes } from "../../lib/ui/Age.tsx";
import { getOwn } from "../../lib/ui/own.ts";
import { readShown, type WatchView } from "../../lib/ui/own_views.ts";
import { readParam } from "../../lib/ui/PageParts.tsx";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { SignalView, State } from "../../lib/ui/state.ts";
import { listWatchSignals, WatchSignals, WatchTable } from "../../lib/ui/WatchParts.tsx";

interface Data {
  watch: Reading<WatchView | null>;
  signals: Reading<SignalView[]>;
}

export const handler = {
  async GET({ params, state }: Context<State>) {
    const path = `/api/v1/watch/${encodeURIComponent(readParam(params.id))}`;
    const watch = await readShown(state, (ask) => getOwn<WatchView>(ask, path));
    if (watch.isOk && watch.value === null) throw new HttpError(404);
    const symbols = watch.isOk ? watch.value!.symbols.map(({ symbol }) => symbol) : [];
    const signals = await readSafely(() => listWatchSignals(state.data, symbols));
    return page({ watch, signals });
  },
};

/** The offer to be told of signals; whoever is signed in has alerts of their own. */
function Push({ symbols, isSignedIn }: { symbols: string[]; isSignedIn: boolean }) {
  return (
    <section class="card" aria-labelledby="watch-push">
      <h2 id="watch-push">{isSignedIn ? words.ownAlerts : words.push}</h2>
      {isSignedIn
        ? (
          <p>
            <a href="/alerts">{words.toAlerts}</a>
          </p>
        )
        : (
          <>
            <p>{words.pushText}</p>
            <p class="no-script muted">{words.noScript}</p>
            <WatchPush symbols={symbols} />
          </>
        )}
    </section>
  );
}

/** A public watchlist: prices, signals and push for everybody who has its address. */
export default function WatchPage({ data, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const watch = data.watch.isOk ? data.watch.value : null;
  const heading = watch?.name ?? words.heading;
  return (
    <>
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
      </Head>
      <h1>{heading}</h1>
      <p>{words.intro}</p>
      {!watch && <ReadError href={url.pathname} />}
      {watch && (
        <>
          <section class="card" aria-labelledby="watch-prices">
            <div class="card-head">
              <h2 id="watch-prices">{words.prices}</h2>
              <p class="age">
                {words.changed} <Age timeMs={watch.updated_at} clock="wall" times={times} />
              </p>
            </div>
            <WatchTable symbols={watch.symbols} times={times} />
          </section>
          <div class="halves">
            {data.signals.isOk
              ? <WatchSignals signals={data.signals.value} times={times} />
              : <ReadError href={url.pathname} />}
            {watch.symbols.length > 0 && (
              <Push
                symbols={watch.symbols.map(({ symbol }) => symbol)}
                isSignedIn={state.person != null}
              />
            )}
          </div>
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
