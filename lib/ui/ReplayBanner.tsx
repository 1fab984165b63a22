/**
 * The word on recorded data.
 *
 * @module
 */
import { formatDateTime } from "../format/dates.ts";
import { strings } from "../format/strings.ts";
import type { ModeView } from "./state.ts";

/** Says that the data is recorded, when, and at the end offers to play it again. */
export function ReplayBanner({ mode }: { mode: ModeView }) {
  if (mode.mode !== "replay") return null;
  const words = strings.replay;
  const hasDates = mode.recordedFrom !== undefined && mode.recordedTo !== undefined;
  return (
    <aside class="banner" aria-label={words.heading}>
      <p>
        <strong>{words.heading}</strong> {hasDates
          ? words.span(formatDateTime(mode.recordedFrom), formatDateTime(mode.recordedTo))
          : words.noDates}
        {mode.provenance && <small>{mode.provenance}</small>}
        {mode.ended && <span class="ended">{words.ended}</span>}
      </p>
      {mode.ended && (
        <form method="post" action="/play-again">
          <button type="submit">{words.again}</button>
        </form>
      )}
    </aside>
  );
}
