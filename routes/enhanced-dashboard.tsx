import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import ChartAlerts from "../islands/ChartAlerts.tsx";
import IndicatorPanel from "../islands/IndicatorPanel.tsx";
import PriceChart from "../islands/PriceChart.tsx";
import SymbolSelector from "../islands/SymbolSelector.tsx";
import WaitForSymbols from "../islands/WaitForSymbols.tsx";
import { alertStrings } from "../lib/format/alert_strings.ts";
import { strings } from "../lib/format/mod.ts";
import { isTimeframe, type Timeframe, timeframes } from "../lib/market/mod.ts";
import { listLineNames } from "../lib/chart/mod.ts";
import type { IndicatorKey } from "../lib/chart/indicators.ts";
import { toColumns } from "../lib/ui/chart_columns.ts";
import { chartBars, firstBars } from "../lib/ui/chart_request.ts";
import { ExportLinks } from "../lib/ui/ExportLinks.tsx";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { ChartView, State, SymbolView } from "../lib/ui/state.ts";

interface Data {
  symbols: Reading<SymbolView[]>;
  chart: Reading<ChartView | null>;
  symbol: string;
  timeframe: Timeframe;
  isChosen: boolean;
  shown: IndicatorKey[];
  marketMs: number;
  wallMs: number;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const { data, mode } = ctx.state;
    const query = ctx.url.searchParams;
    const defaults = data.getChartDefaults();
    const asked = query.get("timeframe") ?? "";
    const timeframe = isTimeframe(asked)
      ? asked
      : mode.mode === "replay"
      ? "1m"
      : defaults.timeframe;
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
    return page({
      symbols,
      chart,
      symbol,
      timeframe,
      isChosen,
      shown: defaults.indicators,
      ...times,
    });
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
        <button type="submit">{strings.chart.show}</button>
      </noscript>
    </form>
  );
}

/** The chart, of which the page carries what its first view shows. */
function Chart({ chart, data, isStill }: { chart: ChartView; data: Data; isStill: boolean }) {
  const { symbols, isChosen, shown, marketMs, wallMs } = data;
  return (
    <PriceChart
      first={toColumns(chart, listLineNames(shown), firstBars)}
      isPartial={chart.bars.length > firstBars}
      symbols={(symbols.isOk ? symbols.value : []).map(({ symbol, kind }) => ({ symbol, kind }))}
      isChosen={isChosen}
      shown={shown}
      marketMs={marketMs}
      wallMs={wallMs}
      isStill={isStill}
    />
  );
}

/** The way to an alert on this chart; on the chart itself for who is signed in. */
function AlertHere({ symbol, isSignedIn }: { symbol: string; isSignedIn: boolean }) {
  const { open } = alertStrings.chart;
  const link = (
    <a
      class={isSignedIn ? "button no-script" : "button"}
      href={`/alerts/new?symbol=${encodeURIComponent(symbol)}`}
    >
      {open}
    </a>
  );
  return (
    <>
      {link}
      {isSignedIn && <ChartAlerts label={open} />}
    </>
  );
}

/** The chart page. */
export default function ChartPage({ data, state, url }: PageProps<Data, State>) {
  const { chart, symbol } = data;
  return (
    <>
      <Head>
        <title>{`${symbol || strings.chart.heading} · ${strings.title}`}</title>
      </Head>
      <div class="page-head">
        <h1>{strings.chart.heading}</h1>
        <Choice data={data} />
        {state.ask && <AlertHere symbol={symbol} isSignedIn={Boolean(state.person)} />}
      </div>
      <div class="chart-layout">
        <aside class="card js-only" aria-label={strings.chart.indicators}>
          <IndicatorPanel />
        </aside>
        <section class="card" aria-label={strings.chart.heading}>
          {!chart.isOk
            ? <ReadError href={url.pathname + url.search} />
            : chart.value === null
            ? <WaitForSymbols text={strings.chart.empty} />
            : <Chart chart={chart.value} data={data} isStill={state.mode.ended === true} />}
        </section>
      </div>
      {symbol && (
        <ExportLinks
          tables={["bars"]}
          symbol={symbol}
          timeframe={data.timeframe}
          share={{ kind: "dashboard", target: url.search.slice(1) }}
          report={`symbols/${encodeURIComponent(symbol)}`}
        />
      )}
    </>
  );
}
