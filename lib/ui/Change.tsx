/**
 * A change in percent, for islands and pages alike.
 *
 * @module
 */
import { formatDirection, formatPercent, getDirection } from "../format/numbers.ts";

/** A change in percent, with a mark that tells the direction without colour. */
export function Change({ percent }: { percent: number | null }) {
  return (
    <span class={`change ${getDirection(percent)}`}>
      <span aria-hidden="true">{formatDirection(percent)}</span> {formatPercent(percent)}
    </span>
  );
}
