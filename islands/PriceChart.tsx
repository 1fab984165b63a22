import { IS_BROWSER } from "fresh/runtime";
import { effect } from "@preact/signals";
import { type MutableRef, useEffect, useMemo, useRef } from "preact/hooks";
import type { ChartHandle } from "../lib/chart/draw.ts";
import { type IndicatorKey, listLineNames } from "../lib/chart/indicators.ts";
import { formatPrice } from "../lib/format/numbers.ts";
import { strings } from "../lib/format/strings.ts";
import { getLiveClient, liveState } from "../lib/live/client.ts";
import { BarTable } from "../lib/ui/BarTable.tsx";
import { startChoice } from "../lib/ui/chart_choice.ts";
import { type StartParts, startWhenDue } from "../lib/ui/chart_start.ts";
import { type ChartColumns, fromColumns } from "../lib/ui/chart_columns.ts";
import { createChartModel } from "../lib/ui/chart_model.ts";
import {
  type ChartPage,
  createChartPage,
  findBar,
  isWholeNeeded,
  readChartKey,
  zoomStep,
} from "../lib/ui/chart_page.ts";
import { ChartOutline } from "../lib/ui/ChartOutline.tsx";
import { ChartNotes, ChartState, ChartToolbar } from "../lib/ui/ChartParts.tsx";
import * as page from "../lib/ui/page_state.ts";
import type { SymbolView } from "../lib/ui/state.ts";
import AgeTicker from "./AgeTicker.tsx";

interface Props {
  first: ChartColumns;
  /** More bars than `first` holds can be fetched. */
  isPartial: boolean;
  symbols: Pick<SymbolView, "symbol" | "kind">[];
  /** The address named the series, so a kept choice does not replace it. */
  isChosen: boolean;
  /** Indicators for someone who never chose. */
  shown: IndicatorKey[];
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

type Handle = MutableRef<ChartHandle | null>;

/** A chart on the screen is painted at most this often while its last bar runs. */
const PAINT_MS = 1000;
/** How often a series is fetched anew without a live stream. */
const REFRESH_MS = 30_000;
/** A series with fewer bars may still be on its way into the store: it is asked for some more times. */
const YOUNG_BARS = 30;
const YOUNG_MS = 3000;
const YOUNG_TRIES = 10;

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

function usePage({ first, isPartial, symbols }: Props): ChartPage {
  return useMemo(() => {
    const stocks = new Set(symbols.filter((each) => each.kind === "stock").map((s) => s.symbol));
    const isAlwaysOpen = (symbol: string) => !stocks.has(symbol);
    return createChartPage(
      createChartModel(fromColumns(first), isAlwaysOpen, fetchJson, isPartial),
    );
  }, []);
}

/** Keeps the choice while the page is open. */
function useChoice({ first, isChosen, shown, symbols }: Props): void {
  useEffect(() => {
    const { symbol, timeframe } = first;
    const names = symbols.map((each) => each.symbol);
    return startChoice({ symbol, timeframe, isChosen, shown, symbols: names }, {
      storage: getStorage(),
      getUrl: () => location.href,
      setUrl: (url) => history.replaceState(null, "", url),
    });
  }, []);
}

function redraw({ model }: ChartPage, handle: Handle, isFitting: boolean): void {
  const { series, gaps, markers } = model.shown.peek();
  const labelled = markers.map(({ timestamp, type }) => ({
    timestamp,
    label: strings.signals.types[type],
  }));
  handle.current?.setSeries(series, gaps, labelled, isFitting);
}

/** What tells when it is time to bring the library: this browser, and the chart's own box. */
function toStartParts(box: HTMLElement): StartParts {
  const events = ["pointerdown", "touchstart", "focus", "keydown"] as const;
  return {
    isPrecise: () => matchMedia("(pointer: fine)").matches,
    onTouch(run) {
      for (const name of events) box.addEventListener(name, run, { passive: true });
      return () => events.forEach((name) => box.removeEventListener(name, run));
    },
    onRest(run, ms) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Brings the chart library when it is time, draws, and cleans up. */
function useDrawing(chart: ChartPage, handle: Handle): MutableRef<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    const stops: (() => void)[] = [];
    const bring = () =>
      void import("../lib/chart/draw.ts").then(({ drawChart }) => {
        if (isGone || !box.current) return;
        chart.isDrawn.value = true;
        const look = () => ({ theme: page.theme.value, directions: page.directions.value });
        const made = drawChart(box.current, look(), {
          onHover: (index) => {
            const { bars } = chart.model.shown.peek().series;
            chart.pointed.value = bars[index ?? -1]?.time ?? null;
          },
          onReachStart: () => {
            if (chart.model.isPartial() && !page.isLoading.peek()) chart.attempt.value++;
          },
        });
        handle.current = made;
        stops.push(effect(() => made.setLook(look())));
        stops.push(effect(() => made.setIndicators(page.indicators.value)));
        redraw(chart, handle, true);
      }, () => chart.isTable.value = true);
    if (box.current) stops.push(startWhenDue(bring, toStartParts(box.current)));
    return () => {
      isGone = true;
      for (const stop of stops) stop();
      handle.current?.remove();
      handle.current = null;
    };
  }, []);
  return box;
}

async function load(chart: ChartPage, handle: Handle): Promise<void> {
  const { model, pointed } = chart;
  const [symbol, timeframe] = [page.symbol.peek(), page.timeframe.peek()];
  const before = model.shown.peek().series;
  const isOther = before.symbol !== symbol || before.timeframe !== timeframe;
  page.isLoading.value = true;
  page.error.value = "";
  try {
    if (!await model.load(symbol, timeframe)) return;
    if (isOther) pointed.value = null;
    redraw(chart, handle, isOther);
  } catch {
    page.error.value = strings.chart.failed;
  }
  page.isLoading.value = false;
}

/** Fetches a series when another one, or more of this one, is asked for. */
function useLoading(chart: ChartPage, handle: Handle): void {
  useEffect(() => {
    let attempt = chart.attempt.peek();
    return effect(() => {
      const [symbol, timeframe] = [page.symbol.value, page.timeframe.value];
      const keys = page.indicators.value;
      const isAsked = chart.attempt.value !== attempt;
      attempt = chart.attempt.value;
      if (symbol === "") return;
      const isNeeded = chart.model.needs(symbol, timeframe, listLineNames(keys)) ||
        isWholeNeeded(chart.model, keys);
      if (isAsked || isNeeded) {
        void load(chart, handle);
        return;
      }
      chart.model.stay();
      page.isLoading.value = false;
    });
  }, []);
}

/** Takes live bars and signals; a running bar is painted at most once a second. */
function useLive(chart: ChartPage, handle: Handle): void {
  const { model } = chart;
  useEffect(() => {
    const live = getLiveClient();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastMs = 0;
    const paint = () => {
      timer = undefined;
      lastMs = Date.now();
      handle.current?.updateLast(model.shown.peek().series);
      if (!chart.isDrawn.peek()) chart.painted.value++;
    };
    const stops = [
      live.on("bars", (message) => {
        const change = model.take(message.data);
        if (change === "closed") redraw(chart, handle, false);
        if (change !== "running" || timer !== undefined) return;
        timer = setTimeout(paint, Math.max(0, PAINT_MS - (Date.now() - lastMs)));
      }),
      live.on("signals", (message) => {
        if (model.mark(message.data)) redraw(chart, handle, false);
      }),
      effect(() => {
        if (page.symbol.value) live.subscribe({ channels: ["bars"], symbols: [page.symbol.value] });
      }),
    ];
    const refresh = setInterval(() => {
      if (page.isOffline.peek() || liveState.peek()?.transport === "websocket") return;
      chart.attempt.value++;
    }, REFRESH_MS);
    return () => {
      for (const stop of stops) stop();
      clearInterval(refresh);
      clearTimeout(timer);
      live.unsubscribe(["bars"]);
    };
  }, []);
}

/** Asks for a series again that was opened before its history had arrived. */
function useYoung({ model, attempt }: ChartPage): void {
  useEffect(() => {
    let tries = 0;
    const timer = setInterval(() => {
      const isYoung = model.shown.peek().series.bars.length < YOUNG_BARS;
      if (isYoung && tries++ < YOUNG_TRIES) attempt.value++;
      else clearInterval(timer);
    }, YOUNG_MS);
    return () => clearInterval(timer);
  }, []);
}

function press(event: KeyboardEvent, chart: ChartPage, handle: Handle): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const shown = chart.model.shown.peek();
  const { bars } = shown.series;
  const key = readChartKey(event.key, findBar(shown, chart.pointed.peek()), bars.length);
  if (!key) return;
  event.preventDefault();
  if ("zoom" in key) {
    handle.current?.zoom(key.zoom);
    return;
  }
  handle.current?.pointAt(key.point);
  chart.pointed.value = bars[key.point ?? -1]?.time ?? null;
  chart.spoken.value = key.point === null ? "" : chart.reading.value;
}

/** Which series is on show, its newest price, and how old that is. */
function Heading({ chart, first, ...times }: Props & { chart: ChartPage }) {
  const { series, source } = chart.model.shown.value;
  const live = page.getLivePrice(series.symbol).value;
  const last = series.bars.at(-1);
  const isLive = live !== null && live.eventMs >= (last?.time ?? 0);
  return (
    <header class="chart-head">
      <h2>{series.symbol}</h2>
      <span class="number">{formatPrice(isLive ? live.price : last?.close)}</span>
      <AgeTicker
        timeMs={last?.time ?? null}
        source={source || first.symbol}
        marketMs={times.marketMs}
        wallMs={times.wallMs}
        isStill={times.isStill}
        symbol={series.symbol}
      />
    </header>
  );
}

/** Candlesticks with indicators; works by pointer, by keyboard, and as a table. */
export default function PriceChart(props: Props) {
  const chart = usePage(props);
  const handle: Handle = useRef(null);
  useChoice(props);
  const box = useDrawing(chart, handle);
  useLoading(chart, handle);
  useLive(chart, handle);
  useYoung(chart);
  const shown = chart.model.shown.value;
  const { symbol, timeframe, bars } = shown.series;
  return (
    <div class="chart" aria-busy={page.isLoading.value ? "true" : "false"}>
      <Heading {...props} chart={chart} />
      <ChartToolbar
        timeframe={page.symbol.value ? page.timeframe.value : props.first.timeframe}
        isTable={chart.isTable.value}
        onTimeframe={page.setTimeframe}
        onZoom={(direction) => handle.current?.zoom(zoomStep ** direction)}
        onFit={() => handle.current?.fit()}
        onTable={() => chart.isTable.value = !chart.isTable.value}
      />
      <ChartState
        isLoading={page.isLoading.value}
        error={page.error.value}
        onRetry={() => chart.attempt.value++}
      />
      <p class="reading number">{chart.reading.value || strings.chart.empty}</p>
      <p class="visually-hidden" aria-live="polite">{chart.spoken.value}</p>
      <div
        class="canvas"
        ref={box}
        hidden={chart.isTable.value}
        role="application"
        tabIndex={0}
        aria-label={`${chart.summary.value} ${chart.profile.value}`}
        aria-describedby="chart-keys"
        onKeyDown={(event) => press(event, chart, handle)}
      >
        {!chart.isDrawn.value && chart.painted.value >= 0 && <ChartOutline series={shown.series} />}
      </div>
      {(chart.isTable.value || !IS_BROWSER) && (
        <BarTable symbol={symbol} timeframe={timeframe} bars={bars} />
      )}
      <ChartNotes shown={shown} profile={chart.profile.value} />
    </div>
  );
}
