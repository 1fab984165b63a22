/**
 * Charts as bytes: the JSON of closed bars and their indicators is made once and kept; an answer
 * concatenates bytes and adds the running bar.
 *
 * @module
 */
import { fingerprint } from "../format/fingerprint.ts";
import { indicatorNames } from "../indicators/mod.ts";
import type { Bar } from "../market/mod.ts";
import type { BarStore, SeriesKey } from "../store/types.ts";
import { ChartSeries } from "./chart_series.ts";

/** Closed bars kept warm when few are asked for, and when many are. */
const capacities = [1_000, 5_000] as const;

/**
 * Older bars that run through the indicators before the first one shown. The seed of the slowest
 * recursion (EMA 50) then weighs (49/51)^3000, far below what a float64 can tell.
 */
const warmUpBars = 3_000;

/** How often a load is repeated when bars change under it. */
const loadsMax = 5;

/** One chart, ready to send. */
export interface ChartAnswer {
  /** JSON `{symbol, timeframe, bars, indicators, …, cached}` in pieces that never change. */
  parts: readonly Uint8Array<ArrayBuffer>[];
  /** The same in one piece, joined when first asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length in bytes. */
  size: number;
  /** Strong, with its quotes. */
  etag: string;
  /** Whether no bar was read from the store for it. */
  cached: boolean;
  /** Number of bars in it. */
  count: number;
}

/** Counters since the start, and what is held now. */
export interface ChartCacheStats {
  series: number;
  bytes: number;
  hits: number;
  misses: number;
  evictions: number;
}

/** Memory for all series together, bytes. */
export const chartBytesMax = 192_000_000;

/** Warm series, least recently used dropped first. */
export interface ChartCache {
  /**
   * The newest `limit` (1 to 5000) bars, the running one included, oldest first. `extra` holds
   * further JSON members of the answer.
   */
  getChart(
    series: SeriesKey,
    limit: number,
    extra?: Record<string, unknown>,
  ): Promise<ChartAnswer>;
  /** Bars were committed: next ones are added, changed ones make the series load again. */
  noteClosedBars(series: SeriesKey, bars: readonly Bar[]): void;
  /** Forgets everything, as when a recording is played again. */
  clear(): void;
  stats(): ChartCacheStats;
}

/** A series in the cache. */
interface Entry {
  data: ChartSeries;
  revision: number;
  /** What was answered last, for those who ask the same before anything moves. */
  answered?: { key: string; answer: ChartAnswer };
}

/** A series on its way from the store. */
interface Loading {
  capacity: number;
  /** Bars committed meanwhile, which the read may or may not have seen. */
  notes: Bar[];
  entry: Promise<Entry>;
}

/** Returns an empty cache of at most `bytesMax`; `epoch` tells the ETags of two starts apart. */
export function createChartCache(
  options: {
    bars: Pick<BarStore, "readColumns">;
    getRunningBar(series: SeriesKey): Bar | null;
    epoch: string;
    bytesMax?: number;
  },
): ChartCache {
  return new WarmCharts(options);
}

const encoder = new TextEncoder();

class WarmCharts implements ChartCache {
  /** In order of use, the least recent first. */
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Loading>();
  #revision = 0;
  #counts = { hits: 0, misses: 0, evictions: 0 };

  constructor(
    private readonly options: {
      bars: Pick<BarStore, "readColumns">;
      getRunningBar(series: SeriesKey): Bar | null;
      epoch: string;
      bytesMax?: number;
    },
  ) {}

  async getChart(
    series: SeriesKey,
    limit: number,
    extra: Record<string, unknown> = {},
  ): Promise<ChartAnswer> {
    const key = formatKey(series);
    const warm = this.#entries.get(key);
    const cached = warm !== undefined && warm.data.capacity >= limit;
    if (cached) this.#counts.hits++;
    else this.#counts.misses++;
    const entry = cached ? warm : await this.#load(series, limit);
    if (this.#entries.get(key) === entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    const runningBar = this.options.getRunningBar(series);
    const running = runningBar && entry.data.formatRunning(runningBar);
    const closedCount = Math.min(entry.data.length, running ? limit - 1 : limit);
    const extraJson = JSON.stringify(extra).slice(1, -1);
    const stamp = fingerprint(`${running?.json ?? ""}${extraJson}`).toString(36);
    const etag = `"${this.options.epoch}-${entry.revision}-${limit}-${stamp}-${
      cached ? "c" : "s"
    }"`;
    // The texts themselves beside the tag, as two texts may have one hash.
    const answerKey = `${etag}${running?.json ?? ""}${extraJson}`;
    if (entry.answered?.key === answerKey) return entry.answered.answer;
    const parts = formatParts(series, entry.data, closedCount, running, extraJson, cached);
    const answer = createAnswer(parts, { etag, cached, count: closedCount + (running ? 1 : 0) });
    entry.answered = { key: answerKey, answer };
    return answer;
  }

  noteClosedBars(series: SeriesKey, bars: readonly Bar[]): void {
    const key = formatKey(series);
    this.#loading.get(key)?.notes.push(...bars);
    const entry = this.#entries.get(key);
    if (!entry) return;
    const ordered = [...bars].sort((a, b) => a.time - b.time);
    if (!ordered.every((bar) => entry.data.append(bar))) this.#entries.delete(key);
    entry.revision = ++this.#revision;
  }

  clear(): void {
    this.#entries.clear();
    this.#loading.clear();
  }

  stats(): ChartCacheStats {
    return { ...this.#counts, series: this.#entries.size, bytes: this.#countBytes() };
  }

  /** Loads a series once, however many ask for it at the same time. */
  #load(series: SeriesKey, limit: number): Promise<Entry> {
    const key = formatKey(series);
    const capacity = capacities.find((size) => size >= limit) ?? limit;
    const running = this.#loading.get(key);
    if (running && running.capacity >= capacity) return running.entry;
    const notes: Bar[] = [];
    const entry = this.#read(series, capacity, notes).then((loaded) => {
      if (this.#loading.get(key)?.notes === notes) {
        this.#entries.set(key, loaded);
        this.#evict(key);
      }
      return loaded;
    }).finally(() => {
      if (this.#loading.get(key)?.notes === notes) this.#loading.delete(key);
    });
    this.#loading.set(key, { capacity, notes, entry });
    return entry;
  }

  async #read(series: SeriesKey, capacity: number, notes: Bar[]): Promise<Entry> {
    for (let i = 0;; i++) {
      notes.length = 0;
      const data = new ChartSeries({ timeframe: series.timeframe, capacity });
      data.load(await this.options.bars.readColumns(series, { limit: capacity + warmUpBars }));
      const ordered = notes.splice(0).sort((a, b) => a.time - b.time);
      const isComplete = ordered.every((bar) => data.append(bar));
      // A bar that changed behind the read needs another read; the last try stands as it is read.
      if (isComplete || i >= loadsMax) return { data, revision: ++this.#revision };
    }
  }

  #evict(keptKey: string): void {
    const bytesMax = this.options.bytesMax ?? chartBytesMax;
    let bytes = this.#countBytes();
    for (const [key, entry] of this.#entries) {
      if (bytes <= bytesMax) return;
      if (key === keptKey) continue;
      bytes -= getSize(entry);
      this.#entries.delete(key);
      this.#counts.evictions++;
    }
  }

  #countBytes(): number {
    let bytes = 0;
    for (const entry of this.#entries.values()) bytes += getSize(entry);
    return bytes;
  }
}

function formatParts(
  { symbol, timeframe }: SeriesKey,
  data: ChartSeries,
  count: number,
  running: { json: string; values: readonly string[] } | null,
  extraJson: string,
  cached: boolean,
): Uint8Array<ArrayBuffer>[] {
  const { bars, indicators } = data.view(count);
  const comma = running && count > 0 ? "," : "";
  const parts: (Uint8Array<ArrayBuffer> | string)[] = [
    `{"symbol":${JSON.stringify(symbol)},"timeframe":"${timeframe}","bars":[`,
    bars,
    `${comma}${running?.json ?? ""}],"indicators":{`,
  ];
  indicatorNames.forEach((name, i) => {
    parts.push(`${i > 0 ? "," : ""}"${name}":[`, indicators[i]!);
    parts.push(`${comma}${running?.values[i] ?? ""}]`);
  });
  parts.push(`}${extraJson ? `,${extraJson}` : ""},"cached":${cached}}`);
  return parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
}

function createAnswer(
  parts: readonly Uint8Array<ArrayBuffer>[],
  rest: Pick<ChartAnswer, "etag" | "cached" | "count">,
): ChartAnswer {
  let joined: Uint8Array<ArrayBuffer> | null = null;
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return {
    ...rest,
    parts,
    size,
    get bytes() {
      return joined ??= concatenate(parts, size);
    },
  };
}

function concatenate(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

function getSize({ data, answered }: Entry): number {
  return data.size + (answered?.answer.size ?? 0);
}

function formatKey({ symbol, timeframe }: SeriesKey): string {
  return `${symbol} ${timeframe}`;
}
