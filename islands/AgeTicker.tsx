import { useEffect, useState } from "preact/hooks";
import { formatAge, formatDateTime, formatIso } from "../lib/format/dates.ts";
import { strings } from "../lib/format/strings.ts";
import { getLivePrice, isOffline, stillAtMs } from "../lib/ui/page_state.ts";

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

/** Source and age of a figure, counted on every second. */
export default function AgeTicker(props: Props) {
  const [nowMs, setNowMs] = useState(props.wallMs);
  useEffect(() => {
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const live = props.symbol ? getLivePrice(props.symbol).value : null;
  const isLiveNewer = live !== null && (props.timeMs === null || live.eventMs >= props.timeMs);
  const timeMs = isLiveNewer ? live.eventMs : props.timeMs;
  const source = isLiveNewer ? live.source : props.source;
  if (props.recordedMs !== undefined) {
    return (
      <span class="age">
        {source} · {strings.age.recordedOn} {formatDateTime(props.recordedMs)}
      </span>
    );
  }
  if (timeMs === null) return <span class="age">{source} · {strings.age.unknown}</span>;
  const elapsedMs = props.isStill ? 0 : Math.max(0, nowMs - props.wallMs);
  const text = isOffline.value
    ? `${strings.age.asOf} ${formatDateTime(timeMs)}`
    : formatAge(timeMs, stillAtMs.value ?? props.marketMs + elapsedMs);
  return (
    <span class="age">
      {source} · <time dateTime={formatIso(timeMs)} title={formatDateTime(timeMs)}>{text}</time>
    </span>
  );
}
