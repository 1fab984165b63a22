/**
 * The backfill command: asks the running product for the past of a series and shows how far it is.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Clock } from "../lib/clock.ts";
import type { BackfillRecord } from "../lib/contracts/records.ts";
import { isTimeframe, type Timeframe, timeframeMs, timeframes } from "../lib/market/mod.ts";

/** What the command was told to fetch. */
export interface BackfillArguments {
  exchange: string;
  symbol: string;
  timeframe: Timeframe;
  start: string;
  end: string;
}

/** What cannot be done, in words for whoever typed the command. */
export class BackfillError extends Error {
  override name = "BackfillError";
}

/** How to use the command. */
export const usage = `deno task backfill --symbol BTCUSDT --start-date 2026-06-01 \\
  [--end-date 2026-07-01] [--exchange binance] [--timeframe ${timeframes.join("|")}]`;

/**
 * Reads the command's arguments; names may be written with dashes or underscores.
 *
 * @throws {BackfillError} For an unknown or missing one, or a date that is none.
 */
export function readArguments(args: readonly string[], nowMs: number): BackfillArguments {
  const text = { type: "string" } as const;
  let values: Record<string, string | undefined>;
  try {
    ({ values } = parseArgs({
      args: args.map((arg) => arg.replace(/^--(start|end)_date/, "--$1-date")),
      options: {
        exchange: { ...text, default: "binance" },
        symbol: text,
        "start-date": text,
        "end-date": { ...text, default: new Date(nowMs).toISOString() },
        timeframe: { ...text, default: "1h" },
      },
    }));
  } catch (error) {
    throw new BackfillError(`Cannot read the command: ${(error as Error).message}\n${usage}`);
  }
  const { exchange = "", symbol, timeframe = "" } = values;
  const start = values["start-date"];
  const end = values["end-date"]!;
  if (!symbol || !start) {
    throw new BackfillError(`Cannot backfill: --symbol and --start-date are required\n${usage}`);
  }
  if (!isTimeframe(timeframe)) {
    throw new BackfillError(
      `Cannot backfill: --timeframe must be one of ${timeframes.join(", ")}, was "${timeframe}"`,
    );
  }
  for (const [name, date] of [["start-date", start], ["end-date", end]] as const) {
    if (!/^\d{4}-\d{2}-\d{2}/.test(date) || Number.isNaN(Date.parse(date))) {
      throw new BackfillError(
        `Cannot backfill: --${name} must be a date such as 2024-01-31, was "${date}"`,
      );
    }
  }
  const iso = (date: string) => new Date(date).toISOString();
  return { exchange, symbol, timeframe, start: iso(start), end: iso(end) };
}

/** What shows how far it is; `cli-progress` in a terminal. */
export interface ProgressBar {
  show(record: BackfillRecord, secondsLeft: number | null): void;
  end(): void;
}

/** What the command works with. */
export interface CommandOptions {
  /** Where the product runs, such as `http://127.0.0.1:8000`. */
  address: string;
  token: string;
  fetch: typeof fetch;
  clock: Clock;
  bar: ProgressBar;
  /** Aborted when the person wants to stop. */
  signal: AbortSignal;
}

/** What the command did. */
export interface CommandResult {
  record: BackfillRecord;
  /** Bars of the stretch that the API served at the end. */
  served: number;
}

/** Looked at so seldom that the API's limit of requests leaves room for others. */
const lookEveryMs = 1_000;
/** Places that one question covers. */
const servedMax = 10_000;
const refusedWaitMs = 5_000;

/**
 * Fetches the past through the running product, and checks at the end that its API serves it.
 *
 * @throws {BackfillError} When the product refuses, fails, or does not serve what was fetched.
 */
export async function runBackfillCommand(
  args: BackfillArguments,
  options: CommandOptions,
): Promise<CommandResult> {
  const { clock, bar, signal } = options;
  let record = await ask(options, "POST", "", args);
  const startMs = clock.now();
  const startDone = record.done_ms;
  try {
    while (record.status === "waiting" || record.status === "running") {
      await clock.wait(lookEveryMs, signal);
      record = signal.aborted
        ? await stop(record, options)
        : await ask(options, "GET", `/${record.id}`);
      bar.show(record, tellSecondsLeft(record, startDone, clock.now() - startMs));
    }
  } finally {
    bar.end();
  }
  if (record.status === "failed") {
    throw new BackfillError(`Cannot backfill ${record.symbol}: ${record.error}`);
  }
  return { record, served: record.status === "done" ? await checkServed(record, options) : 0 };
}

/** Returns how many bars the API serves; throws where that is less than what is stored. */
async function checkServed(record: BackfillRecord, options: CommandOptions): Promise<number> {
  const { symbol, timeframe, exchange, stored = record.bars } = record;
  if (stored === 0) {
    throw new BackfillError(
      `Cannot backfill ${symbol}: ${exchange} has no ${timeframe} bars of that stretch`,
    );
  }
  const served = await countServed(record, options);
  if (served >= stored) return served;
  throw new BackfillError(
    `Cannot show that ${symbol} is served: ${stored} bars are stored, the API serves ${served}`,
  );
}

/** Returns the seconds left at the speed so far; null while it is not known. */
export function tellSecondsLeft(
  { done_ms, total_ms }: Pick<BackfillRecord, "done_ms" | "total_ms">,
  startDoneMs: number,
  passedMs: number,
): number | null {
  const speed = (done_ms - startDoneMs) / passedMs;
  return speed > 0 ? Math.ceil((total_ms - done_ms) / speed / 1000) : null;
}

/** Stops it; a product that was stopped with us goes on at its next start. */
async function stop(record: BackfillRecord, options: CommandOptions): Promise<BackfillRecord> {
  return await ask(options, "DELETE", `/${record.id}`).catch(() => ({
    ...record,
    status: "stopped" as const,
  }));
}

async function ask(
  { address, token, fetch }: CommandOptions,
  method: string,
  suffix: string,
  body?: unknown,
): Promise<BackfillRecord> {
  const answer = await fetch(`${address}/api/v1/admin/backfills${suffix}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  throw new BackfillError(readDetail(text) ?? `Cannot backfill: HTTP ${answer.status}: ${text}`);
}

/** What a problem says of itself; null for an answer that is none. */
function readDetail(text: string): string | null {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown };
    const words = detail ?? title;
    return typeof words === "string" ? words : null;
  } catch {
    return null;
  }
}

const resolutions: Readonly<Record<Timeframe, string>> = {
  "1m": "1",
  "5m": "5",
  "15m": "15",
  "1h": "60",
  "4h": "240",
  "1d": "1D",
};

/** Counts the bars that the API serves, and checks that indicators come along. */
async function countServed(record: BackfillRecord, options: CommandOptions): Promise<number> {
  const { symbol, timeframe, from, to } = record;
  const chart = await read<{ bars: unknown[]; indicators: Record<string, unknown[]> }>(
    `/api/v1/charts/${encodeURIComponent(symbol)}?timeframe=${timeframe}`,
    options,
  );
  for (const [name, values] of Object.entries(chart.indicators)) {
    if (values.length === chart.bars.length) continue;
    throw new BackfillError(
      `Cannot show that ${symbol} is served: ${name} has ${values.length} values for ` +
        `${chart.bars.length} bars`,
    );
  }
  const stepMs = servedMax * timeframeMs[timeframe];
  let served = 0;
  for (let next = from; next < to; next += stepMs) {
    served += await countBetween(record, { from: next, to: Math.min(to, next + stepMs) }, options);
  }
  return served;
}

async function countBetween(
  { symbol, timeframe }: BackfillRecord,
  { from, to }: { from: number; to: number },
  options: CommandOptions,
): Promise<number> {
  const query = new URLSearchParams({
    symbol,
    resolution: resolutions[timeframe],
    from: String(Math.floor(from / 1000)),
    to: String(Math.floor((to - 1) / 1000)),
  });
  const { t = [] } = await read<{ t?: number[] }>(`/udf/history?${query}`, options);
  return t.filter((seconds) => seconds * 1000 >= from && seconds * 1000 < to).length;
}

async function read<T>(path: string, options: CommandOptions): Promise<T> {
  const { address, token, fetch, clock, signal } = options;
  for (;;) {
    const answer = await fetch(address + path, { headers: { authorization: `Bearer ${token}` } });
    if (answer.ok) return await answer.json();
    const text = await answer.text();
    // Of a long stretch there is more to ask than the API's limit allows at once.
    if (answer.status === 429 && !signal.aborted) {
      await clock.wait(refusedWaitMs, signal);
      continue;
    }
    throw new BackfillError(
      `Cannot show what is served: ${path} answered ${answer.status}: ${readDetail(text) ?? text}`,
    );
  }
}
