/**
 * Draws the holes of a series as hatched bands behind the bars.
 *
 * @module
 */
import type {
  IChartApi,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];

/** Distance of the hatching lines, CSS pixels. */
const HATCH_STEP_PX = 7;

/** Bands over runs of the time axis; `update` gives it others. */
export class GapBands implements ISeriesPrimitive<Time> {
  #chart: IChartApi | null = null;
  #requestUpdate: (() => void) | null = null;
  #runs: readonly { first: number; last: number }[] = [];
  #color: string;

  constructor(color: string) {
    this.#color = color;
  }

  /** Called by the chart when the series takes the bands. */
  attached(parameters: SeriesAttachedParameter<Time>): void {
    this.#chart = parameters.chart as IChartApi;
    this.#requestUpdate = parameters.requestUpdate;
  }

  /** Called by the chart when it lets go of them. */
  detached(): void {
    this.#chart = null;
    this.#requestUpdate = null;
  }

  /** Shows other runs (first and last position of the time axis, inclusive). */
  update(runs: readonly { first: number; last: number }[], color: string): void {
    this.#runs = runs;
    this.#color = color;
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
    const scale = this.#chart?.timeScale();
    if (!scale) return;
    const half = scale.options().barSpacing / 2;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      for (const run of this.#runs) {
        const left = scale.logicalToCoordinate(run.first as Logical);
        const right = scale.logicalToCoordinate(run.last as Logical);
        if (left === null || right === null) continue;
        drawHatching(context, left - half, right + half, mediaSize, this.#color);
      }
    });
  }
}

/** Fills from `left` to `right` with slanted lines, cut to what is visible. */
function drawHatching(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  size: { width: number; height: number },
  color: string,
): void {
  const from = Math.max(0, left);
  const to = Math.min(size.width, right);
  if (to <= from) return;
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, size.height);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = from - size.height; x < to; x += HATCH_STEP_PX) {
    context.moveTo(x, size.height);
    context.lineTo(x + size.height, 0);
  }
  context.stroke();
  context.restore();
}
