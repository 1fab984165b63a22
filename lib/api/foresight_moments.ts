/**
 * Moments of the past that are not bars: stored signals, and figures where samples of them are kept.
 *
 * @module
 */
import type { FigureMoment, Moment, SignalMoment } from "../alerts/mod.ts";
import type { SignalRecord } from "../contracts/records.ts";
import type { Collection, RecordQuery, WorldStore } from "../store/types.ts";

const DAY_MS = 86_400_000;
/** A sample counts as the one of the day before within this time of it, ms. */
const TOLERANCE_MS = 3 * 3_600_000;
/** Records read for one look; more than that is not looked at, oldest first. */
const RECORDS_MAX = 20_000;

/** One sample of a figure. */
interface Sample {
  timeMs: number;
  value: number;
}

/** Reads records of a list up to `RECORDS_MAX`, oldest first. */
async function readAll<T extends { id: string }>(
  collection: Pick<Collection<T>, "list">,
  query: RecordQuery,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page = await collection.list({ ...query, limit: 1_000, ...(cursor && { cursor }) });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null && found.length < RECORDS_MAX);
  return found.reverse();
}

/** Returns the signals on an entity, or (`*`) on any, since `fromMs`, oldest first. */
export async function listSignalMoments(
  { signals }: Pick<WorldStore, "signals">,
  symbol: string,
  range: { from: number; to: number },
): Promise<SignalMoment[]> {
  const query: RecordQuery = symbol === "*" ? {} : { index: "entity", equals: [symbol] };
  return (await readAll(signals, { ...query, ...range })).map(toSignalMoment);
}

/** Returns a signal as alerts look at it. */
export function toSignalMoment(signal: SignalRecord): SignalMoment {
  return {
    kind: "signal",
    symbol: signal.entity,
    timeMs: signal.timestamp,
    receivedMs: signal.created_at,
    isUnsure: false,
    id: signal.id,
    type: signal.type,
    confidence: signal.confidence_score,
  };
}

/** Returns what was kept of a figure, oldest first; null where nothing of it is kept. */
export async function listFigureMoments(
  store: Pick<WorldStore, "tvl" | "dexSamples">,
  { figure, symbol }: { figure: FigureMoment["name"]; symbol: string },
  range: { from: number; to: number },
): Promise<Moment[] | null> {
  // Of the day before the first one, too.
  const wide = { from: range.from - DAY_MS - TOLERANCE_MS, to: range.to };
  if (figure === "tvl") {
    const samples = await readAll(store.tvl, { index: "entity", equals: [symbol], ...wide });
    return toFigures(
      "tvl",
      symbol,
      samples.map((s) => ({ timeMs: s.timestamp, value: s.tvl_usd })),
    );
  }
  if (figure === "liquidity") {
    const samples = await readAll(store.dexSamples, { index: "pair", equals: [symbol], ...wide });
    const known = samples.flatMap(({ timestamp, liquidity }) =>
      liquidity === null ? [] : [{ timeMs: timestamp, value: liquidity }]
    );
    return toFigures("liquidity", symbol, known);
  }
  return null;
}

/** Samples, oldest first, each with its change in percent against the day before. */
function toFigures(
  name: FigureMoment["name"],
  symbol: string,
  samples: readonly Sample[],
): FigureMoment[] {
  let place = 0;
  return samples.map(({ timeMs, value }) => {
    const wantedMs = timeMs - DAY_MS;
    // The nearest one: both run forward in time.
    const isNearer = (a: Sample, b: Sample) =>
      Math.abs(a.timeMs - wantedMs) <= Math.abs(b.timeMs - wantedMs);
    while (samples[place + 1] && isNearer(samples[place + 1]!, samples[place]!)) place++;
    const past = samples[place]!;
    const isKnown = Math.abs(past.timeMs - wantedMs) <= TOLERANCE_MS && past.value > 0;
    const change = isKnown ? (value / past.value - 1) * 100 : NaN;
    return {
      ...{ kind: "figure", name, symbol, timeMs, receivedMs: timeMs, isUnsure: false },
      ...{ value, change, link: "/" },
    };
  });
}
