/**
 * Draws volume by price as bars from the right edge of the price pane.
 *
 * @module
 */
import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  SeriesType,
  Time,
} from "lightweight-charts";
import type { VolumeProfile } from "./volume_profile.ts";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

/** Share of the pane's width that the longest row takes. */
const WIDTH_SHARE = 0.22;
/** Opacity of rows inside and outside of the value area. */
const INSIDE_ALPHA = 0.75;
const OUTSIDE_ALPHA = 0.3;

/** Colours of a profile. */
export interface ProfileColors {
  up: string;
  down: string;
  control: string;
}

/** Rows at the side of the price pane; `update` gives it others, null hides it. */
export class ProfileRows implements ISeriesPrimitive<Time> {
  #series: ISeriesApi<SeriesType> | null = null;
  #requestUpdate: (() => void) | null = null;
  #profile: VolumeProfile | null = null;
  #colors: ProfileColors;

  constructor(colors: ProfileColors) {
    this.#colors = colors;
  }

  /** Called by the chart when the series takes the rows. */
  attached(parameters: SeriesAttachedParameter<Time>): void {
    this.#series = parameters.series;
    this.#requestUpdate = parameters.requestUpdate;
  }

  /** Called by the chart when it lets go of them. */
  detached(): void {
    this.#series = null;
    this.#requestUpdate = null;
  }

  /** Shows another profile, or none. */
  update(profile: VolumeProfile | null, colors: ProfileColors): void {
    this.#profile = profile;
    this.#colors = colors;
    this.#requestUpdate?.();
  }

  /** Called by the chart for each frame. */
  paneViews(): readonly IPrimitivePaneView[] {
    return [{
      zOrder: () => "bottom",
      renderer: () => ({ draw: (target: Target) => this.#draw(target) }),
    }];
  }

  #draw(target: Target): void {
    const [series, profile] = [this.#series, this.#profile];
    if (!series || !profile) return;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const toY = (price: number) => series.priceToCoordinate(price);
      drawRows(context, mediaSize.width, profile, toY, this.#colors);
    });
  }
}

/** Draws every row, up volume next to the edge, and a line around the point of control. */
function drawRows(
  context: CanvasRenderingContext2D,
  width: number,
  profile: VolumeProfile,
  toY: (price: number) => number | null,
  colors: ProfileColors,
): void {
  const most = profile.rows[profile.control]!;
  const scale = (width * WIDTH_SHARE) / (most.up + most.down);
  context.save();
  profile.rows.forEach((row, i) => {
    const [top, bottom] = [toY(row.high), toY(row.low)];
    if (top === null || bottom === null) return;
    const height = Math.max(1, bottom - top - 1);
    const isInside = i >= profile.valueFrom && i <= profile.valueTo;
    context.globalAlpha = isInside ? INSIDE_ALPHA : OUTSIDE_ALPHA;
    const [up, down] = [row.up * scale, row.down * scale];
    context.fillStyle = colors.up;
    context.fillRect(width - up, top, up, height);
    context.fillStyle = colors.down;
    context.fillRect(width - up - down, top, down, height);
    if (i !== profile.control) return;
    context.globalAlpha = 1;
    context.strokeStyle = colors.control;
    context.strokeRect(width - up - down - 0.5, top - 0.5, up + down, height + 1);
  });
  context.restore();
}
