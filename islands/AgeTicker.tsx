import { computed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { formatAge, formatDateTime, formatIso } from "../lib/format/dates.ts";
import { strings } from "../lib/format/strings.ts";
import { getLivePrice, isOffline, nowMs, stillAtMs } from "../lib/ui/page_state.ts";

/** What an age is counted from. */
interface Props {
  /** Time of the figure, epoch ms of the market. */
  timeMs: number | null;
  source: string;
  /** Market and wall time when the server wrote the page, so that a kept page still tells the truth. */
  marketMs: number;
  wallMs: number;
  /** Market time stands still (a recording at its end). */
  isStill?: boolean;
  /** Recorded outside the played dates: a date is shown instead of an age. */
  recordedMs?: number;
  /** Follows the live price of this symbol. */
  symbol?: string;
}

let tickers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Runs one clock for all ages of a page, for as long as there are any. */
function useClock(): void {
  useEffect(() => {
    if (tickers++ === 0) {
      nowMs.value = Date.now();
      timer = setInterval(() => nowMs.value = Date.now(), 1000);
    }
    return () => {
      if (--tickers === 0) clearInterval(timer);
    };
  }, []);
}

/** Time and source of the figure, of the live one where that is newer. */
function readFigure({ timeMs, source, symbol }: Props): { timeMs: number | null; source: string } {
  const live = symbol ? getLivePrice(symbol).value : null;
  const isLiveNewer = live !== null && (timeMs === null || live.eventMs >= timeMs);
  return isLiveNewer ? { timeMs: live.eventMs, source: live.source } : { timeMs, source };
}

/** Source and age of a figure; once a second only the text changes, and only where it differs. */
export default function AgeTicker(props: Props) {
  useClock();
  const { marketMs, wallMs, isStill, recordedMs } = props;
  const { timeMs, source } = readFigure(props);
  const text = useMemo(() =>
    computed(() => {
      if (isOffline.value) return `${strings.age.asOf} ${formatDateTime(timeMs)}`;
      const elapsedMs = isStill ? 0 : Math.max(0, (nowMs.value || wallMs) - wallMs);
      return formatAge(timeMs, stillAtMs.value ?? marketMs + elapsedMs);
    }), [timeMs, marketMs, wallMs, isStill]);
  if (recordedMs !== undefined) {
    return (
      <span class="age">
        {source} · {strings.age.recordedOn} {formatDateTime(recordedMs)}
      </span>
    );
  }
  if (timeMs === null) return <span class="age">{source} · {strings.age.unknown}</span>;
  return (
    <span class="age">
      {source} · <time dateTime={formatIso(timeMs)} title={formatDateTime(timeMs)}>{text}</time>
    </span>
  );
}
