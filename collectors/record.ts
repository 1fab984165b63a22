/**
 * Records the market as it comes: stream frames, REST answers and bars, in the layout that the
 * recorded world plays.
 *
 * @module
 */
import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { captureFrames } from "./record/frames.ts";
import { formatBars, formatFixture, writeText } from "./record/files.ts";

/** Where to record from. */
export interface RecordAddresses {
  /** Base of Binance's REST interface, such as `https://api.binance.com`. */
  rest: string;
  /** Base of its streams, such as `wss://stream.binance.com:9443`. */
  stream: string;
  /** Base of CoinGecko, such as `https://api.coingecko.com/api/v3`; left out: not recorded. */
  coingecko?: string;
}

/** What was recorded. */
export interface RecordSummary {
  frames: number;
  bars: number;
  answers: number;
  /** Paths of the written files, relative to the folder. */
  files: string[];
}

/** Options of a recording. */
export interface RecordOptions {
  addresses: RecordAddresses;
  /** Folder to write to; made where it is missing. */
  folder: string;
  /** Minutes of the market to listen. */
  minutes: number;
  /** Symbols to record, in the exchange's spelling; without: the `maxSymbols` most traded. */
  symbols?: readonly string[];
  maxSymbols?: number;
  clock: Clock;
  fetch: typeof fetch;
  log: Logger;
  signal?: AbortSignal;
}

/** One kept answer. */
interface KeptAnswer {
  source: string;
  name: string;
  url: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Fetches an address and keeps the whole answer, whatever its status. */
async function keepAnswer(
  { fetch, signal }: RecordOptions,
  { source, name, url }: { source: string; name: string; url: string },
): Promise<KeptAnswer> {
  const answer = await fetch(url, { signal });
  const headers = Object.fromEntries(answer.headers);
  return { source, name, url, status: answer.status, headers, body: await answer.text() };
}

/** Returns a list of objects out of a JSON text, empty for anything else. */
function parseRows(text: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((row) => typeof row === "object" && row) : [];
  } catch {
    return [];
  }
}

/** Returns the symbols with the greatest quote volume. */
function pickSymbols(ticker: string, count: number): string[] {
  return parseRows(ticker)
    .filter((row) => typeof row.symbol === "string")
    .sort((a, b) => Number(b.quoteVolume) - Number(a.quoteVolume))
    .slice(0, count)
    .map((row) => String(row.symbol));
}

/** Fetches the 1m bars of `[from, to)` of a symbol, page by page. */
async function fetchBars(
  { addresses, fetch, signal }: RecordOptions,
  { symbol, from, to }: { symbol: string; from: number; to: number },
): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (let start = from; start < to;) {
    const query = new URLSearchParams({
      symbol,
      interval: "1m",
      startTime: String(start),
      endTime: String(to - 1),
      limit: "1000",
    });
    const answer = await fetch(`${addresses.rest}/api/v3/klines?${query}`, { signal });
    const page: unknown = await answer.json();
    if (!answer.ok || !Array.isArray(page) || page.length === 0) break;
    const fitting = page.filter((row) => Array.isArray(row) && row.length >= 11);
    // The bar that is still running is no recording of anything.
    rows.push(...fitting.filter((row) => Number(row[6]) < to));
    const next = Number(fitting.at(-1)?.[0]) + 60_000;
    if (!(next > start)) break;
    start = next;
  }
  return rows;
}

/** Asks for everything that is kept as an answer. */
async function keepAnswers(options: RecordOptions): Promise<KeptAnswer[]> {
  const { rest, coingecko } = options.addresses;
  const wanted = [
    { source: "binance", name: "time", url: `${rest}/api/v3/time` },
    { source: "binance", name: "exchangeInfo", url: `${rest}/api/v3/exchangeInfo` },
    { source: "binance", name: "ticker-24hr", url: `${rest}/api/v3/ticker/24hr` },
  ];
  if (coingecko) {
    const query = "vs_currency=usd&order=market_cap_desc&per_page=100&page=1";
    const url = `${coingecko}/coins/markets?${query}`;
    wanted.push({ source: "coingecko", name: "coins-markets", url });
    wanted.push({ source: "coingecko", name: "global", url: `${coingecko}/global` });
  }
  const kept: KeptAnswer[] = [];
  for (const one of wanted) kept.push(await keepAnswer(options, one));
  return kept;
}

/**
 * Records `minutes` of the market into `folder`: a capture of the frames, the answers in their
 * envelope, and the bars of all symbols in one file.
 *
 * @throws {Error} When the exchange names no symbol, or its stream cannot be opened.
 */
export async function recordFolder(options: RecordOptions): Promise<RecordSummary> {
  const { addresses, folder, minutes, clock, log, signal, maxSymbols = 20 } = options;
  const answers = await keepAnswers(options);
  const ticker = answers.find(({ name }) => name === "ticker-24hr")?.body ?? "";
  const symbols = options.symbols ?? pickSymbols(ticker, maxSymbols);
  if (symbols.length === 0) throw new Error("the exchange named no symbol to record");
  log.info("recording", { symbols: symbols.length, minutes, folder });

  const capture = await captureFrames({ base: addresses.stream, symbols, minutes, clock, signal });
  const day = new Date(capture.from).toISOString().slice(0, 10);
  const recordedAt = new Date(clock.now()).toISOString();
  const files: string[] = [];
  const write = async (path: string, text: string) => {
    await writeText(join(folder, path), text);
    files.push(path);
  };

  await write(`api/binance/ws-spot-${day}.jsonl.gz`, capture.text);
  for (const answer of answers) {
    const path = `api/${answer.source}/${answer.name}-${day}.json.gz`;
    await write(path, formatFixture({ ...answer, recordedAt }));
  }
  const from = Math.ceil(capture.from / 60_000) * 60_000;
  const to = Math.floor(capture.to / 60_000) * 60_000;
  const bars: { symbol: string; row: unknown[] }[] = [];
  for (const symbol of symbols) {
    for (const row of await fetchBars(options, { symbol, from, to })) bars.push({ symbol, row });
  }
  if (bars.length) await write(`candles/binance/_multi-${day}-1m.csv.gz`, formatBars(bars));
  return { frames: capture.frames, bars: bars.length, answers: answers.length, files };
}
