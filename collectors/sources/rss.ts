/**
 * Feeds of headlines as RSS 2.0, RSS 1.0 or Atom, however carelessly they are written.
 *
 * @module
 */
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import type { NewsRecord } from "../../lib/contracts/records.ts";
import { refuseAnswer } from "./answers.ts";
import { makeHeadline } from "./headlines.ts";

/** What servers of feeds are told to send. */
export const feedHeaders: Readonly<Record<string, string>> = {
  accept: "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.1",
};

/** More of a feed is not read; the longest known ones have some hundred items. */
const itemsMax = 500;
/** The share of items that may be unusable before the whole feed is refused. */
const badShareMax = 0.5;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  // Titles are decoded by ourselves, CDATA sections as well.
  processEntities: false,
  htmlEntities: false,
  removeNSPrefix: false,
  isArray: (tag: string) => ["item", "entry", "link", "category"].includes(tag),
});

type Node = Record<string, unknown>;
const node = z.record(z.string(), z.unknown());

/**
 * Returns the headlines of a feed, in its order, one for each id.
 *
 * @throws {SourceParseError} For what is no feed, or one with mostly unusable items.
 */
export function parseFeed(
  body: unknown,
  { source, name, receivedMs }: { source: string; name: string; receivedMs: number },
): NewsRecord[] {
  const what = { source: name, what: "a feed of headlines" };
  if (typeof body !== "string") throw refuseAnswer(what, `no text (${typeof body})`);
  // Entities of a document's own can blow up to any size, and no feed has any.
  if (/<!ENTITY/i.test(body)) throw refuseAnswer(what, "a document with entities of its own");
  const items = findItems(parseXml(body, what));
  if (items === null) throw refuseAnswer(what, `no feed (${body.trim().slice(0, 80)})`);
  const some = items.slice(0, itemsMax);
  const records = new Map<string, NewsRecord>();
  let bad = 0;
  for (const item of some) {
    const record = makeHeadline(readItem(item), { source, receivedMs });
    if (record === null) bad++;
    else if (!records.has(record.id)) records.set(record.id, record);
  }
  if (bad > some.length * badShareMax) {
    throw refuseAnswer(what, `${bad} of ${some.length} items without a title or a time`);
  }
  return [...records.values()];
}

function parseXml(text: string, what: { source: string; what: string }): unknown {
  try {
    return parser.parse(text);
  } catch (error) {
    throw refuseAnswer(what, `not XML (${error instanceof Error ? error.message : error})`);
  }
}

const get = (value: unknown, name: string): unknown => {
  const read = node.safeParse(value);
  return read.success && Object.hasOwn(read.data, name) ? read.data[name] : undefined;
};

/** Returns the items of RSS, RDF or Atom, or bare ones; null where it is none of these. */
function findItems(root: unknown): unknown[] | null {
  const rss = get(root, "rss");
  const channel = get(rss, "channel") ?? get(root, "channel");
  const rooms = [channel, rss, get(root, "rdf:RDF"), get(root, "feed"), root];
  for (const room of rooms) {
    const found = get(room, "item") ?? get(room, "entry");
    if (Array.isArray(found)) return found;
  }
  // A channel without items has no news; anything else is no feed.
  return rooms.slice(0, 4).some((room) => room !== undefined) ? [] : null;
}

/** Returns the text of an element, whether it stands alone, has attributes, or comes twice. */
function readText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(readText).find(Boolean);
  const text = get(value, "#text");
  return typeof text === "string" ? text : undefined;
}

function readItem(item: unknown) {
  const of = (...names: string[]) => {
    for (const name of names) {
      const text = readText(get(item, name));
      if (text) return text;
    }
    return undefined;
  };
  return {
    title: of("title", "media:title") ?? "",
    url: readLink(get(item, "link")) ?? of("guid", "id"),
    date: of("pubDate", "dc:date", "published", "updated", "date"),
    publisher: readPublisher(item),
  };
}

/** Returns an address: the text of a link, or the `href` that Atom has. */
function readLink(links: unknown): string | undefined {
  const list: unknown[] = Array.isArray(links) ? links : [];
  const isMain = (link: unknown) => [undefined, "alternate"].includes(get(link, "@rel") as string);
  for (const link of [...list.filter(isMain), ...list]) {
    const href = get(link, "@href");
    const address = readText(link) ?? (typeof href === "string" ? href : undefined);
    if (address) return address;
  }
  return undefined;
}

/** Feeds that gather from others name where an item is from. */
function readPublisher(item: unknown): string | undefined {
  const url = get(get(item, "source"), "@url");
  return typeof url === "string" ? URL.parse(url)?.hostname : undefined;
}
