/**
 * Headlines: what a title becomes, whoever delivers it, so that one told by many counts once.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { NewsRecord } from "../../lib/contracts/records.ts";

const titleLengthMax = 500;
const idDigits = 12;
/** A headline of a time further ahead than clocks differ is a fault. */
const aheadMaxMs = 86_400_000;

/** What a source tells of one headline. */
export interface ToldHeadline {
  title: string;
  url: string | null | undefined;
  /** ISO or RFC 822. */
  date: string | null | undefined;
  publisher: string | null | undefined;
  currencies?: readonly string[];
}

/**
 * Returns the record of a headline, or null where it has no words or no usable time, as what has
 * no time cannot be placed.
 */
export function makeHeadline(
  told: ToldHeadline,
  { source, receivedMs }: { source: string; receivedMs: number },
): NewsRecord | null {
  const title = cleanTitle(told.title);
  const words = normaliseTitle(title);
  const publishedMs = Date.parse(told.date ?? "");
  if (words === "" || !(publishedMs > 0) || publishedMs > receivedMs + aheadMaxMs) return null;
  const url = readWebAddress(told.url);
  return {
    id: hashTitle(words),
    source,
    publisher: readHost(told.publisher) ?? url?.hostname.replace(/^www\./, "") ?? source,
    title,
    url: url?.href ?? null,
    currencies: listCurrencies(told.currencies ?? []),
    timestamp: Math.min(publishedMs, receivedMs),
    created_at: receivedMs,
    sentiment_score: null,
    sentiment_confidence: null,
    sentiment_model: null,
  };
}

/** Returns the first 12 hex digits of SHA-1 over a normalised title. */
function hashTitle(words: string): string {
  return createHash("sha1").update(words).digest("hex").slice(0, idDigits);
}

/** Returns a title in lower case, all but letters and digits turned into single spaces. */
export function normaliseTitle(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** Returns a title as plain text: without tags, entities, control characters, broken bytes. */
export function cleanTitle(title: string): string {
  // Markup may itself be escaped, as XML asks for.
  const once = decodeEntities(stripTags(title));
  return decodeEntities(stripTags(once))
    // Control characters, and what stands for bytes that are no UTF-8.
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]+/gu, " ")
    .replaceAll(/\s+/g, " ").trim().slice(0, titleLengthMax);
}

function stripTags(text: string): string {
  return text.replaceAll(/<\/?[a-z!][^<>]{0,1000}>/gi, "");
}

const entities: ReadonlyMap<string, string> = new Map(Object.entries({
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  copy: "©",
  reg: "®",
  trade: "™",
  bull: "•",
  middot: "·",
  eacute: "é",
}));

/** Decodes HTML's entities once; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,10}));/gi,
    (all, hex, dec, name) => {
      if (name) return entities.get(name.toLowerCase()) ?? all;
      const code = hex ? parseInt(hex, 16) : Number(dec);
      const isLetter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      return isLetter ? String.fromCodePoint(code) : all;
    },
  );
}

function readWebAddress(text: string | null | undefined): URL | null {
  const url = URL.parse(decodeEntities(text ?? "").trim());
  return url && /^https?:$/.test(url.protocol) ? url : null;
}

/** Returns a host name out of `coindesk.com` or `www.coindesk.com`; null for anything else. */
function readHost(text: string | null | undefined): string | null {
  const host = text?.trim().toLowerCase().replace(/^www\./, "") ?? "";
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host) && host.length < 200 ? host : null;
}

/** Words that CryptoPanic takes for coins. */
const noCurrencies = new Set(["US", "IN"]);

function listCurrencies(codes: readonly string[]): string[] {
  const own = codes.map((code) => code.trim().toUpperCase());
  return [...new Set(own)].filter((code) =>
    /^(?=.*[A-Z])[A-Z0-9]{2,12}$/.test(code) && !noCurrencies.has(code)
  );
}
