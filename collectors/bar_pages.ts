/**
 * One stretch of a source's bars, however many answers and however fine the bars it comes in.
 *
 * @module
 */
import { type Bar, getBucketStart, type Timeframe, timeframeMs } from "../lib/market/mod.ts";
import { fetchJson, type HttpOptions } from "./http.ts";
import { SourceParseError, type StreamSource } from "./source.ts";

/** One stretch comes in no more answers: a source that always names another one has lost count. */
const answersMax = 200;

/**
 * Asks for the bars from `from` (inclusive) to `to` (exclusive, epoch ms) in one request, follows
 * the answers that go on, and folds finer bars. Returns those inside the stretch and on its
 * timeframe's grid, oldest first; a bar told twice counts once, as told last.
 *
 * @throws Whatever `fetchJson` and the source's parser throw.
 */
export async function fetchBarPages(
  source: Pick<StreamSource, "key" | "bars">,
  { symbol, timeframe, from, to }: {
    symbol: string;
    timeframe: Timeframe;
    from: number;
    to: number;
  },
  http: HttpOptions,
): Promise<Bar[]> {
  const { bars: read } = source;
  const stepMs = read.stepMs?.(timeframe) ?? timeframeMs[timeframe];
  const byTime = new Map<number, Bar>();
  let request = read.request(symbol, timeframe, from, to);
  for (let answers = 1;; answers++) {
    const body = await fetchJson(request, http);
    for (const bar of read.parse(body, request)) {
      if (bar.time >= from && bar.time < to && bar.time % stepMs === 0) byTime.set(bar.time, bar);
    }
    const next = read.next?.(body, request) ?? null;
    if (next === null) break;
    if (answers === answersMax || next.path === request.path) {
      throw new SourceParseError(
        `Cannot read all bars of ${symbol} from ${source.key}: at most ${answersMax} answers are ` +
          `followed, was ${answers} with another one to come`,
      );
    }
    request = next;
  }
  const bars = [...byTime.values()].sort((a, b) => a.time - b.time);
  return stepMs < timeframeMs[timeframe] ? foldBars(bars, timeframe) : bars;
}

/** Returns bars of `timeframe` made of finer ones, which must be in order of time. */
export function foldBars(bars: readonly Bar[], timeframe: Timeframe): Bar[] {
  const folded: Bar[] = [];
  for (const bar of bars) {
    const time = getBucketStart(bar.time, timeframe);
    const last = folded.at(-1);
    if (!last || last.time !== time) {
      folded.push({ ...bar, time });
      continue;
    }
    last.high = Math.max(last.high, bar.high);
    last.low = Math.min(last.low, bar.low);
    last.close = bar.close;
    last.volume += bar.volume;
  }
  return folded;
}
