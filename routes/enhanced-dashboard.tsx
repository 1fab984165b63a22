import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import AgeTicker from "../islands/AgeTicker.tsx";
import IndicatorPanel from "../islands/IndicatorPanel.tsx";
import PriceChart from "../islands/PriceChart.tsx";
import SymbolSelector from "../islands/SymbolSelector.tsx";
import { strings } from "../lib/format/mod.ts";
import { isTimeframe, type Timeframe, timeframes } from "../lib/market/mod.ts";
import { chartBars } from "../lib/ui/chart_request.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { ChartView, State, SymbolView } from "../lib/ui/state.ts";

interface Data {
  symbols: Reading<SymbolView[]>;
  chart: Reading<ChartView | null>;
  symbol: string;
  timeframe: Timeframe;
  isChosen: boolean;
  marketMs: number;
  wallMs: number;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const { data, mode } = ctx.state;
    const query = ctx.url.searchParams;
    const asked = query.get("timeframe") ?? "";
    const timeframe = isTimeframe(asked) ? asked : mode.mode === "replay" ? "1m" : "1h";
    const symbols = await readSafely(() => data.listSymbols());
    const named = query.get("symbol")?.trim() ?? "";
    const known = symbols.isOk
      ? symbols.value.find((each) => each.symbol === named || each.id === named)
      : undefined;
    const first = symbols.isOk ? symbols.value[0]?.symbol ?? "" : "";
    const symbol = known?.symbol ?? (named || first);
    const chart = symbol
      ? await readSafely(() => data.getChart(symbol, timeframe, chartBars))
      : { isOk: true as const, value: null };
    if (named && chart.isOk && chart.value === null) throw new HttpError(404);
    const isChosen = named !== "" || isTimeframe(asked);
    const times = { marketMs: data.marketNow(), wallMs: data.wallNow() };
    return page({ symbols, chart, symbol, timeframe, isChosen, ...times });
  },
};

/** The choice as a form, so that it works without scripts too. */
function Choice({ data }: { data: Data }) {
  const { symbols, symbol, timeframe } = data;
  return (
    <form method="get" class="choice">
      <SymbolSelector
        symbols={symbols.isOk ? symbols.value : []}
        chosen={symbol}
        hasFailed={!symbols.isOk}
      />
      <noscript>
        <label class="field">
          <span>{strings.chart.timeframe}</span>
          <select name="timeframe">
            {timeframes.map((each) => (
              <option key={each} value={each} selected={each === timeframe}>{each}</option>
            ))}
          </select>
        </label>
        <button type="submit">{strings.signals.filters.apply}</button>
      </noscript>
    </form>
  );
}

/** The chart page. */
export default function ChartPage({ data, state, url }: PageProps<Data, State>) {
  const { symbols, chart, symbol, isChosen, marketMs, wallMs } = data;
  const last = chart.isOk ? chart.value?.bars.at(-1) : undefined;
  return (
    <>
      <Head>
        <title>{`${symbol || strings.chart.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{strings.chart.heading}</h1>
      <div class="chart-layout">
        <aside class="card" aria-label={strings.chart.indicators}>
          <Choice data={data} />
          <IndicatorPanel />
          {last && (
            <p>
              <AgeTicker
                timeMs={last.time}
                source={chart.isOk ? chart.value?.source ?? symbol : symbol}
                marketMs={marketMs}
                wallMs={wallMs}
                isStill={state.mode.ended === true}
              />
            </p>
          )}
        </aside>
        <section class="card" aria-label={symbol}>
          {!chart.isOk
            ? <ReadError href={url.pathname + url.search} />
            : chart.value === null
            ? <p class="empty">{strings.chart.empty}</p>
            : (
              <PriceChart
                first={chart.value}
                symbols={(symbols.isOk ? symbols.value : []).map(({ symbol, kind }) => ({
                  symbol,
                  kind,
                }))}
                isChosen={isChosen}
              />
            )}
        </section>
      </div>
    </>
  );
}
