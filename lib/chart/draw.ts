/**
 * A chart on the screen: candlesticks, overlays and panes on one time axis. The only file that
 * brings the chart library, so that pages without a chart never load it.
 *
 * @module
 */
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type SeriesMarker,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatPrice, getPriceDecimals } from "../format/mod.ts";
import { GapBands } from "./gap_primitive.ts";
import {
  type IndicatorGroup,
  indicatorGroups,
  type IndicatorKey,
  type IndicatorLine,
  type Stroke,
} from "./indicators.ts";
import {
  type ChartSeries,
  findEmptyRuns,
  type GapRegion,
  layOutSlots,
  type Slot,
} from "./series.ts";

/** Theme of the page. */
export type ChartTheme = "dark" | "light";

/** A signal on the chart; `label` says what it is. */
export interface ChartMarker {
  timestamp: number;
  label: string;
}

/** A chart that stands on the page until `remove`. */
export interface ChartHandle {
  /** Shows a series anew; keeps the visible range unless `isFitting`. */
  setSeries(
    series: ChartSeries,
    gaps: readonly GapRegion[],
    markers: readonly ChartMarker[],
    isFitting: boolean,
  ): void;
  /** Redraws only the last bar, for running bars. */
  updateLast(series: ChartSeries): void;
  setIndicators(keys: readonly IndicatorKey[]): void;
  setTheme(theme: ChartTheme): void;
  /** Multiplies the width of a bar; above 1 zooms in. */
  zoom(factor: number): void;
  fit(): void;
  /** Puts the crosshair on a bar and brings it into view; null takes it away. */
  pointAt(index: number | null): void;
  remove(): void;
}

const colors = {
  dark: {
    text: "#a9b4c6",
    grid: "rgba(130,145,170,.12)",
    border: "#2a3342",
    up: "#3fc995",
    down: "#ff7a85",
    upSoft: "rgba(63,201,149,.5)",
    downSoft: "rgba(255,122,133,.5)",
    hatch: "rgba(240,198,116,.35)",
    marker: "#f0c674",
  },
  light: {
    text: "#4a5568",
    grid: "rgba(60,75,100,.12)",
    border: "#cbd3df",
    up: "#0b7a52",
    down: "#c02537",
    upSoft: "rgba(11,122,82,.45)",
    downSoft: "rgba(192,37,55,.45)",
    hatch: "rgba(138,90,0,.35)",
    marker: "#8a5a00",
  },
} as const;

const lineStyles: Record<Stroke, LineStyle> = {
  solid: LineStyle.Solid,
  dotted: LineStyle.Dotted,
  dashed: LineStyle.Dashed,
  "large-dashed": LineStyle.LargeDashed,
  "sparse-dotted": LineStyle.SparseDotted,
};

/** How many bars the first view holds at most. */
const FIRST_VIEW_BARS = 160;
const EMPTY_SERIES: ChartSeries = { symbol: "", timeframe: "1m", bars: [], indicators: {} };

function toChartTime(timeMs: number): UTCTimestamp {
  return timeMs / 1000 as UTCTimestamp;
}

/** One drawn line or histogram, and how its data comes from a series. */
interface Drawn {
  series: ISeriesApi<SeriesType>;
  toPoint(series: ChartSeries, slot: Slot): { time: UTCTimestamp; value?: number; color?: string };
}

function toLinePoint(name: string) {
  return (series: ChartSeries, slot: Slot) => {
    const value = slot.index < 0 ? null : series.indicators[name]?.[slot.index] ?? null;
    const time = toChartTime(slot.time);
    return value === null || !Number.isFinite(value) ? { time } : { time, value };
  };
}

function toVolumePoint(theme: ChartTheme) {
  return (series: ChartSeries, slot: Slot) => {
    const bar = series.bars[slot.index];
    const time = toChartTime(slot.time);
    if (!bar || !Number.isFinite(bar.volume)) return { time };
    const isUp = bar.close >= bar.open;
    const color = isUp ? colors[theme].upSoft : colors[theme].downSoft;
    return { time, value: bar.volume, color };
  };
}

function toCandle(series: ChartSeries, slot: Slot) {
  const bar = series.bars[slot.index];
  const time = toChartTime(slot.time);
  if (!bar) return { time };
  return { time, open: bar.open, high: bar.high, low: bar.low, close: bar.close };
}

function toChartOptions(theme: ChartTheme) {
  const palette = colors[theme];
  return {
    layout: {
      background: { color: "transparent" },
      textColor: palette.text,
      fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
      // The library's own logo needs an inline style sheet, which our policy forbids: the page
      // carries the attribution as a link.
      attributionLogo: false,
      panes: { separatorColor: palette.border },
    },
    grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
    rightPriceScale: { borderColor: palette.border },
    timeScale: { borderColor: palette.border, timeVisible: true, secondsVisible: false },
  };
}

/** Candles rise hollow and fall filled, so that the direction never depends on colour. */
function toCandleOptions(theme: ChartTheme) {
  const { up, down } = colors[theme];
  return {
    upColor: "transparent",
    downColor: down,
    borderUpColor: up,
    borderDownColor: down,
    wickUpColor: up,
    wickDownColor: down,
  };
}

class Drawing implements ChartHandle {
  #chart: IChartApi;
  #candles: ISeriesApi<"Candlestick">;
  #bands: GapBands;
  #markers: ISeriesMarkersPluginApi<Time>;
  #drawn: Drawn[] = [];
  #keys: readonly IndicatorKey[] = [];
  #theme: ChartTheme;
  #series = EMPTY_SERIES;
  #slots: Slot[] = [];
  #isPinned = false;
  #shownMarkers: readonly ChartMarker[] = [];

  constructor(container: HTMLElement, theme: ChartTheme, onHover: (index: number | null) => void) {
    this.#theme = theme;
    this.#chart = createChart(container, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      kineticScroll: { touch: true, mouse: false },
      ...toChartOptions(theme),
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, toCandleOptions(theme), 0);
    this.#bands = new GapBands(colors[theme].hatch);
    this.#candles.attachPrimitive(this.#bands);
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#chart.subscribeCrosshairMove((event: MouseEventParams<Time>) => {
      // What keys point at stays until the pointer itself moves; drawing anew is no pointing.
      if (!event.sourceEvent && this.#isPinned) return;
      this.#isPinned = false;
      const slot = event.logical === undefined ? undefined : this.#slots[event.logical];
      onHover(slot && slot.index >= 0 ? slot.index : null);
    });
  }

  setSeries(
    series: ChartSeries,
    gaps: readonly GapRegion[],
    markers: readonly ChartMarker[],
    isFitting: boolean,
  ): void {
    this.#series = series;
    this.#slots = layOutSlots(series.bars, series.timeframe, gaps);
    this.#shownMarkers = markers;
    const decimals = getPriceDecimals(series.bars.at(-1)?.close ?? 1);
    this.#candles.applyOptions({
      priceFormat: {
        type: "custom",
        formatter: (price: number) => formatPrice(price),
        minMove: 10 ** -decimals,
      },
    });
    this.#candles.setData(this.#slots.map((slot) => toCandle(series, slot)));
    this.#bands.update(findEmptyRuns(this.#slots), colors[this.#theme].hatch);
    this.#fillDrawn();
    this.#placeMarkers();
    if (isFitting) this.#showNewest();
  }

  updateLast(series: ChartSeries): void {
    const slot = this.#slots.at(-1);
    if (!slot || slot.index !== series.bars.length - 1) return;
    this.#series = series;
    this.#candles.update(toCandle(series, slot));
    for (const drawn of this.#drawn) drawn.series.update(drawn.toPoint(series, slot));
  }

  setIndicators(keys: readonly IndicatorKey[]): void {
    this.#keys = keys;
    for (const drawn of this.#drawn) this.#chart.removeSeries(drawn.series);
    this.#drawn = [];
    let pane = 0;
    for (const group of indicatorGroups) {
      if (!keys.includes(group.key)) continue;
      if (group.place === "pane") pane++;
      this.#addGroup(group, group.place === "pane" ? pane : 0);
    }
    this.#chart.panes().forEach((each, i) => each.setStretchFactor(i === 0 ? 3 : 1));
    this.#fillDrawn();
  }

  setTheme(theme: ChartTheme): void {
    this.#theme = theme;
    this.#chart.applyOptions(toChartOptions(theme));
    this.#candles.applyOptions(toCandleOptions(theme));
    this.#bands.update(findEmptyRuns(this.#slots), colors[theme].hatch);
    this.setIndicators(this.#keys);
    this.#placeMarkers();
  }

  zoom(factor: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const middle = (range.from + range.to) / 2;
    const half = Math.max(4, (range.to - range.from) / 2 / factor);
    scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
  }

  fit(): void {
    this.#chart.timeScale().fitContent();
  }

  pointAt(index: number | null): void {
    const position = this.#slots.findIndex((slot) => slot.index === index);
    const bar = index === null ? undefined : this.#series.bars[index];
    this.#isPinned = bar !== undefined;
    if (!bar || position < 0) return this.#chart.clearCrosshairPosition();
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range && (position < range.from || position > range.to)) {
      const half = (range.to - range.from) / 2;
      scale.setVisibleLogicalRange({ from: position - half, to: position + half });
    }
    this.#chart.setCrosshairPosition(bar.close, toChartTime(bar.time), this.#candles);
  }

  remove(): void {
    this.#chart.remove();
  }

  #addGroup(group: IndicatorGroup, pane: number): void {
    if (group.key === "volume") {
      const series = this.#chart.addSeries(HistogramSeries, {
        priceFormat: { type: "volume" },
        priceLineVisible: false,
        title: group.label,
      }, pane);
      this.#drawn.push({ series, toPoint: toVolumePoint(this.#theme) });
    }
    const added = group.lines.map((line) => this.#addLine(line, pane));
    for (const price of group.guides ?? []) {
      added[0]?.createPriceLine({
        price,
        color: colors[this.#theme].text,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: true,
        title: "",
      });
    }
  }

  #addLine(line: IndicatorLine, pane: number): ISeriesApi<SeriesType> {
    const shared = {
      color: line[this.#theme],
      title: pane > 0 ? line.label : "",
      priceLineVisible: false,
      lastValueVisible: pane > 0,
    };
    const series: ISeriesApi<SeriesType> = line.kind === "histogram"
      ? this.#chart.addSeries(HistogramSeries, shared, pane)
      : this.#chart.addSeries(LineSeries, {
        ...shared,
        lineWidth: 1,
        lineStyle: lineStyles[line.stroke],
        crosshairMarkerVisible: false,
      }, pane);
    this.#drawn.push({ series, toPoint: toLinePoint(line.name) });
    return series;
  }

  #fillDrawn(): void {
    for (const drawn of this.#drawn) {
      drawn.series.setData(this.#slots.map((slot) => drawn.toPoint(this.#series, slot)));
    }
  }

  #placeMarkers(): void {
    const bars = this.#series.bars;
    const marks: SeriesMarker<Time>[] = [];
    for (const marker of this.#shownMarkers) {
      const bar = bars.findLast((each) => each.time <= marker.timestamp);
      if (!bar) continue;
      marks.push({
        time: toChartTime(bar.time),
        position: "aboveBar",
        shape: "square",
        color: colors[this.#theme].marker,
        text: marker.label,
      });
    }
    marks.sort((a, b) => Number(a.time) - Number(b.time));
    this.#markers.setMarkers(marks);
  }

  #showNewest(): void {
    const count = this.#slots.length;
    this.#chart.timeScale().setVisibleLogicalRange({
      from: Math.max(-1, count - FIRST_VIEW_BARS),
      to: count + 3,
    });
  }
}

/** Draws an empty chart into `container`; `onHover` is told the bar under the crosshair. */
export function drawChart(
  container: HTMLElement,
  theme: ChartTheme,
  onHover: (index: number | null) => void,
): ChartHandle {
  return new Drawing(container, theme, onHover);
}
