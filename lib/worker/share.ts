/**
 * What was shared with the app: text or a link that another app handed over.
 *
 * @module
 */

/** The parts that apps share; most give only some. */
export interface Shared {
  title: string;
  text: string;
  url: string;
}

/** Longest text that is searched for. */
const QUERY_MAX = 60;

/** Reads the parts of a form; files and repetitions are left out. */
export function readShared(form: { get(name: string): unknown }): Shared {
  const read = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.slice(0, 4_000) : "";
  };
  return { title: read("title"), text: read("text"), url: read("url") };
}

/**
 * Returns the page that answers what was shared: the page itself for a link of ours, the markets
 * found by a symbol in the text (`$BTC`, `BTCUSDT`, `BTC/USDT`), else by its first words.
 */
export function findSharedPage({ title, text, url }: Shared, origin: string): string {
  const own = [url, ...text.split(/\s+/)].find((part) =>
    URL.canParse(part) && new URL(part).origin === origin
  );
  if (own !== undefined) {
    const { pathname, search, hash } = new URL(own);
    // It would share itself for ever.
    return pathname === "/share" ? "/" : pathname + search + hash;
  }
  const words = `${title} ${text}`.replaceAll(/https?:\/\/\S+/g, " ").trim();
  const query = findSymbol(words) ?? words.replaceAll(/\s+/g, " ").slice(0, QUERY_MAX).trim();
  return query === "" ? "/explore/markets" : `/explore/markets?q=${encodeURIComponent(query)}`;
}

function findSymbol(text: string): string | null {
  const tag = /(?:^|[^\w$])\$([A-Za-z]{2,10})\b/.exec(text)?.[1];
  if (tag !== undefined) return tag.toUpperCase();
  const pair = /\b([A-Z0-9]{2,10})[/-]?(USDT|USDC|USD|EUR|BTC|TRY)\b/.exec(text);
  return pair ? `${pair[1]}${pair[2]}` : null;
}
