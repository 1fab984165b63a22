/**
 * Source and age of a figure, as the server writes it; one island of the page keeps it true.
 *
 * @module
 */
import { formatAge, formatDateTime, formatIso } from "../format/dates.ts";
import { pageStrings } from "../format/page_strings.ts";
import type { State } from "./state.ts";

/** What ages of a page are counted from. */
export interface PageTimes {
  /** Epoch ms of the market and of the wall when the page was written. */
  marketMs: number;
  wallMs: number;
  /** Market time stands still. */
  isStill: boolean;
  /** First and last moment of the recording that is played; null when live. */
  recorded: { from: number; to: number } | null;
}

/** Returns the times of a page that is being written. */
export function readTimes({ data, mode }: Pick<State, "data" | "mode">): PageTimes {
  const { recordedFrom: from, recordedTo: to } = mode;
  const isRecorded = mode.mode === "replay" && from !== undefined && to !== undefined;
  return {
    marketMs: data.marketNow(),
    wallMs: data.wallNow(),
    isStill: mode.ended === true,
    recorded: isRecorded ? { from, to } : null,
  };
}

/** Says whether an answer was recorded outside the played dates, so that it has no age there. */
export function isRecordedElsewhere(timeMs: number, { recorded }: PageTimes): boolean {
  return recorded !== null && (timeMs < recorded.from || timeMs > recorded.to);
}

/**
 * Source and age. `clock` says by which time the moment was told: the market's, or the wall's for
 * what the machine itself did.
 */
export function Age({ source, timeMs, times, clock = "market", none }: {
  source?: string;
  timeMs: number | null;
  times: PageTimes;
  clock?: "market" | "wall";
  /** Stands for a moment that is not known. */
  none?: string;
}) {
  const words = pageStrings.age;
  const before = source ? `${source} · ` : "";
  if (timeMs === null || !Number.isFinite(timeMs)) {
    return <span class="age">{before}{none ?? words.unknown}</span>;
  }
  if (clock === "market" && isRecordedElsewhere(timeMs, times)) {
    return <span class="age">{before}{words.recordedOn} {formatDateTime(timeMs)}</span>;
  }
  return (
    <span class="age">
      {before}
      <time
        dateTime={formatIso(timeMs)}
        title={formatDateTime(timeMs)}
        data-age={timeMs}
        data-clock={clock}
      >
        {formatAge(timeMs, clock === "market" ? times.marketMs : times.wallMs)}
      </time>
    </span>
  );
}
