/**
 * A recording: what a folder's chosen files hold, ready to be played.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import {
  type BarSeries,
  findIndex,
  getBar,
  listFolder,
  parseBars,
  parseBarsFileName,
  readText,
  type ReplayBar,
  ReplayError,
  toSeries,
} from "./bars_file.ts";
import { type CapturedFrame, makeCaptureSeries, parseCapture } from "./capture.ts";
import { findNewestAnswer, listAnswerFiles } from "./fixtures.ts";
import { getPhaseMs, makeTrades, type TapeTrade, tradesPerBar } from "./tape.ts";
import { makeTradeSeries, parseTrades } from "./trades_file.ts";

/** The played stretch, in memory. */
export interface Recording {
  /** Name of the data set, such as `_multi-2022-11-08-1m`. */
  name: string;
  /** 12 hex digits over the names and contents of the played files. */
  hash: string;
  provenance: string;
  timeframe: "1m" | "1h";
  stepMs: number;
  /** Epoch ms of the stretch: the start of its first bar and the end of its last. */
  from: number;
  to: number;
  symbols: string[];
  series: Map<string, BarSeries>;
  /** The trades of bar `index` of a symbol, oldest first, with consecutive ids. */
  listTrades(symbol: string, index: number): TapeTrade[];
  /** Recorded trades by symbol, where the set is a trades file. */
  trades: Map<string, TapeTrade[]> | null;
  /** Recorded frames, where the set is a capture: they are played instead of made ones. */
  frames: CapturedFrame[] | null;
  /** The exchange whose folder is played and gives the history; empty where no bars were recorded. */
  exchange: string;
}

/** Folders of `candles/` whose symbols are no pairs of a crypto exchange, most alive first. */
const shareFolders = ["us", "bist", "us-adj"];

/** Says whether a recording is heard on the crypto exchange's stream, and not as shares. */
export function isCrypto({ exchange }: Pick<Recording, "exchange">): boolean {
  return exchange !== "" && !shareFolders.includes(exchange);
}

interface PlayedFile {
  path: string;
  kind: "bars" | "trades" | "capture";
}

/** Says what a file can be played as; null for none. */
function getKind(name: string): PlayedFile["kind"] | null {
  if (/\.jsonl(\.gz)?$/.test(name)) return "capture";
  if (parseBarsFileName(name)) return "bars";
  return /[Tt]rades.*\.csv(\.gz)?$/.test(name) ? "trades" : null;
}

/** Lists the playable files of a folder with their paths relative to it, sorted. */
async function listPlayable(folder: string): Promise<PlayedFile[]> {
  const found: PlayedFile[] = [];
  for (const room of ["candles", "trades", "api"]) {
    for (const group of await listFolder(join(folder, room))) {
      for (const name of await listFolder(join(folder, room, group))) {
        const kind = getKind(name);
        if (kind) found.push({ path: `${room}/${group}/${name}`, kind });
      }
    }
  }
  return found;
}

/** Returns the file that a part of `CRYPTOINTEL_REPLAY_SET` names: by path, or by bare name. */
function pickNamed(files: readonly PlayedFile[], wanted: string): PlayedFile {
  const bare = (path: string) => basename(path).replace(/\.(csv|jsonl)(\.gz)?$/, "");
  const match = files.find(({ path }) => path === wanted) ??
    files.find(({ path }) => basename(path) === wanted) ??
    files.find(({ path }) => bare(path) === wanted && path.includes("/binance/")) ??
    files.find(({ path }) => bare(path) === wanted);
  if (!match) throw new ReplayError(`the replay folder has no recording named ${wanted}`);
  return match;
}

const getExchange = ({ path }: PlayedFile) => path.split("/")[1]!;

/** Binance first, then other crypto exchanges by name, then shares. */
function rankExchange(exchange: string): number {
  return exchange === "binance" ? 0 : 2 + shareFolders.indexOf(exchange);
}

/**
 * Returns the files played when none are named: of the first exchange the multi-symbol minutes,
 * else 1m, else 1h; else trades or a capture. None where the folder has nothing that moves.
 */
function pickDefault(files: readonly PlayedFile[]): PlayedFile[] {
  const bars = files.filter(({ kind }) => kind === "bars");
  const exchanges = [...new Set(bars.map(getExchange))]
    .sort((a, b) => rankExchange(a) - rankExchange(b));
  for (const exchange of exchanges) {
    for (const timeframe of ["1m", "1h"]) {
      const own = bars.filter((file) =>
        getExchange(file) === exchange &&
        parseBarsFileName(basename(file.path))?.timeframe === timeframe
      );
      const multi = own.filter(({ path }) => basename(path).startsWith("_multi"));
      if (multi.length) return multi;
      if (own.length) return own;
    }
  }
  const moving = files.filter(({ kind }) => kind !== "bars");
  const other = moving.find(({ kind }) => kind === "trades") ?? moving[0];
  return other ? [other] : [];
}

/** Returns 12 hex digits over the names and the bytes of the files. */
async function hashFiles(folder: string, files: readonly { path: string }[]): Promise<string> {
  const all = createHash("sha256");
  for (const { path } of files) {
    const bytes = await Deno.readFile(join(folder, path));
    all.update(`${path} ${createHash("sha256").update(bytes).digest("hex")}\n`);
  }
  return all.digest("hex").slice(0, 12);
}

/** What each kind of file gives to the recording. */
interface Loaded {
  stepMs: number;
  provenance: string;
  series: Map<string, BarSeries>;
  trades: Map<string, TapeTrade[]> | null;
  frames: CapturedFrame[] | null;
}

async function loadBars(folder: string, files: readonly PlayedFile[]): Promise<Loaded> {
  const steps = new Set(files.map(({ path }) => parseBarsFileName(basename(path))?.stepMs));
  const stepMs = [...steps][0];
  if (steps.size !== 1 || (stepMs !== 60_000 && stepMs !== 3_600_000)) {
    throw new ReplayError("a recording is played from 1m bars or from 1h bars, not from others");
  }
  const bars = new Map<string, ReplayBar[]>();
  for (const { path } of files) {
    const symbol = parseBarsFileName(basename(path))?.symbol ?? "";
    for (const [name, list] of parseBars(await readText(join(folder, path)), symbol)) {
      // Not spread into push(): a long file has more bars than a call has arguments.
      bars.set(name, (bars.get(name) ?? []).concat(list));
    }
  }
  const series = new Map([...bars].map(([symbol, list]) => [symbol, toSeries(list, stepMs)]));
  const provenance = `reconstructed from recorded ${stepMs === 60_000 ? "1m" : "1h"} bars`;
  return { stepMs, provenance, series, trades: null, frames: null };
}

async function loadTrades(folder: string, files: readonly PlayedFile[]): Promise<Loaded> {
  const trades = new Map<string, TapeTrade[]>();
  for (const { path } of files) {
    const symbol = basename(path).split("-")[0]!;
    const more = parseTrades(await readText(join(folder, path)));
    const all = (trades.get(symbol) ?? []).concat(more).sort((a, b) => a.at - b.at || a.id - b.id);
    trades.set(symbol, all);
  }
  const series = new Map(
    [...trades].map(([symbol, list]) => [symbol, makeTradeSeries(list, 60_000)]),
  );
  return { stepMs: 60_000, provenance: "recorded trades", series, trades, frames: null };
}

async function loadCapture(folder: string, files: readonly PlayedFile[]): Promise<Loaded> {
  const frames: CapturedFrame[] = [];
  for (const { path } of files) {
    frames.push(...parseCapture(await readText(join(folder, path))));
  }
  frames.sort((a, b) => a.at - b.at);
  const series = makeCaptureSeries(frames);
  return { stepMs: 60_000, provenance: "recorded stream frames", series, trades: null, frames };
}

const loaders = { bars: loadBars, trades: loadTrades, capture: loadCapture };

/** Numbers the first trade of each bar, so that ids have no holes. */
function numberTrades(series: BarSeries): Float64Array {
  const first = new Float64Array(series.length);
  let next = 1;
  for (let i = 0; i < series.length; i++) {
    first[i] = next;
    if (series.columns.volume[i]! > 0) next += tradesPerBar;
  }
  return first;
}

/** Returns the function that lists the trades of a bar: recorded ones, or made from the bar. */
function createTape({ series, trades, stepMs }: Loaded): Recording["listTrades"] {
  const numbers = new Map<string, Float64Array>();
  const ranks = new Map(rankByTurnover(series).map((symbol, rank) => [symbol, rank]));
  return (symbol, index) => {
    const own = series.get(symbol);
    const bar = own && getBar(own, index);
    if (!own || !bar) return [];
    if (trades) {
      return trades.get(symbol)?.filter(({ at }) => at >= bar.time && at < bar.time + stepMs) ?? [];
    }
    let firstIds = numbers.get(symbol);
    if (!firstIds) numbers.set(symbol, firstIds = numberTrades(own));
    const phaseMs = getPhaseMs(ranks.get(symbol)!, stepMs);
    return makeTrades(bar, { phaseMs, stepMs, firstId: firstIds[index]! });
  };
}

/** Returns the symbols by what was traded in quote currency over the whole stretch, most first. */
function rankByTurnover(series: ReadonlyMap<string, BarSeries>): string[] {
  const turnovers = [...series].map(([symbol, { columns, length }]) => {
    let turnover = 0;
    for (let i = 0; i < length; i++) {
      if (columns.volume[i]! > 0) turnover += columns.volume[i]! * columns.close[i]!;
    }
    return { symbol, turnover };
  });
  return turnovers.sort((a, b) => b.turnover - a.turnover || (a.symbol < b.symbol ? -1 : 1))
    .map(({ symbol }) => symbol);
}

/** Returns the borders of the stretch. */
function findStretch({ series, frames, stepMs }: Loaded): { from: number; to: number } {
  const times: number[] = [];
  for (const { columns, length } of series.values()) {
    if (length) times.push(columns.time[0]!, columns.time[length - 1]! + stepMs);
  }
  if (frames?.length) times.push(frames[0]!.at, frames.at(-1)!.at);
  if (times.length === 0) throw new ReplayError("the recording holds no usable rows");
  return { from: Math.min(...times), to: Math.max(...times) };
}

/** Returns what a folder without minutes, hours, trades or captures tells: its newest days. */
async function findDays(
  folder: string,
  files: readonly PlayedFile[],
): Promise<Pick<Recording, "from" | "to" | "symbols"> | null> {
  const symbols = new Set<string>();
  let [from, to] = [-1, -1];
  for (const { path } of files) {
    const { symbol, stepMs } = parseBarsFileName(basename(path))!;
    for (const [name, bars] of parseBars(await readText(join(folder, path)), symbol ?? "")) {
      symbols.add(name);
      for (const { time } of bars) if (time + stepMs > to) [from, to] = [time, time + stepMs];
    }
  }
  return to < 0 ? null : { from, to, symbols: [...symbols].sort() };
}

/**
 * Opens a folder in which nothing moves: its newest days are the stretch, and else the minute in
 * which its newest answer was recorded. Nothing is streamed; all is there to be asked for.
 */
async function openStill(folder: string, playable: readonly PlayedFile[]): Promise<Recording> {
  const bars = playable.filter(({ kind }) => kind === "bars");
  const exchange = bars.map(getExchange).sort((a, b) => rankExchange(a) - rankExchange(b))[0];
  const own = bars.filter((file) => getExchange(file) === exchange);
  const days = await findDays(folder, own);
  const files = days ? own : await listAnswerFiles(folder);
  const answeredMs = days ? null : await findNewestAnswer(folder, files);
  if (!days && answeredMs === null) {
    throw new ReplayError(
      "the replay folder has no bars, trades, captures or dated answers to play",
    );
  }
  const from = Math.floor((answeredMs ?? 0) / 60_000) * 60_000;
  const stretch = days ?? { from, to: from + 60_000, symbols: [] };
  return {
    ...stretch,
    name: basename(folder),
    hash: await hashFiles(folder, files),
    provenance: days ? "recorded bars" : "recorded answers",
    stepMs: 60_000,
    timeframe: "1m",
    series: new Map(),
    trades: null,
    frames: null,
    listTrades: () => [],
    exchange: days ? exchange! : "",
  };
}

/**
 * Opens the recording that `set` names in `folder` (a path in it or a bare name; several parted by
 * commas), or the folder's own choice.
 *
 * @throws {ReplayError} With one line that says what is missing.
 */
export async function openRecording(
  { folder, set }: { folder: string; set?: string },
): Promise<Recording> {
  const playable = await listPlayable(folder);
  const wanted = set?.split(",").map((part) => part.trim()).filter(Boolean) ?? [];
  const files = wanted.length
    ? wanted.map((name) => pickNamed(playable, name))
    : pickDefault(playable);
  if (files.length === 0) return await openStill(folder, playable);
  const kind = files[0]!.kind;
  if (files.some((file) => file.kind !== kind)) {
    throw new ReplayError("bars, trades and captures cannot be played together");
  }
  const loaded = await loaders[kind](folder, files);
  for (const [symbol, own] of loaded.series) {
    if (own.length === 0) loaded.series.delete(symbol);
  }
  const captured = loaded.frames?.map(({ symbol }) => symbol) ?? [];
  return {
    ...loaded,
    ...findStretch(loaded),
    name: files.map(({ path }) => basename(path).replace(/\.(csv|jsonl)(\.gz)?$/, "")).join(","),
    hash: await hashFiles(folder, files),
    timeframe: loaded.stepMs === 60_000 ? "1m" : "1h",
    symbols: [...new Set([...rankByTurnover(loaded.series), ...captured.sort()])],
    listTrades: createTape(loaded),
    exchange: kind === "bars" ? files[0]!.path.split("/")[1]! : "binance",
  };
}

/** Returns the played bar of a symbol that starts at `timeMs`, with its number; null for none. */
export function findBar(
  recording: Recording,
  symbol: string,
  timeMs: number,
): { index: number; bar: ReplayBar } | null {
  const series = recording.series.get(symbol);
  if (!series) return null;
  const index = findIndex(series, timeMs);
  const bar = getBar(series, index);
  return bar?.time === timeMs ? { index, bar } : null;
}
