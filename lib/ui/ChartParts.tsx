/**
 * The parts around a chart: its buttons, what went wrong, and what has to be known to read it.
 *
 * @module
 */
import { strings } from "../format/strings.ts";
import { type Timeframe, timeframes } from "../market/timeframe.ts";
import type { ShownChart } from "./chart_model.ts";

const words = strings.chart;

/** Buttons of a chart; without scripts they are not there. */
export function ChartToolbar({ timeframe, isTable, onTimeframe, onZoom, onFit, onTable }: {
  timeframe: Timeframe;
  isTable: boolean;
  onTimeframe(choice: Timeframe): void;
  /** Told 1 to zoom in, -1 to zoom out. */
  onZoom(direction: 1 | -1): void;
  onFit(): void;
  onTable(): void;
}) {
  return (
    <div class="toolbar js-only">
      <div role="group" aria-label={words.timeframe} class="segments">
        {timeframes.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={timeframe === each ? "true" : "false"}
            onClick={() => onTimeframe(each)}
          >
            {each}
          </button>
        ))}
      </div>
      <div class="segments">
        <button type="button" aria-label={words.zoomIn} onClick={() => onZoom(1)}>+</button>
        <button type="button" aria-label={words.zoomOut} onClick={() => onZoom(-1)}>−</button>
        <button type="button" onClick={onFit}>{words.fit}</button>
        <button type="button" aria-pressed={isTable ? "true" : "false"} onClick={onTable}>
          {isTable ? words.chart : words.table}
        </button>
      </div>
    </div>
  );
}

/** That a chart is being fetched, or why it could not be. */
export function ChartState({ isLoading, error, onRetry }: {
  isLoading: boolean;
  error: string;
  onRetry(): void;
}) {
  return (
    <>
      {error && (
        <p class="error" role="alert">
          {error} <button type="button" onClick={onRetry}>{words.retry}</button>
        </p>
      )}
      <p class="loading" role="status">
        {isLoading && (
          <>
            <span class="spinner" aria-hidden="true" /> {words.loading}
          </>
        )}
      </p>
    </>
  );
}

/** What stands below a chart: signals, holes and volume by price in words, keys and credit. */
export function ChartNotes({ shown, profile }: { shown: ShownChart; profile: string }) {
  const { gaps, markers, isUnmarked } = shown;
  return (
    <div class="notes">
      {profile && <p class="profile">{profile}</p>}
      <p>
        <span class="marks">{isUnmarked ? words.unmarked : words.marks(markers.length)}</span>{" "}
        {gaps.length > 0 && <span>{words.gapLegend}.</span>}
      </p>
      <p>
        <span id="chart-keys" class="js-only">{words.keys}</span>{" "}
        <a href="https://www.tradingview.com/" rel="noopener" target="_blank">
          {words.attribution}
        </a>
      </p>
    </div>
  );
}
