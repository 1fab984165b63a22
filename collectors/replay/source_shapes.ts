/**
 * How each polled source says that it knows nothing, and where its recordings lie.
 *
 * @module
 */

/** Sources whose recordings lie in another's folder, as both are one provider's. */
const folders: Readonly<Record<string, string>> = { coinmarketcap_dex: "coinmarketcap" };

/** Returns the folder under `api/` that holds a source's recordings. */
export function getRecordedFolder(source: string): string {
  return Object.hasOwn(folders, source) ? folders[source]! : source;
}

/** Returns the path under which an answer may have been recorded by an older version. */
export function getRecordedPath(source: string, path: string): string {
  if (source === "cryptopanic" && path.endsWith("/posts")) return "/api/posts";
  return path;
}

const emptyFeed = '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<rss version="2.0"><channel><title>Nothing was recorded</title></channel></rss>\n';

const json = (body: unknown, status = 200) => ({
  text: JSON.stringify(body),
  status,
  type: "application/json",
});

/** What a source answers when it has nothing: its text, status and media type. */
export interface EmptyAnswer {
  text: string;
  status: number;
  type: string;
}

/** Returns a source's own empty answer to a path, or null where its shape is not known. */
export function findEmptyAnswer(source: string, path: string): EmptyAnswer | null {
  if (source === "coinmarketcap" || source === "coinmarketcap_dex") {
    const isOld = /\/v[12]\//.test(path);
    const status = { error_code: isOld ? 0 : "0", error_message: "", elapsed: 0, credit_count: 0 };
    return json({ data: isOld ? {} : [], status });
  }
  if (source === "defillama") {
    const isOne = /\/protocol\/[^/]+$/.test(path);
    return isOne ? json({ message: "Protocol not found" }, 404) : json([]);
  }
  if (source === "coingecko") {
    if (/\/global(\/|$)/.test(path)) return json({ error: "not found" }, 404);
    const isOne = /\/coins\/[^/]+\/(market_chart|ohlc)$/.test(path);
    return isOne ? json({ error: "coin not found" }, 404) : null;
  }
  if (source === "cryptopanic" && path.endsWith("/posts")) {
    return json({ count: 0, next: null, previous: null, results: [] });
  }
  if (source === "news_binance_com") return json({ code: "000000", data: { catalogs: [] } });
  if (source === "cryptopanic" || source.startsWith("news_")) {
    return { text: emptyFeed, status: 200, type: "application/rss+xml" };
  }
  return null;
}
