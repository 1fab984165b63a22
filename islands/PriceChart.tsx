import { effect, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { describeBar, describeChart } from "../lib/chart/describe.ts";
import type { ChartHandle } from "../lib/chart/draw.ts";
import { indicatorGroups } from "../lib/chart/indicators.ts";
import { strings } from "../lib/format/strings.ts";
import { getLiveClient, liveState } from "../lib/live/client.ts";
import { timeframes } from "../lib/market/timeframe.ts";
import { BarTable } from "../lib/ui/BarTable.tsx";
import { createChartModel } from "../lib/ui/chart_model.ts";
import * as page from "../lib/ui/page_state.ts";
import type { ChartView, SymbolView } from "../lib/ui/state.ts";

interface Props {
  first: ChartView;
  symbols: Pick<SymbolView, "symbol" | "kind">[];
  /** The address named the series, so a kept choice does not replace it. */
  isChosen: boolean;
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return await answer.json();
}

function getStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** Takes over the choice of the address or of the last visit, and keeps every later one. */
function startChoice({ first, isChosen, symbols }: Props): () => void {
  const kept = page.readChoice(getStorage());
  const isKnown = symbols.some((each) => each.symbol === kept.symbol);
  page.symbol.value = !isChosen && isKnown ? kept.symbol! : first.symbol;
  page.timeframe.value = isChosen ? first.timeframe : kept.timeframe ?? first.timeframe;
  page.indicators.value = kept.indicators;
  return effect(() => {
    const [symbol, timeframe] = [page.symbol.value, page.timeframe.value];
    page.writeChoice(getStorage(), { symbol, timeframe, indicators: page.indicators.value });
    const url = new URL(location.href);
    url.searchParams.set("symbol", symbol);
    url.searchParams.set("timeframe", timeframe);
    history.replaceState(null, "", url);
  });
}

/** Candlesticks with indicators; works by pointer, by keyboard, and as a table. */
export default function PriceChart(props: Props) {
  const { first, symbols } = props;
  const box = useRef<HTMLDivElement>(null);
  const handle = useRef<ChartHandle | null>(null);
  const pointed = useSignal<number | null>(null);
  const spoken = useSignal("");
  const isTable = useSignal(false);
  const isDrawn = useSignal(false);
  const attempt = useSignal(0);
  const model = useMemo(() => {
    const stocks = new Set(symbols.filter((each) => each.kind === "stock").map((s) => s.symbol));
    return createChartModel(first, (symbol) => !stocks.has(symbol), fetchJson);
  }, []);
  const shown = model.shown;
  const summary = useComputed(() => {
    const { series, gaps } = shown.value;
    return describeChart(series.symbol, series.timeframe, series.bars, gaps);
  });
  const reading = useComputed(() => {
    const { bars, indicators } = shown.value.series;
    const index = pointed.value ?? bars.length - 1;
    const bar = bars[index];
    if (!bar) return "";
    const lines = indicatorGroups.filter((group) => page.indicators.value.includes(group.key))
      .flatMap((group) => group.lines);
    return describeBar(
      bar,
      lines.map(({ name, label }) => ({ label, value: indicators[name]?.[index] ?? null })),
    );
  });

  const redraw = (isFitting: boolean) => {
    const { series, gaps } = shown.peek();
    const markers = (first.symbol === series.symbol ? first.markers ?? [] : []).map((marker) => ({
      timestamp: marker.timestamp,
      label: strings.signals.types[marker.type],
    }));
    handle.current?.setSeries(series, gaps, markers, isFitting);
  };

  useEffect(() => {
    const stopChoice = startChoice(props);
    let isGone = false;
    const stops = [stopChoice];
    void import("../lib/chart/draw.ts").then(({ drawChart }) => {
      if (isGone || !box.current) return;
      const made = drawChart(box.current, page.theme.peek(), (index) => pointed.value = index);
      handle.current = made;
      redraw(true);
      stops.push(effect(() => made.setIndicators(page.indicators.value)));
      stops.push(effect(() => made.setTheme(page.theme.value)));
      isDrawn.value = true;
    }, () => isTable.value = true);
    return () => {
      isGone = true;
      for (const stop of stops) stop();
      handle.current?.remove();
    };
  }, []);

  useEffect(() =>
    effect(() => {
      const [symbol, timeframe, tries] = [
        page.symbol.value,
        page.timeframe.value,
        attempt.value,
      ];
      const series = shown.peek().series;
      if (symbol === "") return;
      if (series.symbol === symbol && series.timeframe === timeframe && tries === 0) return;
      page.isLoading.value = true;
      page.error.value = "";
      const isOther = series.symbol !== symbol || series.timeframe !== timeframe;
      model.load(symbol, timeframe).then(() => {
        if (isOther) pointed.value = null;
        redraw(isOther);
      }, () => page.error.value = strings.chart.failed)
        .finally(() => page.isLoading.value = false);
    }), []);

  useEffect(() => {
    const live = getLiveClient();
    let isWaiting = false;
    let lastMs = 0;
    const paint = () => {
      isWaiting = false;
      lastMs = Date.now();
      handle.current?.updateLast(shown.peek().series);
    };
    const stopBars = live.on("bars", (message) => {
      const change = model.take(message.data);
      if (change === "closed") redraw(false);
      if (change !== "running" || isWaiting) return;
      isWaiting = true;
      setTimeout(paint, Math.max(0, 1000 - (Date.now() - lastMs)));
    });
    const stopSymbol = effect(() => {
      if (page.symbol.value) live.subscribe({ channels: ["bars"], symbols: [page.symbol.value] });
    });
    // Without a stream the series itself is asked for anew.
    const timer = setInterval(() => {
      if (liveState.peek()?.transport !== "websocket") attempt.value++;
    }, 30_000);
    return () => {
      stopBars();
      stopSymbol();
      clearInterval(timer);
      live.unsubscribe(["bars"]);
    };
  }, []);

  const move = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = shown.value.series.bars.length - 1;
    if (last < 0) return;
    const at = pointed.value ?? last;
    const targets: Record<string, number | null> = {
      ArrowLeft: Math.max(0, at - 1),
      ArrowRight: Math.min(last, at + 1),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (event.key === "+" || event.key === "=") handle.current?.zoom(1.4);
    else if (event.key === "-") handle.current?.zoom(1 / 1.4);
    else if (event.key in targets) {
      const target = targets[event.key]!;
      handle.current?.pointAt(target);
      pointed.value = target;
      spoken.value = target === null ? "" : reading.value;
    } else return;
    event.preventDefault();
  };

  const { series, gaps } = shown.value;
  const words = strings.chart;
  const isTableShown = isTable.value || !isDrawn.value;
  return (
    <div class="chart" aria-busy={page.isLoading.value}>
      <div class="toolbar js-only">
        <div role="group" aria-label={words.timeframe} class="segments">
          {timeframes.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={(page.symbol.value ? page.timeframe.value : first.timeframe) === each}
              onClick={() => page.setTimeframe(each)}
            >
              {each}
            </button>
          ))}
        </div>
        <div class="segments">
          <button type="button" aria-label={words.zoomIn} onClick={() => handle.current?.zoom(1.4)}>
            +
          </button>
          <button
            type="button"
            aria-label={words.zoomOut}
            onClick={() => handle.current?.zoom(1 / 1.4)}
          >
            −
          </button>
          <button type="button" onClick={() => handle.current?.fit()}>{words.fit}</button>
          <button
            type="button"
            aria-pressed={isTable.value}
            onClick={() => isTable.value = !isTable.value}
          >
            {isTable.value ? words.chart : words.table}
          </button>
        </div>
      </div>
      {page.error.value && (
        <p class="error" role="alert">
          {page.error.value}{" "}
          <button type="button" onClick={() => attempt.value++}>{words.retry}</button>
        </p>
      )}
      {page.isLoading.value && <p class="loading" role="status">{words.loading}</p>}
      <p class="reading number">{reading.value || words.empty}</p>
      <p class="visually-hidden" aria-live="polite">{spoken.value}</p>
      <div
        class="canvas js-only"
        ref={box}
        hidden={isTable.value}
        role="application"
        tabIndex={0}
        aria-label={summary.value}
        aria-describedby="chart-keys"
        onKeyDown={move}
      />
      {isTableShown && (
        <BarTable symbol={series.symbol} timeframe={series.timeframe} bars={series.bars} />
      )}
      <p class="notes">
        <span id="chart-keys" class="js-only">{words.keys}</span>{" "}
        {gaps.length > 0 && <span>{words.gapLegend}.</span>}{" "}
        <a href="https://www.tradingview.com/" rel="noopener" target="_blank">
          {words.attribution}
        </a>
      </p>
    </div>
  );
}
