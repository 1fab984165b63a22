/**
 * The files of a recording: envelopes, bars and captures as the recorded world reads them.
 *
 * @module
 */
import { dirname } from "node:path";

/** Parameters and headers that must not be written down. */
const secret = /key|token|secret|authorization|cookie/i;

/** Returns an address without its secrets. */
function redactUrl(address: string): string {
  const url = new URL(address);
  for (const name of [...url.searchParams.keys()]) {
    if (secret.test(name)) url.searchParams.set(name, "REDACTED");
  }
  return url.href;
}

/** Returns the fixture envelope of an answer as JSON; secrets are left out. */
export function formatFixture(
  { source, name, url, status, headers, body, recordedAt }: {
    source: string;
    name: string;
    url: string;
    status: number;
    headers: Record<string, string>;
    body: string;
    /** ISO time. */
    recordedAt: string;
  },
): string {
  const kept = Object.fromEntries(Object.entries(headers).filter(([key]) => !secret.test(key)));
  let answer: { body: unknown } | { body_text: string };
  try {
    answer = { body: JSON.parse(body) };
  } catch {
    answer = { body_text: body };
  }
  return JSON.stringify({
    _fixture: { source, endpoint: name, provenance: "recorded", recorded_at: recordedAt },
    request: { method: "GET", url: redactUrl(url) },
    response: { status, headers: kept, ...answer },
  });
}

const header =
  "symbol,open_time,open,high,low,close,volume,quote_volume,trades,taker_buy_base,taker_buy_quote";

/** Returns kline rows as a bars file of many symbols, sorted by time, then symbol. */
export function formatBars(bars: readonly { symbol: string; row: readonly unknown[] }[]): string {
  // A comma would shift the columns; the exchange has no such symbol or number.
  const clean = (value: unknown) => String(value).replaceAll(/[^\w.+-]/g, "");
  const lines = [...bars]
    .sort((a, b) => Number(a.row[0]) - Number(b.row[0]) || (a.symbol < b.symbol ? -1 : 1))
    .map(({ symbol, row }) => {
      const [time, open, high, low, close, volume, , quote, trades, base, taken] = row;
      return [symbol, time, open, high, low, close, volume, quote, trades, base, taken]
        .map(clean).join(",");
    });
  return [header, ...lines, ""].join("\n");
}

/** Writes a text, packed where the name ends in `.gz`, making the folders on the way. */
export async function writeText(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const plain = new Blob([text]).stream();
  const stream = path.endsWith(".gz") ? plain.pipeThrough(new CompressionStream("gzip")) : plain;
  await Deno.writeFile(path, stream);
}
