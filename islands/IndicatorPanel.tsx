import { indicatorGroups } from "../lib/chart/indicators.ts";
import { strings } from "../lib/format/strings.ts";
import { indicators, toggleIndicator } from "../lib/ui/page_state.ts";

/** A checkbox for each indicator. */
export default function IndicatorPanel() {
  return (
    <fieldset class="indicators js-only">
      <legend>{strings.chart.indicators}</legend>
      {indicatorGroups.map(({ key, label }) => (
        <label key={key} class="check">
          <input
            type="checkbox"
            checked={indicators.value.includes(key)}
            onChange={() => toggleIndicator(key)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
