import { useEffect, useState } from "preact/hooks";
import { formatDateTime, formatIso } from "../lib/format/dates.ts";
import { stillAtMs } from "../lib/ui/page_state.ts";

interface Props {
  /** Market and wall time when the server wrote the page, epoch ms. */
  marketMs: number;
  wallMs: number;
  /** Market time stands still. */
  isStill: boolean;
}

/** The market's own time, to the minute. */
export default function MarketClock({ marketMs, wallMs, isStill }: Props) {
  const [nowMs, setNowMs] = useState(wallMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (marketMs <= 0) return <span>–</span>;
  const elapsedMs = isStill ? 0 : Math.max(0, nowMs - wallMs);
  const timeMs = stillAtMs.value ?? marketMs + elapsedMs;
  return <time class="clock" dateTime={formatIso(timeMs)}>{formatDateTime(timeMs)}</time>;
}
