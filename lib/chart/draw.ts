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
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type SeriesType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatPrice, getPriceDecimals } from "../format/numbers.ts";
import { GapBands } from "./gap_primitive.ts";
import {
  type IndicatorGroup,
  indicatorGroups,
  type IndicatorKey,
  type IndicatorLine,
} from "./indicators.ts";
import {
  type ChartMarker,
  lineStyles,
  toCandle,
  toCandleOptions,
  toChartOptions,
  toChartTime,
  toLinePoint,
  toMarks,
  toVolumePoint,
} from "./options.ts";
import { type ChartLook, type ChartPalette, getPalette } from "./palette.ts";
import { ProfileRows } from "./profile_primitive.ts";
import {
  type ChartSeries,
  findEmptyRuns,
  findExtremes,
  type GapRegion,
  layOutSlots,
  type Slot,
} from "./series.ts";
import { computeVolumeProfile } from "./volume_profile.ts";

export type { ChartMarker } from "./options.ts";

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
  setLook(look: ChartLook): void;
  /** Multiplies the width of a bar; above 1 zooms in. */
  zoom(factor: number): void;
  fit(): void;
  /** Puts the crosshair on a bar and brings it into view; null takes it away. */
  pointAt(index: number | null): void;
  remove(): void;
}

/** What a chart tells of how it is used. */
export interface ChartEvents {
  /** The bar under the crosshair; null when there is none. */
  onHover(index: number | null): void;
  /** The person sees, or looks beyond, the oldest bar. */
  onReachStart(): void;
}

/** How many bars the first view holds at most. */
const FIRST_VIEW_BARS = 160;
const EMPTY_SERIES: ChartSeries = { symbol: "", timeframe: "1m", bars: [], indicators: {} };

/** One drawn line or histogram, and how its data comes from a series. */
interface Drawn {
  series: ISeriesApi<SeriesType>;
  toPoint(series: ChartSeries, slot: Slot): { time: UTCTimestamp; value?: number; color?: string };
}

class Drawing implements ChartHandle {
  #chart: IChartApi;
  #candles: ISeriesApi<"Candlestick">;
  #bands: GapBands;
  #markers: ISeriesMarkersPluginApi<Time>;
  #drawn: Drawn[] = [];
  #keys: readonly IndicatorKey[] = [];
  #profile: ProfileRows;
  #levels: IPriceLine[] = [];
  #look: ChartLook;
  #palette: ChartPalette;
  #series = EMPTY_SERIES;
  #slots: Slot[] = [];
  #isPinned = false;
  #shownMarkers: readonly ChartMarker[] = [];

  constructor(container: HTMLElement, look: ChartLook, events: ChartEvents) {
    this.#look = look;
    this.#palette = getPalette(look);
    this.#chart = createChart(container, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      kineticScroll: { touch: true, mouse: false },
      ...toChartOptions(this.#palette),
    });
    // The library lays its panes out in a table, which says nothing as a table.
    container.querySelector("table")?.setAttribute("role", "presentation");
    this.#candles = this.#chart.addSeries(CandlestickSeries, toCandleOptions(this.#palette), 0);
    this.#bands = new GapBands(this.#palette.hatch);
    this.#profile = new ProfileRows(this.#profileColors);
    this.#candles.attachPrimitive(this.#bands);
    this.#candles.attachPrimitive(this.#profile);
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#listen(events);
    // Tools that come later find the chart by its box.
    Object.assign(container, { chart: this.#chart, candles: this.#candles });
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
    this.#bands.update(findEmptyRuns(this.#slots), this.#palette.hatch);
    this.#fillDrawn();
    this.#placeMarkers();
    this.#drawPrices();
    if (isFitting) this.#showNewest();
  }

  updateLast(series: ChartSeries): void {
    const slot = this.#slots.at(-1);
    if (!slot || slot.index !== series.bars.length - 1) return;
    this.#series = series;
    this.#candles.update(toCandle(series, slot));
    for (const drawn of this.#drawn) drawn.series.update(drawn.toPoint(series, slot));
    this.#drawPrices();
  }

  setIndicators(keys: readonly IndicatorKey[]): void {
    if (keys.join() === this.#keys.join()) return;
    this.#keys = keys;
    this.#layOut();
  }

  /** Adds lines and panes anew: the library cannot move them. */
  #layOut(): void {
    for (const drawn of this.#drawn) this.#chart.removeSeries(drawn.series);
    this.#drawn = [];
    let pane = 0;
    for (const group of indicatorGroups) {
      if (!this.#keys.includes(group.key)) continue;
      if (group.place === "pane") pane++;
      this.#addGroup(group, group.place === "pane" ? pane : 0);
    }
    this.#chart.panes().forEach((each, i) => each.setStretchFactor(i === 0 ? 3 : 1));
    this.#fillDrawn();
    this.#drawPrices();
  }

  setLook(look: ChartLook): void {
    const { theme, directions } = this.#look;
    if (look.theme === theme && look.directions === directions) return;
    this.#look = look;
    this.#palette = getPalette(look);
    this.#chart.applyOptions(toChartOptions(this.#palette));
    this.#candles.applyOptions(toCandleOptions(this.#palette));
    this.#bands.update(findEmptyRuns(this.#slots), this.#palette.hatch);
    this.#layOut();
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

  get #profileColors() {
    const { upSoft, downSoft, text } = this.#palette;
    return { up: upSoft, down: downSoft, control: text };
  }

  #listen({ onHover, onReachStart }: ChartEvents): void {
    this.#chart.subscribeCrosshairMove((event: MouseEventParams<Time>) => {
      // What keys point at stays until the pointer itself moves; drawing anew is no pointing.
      if (!event.sourceEvent && this.#isPinned) return;
      this.#isPinned = false;
      const slot = event.logical === undefined ? undefined : this.#slots[event.logical];
      onHover(slot && slot.index >= 0 ? slot.index : null);
    });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && this.#slots.length > 0 && range.from < 1) onReachStart();
    });
  }

  /** Draws what depends on prices alone: volume by price, and lines at the extremes. */
  #drawPrices(): void {
    const { bars } = this.#series;
    const profile = this.#keys.includes("profile") ? computeVolumeProfile(bars) : null;
    this.#profile.update(profile, this.#profileColors);
    const extremes = this.#keys.includes("levels") ? findExtremes(bars) : null;
    for (const level of this.#levels) this.#candles.removePriceLine(level);
    const levels = extremes ? [["High", extremes.high], ["Low", extremes.low]] as const : [];
    this.#levels = levels.map(([title, price]) =>
      this.#candles.createPriceLine({
        price,
        title,
        color: this.#palette.text,
        lineWidth: 1,
        lineStyle: LineStyle.SparseDotted,
        axisLabelVisible: true,
      })
    );
  }

  #addGroup(group: IndicatorGroup, pane: number): void {
    if (group.key === "volume") {
      const series = this.#chart.addSeries(HistogramSeries, {
        priceFormat: { type: "volume" },
        priceLineVisible: false,
        title: group.label,
      }, pane);
      this.#drawn.push({ series, toPoint: toVolumePoint(this.#palette) });
    }
    const added = group.lines.map((line) => this.#addLine(line, pane));
    for (const price of group.guides ?? []) {
      added[0]?.createPriceLine({
        price,
        color: this.#palette.text,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: true,
        title: "",
      });
    }
  }

  #addLine(line: IndicatorLine, pane: number): ISeriesApi<SeriesType> {
    const shared = {
      color: line[this.#look.theme],
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
    const { marker } = this.#palette;
    this.#markers.setMarkers(toMarks(this.#shownMarkers, this.#series.bars, marker));
  }

  #showNewest(): void {
    const count = this.#slots.length;
    this.#chart.timeScale().setVisibleLogicalRange({
      from: Math.max(-1, count - FIRST_VIEW_BARS),
      to: count + 3,
    });
  }
}

/** Draws an empty chart into `container`. */
export function drawChart(
  container: HTMLElement,
  look: ChartLook,
  events: ChartEvents,
): ChartHandle {
  return new Drawing(container, look, events);
}
