/** Data sets and builders for tests of signals, models of text and analytics. */
import type { DexPairRecord, DexSampleRecord } from "../../lib/contracts/dex_records.ts";
import type {
  EntityMentionRecord,
  NewsRecord,
  SignalRecord,
  TvlRecord,
} from "../../lib/contracts/records.ts";
import { type BarColumns, createBarColumns } from "../../lib/market/mod.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Market time at which most of these tests stand. */
export const NOW_MS = Date.UTC(2024, 2, 10, 12);

/** Folder of the larger recordings, or null after saying on standard output that it is not set. */
export function getDatasets(what: string): string | null {
  const folder = Deno.env.get("CRYPTOINTEL_DATASETS") ?? "";
  if (folder !== "") return folder;
  print(`CRYPTOINTEL_DATASETS is not set: ${what} not measured`);
  return null;
}

/** Writes one line of figures to standard output. */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`  ${line}\n`));
}

/** Reads a CSV file, gzipped where its name says so, as records by column. */
export async function readCsv(path: string): Promise<Record<string, string>[]> {
  const file = (await Deno.open(path)).readable;
  const plain = path.endsWith(".gz") ? file.pipeThrough(new DecompressionStream("gzip")) : file;
  const [header = [], ...rows] = parseCsv(await new Response(plain).text());
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ""])));
}

/** Splits CSV into rows of fields; fields in quotes may hold commas, quotes twice, line breaks. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (
    const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)
  ) {
    row.push(quoted === undefined ? bare ?? "" : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/** Reads a file of candles as bars, by symbol (or "" where the file holds one). */
export async function readCandles(path: string): Promise<Map<string, BarColumns>> {
  const rows = new Map<string, Record<string, string>[]>();
  for (const row of await readCsv(path)) {
    const list = rows.get(row.symbol ?? "");
    if (list) list.push(row);
    else rows.set(row.symbol ?? "", [row]);
  }
  return new Map([...rows].map(([symbol, list]) => [symbol, toColumns(list)]));
}

function toColumns(rows: readonly Record<string, string>[]): BarColumns {
  const bars = createBarColumns(rows.length);
  rows.forEach((row, i) => {
    bars.time[i] = Number(row.open_time);
    for (const name of ["open", "high", "low", "close", "volume"] as const) {
      bars[name][i] = Number(row[name]);
    }
  });
  return bars;
}

/** A headline, judged by nobody. */
export function aHeadline(part: Partial<NewsRecord> = {}): NewsRecord {
  return {
    id: "n1",
    source: "cryptopanic",
    publisher: "example.com",
    title: "Bitcoin surges",
    url: null,
    currencies: [],
    timestamp: NOW_MS - HOUR_MS,
    created_at: 0,
    sentiment_score: null,
    sentiment_confidence: null,
    sentiment_model: null,
    ...part,
  };
}

/** A mention of BTC in news. */
export function aMention(part: Partial<EntityMentionRecord> = {}): EntityMentionRecord {
  return {
    id: "m1",
    signal_id: null,
    news_id: "n1",
    entity_type: "token",
    entity_name: "BTC",
    mention_count: 1,
    sentiment_score: 0,
    timestamp: NOW_MS,
    created_at: 0,
    ...part,
  };
}

/** A sample of 100 million USD locked. */
export function aTvl(part: Partial<TvlRecord> = {}): TvlRecord {
  const entity = part.entity ?? "protocol:lendit";
  const timestamp = part.timestamp ?? NOW_MS;
  return {
    id: `${entity} ${timestamp}`,
    entity,
    name: "Lendit",
    tvl_usd: 100e6,
    token: null,
    chain: null,
    category: "Lending",
    timestamp,
    source: "defillama",
    created_at: 0,
    ...part,
  };
}

/** A pair of a decentralised exchange that is long known. */
export function aPair(part: Partial<DexPairRecord> = {}): DexPairRecord {
  return {
    id: "ethereum:0xpair",
    name: "WETH/USDC",
    base_currency_id: "weth",
    quote_currency_id: "usdc",
    network_id: "ethereum",
    dex_id: "uniswap_v3",
    price: 100,
    volume_24h: 1e6,
    liquidity: 1e6,
    price_change_24h: null,
    last_updated: NOW_MS,
    pool_created_at: NOW_MS - 100 * DAY_MS,
    first_seen_at: NOW_MS - 50 * DAY_MS,
    source: "coinmarketcap",
    created_at: 0,
    ...part,
  };
}

/** A sample of that pair. */
export function aSample(part: Partial<DexSampleRecord> = {}): DexSampleRecord {
  const pair_id = part.pair_id ?? "ethereum:0xpair";
  const timestamp = part.timestamp ?? NOW_MS;
  return {
    id: `${pair_id} ${timestamp}`,
    pair_id,
    price: 100,
    volume_24h: 1e6,
    liquidity: 1e6,
    timestamp,
    ...part,
  };
}

/** A signal on BTCUSDT. */
export function aSignal(part: Partial<SignalRecord> = {}): SignalRecord {
  const timestamp = part.timestamp ?? NOW_MS;
  return {
    id: "s1",
    source: "binance",
    type: "price_alert",
    entity: "BTCUSDT",
    data: { magnitude: 1.2, direction: "up" },
    confidence_score: 0.6,
    timestamp,
    processed: false,
    created_at: 0,
    updated_at: 0,
    evidence: {
      inputHash: "00",
      parameterVersion: "price_alert/1#00000000",
      modelVersion: null,
      barTime: timestamp - HOUR_MS,
      timeframe: "1h",
      claim: "activity",
      horizonMs: timestamp + DAY_MS,
    },
    factors: {},
    ...part,
  };
}
