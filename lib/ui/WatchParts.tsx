/**
 * A list of symbols as anybody may see it: live prices, then what was found on them.
 *
 * @module
 */
import { formatPrice, strings } from "../format/mod.ts";
import { watchStrings as words } from "../format/watchlist_strings.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { Change } from "./Change.tsx";
import { ScrollTable } from "./Figures.tsx";
import type { WatchedSymbol } from "./own_views.ts";
import { linkMarket, SignalLines, toMoment } from "./PageParts.tsx";
import type { PageData, SignalView } from "./state.ts";

/** Signals of one symbol, and of all of them, that such a page shows. */
const signalsOfSymbol = 3;
const signalsShown = 12;
/** Symbols whose signals are looked for. */
const symbolsRead = 50;

/** Returns the newest signals on some symbols. */
export async function listWatchSignals(
  data: Pick<PageData, "listSignals">,
  symbols: readonly string[],
): Promise<SignalView[]> {
  const lists = await Promise.all(
    symbols.slice(0, symbolsRead).map((entity) =>
      data.listSignals({
        types: [],
        entity,
        from: null,
        to: null,
        minConfidence: 0,
        limit: signalsOfSymbol,
      })
    ),
  );
  return lists.flat()
    .filter(({ record }) => symbols.includes(record.entity))
    .sort((a, b) => b.record.timestamp - a.record.timestamp).slice(0, signalsShown);
}

/** Symbols with prices that an island of the page keeps live. */
export function WatchTable(
  { symbols, times }: { symbols: readonly WatchedSymbol[]; times: PageTimes },
) {
  const { market } = strings;
  if (symbols.length === 0) return <p class="empty">{words.empty}</p>;
  return (
    <ScrollTable label={words.pricesCaption} class="prices">
      <thead>
        <tr>
          <th scope="col">{market.symbol}</th>
          <th scope="col" class="number">{market.price}</th>
          <th scope="col" class="number">{market.change}</th>
          <th scope="col">{market.source}</th>
        </tr>
      </thead>
      <tbody>
        {symbols.map(({ symbol, price, price_change_24h, source, eventMs }) => (
          <tr key={symbol} data-row>
            <th scope="row">
              <a href={linkMarket(symbol)}>{symbol}</a>
            </th>
            <td class="number">
              <span data-price={symbol} data-at={toMoment(eventMs)}>{formatPrice(price)}</span>
            </td>
            <td class="number">
              <Change percent={price_change_24h} />
            </td>
            <td>
              <Age source={source ?? ""} timeMs={eventMs} times={times} none={words.noPrice} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** What detectors found on the symbols. */
export function WatchSignals(
  { signals, times }: { signals: readonly SignalView[]; times: PageTimes },
) {
  return (
    <section class="card" aria-labelledby="watch-signals">
      <h2 id="watch-signals">{words.signals}</h2>
      {signals.length > 0
        ? <SignalLines signals={signals} times={times} />
        : <p class="empty">{words.noSignals}</p>}
      <p>
        <a href="/explore/signals">{strings.signals.all}</a>
      </p>
    </section>
  );
}
